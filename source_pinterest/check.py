"""What does `check` find out? Which permissions the token lacks, and which configured ad accounts it can't read.

It passes for a token that can read something, and makes a handful of calls, none of which waits long.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import (
    SCOPES_OF_SECRET_CONTENT,
    AccessMissingError,
    AccountUnreadableError,
    BadRequestError,
    ConfigError,
    GoneError,
    PinterestError,
    RefusedError,
    RejectedError,
    RestrictedError,
    RightMissingError,
    ScopeMissingError,
    understood,
)
from source_pinterest.api.rows import ListPage
from source_pinterest.columns import SYNC_COLUMNS
from source_pinterest.config import Config
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.slices import partition_slice, window_slice
from source_pinterest.state.history import PlannedWindow
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
_RETRIES = 2
_TIMEOUT_SECONDS = 8
_STREAMS_ASKED = 6
_PROBED = frozenset({"boards:read", "pins:read", "user_accounts:read", "ads:read"})
_ON_REQUEST = frozenset({"biz_access:read"})
"""Permissions that the consent form does not ask for. Who wants the streams behind them knows, and nobody else must."""


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
        _check_columns(sync)
        for notice in config.notices:
            LOGGER.info(notice)
        for probe in (_probe_boards, _probe_pins, _probe_user_analytics, _probe_ad_accounts):
            try:
                account = probe(sync) or account
                readable += 1
            except (RightMissingError, RefusedError, GoneError) as error:
                lacking.append(_told(error))
        lacking += _missing_for_columns(sync)
        for sentence in _missing_rights(sync, account, _PROBED | _ON_REQUEST) if readable else ():
            LOGGER.info(sentence)
    except PinterestError as error:
        return False, error.message
    for sentence in lacking:
        LOGGER.warning(sentence)
    if not readable:
        return False, " ".join(lacking)
    return True, " ".join(lacking) or None


def _told(error: RightMissingError | RefusedError | GoneError) -> str:
    """Why something can't be read, and what helps."""
    return str(error.message) if isinstance(error, RightMissingError) else f"{error.message}. {error.advice}"


def _check_columns(sync: Sync) -> None:
    """See to it that the columns leave room for ids in the address of a call; without a call.

    Raises:
        ConfigError: they don't.
    """
    for stream in STREAMS:
        if issubclass(stream, QueryAnalytics):
            sync.stream(stream).check_room()


def _probe_boards(sync: Sync) -> None:
    _ask(sync.stream(Boards), partition_slice({}))


def _probe_pins(sync: Sync) -> None:
    """Ask for the pins of a board that does not exist: a token with the permission gets "not found"."""
    with suppress(RefusedError, GoneError, RejectedError):
        _ask(sync.stream(BoardPins), partition_slice({"board_id": "0"}))


def _probe_user_analytics(sync: Sync) -> None:
    yesterday = days_before(sync.config.today, 1)
    analytics = sync.stream(UserAccountAnalytics)
    try:
        analytics.request_rows(window_slice({}, PlannedWindow(DateWindow(yesterday, yesterday)), {}), {})
    except (RefusedError, GoneError) as error:
        LOGGER.warning(analytics.reader.refusals.explain(error).message)


def _probe_ad_accounts(sync: Sync) -> str | None:
    """The accounts that the config names, or one page of them all; one of them to ask more of."""
    accounts = sync.stream(AdAccounts)
    everything = partition_slice({})
    if not sync.config.account_ids:
        found = _ask(accounts, everything)
        return str(found.items[0]["id"]) if found.items else None
    try:
        for _ in understood(accounts.name, accounts.listing(everything)):
            pass
    except AccountUnreadableError as error:
        raise ConfigError(str(error.message)) from error
    return sync.config.account_ids[0]


def _ask(stream: PinterestStream, stream_slice: StreamSlice) -> ListPage:
    """The first page of a slice; an empty one where there is nothing to page, as without a catalog."""
    first = next(stream.responses(stream_slice), None)
    return first.value if first else ListPage([])


def _missing_for_columns(sync: Sync) -> list[str]:
    """What the app lacks for the columns and reports that the user has named.

    Raises:
        ConfigError: Pinterest refuses one; in its own words.
    """
    accounts = AccountsToAsk(sync)
    try:
        _probe_columns(sync, accounts)
        try_out_reports(sync, accounts)
    except (ScopeMissingError, RefusedError, GoneError):
        return []  # named by the ad accounts already
    except RestrictedError as error:
        return [str(error.message)]
    return []


def _probe_columns(sync: Sync, accounts: AccountsToAsk) -> None:
    """Ask Pinterest for a day of one account where the user has named columns that its documents don't have.

    Raises:
        ConfigError: Pinterest refuses them; in its own words.
    """
    if SYNC_COLUMNS.issuperset(sync.config.analytics_columns or ()):
        return
    yesterday = days_before(sync.config.today, 1)
    calls = sync.stream(AdAccountAnalytics).calls
    try:
        accounts.ask(lambda account: calls.try_out(account, DateWindow(yesterday, yesterday)))
    except BadRequestError as error:
        raise ConfigError(
            f"Analytics Columns: Pinterest refuses them. {error.answer}. Remove what it names, or correct it."
        ) from error


def _missing_rights(sync: Sync, account: str | None, checked: frozenset[str]) -> Iterator[str]:
    """A sentence for each right that is missing, as information: nobody has to have every right.

    What the token tells of its permissions costs no call; each stream behind a right of its own costs one, if it is a
    plain list.

    Args:
        sync: has the token, which was used by now.
        account: an ad account to ask for.
        checked: permissions that have been looked at already, or are not to be.
    """
    granted = sync.api.authenticator.granted
    needed = dict.fromkeys(scope for stream in STREAMS for scope in stream.scopes if scope not in checked)
    if granted:
        yield from (_without(scope) for scope in needed if scope not in granted)
        for scope, lost in SCOPES_OF_SECRET_CONTENT.items():
            if scope not in granted and scope.removesuffix("_secret") in granted:
                yield f"The token lacks the permission {scope}, so {lost}."
    lists = [stream for stream in map(sync.stream, STREAMS) if _is_cheap(stream, account)]
    asked = [stream for stream in lists if stream.access and (not granted or granted.issuperset(stream.scopes))]
    for scope in () if granted else needed:
        asked += [stream for stream in lists if scope in stream.scopes][:1]
    for stream in list(dict.fromkeys(asked))[:_STREAMS_ASKED]:
        if sentence := _refusal_of(stream, account):
            yield sentence


def _without(scope: str) -> str:
    names = ", ".join(stream.stream_name() for stream in STREAMS if scope in stream.scopes)
    return f"The token lacks the permission {scope}, which these streams need: {names}."


def _is_cheap(stream: PinterestStream, account: str | None) -> bool:
    """Whether one call tells: a list of its own, or one of an ad account."""
    is_list = not stream.cursor_field and stream.page_size is not None
    return is_list and stream.partition_keys in ((), *((("ad_account_id",),) if account else ()))


def _refusal_of(stream: PinterestStream, account: str | None) -> str | None:
    try:
        _ask(stream, partition_slice({key: str(account) for key in stream.partition_keys}))
    except (RightMissingError, RefusedError) as error:
        meaning = stream.reader.refusals.explain(error)
        return str(meaning.message) if isinstance(meaning, AccessMissingError | RightMissingError) else None
    except PinterestError:
        return None  # tells nothing about rights
    return None
