"""Issues of the items of feeds and catalogs: samples of items, and counts of each issue."""

import json
from abc import ABC
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from source_pinterest import limits
from source_pinterest.api.bodies import ListPage
from source_pinterest.api.errors import BadRequestError, Reason
from source_pinterest.api.session import ApiResponse
from source_pinterest.engine.tasks import ParentIds, Task
from source_pinterest.streams.base.collector import Collector, Facts
from source_pinterest.streams.base.declaration import ForeignKey, Parent
from source_pinterest.streams.base.listing import RecordPage
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import Sync
from source_pinterest.streams.catalogs.catalogs import (
    Catalogs,
    CatalogsFeedProcessingResults,
    CatalogsFeeds,
    CatalogStream,
)

TYPES_WITH_STATS = ("RETAIL", "HOTEL")
"""The catalog types for which Pinterest counts issues."""

_PROCESSING = "PROCESSING"
"""The status of a processing result that is not finished."""

Encode = Callable[[Mapping[str, Any]], Mapping[str, str]]
"""Turns nested parameters into those of a query string."""


class CatalogTypes(Facts[str]):
    """The type of each catalog, or of the catalog of each feed, such as RETAIL."""

    def fact_in(self, record: Mapping[str, Any]) -> str:
        return str(record.get("catalog_type"))


class LatestResults(Collector):
    """The latest finished processing result of each feed. Unfinished ones lack issues."""

    def __init__(self, parent: PinterestStream) -> None:
        super().__init__(parent)
        self._latest: dict[ParentIds, tuple[str, str]] = {}
        """When it was created, and its id."""

    def add(self, page: RecordPage, task: Task) -> None:
        for result in page.records:
            if result.get("status") != _PROCESSING:
                latest = self._latest.get(task.parent_ids, ("", ""))
                created = str(result.get("created_at"))
                if created > latest[0]:
                    self._latest[task.parent_ids] = (created, result["id"])

    def of(self, feed: Task) -> str | None:
        """Return the id of the latest result in the list of a feed, or None if there is none."""
        return self._latest.get(feed.parent_ids, ("", None))[1]


class ReportStatsStream(CatalogStream, ABC):
    """Counts of each issue, with a task for each feed or catalog.

    Pinterest's API description encodes the nested parameters with brackets, which are defined for one level only. Its
    own client encodes them as JSON. Brackets are tried first, then JSON.
    """

    path_template = "catalogs/reports/stats"
    needs_user_token = True
    report_type: ClassVar[str]

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._encode: Encode = _in_brackets
        self._is_encoding_accepted = False

    def tasks_of(self, parent_task: Task) -> Iterator[Task]:
        """Yield a task for each feed or catalog of a type for which Pinterest counts issues."""
        for task in super().tasks_of(parent_task):
            if self._type_of(task[self.parent_field]) in TYPES_WITH_STATS:
                yield task

    def _type_of(self, subject: str) -> Any:
        return self.collected(CatalogTypes).get(subject)

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the type of the counts, and the feed or catalog."""
        field = self.parent_field
        subject = kwargs["stream_slice"][field]
        report = {"report_type": self.report_type, field: subject}
        parameters = {"catalog_type": self._type_of(subject), "report": report}
        return {**super().request_params(*args, **kwargs), **self._encode(parameters)}

    def responses(self, task: Task, **more: Any) -> Iterator[ApiResponse[ListPage]]:
        """Yield the pages of a list. If Pinterest rejects parameters in brackets, use JSON from now on."""
        encode = self._encode
        try:
            for response in super().responses(task, **more):
                self._is_encoding_accepted = True
                yield response
        except BadRequestError:
            if self._is_encoding_accepted or encode is _as_json:
                raise
            self._encode = _as_json
            yield from super().responses(task, **more)


class CatalogsFeedItemIssues(CatalogStream):
    """Samples of items with errors or warnings in the latest processing of each feed. https://developers.pinterest.com/docs/api/v5/items_issues-list."""

    key = ("processing_result_id", "item_number")
    path_template = "catalogs/processing_results/{processing_result_id}/item_issues"
    needs_user_token = True
    parents = (Parent(CatalogsFeedProcessingResults, "processing_result_id", collects=LatestResults),)
    empty_if = (Reason.NO_CATALOG, Reason.NOT_SERVED)
    cost = f"one request for each feed and {limits.PAGE_SIZE} records"

    def tasks_of(self, parent_task: Task) -> Iterator[Task]:
        """Yield a task for the latest finished result of a feed, on whichever page of the list it is."""
        self.parent_stream.ids.check(parent_task.parent_ids)
        if latest := self.collected(LatestResults).of(parent_task):
            yield self.task({**parent_task.parents, self.parent_field: latest})


class CatalogsFeedIngestionStats(ReportStatsStream):
    """Counts of issues that Pinterest found while it read each feed. https://developers.pinterest.com/docs/api/v5/reports-stats."""

    key = ("feed_id", "code")
    report_type = "FEED_INGESTION_ISSUES"
    parents = (Parent(CatalogsFeeds, "feed_id", collects=CatalogTypes),)
    foreign_keys = (ForeignKey("catalogs", ("catalog_id",)),)
    cost = f"one request for each feed and {limits.PAGE_SIZE} records"


class CatalogsDistributionStats(ReportStatsStream):
    """Counts of issues that keep items of each catalog from being shown. https://developers.pinterest.com/docs/api/v5/reports-stats."""

    key = ("catalog_id", "code")
    report_type = "DISTRIBUTION_ISSUES"
    parents = (Parent(Catalogs, "catalog_id", collects=CatalogTypes),)
    cost = f"one request for each catalog and {limits.PAGE_SIZE} records"


def _in_brackets(parameters: Mapping[str, Any], prefix: str = "parameters") -> Mapping[str, str]:
    encoded: dict[str, str] = {}
    for name, value in parameters.items():
        key = f"{prefix}[{name}]"
        encoded |= _in_brackets(value, key) if isinstance(value, Mapping) else {key: value}
    return encoded


def _as_json(parameters: Mapping[str, Any]) -> Mapping[str, str]:
    return {"parameters": json.dumps(parameters)}
