"""What is wrong with the items of feeds and catalogs: samples of items, and how often each issue occurs."""

import logging
from collections.abc import Iterator
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.bodies import ListPage, ListShape
from source_pinterest.api.not_served import NotServedError
from source_pinterest.api.session import Answer
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.foreign_keys import ForeignKey
from source_pinterest.streams.base.slices import failure_of
from source_pinterest.streams.catalogs import Catalogs, CatalogsFeedProcessingResults, CatalogsFeeds
from source_pinterest.streams.organic.catalog_stream import CatalogStream
from source_pinterest.streams.report_stats import ReportStatsStream

LOGGER = logging.getLogger("airbyte")


class CatalogsFeedItemIssues(ChildStream, CatalogStream):
    """Samples of items with errors or warnings in the latest processing of each feed. https://developers.pinterest.com/docs/api/v5/items_issues-list."""

    primary_key: str | list[str] = ["processing_result_id", "item_number"]  # noqa: RUF012 - the framework's attribute
    path_template = "catalogs/processing_results/{processing_result_id}/item_issues"
    shape = ListShape(("item_number",))
    parent = CatalogsFeedProcessingResults
    cost = f"1 a feed and page of {limits.PAGE_SIZE}"
    partition_keys = ("feed_id", "processing_result_id")

    def slices_of(self, outer: StreamSlice) -> Iterator[StreamSlice]:
        """The latest finished result of a feed, whichever page of the list it stands on."""
        results = list(super().slices_of(outer))
        if any(map(failure_of, results)):
            yield from results
        elif results:
            created = self.shared.stream(CatalogsFeedProcessingResults).created
            yield max(results, key=lambda result: created[result["processing_result_id"]])

    def answers(self, stream_slice: StreamSlice, **more: Any) -> Iterator[Answer[ListPage]]:
        """The pages of a result's issues; none for a kind of feed of which Pinterest tells none."""
        try:
            yield from super().answers(stream_slice, **more)
        except NotServedError:
            LOGGER.info(f"{self.name}: Pinterest tells no issues of the items of feed {stream_slice['feed_id']}.")


class CatalogsFeedIngestionStats(ReportStatsStream):
    """Issues that Pinterest met while it read each feed, with counts. https://developers.pinterest.com/docs/api/v5/reports-stats."""

    primary_key: str | list[str] = ["feed_id", "code"]  # noqa: RUF012 - as above
    report_type = "FEED_INGESTION_ISSUES"
    subjects = CatalogsFeeds
    foreign_keys = (ForeignKey("catalogs", ("catalog_id",)),)
    cost = f"1 a feed and page of {limits.PAGE_SIZE}"
    partition_keys = ("feed_id",)


class CatalogsDistributionStats(ReportStatsStream):
    """Issues that keep items of each catalog from being shown, with counts. https://developers.pinterest.com/docs/api/v5/reports-stats."""

    primary_key: str | list[str] = ["catalog_id", "code"]  # noqa: RUF012 - as above
    report_type = "DISTRIBUTION_ISSUES"
    subjects = Catalogs
    cost = f"1 a catalog and page of {limits.PAGE_SIZE}"
    partition_keys = ("catalog_id",)
