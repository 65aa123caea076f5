"""The connection test. It reports missing permissions and unreadable ad accounts.

It succeeds for a token that can list boards or ad accounts, unless the config itself can't work. It sends few requests,
none of which waits long.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from airbyte_cdk.models import FailureType

from source_pinterest.api.bodies import Record
from source_pinterest.api.errors import (
    SCOPES_OF_SECRET_CONTENT,
    UNREQUESTED_SCOPES,
    AccessDeniedError,
    ConfigError,
    MissingEntitlementError,
    NotFoundError,
    PinterestError,
    QuotaExhaustedError,
)
from source_pinterest.config import Config
from source_pinterest.limits import PAGE_SIZE, SYNC_HISTORY_DAYS
from source_pinterest.streams import STREAMS
from source_pinterest.streams.ads.accounts import EXCLUDED, AdAccounts
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import SyncContext
from source_pinterest.streams.organic.boards import Boards

LOGGER = logging.getLogger("airbyte")

LONGEST_WAIT_SECONDS = 30
"""The longest wait for a quota. With the retries and the timeout, no request takes longer than this either."""

_MAX_RETRIES = 2
_TIMEOUT_SECONDS = 8
_NAMED_ACCOUNTS = 10
"""If an ad account of the config can't be read, the error names at most this many others that can be read."""
_SCOPES_OF_PROBES = ("boards:read", "ads:read")
"""Permissions that the lists of boards and ad accounts need, which are requested in any case."""


def check_access(config: Config, connect: Callable[[Config], SyncContext]) -> tuple[bool, str | None]:
    """Test the connection. Return whether it works, and a message about what can't be read, or not now.

    Args:
        config: the user's options.
        connect: returns the streams of a sync.

    Raises:
        AirbyteTracedException: custom reports share a table.
    """
    quick = replace(
        config,
        max_wait_minutes=min(config.max_wait_minutes, LONGEST_WAIT_SECONDS / 60),
        max_retries=min(config.max_retries, _MAX_RETRIES),
        request_timeout_seconds=min(config.request_timeout_seconds, _TIMEOUT_SECONDS),
    )
    warnings: dict[str, None] = {}
    try:
        sync = connect(quick)
        for notice in config.notices:
            LOGGER.info(notice)
        if config.has_app_token:
            names = [stream.stream_name() for stream in STREAMS if stream.needs_user_token]
            names += [report.stream_name for report in config.custom_reports]
            LOGGER.info(
                f"App Credentials read no days older than {SYNC_HISTORY_DAYS} and none of these streams: "
                f"{', '.join(names)}. Choose OAuth2.0 as Authorization Method for them."
            )
        lists_boards = _works(sync, lambda: _first_page(sync.stream(Boards)), warnings)
        lists_accounts = _works(sync, lambda: _check_accounts(sync), warnings)
        for message in _missing_scopes(sync):
            LOGGER.info(message)
    except PinterestError as error:
        return False, error.message
    for message in warnings:
        LOGGER.warning(message)
    return lists_boards or lists_accounts, " ".join(warnings) or None


def _works(sync: SyncContext, probe: Callable[[], object], warnings: dict[str, None]) -> bool:
    """Return whether Pinterest answers the requests of a probe. If it rejects one, add a warning.

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
    """Return a message about what can't be read, and what to do.

    Raises:
        ConfigError: nothing can be read until the user has changed something.
    """
    if isinstance(error, ConfigError) and not isinstance(error, MissingEntitlementError):
        raise error
    advice = f". {error.advice}" if isinstance(error, AccessDeniedError | NotFoundError) else ""
    return f"{error.message}{advice}"


def _check_accounts(sync: SyncContext) -> None:
    """Read the ad accounts that the config names, or one page of all of them.

    Raises:
        ConfigError: an account that the config names can't be read, or all are excluded.
    """
    accounts = sync.stream(AdAccounts)
    if not sync.config.account_ids:
        ids = [str(account["id"]) for account in _first_page(accounts)]
        if 0 < len(ids) < PAGE_SIZE and sync.config.exclude_account_ids.issuperset(ids):
            raise ConfigError(f"{EXCLUDED}: all ad accounts are excluded. Remove one of them.")
        return
    try:
        for _ in accounts.read_records():
            pass
    except PinterestError as error:
        if error.kind is FailureType.transient_error:
            raise
        raise ConfigError(f"{_warning(error)} {_readable(accounts)}".strip()) from error


def _readable(accounts: AdAccounts) -> str:
    """Return a message with the ad accounts that the user may read, if Pinterest lists them."""
    try:
        readable = _first_page(accounts)
    except PinterestError:
        return ""
    named = [f"{account.get('name')} ({account['id']})" for account in readable[:_NAMED_ACCOUNTS]]
    more = f" and others ({len(readable)} in all)" if len(readable) > len(named) else ""
    return f"This user may read {', '.join(named)}{more}." if named else "This user may read no ad account."


def _first_page(stream: PinterestStream) -> Sequence[Record]:
    """Return the items of the first page of a list."""
    return next(stream.list_pages(stream.task({}))).items


def _missing_scopes(sync: SyncContext) -> Iterator[str]:
    """Yield a message for each permission that the token lacks, if Pinterest has listed those that it has.

    They are logged as information, because most users need few permissions.
    """
    granted, is_of_app = sync.api.authenticator.granted, sync.config.has_app_token
    if not granted:
        return
    streams = [stream for stream in STREAMS if not (is_of_app and stream.needs_user_token)]
    for scope in dict.fromkeys(scope for stream in streams for scope in stream.scopes):
        if scope not in (*granted, *_SCOPES_OF_PROBES, *UNREQUESTED_SCOPES):
            names = ", ".join(stream.stream_name() for stream in streams if scope in stream.scopes)
            yield f"The token lacks the permission {scope}, which these streams need: {names}."
    for scope, lost in SCOPES_OF_SECRET_CONTENT.items():
        if scope not in granted and scope.removesuffix("_secret") in granted:
            yield f"The token lacks the permission {scope}, so {lost}."
