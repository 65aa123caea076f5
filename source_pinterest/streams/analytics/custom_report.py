"""Which reports did the user put together? Each is a stream of its own."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.config.custom_reports import CustomReport
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.granularity import Granularity
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.stream import Record

_LEVELS = {report.level: report for report in REPORTS}
HOUR = "HOUR"
START_DATE, END_DATE = "START_DATE", "END_DATE"


class CustomReportStream(ReportStream):
    """A report of the user's own. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    def __init__(self, sync: Sync, report: CustomReport) -> None:
        level = _LEVELS[report.level]
        self.report = report
        self.own_start = report.start_date
        self.level, self.id_columns = level.level, level.id_columns
        self.granularity = report.granularity
        if self.granularity is Granularity.TOTAL:
            self.cursor_field = []
        super().__init__(sync)

    @property
    def name(self) -> str:
        """What the platform calls the stream."""
        return self.report.stream_name

    def targeting_types(self) -> tuple[str, ...]:
        """The report's own breakdowns."""
        return self.report.targeting_types

    def bucket_columns(self) -> tuple[str, ...]:
        """The day, and the hour where there is one; a total has neither."""
        if self.granularity is Granularity.TOTAL:
            return ()
        return (*super().bucket_columns(), *((HOUR,) if self.granularity is Granularity.HOUR else ()))

    def stamped_columns(self) -> tuple[str, ...]:
        """The days that a total is about."""
        return (START_DATE, END_DATE) if self.granularity is Granularity.TOTAL else ()

    def wanted_columns(self, sync: Sync) -> tuple[str, ...]:
        """The report's own columns."""
        del sync
        return self.report.columns

    def attribution(self, sync: Sync) -> dict[str, Any]:
        """The report's own attribution, in the places where it has one."""
        report = self.report
        own = {
            "click_window_days": report.click_window_days,
            "engagement_window_days": report.engagement_window_days,
            "view_window_days": report.view_window_days,
            "conversion_report_time": report.conversion_report_time,
            "attribution_types": list(report.attribution_types) or None,
        }
        return {**super().attribution(sync), **{name: value for name, value in own.items() if value is not None}}

    def variants(self) -> list[dict[str, Any]]:
        """What the requests for one window add: each may name so many targeting types and so many statuses."""
        filters = {
            name: _chunks(statuses, limits.STATUSES_PER_REPORT)
            for name, statuses in (
                ("campaign_statuses", self.report.campaign_statuses),
                ("ad_group_statuses", self.report.ad_group_statuses),
                ("ad_statuses", self.report.ad_statuses),
                ("product_group_statuses", self.report.product_group_statuses),
            )
            if statuses
        }
        return [
            {**targeting, **dict(zip(filters, chosen, strict=True))}
            for targeting, *chosen in product(super().variants(), *filters.values())
        ]

    def plan(self) -> Iterator[ReportRequest]:
        """As any report; a total is read whole each time, in the longest windows there are."""
        if self.granularity is not Granularity.TOTAL:
            yield from super().plan()
            return
        today = self.config.today
        earliest = days_before(today, self.history_days)
        start = max(self.report.start_date or self.config.start_date or earliest, earliest)
        for account in self.accounts():
            for window in DateWindow(start, today).cut(self.window_days):
                for number, more in enumerate(self.variants()):
                    yield ReportRequest(account, window, {**self.body, **more}, window, number)

    def read_slice(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The rows of a report; a total says which days it is about."""
        stamps = {
            name: stream_slice[key]
            for name, key in zip(self.stamped_columns(), ("start_date", "end_date"), strict=False)
        }
        for row in super().read_slice(stream_slice):
            yield {**row, **stamps} if stamps else row


def _chunks(statuses: tuple[str, ...], size: int) -> list[list[str]]:
    return [list(statuses[start : start + size]) for start in range(0, len(statuses), size)]
