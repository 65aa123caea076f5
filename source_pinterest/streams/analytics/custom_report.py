"""Custom reports, each of which is a stream, and the checks of reports before a sync."""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain, islice
from typing import NamedTuple

from source_pinterest.api.errors import AccountUnreadableError, ConfigError, GoneError, RefusedError, RejectedError
from source_pinterest.config import Config, attribution_of
from source_pinterest.config.reports import STATUS_FILTERS, USUAL_MARKETING_MIX, USUAL_PRODUCTS, CustomReport
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.reporting.client import CHANGE_THE_REPORT
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.analytics.level_reports import level_spec
from source_pinterest.streams.analytics.own_reports import PRODUCT_CONVERSIONS, MarketingMixReport
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.analytics.report_spec import ReportSpec
from source_pinterest.streams.base.sync import Sync

LOGGER = logging.getLogger("airbyte")

_CHECKED_CUSTOM_REPORTS = 5
"""The most custom reports that the connection test requests."""

_CHECKED_ACCOUNTS = 3
"""The most ad accounts that the connection test tries, one after the other, until one does not refuse."""


def custom_report(sync: Sync, report: CustomReport) -> ReportStream:
    return ReportStream(sync, custom_spec(report, sync.config), report.stream_name)


def custom_spec(report: CustomReport, config: Config) -> ReportSpec:
    """Return what a custom report is. Its attribution options come before those of the connection."""
    own = {
        "click_window_days": report.click_window_days,
        "engagement_window_days": report.engagement_window_days,
        "view_window_days": report.view_window_days,
        "conversion_report_time": report.conversion_report_time,
        "attribution_types": list(report.attribution_types) or None,
    }
    spec = level_spec(
        report.level,
        report.columns,
        report.granularity,
        report.targeting_types,
        statuses={name: getattr(report, name) for name in STATUS_FILTERS},
        attribution={**attribution_of(config), **{name: value for name, value in own.items() if value is not None}},
    )
    return replace(spec, own_start=report.start_date)


class _UncheckedReport(NamedTuple):
    """A report that only Pinterest can check.

    Attributes:
        refusal: the beginning of the error message, with the option that the report comes from.
        stream: the report's stream.
        chosen: the names that the user has chosen, such as columns.
    """

    refusal: str
    stream: ReportStream
    chosen: tuple[str, ...]


class AccountsToAsk:
    """The ad accounts with which requests are tried out: the first three, without those that refuse.

    Args:
        sync: lists the accounts when the first request is tried out.
    """

    def __init__(self, sync: Sync) -> None:
        self._sync = sync

    @cached_property
    def left(self) -> deque[str]:
        return deque(islice(self._sync.stream(AdAccounts).ids.get(()), _CHECKED_ACCOUNTS))

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
    for refusal, stream, chosen in (*islice(_custom_reports(sync), _CHECKED_CUSTOM_REPORTS), *_own_reports(sync)):
        accounts.ask(partial(_try_out, refusal, stream, chosen, window))


def _try_out(refusal: str, stream: ReportStream, chosen: tuple[str, ...], window: DateWindow, account: str) -> None:
    """Create a report. If the stream needs a right of its own, log a refusal, since other reports may work.

    Raises:
        ConfigError: Pinterest refuses the report.
    """
    try:
        stream.report_tasks.try_out(stream.spec.requests(account, window)[0], chosen)
    except RejectedError as error:
        raise ConfigError(f"{refusal}. {error.quote}. {CHANGE_THE_REPORT}") from error
    except RefusedError as error:
        if stream.access is None:
            raise
        LOGGER.info(stream.explain(error).message)
    except GoneError as error:
        if stream.access is None:
            raise
        LOGGER.info(f"{stream.name}: {AccountUnreadableError(account, str(error.message)).message}")


def _custom_reports(sync: Sync) -> Iterator[_UncheckedReport]:
    for report in sync.config.custom_reports:
        if report.is_in_doubt:
            refusal = f"Custom Reports: Pinterest refuses {report.name}"
            statuses = chain.from_iterable(getattr(report, name) for name in STATUS_FILTERS)
            yield _UncheckedReport(refusal, custom_report(sync, report), (*report.columns, *statuses))


def _own_reports(sync: Sync) -> Iterator[_UncheckedReport]:
    """Return the reports with endpoints of their own whose options are filled in, one stream for each option."""
    mix, products = sync.config.marketing_mix_report, sync.config.brand_category_sku_reports
    if mix != USUAL_MARKETING_MIX:
        refusal = "Marketing Mix Report: Pinterest refuses it"
        yield _UncheckedReport(refusal, sync.stream(MarketingMixReport), mix.columns)
    if products != USUAL_PRODUCTS:
        refusal = "Brand, Category and SKU Reports: Pinterest refuses them"
        yield _UncheckedReport(refusal, sync.stream(PRODUCT_CONVERSIONS[0]), products.columns)
