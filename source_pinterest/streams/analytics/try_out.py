"""Does Pinterest make the reports that the user has put together? Those in doubt are asked for, and not fetched."""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from itertools import islice
from typing import NamedTuple

from source_pinterest.api.errors import AccountUnreadableError, ConfigError, GoneError, RefusedError
from source_pinterest.config.own_reports import MARKETING_MIX, PRODUCTS
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.reporting.errors import ReportRefusedError
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.analytics.custom_report import CustomReportStream
from source_pinterest.streams.analytics.marketing_mix import MarketingMixReport
from source_pinterest.streams.analytics.product_breakdowns import PRODUCT_CONVERSIONS
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.context import Sync

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
