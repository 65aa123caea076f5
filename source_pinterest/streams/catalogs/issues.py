"""What is wrong with the items of feeds and catalogs: samples of items, and how often each issue occurs."""

import json
import logging
from abc import ABC
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import BadRequestError, NotServedError, SliceError
from source_pinterest.api.rows import ListPage, ListShape
from source_pinterest.api.session import Answer
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.slices import failed_slice, failure_of, partition_slice
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.stream import ForeignKey, Sync
from source_pinterest.streams.catalogs.catalogs import (
    Catalogs,
    CatalogsFeedProcessingResults,
    CatalogsFeeds,
    CatalogStream,
)

TYPES_WITH_STATS = ("RETAIL", "HOTEL")
"""The kinds of catalog of which Pinterest sums up issues."""

Write = Callable[[Mapping[str, Any]], Mapping[str, str]]


class ReportStatsStream(CatalogStream, ABC):
    """How often each issue occurs, as numbers that Pinterest sums up: a slice for each feed, or each catalog.

    Pinterest's description has the parameters nested in brackets, which it defines for one level only, and its own
    client writes them as JSON. So both are tried, until one is understood.
    """

    path_template = "catalogs/reports/stats"
    shape = ListShape(("code",))
    report_type: ClassVar[str]
    subjects: ClassVar[type[Catalogs | CatalogsFeeds]]

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.foreign_keys = (ForeignKey(self.subjects.stream_name(), self.partition_keys), *self.foreign_keys)
        self._write: Write = _in_brackets
        self._is_understood = False

    @property
    def _subjects(self) -> Catalogs | CatalogsFeeds:
        return self.shared.stream(self.subjects)

    def needed_ids(self) -> Iterator[ParentIds]:
        """Those of the feeds or catalogs."""
        yield from super().needed_ids()
        yield self._subjects.ids

    def slices(self) -> Iterator[StreamSlice]:
        """A slice for each feed or catalog of a kind that Pinterest has such numbers of."""
        for outer in super().slices():
            yield from [outer] if failure_of(outer) else self._slices_of(dict(outer.partition))

    def _slices_of(self, owner: dict[str, str]) -> Iterator[StreamSlice]:
        try:
            subjects = self._subjects.ids.of(tuple(owner.values()))
        except SliceError as error:
            yield failed_slice(owner, error)
            return
        for subject in subjects:
            if self._subjects.types.get(subject) in TYPES_WITH_STATS:
                yield partition_slice({**owner, self.partition_keys[-1]: subject})

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and which numbers of what."""
        own_key = self.partition_keys[-1]
        subject = kwargs["stream_slice"][own_key]
        report = {"report_type": self.report_type, own_key: subject}
        parameters = {"catalog_type": self._subjects.types[subject], "report": report}
        return {**super().request_params(*args, **kwargs), **self._write(parameters)}

    def answers(self, stream_slice: StreamSlice, **more: Any) -> Iterator[Answer[ListPage]]:
        """The pages of a list, asked for in a way that Pinterest understands."""
        written = self._write
        try:
            for answer in super().answers(stream_slice, **more):
                self._is_understood = True
                yield answer
        except BadRequestError:
            if self._is_understood or written is _as_json:
                raise
            self._write = _as_json
            yield from super().answers(stream_slice, **more)


def _in_brackets(parameters: Mapping[str, Any], within: str = "parameters") -> Mapping[str, str]:
    written: dict[str, str] = {}
    for name, value in parameters.items():
        place = f"{within}[{name}]"
        written |= _in_brackets(value, place) if isinstance(value, Mapping) else {place: value}
    return written


def _as_json(parameters: Mapping[str, Any]) -> Mapping[str, str]:
    return {"parameters": json.dumps(parameters)}


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
