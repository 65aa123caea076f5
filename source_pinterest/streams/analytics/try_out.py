"""Does Pinterest make the reports that the user has put together? Those in doubt are asked for, and not fetched."""

import logging
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from source_pinterest.api.errors import AccountUnreadableError, ConfigError, RefusedError
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


class _Doubtful(NamedTuple):
    """A report of which only Pinterest knows whether it can be made, and the option that it comes from."""

    refusal: str
    stream: ReportStream


def try_out_reports(sync: Sync) -> None:
    """Ask Pinterest for a few days of each report that is in doubt.

    Raises:
        ConfigError: Pinterest refuses one; in its own words.
    """
    reports = [*islice(_custom(sync), _CUSTOM_REPORTS_ASKED), *_with_endpoints_of_their_own(sync)]
    account = next(iter(sync.stream(AdAccounts).ids.of(())), None) if reports else None
    yesterday = days_before(sync.config.today, 1)
    for refusal, stream in reports if account else ():
        try:
            stream.try_out(str(account), DateWindow(yesterday, yesterday))
        except ReportRefusedError as error:
            raise ConfigError(f"{refusal}. {error.message}.") from error
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
