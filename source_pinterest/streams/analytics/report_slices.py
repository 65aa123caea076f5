"""How do asynchronous reports become slices and rows of a stream?

A feed is what a stream holds of the report runner: it turns the stream's windows into requests, their outcomes into
slices, and a finished report's file into records.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.bodies import text_of
from source_pinterest.api.errors import RepeatedKeyError
from source_pinterest.config import Config
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.reporting.orders import Desk, FailedReport, Outcome, ReadyReport, SplitReport
from source_pinterest.state.day_cursor import END, START
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.slices import failed_slice, partition_slice

Record = dict[str, Any]

_REPORT = "report"
ITEM_ID = "PRODUCT_ITEM_ID"
"""Not a column: what Pinterest files a product item's rows under."""


def attribution_of(config: Config) -> dict[str, Any]:
    """How conversions are attributed, as analytics and reports ask for it; nothing where Pinterest's default holds."""
    asked: dict[str, Any] = {}
    if window := config.attribution_window:
        asked |= {
            "click_window_days": window.click,
            "engagement_window_days": window.engagement,
            "view_window_days": window.view,
        }
    if config.conversion_report_time:
        asked["conversion_report_time"] = config.conversion_report_time
    return asked


def fingerprint(body: Mapping[str, Any]) -> str:
    """Stands for a request: another one, another fingerprint."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


class ReportFeed:
    """The reports of one stream.

    Args:
        sync: has the runner.
        stream: whose reports they are.
        key: what tells one row of a report from another.
    """

    def __init__(self, sync: Sync, stream: str, key: Sequence[str]) -> None:
        self._runner = sync.reports
        self._client = ReportClient(sync.api, stream)
        self._stream = stream
        self._key = tuple(key)
        self._desk: Desk | None = None

    def create(self, request: ReportRequest) -> None:
        """Ask for a report that nobody fetches."""
        self._client.create(request)

    def order(self, plan: Callable[[], Iterable[ReportRequest]]) -> Desk:
        """Have reports made, once somebody waits for any."""
        self._desk = self._runner.open(self._client, plan)
        return self._desk

    def release(self, stream_slice: StreamSlice) -> None:
        """Tell that a slice has come to its end, read or not, so that the next report may be made."""
        if self._desk and is_report(stream_slice):
            self._runner.fetched(self._desk, stream_slice.extra_fields[_REPORT].request)

    def slices(self, desk: Desk, on_split: Callable[[ReportRequest], None]) -> Iterator[StreamSlice]:
        """A slice for each report as it comes to its end."""
        for outcome in self._runner.outcomes(desk):
            if isinstance(outcome, SplitReport):
                on_split(outcome.request)
            else:
                yield _slice_of(outcome)

    def rows(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The rows of a finished report.

        Raises:
            RepeatedKeyError: two rows have the same key; none was taken then.
        """
        ready: ReadyReport = stream_slice.extra_fields[_REPORT]
        account = ready.request.ad_account_id
        new_check = partial(_KeyCheck, self._stream, self._key)
        with self._client.rows(account, ready.token, ready.url, new_check) as rows:
            for entity, row in rows:
                self._complete(row, entity, account)
                yield row

    def _complete(self, row: Record, entity: str, account: str) -> None:
        row.setdefault("AD_ACCOUNT_ID", account)
        if ITEM_ID in self._key:
            row.setdefault(ITEM_ID, entity)


def is_report(stream_slice: StreamSlice) -> bool:
    """Whether the slice is a report's."""
    return _REPORT in stream_slice.extra_fields


def _slice_of(outcome: Outcome) -> StreamSlice:
    request = outcome.request
    parents, (start, end) = {"ad_account_id": request.ad_account_id}, request.planned.as_pair()
    if isinstance(outcome, FailedReport):
        return failed_slice(parents, outcome.error, {START: start, END: end})
    if not isinstance(outcome, ReadyReport):
        raise TypeError(f"No slice comes of {outcome}.")
    cursor_slice = {START: start, END: end, "batch": request.number, "token": outcome.token}
    return partition_slice(parents, cursor_slice, **{_REPORT: outcome})


class _KeyCheck:
    """Looks at every row of a report before the first is taken. Keeps hashes: a report may have a million rows."""

    def __init__(self, stream: str, key: Sequence[str]) -> None:
        self._stream = stream
        self._key = tuple(key)
        self._seen: set[int] = set()

    def __call__(self, entity: str, row: Record) -> None:
        found = (entity if column == ITEM_ID else row.get(column) for column in self._key)
        values = tuple("" if value is None else text_of(value) for value in found)
        mark = hash(values)
        if mark in self._seen or "" in values:
            raise RepeatedKeyError(self._stream, " and ".join(self._key), values)
        self._seen.add(mark)
