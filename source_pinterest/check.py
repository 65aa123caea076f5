"""The connection test. It reports missing permissions, unreadable ad accounts, and columns that Pinterest refuses.

It succeeds for a token that can list boards or ad accounts, unless the config itself can't work. It sends few requests,
none of which waits long.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from airbyte_cdk.models import FailureType

from source_pinterest.api.bodies import Record
from source_pinterest.api.errors import (
    SCOPES_OF_SECRET_CONTENT,
    UNREQUESTED_SCOPES,
    BadRequestError,
    ConfigError,
    GoneError,
    PinterestError,
    QuotaExhaustedError,
    RefusedError,
    RightMissingError,
)
from source_pinterest.columns import SYNC_COLUMNS
from source_pinterest.config import Config
from source_pinterest.config.reports import refuse_shared_tables
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.limits import PAGE_SIZE, SYNC_HISTORY_DAYS
from source_pinterest.streams import STREAMS
from source_pinterest.streams.ads.accounts import EXCLUDED, AdAccounts
from source_pinterest.streams.analytics.custom_report import AccountsToAsk, try_out_reports
from source_pinterest.streams.analytics.levels import AdAccountAnalytics
from source_pinterest.streams.analytics.query import QueryAnalytics
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import Sync
from source_pinterest.streams.organic.boards import Boards

LOGGER = logging.getLogger("airbyte")

LONGEST_WAIT_SECONDS = 30
"""The longest wait for a quota. With the retries and the timeout, no request takes longer than this either."""

_MAX_RETRIES = 2
_TIMEOUT_SECONDS = 8
_NAMED_ACCOUNTS = 10
"""If an ad account of the config can't be read, the error names at most this many others that can be read."""
_PROBED_STREAMS = 6
"""At most this many streams are asked for one page each, to find out whether a right is missing."""
_SCOPES_OF_PROBES = ("boards:read", "ads:read")
"""Permissions that the lists of boards and ad accounts need, which are requested in any case."""


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
    warnings: dict[str, None] = {}
    accounts: list[str] = []
    try:
        sync = connect(quick)
        _check_columns(sync)
        for notice in (*config.notices, *_closed_to_app_token(config)):
            LOGGER.info(notice)
        lists_boards = _works(sync, lambda: _first_page(sync.stream(Boards)), warnings)
        lists_accounts = _works(sync, lambda: accounts.extend(_ad_accounts(sync)), warnings)
        if lists_accounts:
            _works(sync, lambda: _try_out(sync), warnings)
        if lists_boards or lists_accounts:
            for sentence in _missing_rights(sync, next(iter(accounts), None)):
                LOGGER.info(sentence)
    except PinterestError as error:
        return False, error.message
    for sentence in warnings:
        LOGGER.warning(sentence)
    return lists_boards or lists_accounts, " ".join(warnings) or None


def _closed_to_app_token(config: Config) -> Iterator[str]:
    if config.has_app_token:
        names = [stream.stream_name() for stream in STREAMS if stream.needs_user_token]
        names += [report.stream_name for report in config.custom_reports]
        yield (
            f"App Credentials read no days older than {SYNC_HISTORY_DAYS} and none of these streams: "
            f"{', '.join(names)}. Choose OAuth2.0 as Authorization Method for them."
        )


def _works(sync: Sync, probe: Callable[[], object], warnings: dict[str, None]) -> bool:
    """Return whether Pinterest answers the requests of a probe. If it refuses one, add a warning.

    Raises:
        PinterestError: no other probe can work either.
    """
    try:
        probe()
    except PinterestError as error:
        has_quota = isinstance(error, QuotaExhaustedError)  # Pinterest knows the token, then
        if not has_quota and not sync.api.retry_policy.outage.responses:
            raise  # Pinterest can't be reached
        warnings[_warning(error)] = None
        return has_quota
    return True


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


def _ad_accounts(sync: Sync) -> list[str]:
    """Read the ad accounts that the config names, or one page of all of them. Return their ids.

    Raises:
        ConfigError: an account that the config names can't be read, or all are excluded.
    """
    accounts = sync.stream(AdAccounts)
    if not sync.config.account_ids:
        ids = [str(account["id"]) for account in _first_page(accounts)]
        if 0 < len(ids) < PAGE_SIZE and sync.config.exclude_account_ids.issuperset(ids):
            raise ConfigError(f"{EXCLUDED}: all ad accounts are excluded. Remove one of them.")
        return ids
    try:
        for _ in accounts.read_records():
            pass
    except PinterestError as error:
        if error.kind is FailureType.transient_error:
            raise
        raise ConfigError(f"{_warning(error)} {_readable(accounts)}".strip()) from error
    return list(sync.config.account_ids)


