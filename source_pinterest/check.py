"""What does `check` tell? Which permissions the token lacks, and which configured ad accounts it can't read.

It passes for a token that can read something, and makes a handful of calls, none of which waits long.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from source_pinterest.api.errors import (
    AccountUnreadableError,
    ConfigError,
    GoneError,
    PinterestError,
    RefusedError,
    RejectedError,
    ReportRefusedError,
    ScopeMissingError,
)
from source_pinterest.config import Config
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.rights import missing_rights
from source_pinterest.state.day_cursor import END, START
from source_pinterest.streams.ads.entities import AdAccounts
from source_pinterest.streams.analytics.custom_report import CustomReportStream
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.slices import partition_slice
from source_pinterest.streams.organic.boards import Boards
from source_pinterest.streams.organic.pins import BoardPins
from source_pinterest.streams.organic.user_analytics import UserAccountAnalytics

LOGGER = logging.getLogger("airbyte")

LONGEST_WAIT_SECONDS = 30
_RETRIES = 2
_TIMEOUT_SECONDS = 8
_REPORTS_ASKED = 5
_PROBED = frozenset({"boards:read", "pins:read", "user_accounts:read", "ads:read"})


def check_access(config: Config, connect: Callable[[Config], Sync]) -> tuple[bool, str | None]:
    """Whether the connection works, and a message where there is something to say.

    Args:
        config: what the user wants.
        connect: makes the streams of a sync.
    """
    hasty = replace(
        config,
        max_wait_seconds=min(config.max_wait_seconds, LONGEST_WAIT_SECONDS),
        max_retries=min(config.max_retries, _RETRIES),
        request_timeout_seconds=min(config.request_timeout_seconds, _TIMEOUT_SECONDS),
    )
    lacking: list[str] = []
    readable, account = 0, None
    try:
        sync = connect(hasty)
        for probe in (_probe_boards, _probe_pins, _probe_user_analytics, _probe_ad_accounts):
            try:
                account = probe(sync) or account
                readable += 1
            except ScopeMissingError as error:
                lacking.append(str(error.message))
        with suppress(ScopeMissingError):  # named by the ad accounts already
            _probe_custom_reports(sync)
        for sentence in missing_rights(sync, account, _PROBED) if readable else ():
            LOGGER.info(sentence)
    except PinterestError as error:
        return False, error.message
    for sentence in lacking:
        LOGGER.warning(sentence)
    if not readable:
        return False, " ".join(lacking)
    return True, " ".join(lacking) or None


def _probe_boards(sync: Sync) -> None:
    boards, everything = sync.stream(Boards), partition_slice({})
    try:
        boards.fetch(everything)
    except (RefusedError, GoneError) as error:
        boards.leave_out(everything, error)


def _probe_pins(sync: Sync) -> None:
    """Ask for the pins of a board that does not exist: a token with the permission gets "not found"."""
    with suppress(RefusedError, GoneError, RejectedError):
        sync.stream(BoardPins).fetch(partition_slice({"board_id": "0"}))


def _probe_user_analytics(sync: Sync) -> None:
    yesterday = days_before(sync.config.today, 1)
    start, end = DateWindow(yesterday, yesterday).as_pair()
    analytics = sync.stream(UserAccountAnalytics)
    try:
        analytics.fetch(partition_slice({}, {START: start, END: end}))
    except (RefusedError, GoneError) as error:
        LOGGER.warning(analytics.admission.meaning_of(error).message)


def _probe_ad_accounts(sync: Sync) -> str | None:
    """The accounts that the config names, or one page of them all; one of them to ask more of."""
    accounts = sync.stream(AdAccounts)
    everything = partition_slice({})
    if not sync.config.account_ids:
        found = accounts.parse_response(accounts.fetch(everything))
        return str(found[0]["id"]) if found else None
    try:
        for _ in accounts.read_slice(everything):
            pass
    except AccountUnreadableError as error:
        raise ConfigError(str(error.message)) from error
    return sync.config.account_ids[0]


def _probe_custom_reports(sync: Sync) -> None:
    """Ask Pinterest for a day of each report that names attribution windows: which of them go together is not written.

    Raises:
        ConfigError: Pinterest refuses one; in its own words.
    """
    reports = [report for report in sync.config.custom_reports if report.names_windows][:_REPORTS_ASKED]
    account = next(iter(sync.stream(AdAccounts).ids.of(())), None) if reports else None
    yesterday = days_before(sync.config.today, 1)
    for report in reports if account else ():
        try:
            CustomReportStream(sync, report).try_out(str(account), DateWindow(yesterday, yesterday))
        except ReportRefusedError as error:
            raise ConfigError(f"Custom Reports: Pinterest refuses {report.name}. {error.message}.") from error
