"""Daily analytics, back to 913 days ago.

The last 89 days come from synchronous endpoints, older days from asynchronous reports. The records of both have the
same fields and the same key, and one cursor covers both.
"""

from abc import ABC
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from source_pinterest import limits
from source_pinterest.api.errors import ReportRefusedError, history_refused
from source_pinterest.columns import ASYNC_COLUMNS, DATE, may_be_requested
from source_pinterest.config import attribution_of
from source_pinterest.dates import DateWindow
from source_pinterest.engine.refused_names import RefusedNames
from source_pinterest.engine.tasks import Task
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.state.period import DayRange, fingerprint
from source_pinterest.streams.analytics.query import Batches, QueryAnalytics
from source_pinterest.streams.analytics.report import ReportTasks
from source_pinterest.streams.analytics.rows import ReportKey, ReportRows
from source_pinterest.streams.base.stream import Sync


class DailyAnalytics(QueryAnalytics, ABC):
    """One row per entity and day, back to the first day that reports have."""

    days = DayRange(limits.ASYNC_HISTORY_DAYS)
    cost = f"{QueryAnalytics.cost}; days older than {limits.SYNC_HISTORY_DAYS} come from reports"
    level: ClassVar[str]
    """The level of the entities in reports: https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        if sync.config.has_app_token:  # reports are closed to it
            self.days = QueryAnalytics.days
        refused = RefusedNames(self.notices)
        key = ReportKey((self.id_column, DATE), refused=refused.of, entity=self.id_column)
        rows = ReportRows(self.name, self.gate, key, self.columns)
        self._reports = ReportTasks(sync, self.client, self.name, rows.pages, self.notices.replacement, refused)
        self._requests: list[ReportRequest] = []

    def account_tasks(self, accounts: Iterable[str]) -> Iterator[Task]:
        """Return the tasks of each account's unread windows, those of reports last.

        The age of a day alone decides between the synchronous endpoint and a report, so that the numbers of a day do
        not depend on other days of the sync.
        """
        self._requests.clear()
        yield from super().account_tasks(accounts)
        if self._requests:
            self._reports.order(lambda: self._requests)
            for report in self._reports.tasks(self.checkpoint):
                error = report.error
                if isinstance(error, ReportRefusedError):
                    loss = history_refused(report["ad_account_id"], report.window, error.quote)
                    yield Task.failed(report.partition, loss, report.window)
                else:
                    yield report

    def batches_of(self, account: str, window: DateWindow) -> Iterator[Batches]:
        """Cut an unread window into windows of one request or of one report each."""
        border = self.first_synchronous_day
        if older := window.before(border):
            for piece in older.cut(limits.REPORT_WINDOW_DAYS):
                yield Batches(piece)
        if newer := window.clamp(border):
            yield from super().batches_of(account, newer)

    def tasks_in(self, account: str, one: Batches) -> Iterator[Task]:
        """Return a task for each batch of ids in a window. For an old window, add a report request instead."""
        if one.window.start >= self.first_synchronous_day:
            yield from super().tasks_in(account, one)
        else:
            self._requests.append(ReportRequest(account, one.window, self._report_body(), one.window))

    def request_fingerprint(self) -> str:
        """Return a digest of all parameters that change the numbers of a day."""
        return fingerprint(self._report_body(), by_default=not self.config.analytics_columns)

    def _report_body(self) -> dict[str, Any]:
        columns = [column for column in self.columns if may_be_requested(column, ASYNC_COLUMNS)]
        return {"level": self.level, "granularity": "DAY", "columns": columns, **attribution_of(self.config)}
