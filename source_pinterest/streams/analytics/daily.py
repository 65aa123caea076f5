"""Daily analytics, back to 913 days ago.

The last 89 days come from synchronous endpoints, older days from asynchronous reports. The records of both have the
same fields and the same key, and one cursor covers both.
"""

from abc import ABC
from collections.abc import Iterable, Iterator
from typing import ClassVar

from source_pinterest import limits
from source_pinterest.columns import ASYNC_COLUMNS, may_be_requested
from source_pinterest.config import attribution_of
from source_pinterest.config.reports import DayLimits
from source_pinterest.dates import DateWindow
from source_pinterest.engine.tasks import Task
from source_pinterest.state.period import DayRange, fingerprint
from source_pinterest.streams.analytics.query import QueryAnalytics
from source_pinterest.streams.analytics.report import ReportTasks
from source_pinterest.streams.analytics.report_spec import ReportSpec
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
        self._spec = ReportSpec(
            level=self.level,
            ids=(self.id_column,),
            columns=tuple(column for column in self.columns if may_be_requested(column, ASYNC_COLUMNS)),
            day_limits=DayLimits(limits.ASYNC_HISTORY_DAYS, limits.REPORT_WINDOW_DAYS),
            fields=attribution_of(sync.config),
        )
        self._report_tasks = ReportTasks(self, self._spec, self.gate)

    def reports_on(self, windows: Iterable[tuple[str, DateWindow]]) -> Iterator[Task]:
        """Return a task for the report on each window, once it is finished or has failed."""
        requests = [request for account, window in windows for request in self._spec.requests(account, window)]
        if requests:
            self._report_tasks.order(lambda: requests)
            yield from self._report_tasks.tasks(self.checkpoint)

    def request_fingerprint(self) -> str:
        """Return a digest of all parameters that change the numbers of a day."""
        return fingerprint(self._spec.body, by_default=not self.config.analytics_columns)
