"""Issues of the items of feeds and catalogs: samples of items, and counts of each issue."""

import json
from abc import ABC
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from source_pinterest import limits
from source_pinterest.api.bodies import Page
from source_pinterest.api.errors import BadRequestError, ErrorReason
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.base.declaration import ForeignKey, Parent
from source_pinterest.streams.base.sync import SyncContext
from source_pinterest.streams.catalogs.catalogs import (
    Catalogs,
    CatalogsFeedProcessingResults,
    CatalogsFeeds,
    CatalogStream,
    TypedCatalogStream,
)

TYPES_WITH_STATS = ("RETAIL", "HOTEL")
"""The catalog types for which Pinterest counts issues."""

Encode = Callable[[Mapping[str, Any]], Mapping[str, str]]
"""Turns nested parameters into those of a query string."""


class ReportStatsStream(CatalogStream, ABC):
    """Counts of each issue, with a task for each feed or catalog.

    Pinterest's API description encodes the nested parameters with brackets, which are defined for one level only. Its
    own client encodes them as JSON. Brackets are tried first, then JSON.
    """

    path_template = "catalogs/reports/stats"
    needs_user_token = True
    report_type: ClassVar[str]
    typed: ClassVar[type[TypedCatalogStream]]
    """The parent, which knows the types."""

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync)
        self._encode: Encode = _in_brackets
        self._is_encoding_accepted = False
        self._types = sync.stream(self.typed).types

    def tasks_of(self, parent_task: Task) -> Iterator[Task]:
        """Yield a task for each feed or catalog of a type for which Pinterest counts issues."""
        for task in super().tasks_of(parent_task):
            if self._types[task[self.parent_field]] in TYPES_WITH_STATS:
                yield task

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the type of the counts, and the feed or catalog."""
        field = self.parent_field
        subject = kwargs["stream_slice"][field]
        report = {"report_type": self.report_type, field: subject}
        parameters = {"catalog_type": self._types[subject], "report": report}
        return {**super().request_params(*args, **kwargs), **self._encode(parameters)}

    def fetch(self, task: Task, token: Mapping[str, Any], more: Mapping[str, Any]) -> Page:
        """Request a page. If Pinterest rejects parameters in brackets, use JSON from now on."""
        encode = self._encode
        try:
            page = super().fetch(task, token, more)
        except BadRequestError:
            if self._is_encoding_accepted or encode is _as_json:
                raise
            self._encode = _as_json
            return super().fetch(task, token, more)
        self._is_encoding_accepted = True
        return page


class CatalogsFeedItemIssues(CatalogStream):
    """Samples of items with errors or warnings in the latest processing of each feed. https://developers.pinterest.com/docs/api/v5/items_issues-list."""

    key = ("processing_result_id", "item_number")
    path_template = "catalogs/processing_results/{processing_result_id}/item_issues"
    needs_user_token = True
    parents = (Parent(CatalogsFeedProcessingResults, "processing_result_id"),)
    empty_if = (ErrorReason.NO_CATALOG, ErrorReason.NOT_SERVED)
    cost = f"one request for each feed and {limits.PAGE_SIZE} records"

    def tasks_of(self, parent_task: Task) -> Iterator[Task]:
        """Yield a task for the latest finished result of a feed, on whichever page of the list it is."""
        self.parent_stream.ids.check(parent_task.parent_ids)
        if latest := self.shared.stream(CatalogsFeedProcessingResults).latest.get(parent_task.parent_ids):
            yield self.task({**parent_task.parents, self.parent_field: latest[1]})


class CatalogsFeedIngestionStats(ReportStatsStream):
    """Counts of issues that Pinterest found while it read each feed. https://developers.pinterest.com/docs/api/v5/reports-stats."""

    key = ("feed_id", "code")
    report_type = "FEED_INGESTION_ISSUES"
    parents = (Parent(CatalogsFeeds, "feed_id"),)
    typed = CatalogsFeeds
    foreign_keys = (ForeignKey("catalogs", ("catalog_id",)),)
    cost = f"one request for each feed and {limits.PAGE_SIZE} records"


class CatalogsDistributionStats(ReportStatsStream):
    """Counts of issues that keep items of each catalog from being shown. https://developers.pinterest.com/docs/api/v5/reports-stats."""

    key = ("catalog_id", "code")
    report_type = "DISTRIBUTION_ISSUES"
    parents = (Parent(Catalogs, "catalog_id"),)
    typed = Catalogs
    cost = f"one request for each catalog and {limits.PAGE_SIZE} records"


def _in_brackets(parameters: Mapping[str, Any], prefix: str = "parameters") -> Mapping[str, str]:
    encoded: dict[str, str] = {}
    for name, value in parameters.items():
        key = f"{prefix}[{name}]"
        encoded |= _in_brackets(value, key) if isinstance(value, Mapping) else {key: value}
    return encoded


def _as_json(parameters: Mapping[str, Any]) -> Mapping[str, str]:
    return {"parameters": json.dumps(parameters)}
