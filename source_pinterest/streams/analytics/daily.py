"""Daily analytics, back to 913 days ago.

The last 89 days come from synchronous endpoints, older days from asynchronous reports. The records of both have the
same fields and the same key, and one cursor covers both.
"""

from abc import ABC
from collections.abc import Iterator, Mapping
from typing import ClassVar

from source_pinterest import limits
from source_pinterest.columns import ASYNC_COLUMNS, may_be_requested
from source_pinterest.config import attribution_of
from source_pinterest.engine.tasks import Task
from source_pinterest.reporting.client import ReportRequest
from source_pinterest.state.days import DaySet
from source_pinterest.state.period import DayRange, fingerprint
from source_pinterest.streams.analytics.query import QueryAnalytics
from source_pinterest.streams.analytics.report import ReportTasks
from source_pinterest.streams.analytics.report_spec import ReportSpec
from source_pinterest.streams.base.sync import SyncContext


class DailyAnalytics(QueryAnalytics, ABC):
    """One row per entity and day, back to the first day that reports have."""

    day_range = DayRange(limits.ASYNC_HISTORY_DAYS)
    cost = f"{QueryAnalytics.cost}; days older than {limits.SYNC_HISTORY_DAYS} come from reports"
    level: ClassVar[str]
    """The level of the entities in reports: https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync)
        if sync.config.has_app_token:  # reports are closed to it
            self.day_range = QueryAnalytics.day_range
        self._spec = ReportSpec(
            level=self.level,
            ids=(self.id_column,),
            columns=tuple(column for column in self.columns if may_be_requested(column, ASYNC_COLUMNS)),
            fields=attribution_of(sync.config),
        )
        self._report_tasks = ReportTasks(self, self._spec)

    def window_tasks(self, unread: Mapping[str, DaySet]) -> Iterator[Task]:
        """Return the tasks of the unread days of each account.

        The reports on older days are ordered first. Each has its task as soon as it is finished or has failed.
        """
        requests = [request for account in unread for request in self._reports_on(account, unread[account])]
        with self._report_tasks.submit(requests) as reports:
            for task in super().window_tasks(unread):
                yield from self._report_tasks.tasks(reports, self.state_cursor, waits=False)
                yield task
            yield from self._report_tasks.tasks(reports, self.state_cursor)

    def _reports_on(self, account: str, unread: DaySet) -> Iterator[ReportRequest]:
        """Return the requests for reports on an account's older days, and pass their windows to the cursor."""
        older = unread.before(self.first_synchronous_day)
        windows = [piece for window in older for piece in window.cut(limits.REPORT_WINDOW_DAYS)]
        self.state_cursor.plan(account, ((window, 1) for window in windows))
        return (request for window in windows for request in self._spec.requests(account, window))

    def request_fingerprint(self) -> str:
        """Return a digest of all parameters that change the numbers of a day."""
        return fingerprint(self._spec.body)
