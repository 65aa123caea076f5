"""How are daily numbers asked for, however old they are?

The last 89 days are asked for at once. Older days come from asynchronous reports, back to the 914th: one stream, one
record shape, one key, one cursor.
"""

from abc import ABC
from collections.abc import Generator, Iterable, Iterator
from typing import Any, ClassVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import PinterestError
from source_pinterest.columns import ASYNC_COLUMNS, DATE, may_be_asked
from source_pinterest.config import attribution_of
from source_pinterest.engine.failures import RefusedHistory
from source_pinterest.engine.pages import Page
from source_pinterest.engine.refused_names import RefusedNames
from source_pinterest.engine.slices import ids_of
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.state.history import PlannedWindow, WindowProgress, by_age, in_reading_order
from source_pinterest.state.period import DayRange, fingerprint
from source_pinterest.streams.analytics.calls import Ids
from source_pinterest.streams.analytics.query import Batches, QueryAnalytics
from source_pinterest.streams.analytics.report import ReportSlices, is_report
from source_pinterest.streams.analytics.rows import ReportKey, ReportRows
from source_pinterest.streams.base.stream import Sync


class DailyAnalytics(QueryAnalytics, ABC):
    """One row per entity and day, back to the first day of reports."""

    days = DayRange(limits.ASYNC_HISTORY_DAYS)
    cost = f"{QueryAnalytics.cost}; as reports for days older than {limits.SYNC_HISTORY_DAYS}"
    level: ClassVar[str]
    """What reports call the entities: https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        key = ReportKey((self.id_column, DATE))
        rows = ReportRows(self.name, self.notices, key, self.doubts, self.columns)
        refused = RefusedNames(self.notices, needed=(self.id_column,))
        self._reports = ReportSlices(sync, self.client, self.name, rows.pages, self.notices.replacement, refused)
        self._requests: list[ReportRequest] = []
        self._refused_history = RefusedHistory()

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """The windows that each account lacks; the account longest unread comes first, old days come last.

        A window goes to the synchronous endpoint or to a report by the age of its days alone, so that the numbers of a
        day never change because another endpoint was asked.
        """
        self._requests.clear()
        for newest in super().account_slices(accounts):
            if ids_of(newest) is not None:
                self._refused_history.begin(newest)
            yield newest
        if self._requests:
            self._reports.order(lambda: self._requests)
            yield from self._refused_history.judged(self._reports.slices(self.checkpoint))

    def batches_of(self, account: str, item: WindowProgress) -> Iterator[Batches]:
        """What an account lacks, as windows of one call or of one report each."""
        border = self.first_synchronous_day
        for part in by_age(item, border):
            if part.window.start >= border:
                yield from super().batches_of(account, part)
                continue
            for piece in in_reading_order(part.window.cut(limits.REPORT_WINDOW_DAYS), part.purpose):
                yield Batches(WindowProgress(piece, part.purpose), [()])

    def batch_slices(self, account: str, planned: PlannedWindow, groups: list[Ids]) -> Iterator[StreamSlice]:
        """A slice for each batch of ids of a window; an old one is put on order instead."""
        if planned.window.start >= self.first_synchronous_day:
            yield from super().batch_slices(account, planned, groups)
        else:
            self._requests.append(ReportRequest(account, planned.window, self._report_body(), planned))

    def request_fingerprint(self) -> str:
        """Stands for everything that makes the numbers of a day what they are."""
        return fingerprint(self._report_body())

    def _report_body(self) -> dict[str, Any]:
        columns = [column for column in self.columns if may_be_asked(column, ASYNC_COLUMNS)]
        return {"level": self.level, "granularity": "DAY", "columns": columns, **attribution_of(self.config)}

    def leave_out(self, stream_slice: StreamSlice, error: PinterestError) -> None:
        """Go on without an account that was never readable, its older days included."""
        super().leave_out(stream_slice, error)
        self._refused_history.leave_out(stream_slice["ad_account_id"])

    def on_end(self, stream_slice: StreamSlice) -> None:
        """Let go of what waits for a slice, the next report among it."""
        super().on_end(stream_slice)
        self._reports.release(stream_slice)
        if ids_of(stream_slice) is not None:
            self._refused_history.end(stream_slice)

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, None]:
        """The rows of a report, or of a batch of ids in a window."""
        if is_report(stream_slice):
            yield from self._reports.pages(stream_slice)
        else:
            yield from super().read_slice(stream_slice)
