"""Custom reports, each of which is a stream, and the checks of reports before a sync."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from itertools import islice, product
from typing import Any, NamedTuple

from source_pinterest import limits
from source_pinterest.api.errors import AccountUnreadableError, ConfigError, GoneError, RefusedError, ReportRefusedError
from source_pinterest.columns import HOUR
from source_pinterest.config.reports import MARKETING_MIX, PRODUCTS, CustomReport
from source_pinterest.dates import DateWindow, Granularity, days_before
from source_pinterest.engine.tasks import END, START
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.state.cursor import PinterestCursor, StateStore
from source_pinterest.state.period import Period, PeriodPlan
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.analytics.level_reports import LEVEL_REPORTS
from source_pinterest.streams.analytics.own_reports import PRODUCT_CONVERSIONS, MarketingMixReport
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.stream import Sync

LOGGER = logging.getLogger("airbyte")

START_DATE, END_DATE = "START_DATE", "END_DATE"
_ID_COLUMNS = {report.level: report.id_columns for report in LEVEL_REPORTS}

_CHECKED_CUSTOM_REPORTS = 5
"""The most custom reports that the connection test requests."""

_CHECKED_ACCOUNTS = 3
"""The most ad accounts that the connection test tries, one after the other, until one does not refuse."""


class CustomReportStream(ReportStream):
    """A custom report. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    def __init__(self, sync: Sync, report: CustomReport) -> None:
        self.report = report
        self.level, self.id_columns = report.level, _ID_COLUMNS[report.level]
        self.granularity = report.granularity
        super().__init__(sync, report.stream_name)
        self.days = replace(self.days, own_start=report.start_date)
        if self.granularity is Granularity.TOTAL:
            self.cursor_field = []

    def new_cursor(self, plan: PeriodPlan, store: StateStore) -> PinterestCursor | None:
        """Return a cursor over the days of each account. A total has none, since each sync reads it whole."""
        return None if self.granularity is Granularity.TOTAL else super().new_cursor(plan, store)

    def targeting_types(self) -> tuple[str, ...]:
        """Return the report's own targeting types."""
        return self.report.targeting_types

    def bucket_columns(self) -> tuple[str, ...]:
        """Return the day, and for hours the hour too. A total has neither."""
        if self.granularity is Granularity.TOTAL:
            return ()
        return (*super().bucket_columns(), *((HOUR,) if self.granularity is Granularity.HOUR else ()))

    def stamped_columns(self) -> Mapping[str, str]:
        """Return the columns for the first and last day of a total."""
        return {START_DATE: START, END_DATE: END} if self.granularity is Granularity.TOTAL else {}

    def wanted_columns(self) -> tuple[str, ...]:
        """Return the report's own columns."""
        return self.report.columns

    def accepts(self, column: str) -> bool:
        """Accept every column of the user's choice, since Pinterest has more columns than its documents list."""
        return column in self.report.columns or super().accepts(column)

    def attribution(self) -> dict[str, Any]:
        """Return the attribution options of the connection, overridden by those of the report."""
        report = self.report
        own = {
            "click_window_days": report.click_window_days,
            "engagement_window_days": report.engagement_window_days,
            "view_window_days": report.view_window_days,
            "conversion_report_time": report.conversion_report_time,
            "attribution_types": list(report.attribution_types) or None,
        }
        return {**super().attribution(), **{name: value for name, value in own.items() if value is not None}}

    def variants(self) -> list[dict[str, Any]]:
        """Return the fields in which the requests for one window differ: chunks of targeting types and of statuses."""
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
        """Return the requests of unread windows. A total is requested whole, in windows of the greatest length."""
        if self.granularity is not Granularity.TOTAL:
            yield from super().plan()
            return
        period = Period.of(PeriodPlan(self.days, self.config, None), self.shared.today())
        period.explain(self.name)
        for account in self.accounts():
            for window in DateWindow(period.start, period.end).cut(self.window_days):
                for number, variant in enumerate(self.variants()):
                    yield ReportRequest(account, window, {**self.body, **variant}, window, number)


def _chunks(statuses: tuple[str, ...], size: int) -> list[list[str]]:
    return [list(statuses[start : start + size]) for start in range(0, len(statuses), size)]


class _UncheckedReport(NamedTuple):
    """A report that only Pinterest can check.

    Attributes:
        refusal: the beginning of the error message, with the option that the report comes from.
        stream: the report's stream.
    """

    refusal: str
    stream: ReportStream


class AccountsToAsk:
    """The ad accounts with which requests are tried out: the first three, without those that refuse.

    Args:
        sync: lists the accounts when the first request is tried out.
    """

    def __init__(self, sync: Sync) -> None:
        self._sync = sync

    @cached_property
    def left(self) -> deque[str]:
        """The accounts that have not refused a request."""
        return deque(islice(self._sync.stream(AdAccounts).ids.of(()), _CHECKED_ACCOUNTS))

    def ask(self, try_out: Callable[[str], None]) -> None:
        """Try a request out with the first account that does not refuse. A sync would leave out the others too."""
        while self.left:
            account = self.left[0]
            try:
                try_out(account)
            except (RefusedError, GoneError) as error:
                LOGGER.warning(AccountUnreadableError(account, str(error.message)).message)
            else:
                return
            self.left.popleft()


def try_out_reports(sync: Sync, accounts: AccountsToAsk) -> None:
    """Create a report of one day for each stream whose options only Pinterest can check.

    Raises:
        ConfigError: Pinterest refuses a report. The message quotes it.
    """
    yesterday = days_before(sync.today(), 1)
    window = DateWindow(yesterday, yesterday)
    for refusal, stream in (*islice(_custom_reports(sync), _CHECKED_CUSTOM_REPORTS), *_own_endpoint_reports(sync)):
        try:
            accounts.ask(partial(_try_out, stream, window))
        except ReportRefusedError as error:
            raise ConfigError(f"{refusal}. {error.quote}. {error.advice}") from error


def _try_out(stream: ReportStream, window: DateWindow, account: str) -> None:
    """Create a report. If the stream needs a right of its own, log a refusal, since other reports may work."""
    try:
        stream.try_out(account, window)
    except RefusedError as error:
        if stream.access is None:
            raise
        LOGGER.info(stream.ledger.explain(error).message)
    except GoneError as error:
        if stream.access is None:
            raise
        LOGGER.info(f"{stream.name}: {AccountUnreadableError(account, str(error.message)).message}")


def _custom_reports(sync: Sync) -> Iterator[_UncheckedReport]:
    for report in sync.config.custom_reports:
        if report.is_in_doubt:
            yield _UncheckedReport(f"Custom Reports: Pinterest refuses {report.name}", CustomReportStream(sync, report))


def _own_endpoint_reports(sync: Sync) -> Iterator[_UncheckedReport]:
    """Return the reports with endpoints of their own whose options are filled in, one stream for each option."""
    if sync.config.marketing_mix != MARKETING_MIX.usual:
        yield _UncheckedReport(f"{MARKETING_MIX.title}: Pinterest refuses it", sync.stream(MarketingMixReport))
    if sync.config.products != PRODUCTS.usual:
        yield _UncheckedReport(f"{PRODUCTS.title}: Pinterest refuses them", sync.stream(PRODUCT_CONVERSIONS[0]))
