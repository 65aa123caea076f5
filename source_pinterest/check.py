"""The connection test. It reports missing permissions, unreadable ad accounts, and columns that Pinterest refuses.

It succeeds for a token that can read something, unless the config itself can't work. It sends few requests, none of
which waits long.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from airbyte_cdk.models import FailureType

from source_pinterest.api.errors import (
    SCOPES_OF_SECRET_CONTENT,
    UNREQUESTED_SCOPES,
    BadRequestError,
    ConfigError,
    GoneError,
    PinterestError,
    QuotaExhaustedError,
    RefusedError,
    RejectedError,
    RightMissingError,
)
from source_pinterest.api.rows import ListPage
from source_pinterest.columns import SYNC_COLUMNS
from source_pinterest.config import Config
from source_pinterest.config.reports import refuse_shared_tables
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.tasks import Task
from source_pinterest.limits import SYNC_HISTORY_DAYS
from source_pinterest.streams import STREAMS
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.analytics.custom_report import AccountsToAsk, try_out_reports
from source_pinterest.streams.analytics.levels import AdAccountAnalytics
from source_pinterest.streams.analytics.query import QueryAnalytics
from source_pinterest.streams.base.stream import PinterestStream, Sync
from source_pinterest.streams.organic.boards import Boards
from source_pinterest.streams.organic.pins import BoardPins
from source_pinterest.streams.organic.profile import UserAccountAnalytics

LOGGER = logging.getLogger("airbyte")

LONGEST_WAIT_SECONDS = 30
"""The longest wait for a quota. With the retries and the timeout, no request takes longer than this either."""

_MAX_RETRIES = 2
_TIMEOUT_SECONDS = 8
_NAMED_ACCOUNTS = 10
"""The maximum number of readable ad accounts to name where one that the config names can't be read."""
_PROBED_STREAMS = 6
"""The maximum number of streams of which one page is read to find out whether a right is missing."""

_PROBED_SCOPES = frozenset({"boards:read", "pins:read", "user_accounts:read", "ads:read"})


def check_access(config: Config, connect: Callable[[Config], Sync]) -> tuple[bool, str | None]:
    """Test the connection. Return whether it works, and a message about what can't be read, or not now.

    Args:
        config: the user's options.
        connect: returns the streams of a sync.

    Raises:
        AirbyteTracedException: custom reports share a table.
    """
    refuse_shared_tables(config.custom_reports)
    quick = replace(
        config,
        max_wait_minutes=min(config.max_wait_minutes, LONGEST_WAIT_SECONDS / 60),
        max_retries=min(config.max_retries, _MAX_RETRIES),
        request_timeout_seconds=min(config.request_timeout_seconds, _TIMEOUT_SECONDS),
    )
    warnings: list[str] = []
    working: list[Callable[[Sync], str | None]] = []
    account = None
    try:
        sync = connect(quick)
        _check_columns(sync)
        for notice in (*config.notices, *_closed_to_app_token(config)):
            LOGGER.info(notice)
        for probe in _probes(config):
            works, found, said = _outcome(probe, sync)
            account = found or account
            working += [probe] if works else []
            warnings += said
        if _probe_ad_accounts in working:
            warnings += _warnings_for_columns(sync)
        for sentence in _missing_rights(sync, account, _PROBED_SCOPES.union(UNREQUESTED_SCOPES)) if working else ():
            LOGGER.info(sentence)
    except PinterestError as error:
        return False, error.message
    warnings = list(dict.fromkeys(warnings))
    for sentence in warnings:
        LOGGER.warning(sentence)
    return bool(working), " ".join(warnings) or None


def _closed_to_app_token(config: Config) -> Iterator[str]:
    if config.has_app_token:
        names = [stream.stream_name() for stream in STREAMS if stream.needs_user_token]
        names += [report.stream_name for report in config.custom_reports]
        yield (
            f"App Credentials read no days older than {SYNC_HISTORY_DAYS} and none of these streams: "
            f"{', '.join(names)}. Choose OAuth2.0 as Authorization Method for them."
        )


def _probes(config: Config) -> Iterator[Callable[[Sync], str | None]]:
    yield _probe_boards
    yield _probe_pins
    if not config.has_app_token:
        yield _probe_user_analytics
    yield _probe_ad_accounts


def _outcome(probe: Callable[[Sync], str | None], sync: Sync) -> tuple[bool, str | None, list[str]]:
    """Return whether a probe works, the account that it found, and what to warn of.

    Raises:
        PinterestError: no other probe can work either.
    """
    try:
        return True, probe(sync), []
    except QuotaExhaustedError as error:
        return True, None, [str(error.message)]  # Pinterest knows the token
    except PinterestError as error:
        if not sync.api.retry_policy.outage.responses:
            raise  # Pinterest can't be reached
        return False, None, [_warning(error)]


def _warning(error: PinterestError) -> str:
    """Return a sentence about what can't be read, and what to do.

    Raises:
        ConfigError: nothing can be read until the user has changed something.
    """
    if isinstance(error, ConfigError) and not isinstance(error, RightMissingError):
        raise error
    advice = f". {error.advice}" if isinstance(error, RefusedError | GoneError) else ""
    return f"{error.message}{advice}"


def _check_columns(sync: Sync) -> None:
    """Check, without a request, that the columns leave room for ids in the URL of a request.

    Raises:
        ConfigError: the columns are too many.
    """
    for stream in STREAMS:
        if issubclass(stream, QueryAnalytics):
            sync.stream(stream).check_room()


def _probe_boards(sync: Sync) -> None:
    _first_page(sync.stream(Boards), {})


def _probe_pins(sync: Sync) -> None:
    """Request the pins of a board that does not exist. A token with the permission gets "not found"."""
    with suppress(RefusedError, GoneError, RejectedError):
        _first_page(sync.stream(BoardPins), {"board_id": "0"})


