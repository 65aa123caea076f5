"""Which reports did the user put together? Each is a stream of its own."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from itertools import islice, product
from typing import Any, NamedTuple

from source_pinterest import limits
from source_pinterest.api.errors import AccountUnreadableError, ConfigError, GoneError, RefusedError, ReportRefusedError
from source_pinterest.config.reports import MARKETING_MIX, PRODUCTS, CustomReport
from source_pinterest.dates import DateWindow, Granularity, days_before
from source_pinterest.engine.slices import END, START
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.state.cursor import PinterestCursor, StateStore
from source_pinterest.state.history import PlannedWindow
from source_pinterest.state.period import Period
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.analytics.level_reports import LEVEL_REPORTS
from source_pinterest.streams.analytics.own_reports import PRODUCT_CONVERSIONS, MarketingMixReport
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.stream import Sync

_ID_COLUMNS = {report.level: report.id_columns for report in LEVEL_REPORTS}
HOUR = "HOUR"
START_DATE, END_DATE = "START_DATE", "END_DATE"


class CustomReportStream(ReportStream):
    """A report of the user's own. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    def __init__(self, sync: Sync, report: CustomReport) -> None:
        self.report = report
        self.level, self.id_columns = report.level, _ID_COLUMNS[report.level]
        self.granularity = report.granularity
        super().__init__(sync, report.stream_name)
        self.days = replace(self.days, own_start=report.start_date)
        if self.granularity is Granularity.TOTAL:
            self.cursor_field = []

    def new_cursor(self, period: Period, store: StateStore) -> PinterestCursor | None:
        """As any report; a total is read whole each time."""
        return None if self.granularity is Granularity.TOTAL else super().new_cursor(period, store)

    def targeting_types(self) -> tuple[str, ...]:
        """The report's own breakdowns."""
        return self.report.targeting_types

    def bucket_columns(self) -> tuple[str, ...]:
        """The day, and the hour where there is one; a total has neither."""
        if self.granularity is Granularity.TOTAL:
            return ()
        return (*super().bucket_columns(), *((HOUR,) if self.granularity is Granularity.HOUR else ()))

    def stamped_columns(self) -> Mapping[str, str]:
        """The days that a total is about."""
        return {START_DATE: START, END_DATE: END} if self.granularity is Granularity.TOTAL else {}

    def wanted_columns(self) -> tuple[str, ...]:
        """The report's own columns."""
        return self.report.columns

    def accepts(self, column: str) -> bool:
        """Whatever the user has named is asked for; Pinterest has more columns than its documents."""
        return column in self.report.columns or super().accepts(column)

    def attribution(self) -> dict[str, Any]:
        """The report's own attribution, in the places where it has one."""
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
        period = Period.of(self.days, self.config, None)
        period.explain(self.name)
        for account in self.accounts():
            for window in DateWindow(period.start, period.end).cut(self.window_days):
                for number, more in enumerate(self.variants()):
                    yield ReportRequest(account, window, {**self.body, **more}, PlannedWindow(window), number)


def _chunks(statuses: tuple[str, ...], size: int) -> list[list[str]]:
    return [list(statuses[start : start + size]) for start in range(0, len(statuses), size)]


LOGGER = logging.getLogger("airbyte")

_CUSTOM_REPORTS_ASKED = 5
_ACCOUNTS_ASKED = 3


class _Doubtful(NamedTuple):
    """A report of which only Pinterest knows whether it can be made, and the option that it comes from."""

    refusal: str
    stream: ReportStream


class AccountsToAsk:
    """The ad accounts of which something is tried out: the first three, less those that refuse.

    Args:
        sync: lists them, once something is tried out.
    """

    def __init__(self, sync: Sync) -> None:
        self._sync = sync

    @cached_property
    def left(self) -> deque[str]:
        """Those that have not refused."""
        return deque(islice(self._sync.stream(AdAccounts).ids.of(()), _ACCOUNTS_ASKED))

    def ask(self, try_out: Callable[[str], None]) -> None:
        """Try something out on the first that does not refuse; a sync would leave out the others too."""
        while self.left:
            account = self.left[0]
            try:
                try_out(account)
            except AccountUnreadableError as error:
                LOGGER.warning(error.message)
            except (RefusedError, GoneError) as error:
                LOGGER.warning(AccountUnreadableError(account, str(error.message)).message)
            else:
                return
            self.left.popleft()


def try_out_reports(sync: Sync, accounts: AccountsToAsk) -> None:
    """Ask Pinterest for a few days of each report that is in doubt.

    Raises:
        ConfigError: Pinterest refuses one; in its own words.
    """
    yesterday = days_before(sync.config.today, 1)
    window = DateWindow(yesterday, yesterday)
    for refusal, stream in (*islice(_custom(sync), _CUSTOM_REPORTS_ASKED), *_with_endpoints_of_their_own(sync)):
        try:
            accounts.ask(partial(_try_out, stream, window))
        except ReportRefusedError as error:
            raise ConfigError(f"{refusal}. {error.answer}. {error.advice}") from error


def _try_out(stream: ReportStream, window: DateWindow, account: str) -> None:
    """Ask for a report; where it needs a right of its own, an account without that is still good for other reports."""
    try:
        stream.try_out(account, window)
    except (RefusedError, AccountUnreadableError) as error:
        if stream.access is None:
            raise
        LOGGER.info(_meaning(stream, error))


def _custom(sync: Sync) -> Iterator[_Doubtful]:
    for report in sync.config.custom_reports:
        if report.is_in_doubt:
            yield _Doubtful(f"Custom Reports: Pinterest refuses {report.name}", CustomReportStream(sync, report))


def _with_endpoints_of_their_own(sync: Sync) -> Iterator[_Doubtful]:
    """Those whose option is filled in; of several streams that one option is about, the first."""
    if sync.config.marketing_mix != MARKETING_MIX.usual:
        yield _Doubtful(f"{MARKETING_MIX.title}: Pinterest refuses it", sync.stream(MarketingMixReport))
    if sync.config.products != PRODUCTS.usual:
        yield _Doubtful(f"{PRODUCTS.title}: Pinterest refuses them", sync.stream(PRODUCT_CONVERSIONS[0]))


def _meaning(stream: ReportStream, error: RefusedError | AccountUnreadableError) -> str:
    """One sentence: many ad accounts have no right to these reports, and whoever does not select them needs none."""
    if isinstance(error, AccountUnreadableError):
        return f"{stream.name}: {error.message}"
    return str(stream.reader.refusals.meaning_of(error).message)