def _readable(accounts: AdAccounts) -> str:
    """Return a sentence with the ad accounts that the user may read, if Pinterest lists them."""
    try:
        readable = _first_page(accounts)
    except PinterestError:
        return ""
    named = [f"{account.get('name')} ({account['id']})" for account in readable[:_NAMED_ACCOUNTS]]
    more = f" and others ({len(readable)} in all)" if len(readable) > len(named) else ""
    return f"This user may read {', '.join(named)}{more}." if named else "This user may read no ad account."


def _first_page(stream: PinterestStream, account: str | None = None) -> Sequence[Record]:
    """Return the items of the first page of a list; none if the stream sends no request, as without a catalog."""
    first = next(stream.responses(stream.task({key: str(account) for key in stream.parent_fields})), None)
    return first.value.items if first else []


def _try_out(sync: Sync) -> None:
    """Request what only Pinterest can check: columns, an attribution window, reports.

    Raises:
        ConfigError: Pinterest refuses one of them. The error quotes its message.
    """
    accounts = AccountsToAsk(sync)
    _probe_columns(sync, accounts)
    if not sync.config.has_app_token:
        try_out_reports(sync, accounts)


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


def _missing_rights(sync: Sync, account: str | None) -> Iterator[str]:
    """Yield a sentence for each missing right. They are logged as information, because most users need few rights.

    Args:
        sync: has the token, which was used before.
        account: the id of an ad account.
    """
    granted, is_of_app = sync.api.authenticator.granted, sync.config.has_app_token
    streams = [sync.stream(stream) for stream in STREAMS if not (is_of_app and stream.needs_user_token)]
    if granted:
        yield from _missing_scopes(granted, streams)
    for stream in _to_probe(granted, [stream for stream in streams if _is_cheap(stream, account)]):
        if sentence := _refusal_of(stream, account):
            yield sentence


def _missing_scopes(granted: frozenset[str], streams: Sequence[PinterestStream]) -> Iterator[str]:
    for scope in _scopes_in_doubt(streams):
        if scope not in granted:
            names = ", ".join(stream.name for stream in streams if scope in stream.scopes)
            yield f"The token lacks the permission {scope}, which these streams need: {names}."
    for scope, lost in SCOPES_OF_SECRET_CONTENT.items():
        if scope not in granted and scope.removesuffix("_secret") in granted:
            yield f"The token lacks the permission {scope}, so {lost}."


def _to_probe(granted: frozenset[str], lists: Sequence[PinterestStream]) -> Sequence[PinterestStream]:
    """Return the lists of which one page is read: each that needs a right beside the permissions of the token.

    Pinterest tells the permissions of a token that it issues to the connector, and not those of a token that the user
    has pasted. Then one list for each permission is read as well.
    """
    probed = [stream for stream in lists if stream.access and (not granted or granted.issuperset(stream.scopes))]
    for scope in () if granted else _scopes_in_doubt(lists):
        probed += [stream for stream in lists if scope in stream.scopes][:1]
    return list(dict.fromkeys(probed))[:_PROBED_STREAMS]


def _scopes_in_doubt(streams: Iterable[PinterestStream]) -> Collection[str]:
    told = (*_SCOPES_OF_PROBES, *UNREQUESTED_SCOPES)
    return dict.fromkeys(scope for stream in streams for scope in stream.scopes if scope not in told)


def _is_cheap(stream: PinterestStream, account: str | None) -> bool:
    """Return whether one request shows if the stream can be read: it is a list without parents or of an ad account."""
    is_list = not stream.cursor_field and stream.page_size is not None
    return is_list and stream.parent_fields in ((), *((("ad_account_id",),) if account else ()))


def _refusal_of(stream: PinterestStream, account: str | None) -> str | None:
    try:
        _first_page(stream, account)
    except (RightMissingError, RefusedError) as error:
        meaning = stream.explain(error)
        return str(meaning.message) if isinstance(meaning, RightMissingError) else None
    except PinterestError:
        return None  # the error does not concern rights
    return None