def _probe_user_analytics(sync: Sync) -> None:
    yesterday = days_before(sync.today(), 1)
    analytics = sync.stream(UserAccountAnalytics)
    try:
        analytics.request_rows(Task({}, analytics.read_days), DateWindow(yesterday, yesterday), {})
    except (RefusedError, GoneError) as error:
        LOGGER.warning(analytics.explain(error).message)


def _probe_ad_accounts(sync: Sync) -> str | None:
    """Read the ad accounts that the config names, or one page of all of them. Return the id of one of them.

    Raises:
        ConfigError: an account that the config names can't be read.
    """
    accounts = sync.stream(AdAccounts)
    if not sync.config.account_ids:
        page = _first_page(accounts, {})
        return str(page.items[0]["id"]) if page.items else None
    try:
        for _ in accounts.read_records():
            pass
    except PinterestError as error:
        if error.kind is FailureType.transient_error:
            raise
        raise ConfigError(f"{_warning(error)} {_readable(accounts)}".strip()) from error
    return sync.config.account_ids[0]


def _readable(accounts: AdAccounts) -> str:
    """Return a sentence with the ad accounts that the user may read, if Pinterest lists them."""
    try:
        found = _first_page(accounts, {}).items
    except PinterestError:
        return ""
    named = [f"{account.get('name')} ({account['id']})" for account in found[:_NAMED_ACCOUNTS]]
    more = f" and others ({len(found)} in all)" if len(found) > len(named) else ""
    return f"This user may read {', '.join(named)}{more}." if named else "This user may read no ad account."


def _first_page(stream: PinterestStream, parents: Mapping[str, str]) -> ListPage:
    """Return the first page of a list, or an empty page if the stream sends no request, as without a catalog."""
    first = next(stream.responses(stream.task(parents)), None)
    return first.value if first else ListPage([])


def _warnings_for_columns(sync: Sync) -> list[str]:
    """Return what keeps the columns and reports in the config from being tried out.

    Raises:
        ConfigError: Pinterest refuses a column or a report. The error quotes its message.
    """
    accounts = AccountsToAsk(sync)
    try:
        _probe_columns(sync, accounts)
        if not sync.config.has_app_token:
            try_out_reports(sync, accounts)
    except PinterestError as error:
        return [_warning(error)]
    return []


def _probe_columns(sync: Sync, accounts: AccountsToAsk) -> None:
    """Request one day of one account if only Pinterest can tell whether it takes the columns or the attribution window.

    Raises:
        ConfigError: Pinterest refuses the request. The error quotes its message.
    """
    window = sync.config.attribution_window
    chosen = [] if SYNC_COLUMNS.issuperset(sync.config.analytics_columns) else ["Analytics Columns"]
    chosen += [f"Attribution Window {window}"] if window and not window.is_default else []
    if not chosen:
        return
    yesterday = days_before(sync.today(), 1)
    stream = sync.stream(AdAccountAnalytics)
    try:
        accounts.ask(lambda account: stream.try_out(account, DateWindow(yesterday, yesterday)))
    except BadRequestError as error:
        raise ConfigError(
            f"{' and '.join(chosen)}: Pinterest refuses {'them' if 'Analytics Columns' in chosen else 'it'}. "
            f"{error.quote}. Remove what it names, or correct it."
        ) from error


def _missing_rights(sync: Sync, account: str | None, checked: frozenset[str]) -> Iterator[str]:
    """Return a sentence for each missing right. They are logged as information, because most users need few rights.

    The permissions of the token are known without a request. Each stream that needs a right of its own costs one
    request, if it is a plain list.

    Args:
        sync: has the token, which was used before.
        account: the id of an ad account.
        checked: permissions to leave out.
    """
    granted = sync.api.authenticator.granted
    streams = [stream for stream in STREAMS if not (sync.config.has_app_token and stream.needs_user_token)]
    needed = dict.fromkeys(scope for stream in streams for scope in stream.scopes if scope not in checked)
    if granted:
        yield from (_missing_scope(scope) for scope in needed if scope not in granted)
        for scope, lost in SCOPES_OF_SECRET_CONTENT.items():
            if scope not in granted and scope.removesuffix("_secret") in granted:
                yield f"The token lacks the permission {scope}, so {lost}."
    lists = [stream for stream in map(sync.stream, streams) if _is_cheap(stream, account)]
    probed = [stream for stream in lists if stream.access and (not granted or granted.issuperset(stream.scopes))]
    for scope in () if granted else needed:
        probed += [stream for stream in lists if scope in stream.scopes][:1]
    for stream in list(dict.fromkeys(probed))[:_PROBED_STREAMS]:
        if sentence := _refusal_of(stream, account):
            yield sentence


def _missing_scope(scope: str) -> str:
    names = ", ".join(stream.stream_name() for stream in STREAMS if scope in stream.scopes)
    return f"The token lacks the permission {scope}, which these streams need: {names}."


def _is_cheap(stream: PinterestStream, account: str | None) -> bool:
    """Return whether one request shows if the stream can be read: it is a list without parents or of an ad account."""
    is_list = not stream.cursor_field and stream.page_size is not None
    return is_list and stream.parent_fields in ((), *((("ad_account_id",),) if account else ()))


def _refusal_of(stream: PinterestStream, account: str | None) -> str | None:
    try:
        _first_page(stream, {key: str(account) for key in stream.parent_fields})
    except (RightMissingError, RefusedError) as error:
        meaning = stream.explain(error)
        return str(meaning.message) if isinstance(meaning, RightMissingError) else None
    except PinterestError:
        return None  # the error does not concern rights
    return None
