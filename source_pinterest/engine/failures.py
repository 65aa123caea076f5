"""Decides what a failed slice costs: itself, its account, or the whole stream.

| the slice's error | consequence |
|---|---|
| concerns the whole stream, or the stream has a single slice and it is refused | the stream stops |
| refused or gone; the config names the account, or it was read before | the slice fails |
| refused or gone otherwise | the slice is left out, see `_verdict` |
| any other | the slice fails; `CircuitBreaker` may stop its account or the stream |

A failed slice stays unread in the state, its stream is incomplete, and reading goes on.
"""

import logging
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from typing import ClassVar, Protocol

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.auth import PinterestAuthenticator
from source_pinterest.api.errors import (
    Access,
    AccountUnreadableError,
    ConfigError,
    FatalError,
    GoneError,
    KeyInDoubtError,
    ListingCappedError,
    NothingLeftError,
    PinterestError,
    RefusedError,
    RestrictedError,
    RightMissingError,
    access_missing,
)
from source_pinterest.api.usage import StreamUsage
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.slices import Key, key_of_parent, outermost_of
from source_pinterest.state.cursor import PinterestCursor
from source_pinterest.state.formats import ACCOUNT_KEY

LOGGER = logging.getLogger("airbyte")

FAILURES_IN_A_ROW = 5
"""Failures of different accounts or boards with no success in between, after which the cause may concern all of them.
Also the failed slices of one account or board after which its other slices are expected to fail."""

_ISOLATED_ERRORS = (AccountUnreadableError, ListingCappedError, KeyInDoubtError)
"""Errors that concern one account, board or response, and say nothing of others."""

Parent = tuple[str, ...]
"""The id of an account or a board."""


class Consequence(Enum):
    """What happens after a slice has failed."""

    LEAVE_OUT = auto()
    FAIL = auto()
    STOP = auto()


class FailingStream(Protocol):
    """The attributes and methods of a stream that `Failures` uses."""

    access: Access | None
    scopes: ClassVar[tuple[str, ...]]
    usage: StreamUsage
    notices: Notices
    checkpoint: PinterestCursor | None

    @property
    def name(self) -> str:
        """The stream's name."""

    def is_expected(self, stream_slice: StreamSlice) -> bool:
        """Return whether the slice has to be readable."""


class CircuitBreaker:
    """Stops the requests of a stream once they would fail.

    It opens at the first fatal error, and when several accounts or boards fail in a row that were read earlier in this
    sync. Accounts that have never been read don't open it, whatever their number, so that broken accounts don't keep
    good ones from being read. After several of these in a row, each further one is tried once, without retries, until
    a slice is read.
    """

    def __init__(self) -> None:
        self.is_open = False
        self._lock = threading.Lock()
        self._readable: set[int] = set()  # hashes: there may be 100,000 boards
        self._failing: set[Parent] = set()
        self._failures: Counter[Parent] = Counter()

    def is_worth_retrying(self) -> bool:
        """Return whether a request that fails should be sent again."""
        return len(self._failing) < FAILURES_IN_A_ROW

    def is_open_for(self, parent: Parent) -> bool:
        """Return whether another slice of this account or board is expected to fail."""
        has_one_try = not self.is_worth_retrying() and not self.has_read(parent)
        return self.is_open or self._failures[parent] >= (1 if has_one_try else FAILURES_IN_A_ROW)

    def note_success(self, parent: Parent) -> None:
        """Record that a slice was read to its end."""
        with self._lock:
            self._readable.add(hash(parent))
            self._failing.clear()
            self._failures.pop(parent, None)

    def note_failure(self, error: Exception, parent: Parent) -> bool:
        """Record a failure. Return False if the requests of the stream or of this parent were stopped before."""
        with self._lock:
            if self.is_open_for(parent):
                return False
            if not isinstance(error, _ISOLATED_ERRORS):
                self._failures[parent] += 1
                self._failing.add(parent)
            readable_before = sum(map(self.has_read, self._failing))
            self.is_open = isinstance(error, FatalError) or readable_before >= FAILURES_IN_A_ROW
            return True

    def has_read(self, parent: Parent) -> bool:
        """Return whether a slice of this account or board was read in this sync."""
        return hash(parent) in self._readable


class Failures:
    """The failures of one stream in one sync.

    No lock is held while something is logged or raised.

    Args:
        stream: the stream.
        authenticator: has the permissions that were granted.
    """

    def __init__(self, stream: FailingStream, authenticator: PinterestAuthenticator) -> None:
        self._stream = stream
        self._authenticator = authenticator
        self.breaker = CircuitBreaker()
        self._lock = threading.Lock()
        self._pending = 1  # slices that have not ended, and the listing of slices itself
        self._is_right_shown = self._is_any_kept = self._has_failed = False
        self._refused: list[tuple[StreamSlice, PinterestError]] = []
        self._left_out: dict[Key, PinterestError] = {}

    def counted(self, slices: Iterable[StreamSlice]) -> Iterator[StreamSlice]:
        """Return the slices as they are listed, until the stream is stopped, and count them.

        Raises:
            PinterestError: the stream's verdict, if all slices have ended by then.
        """
        try:
            for stream_slice in slices:
                if self.breaker.is_open:
                    break
                with self._lock:
                    self._pending += 1
                yield stream_slice
        except Exception:
            self._keep(has_failed=True)
            self.ended(None)
            raise
        if error := self.ended(None):
            raise error

    def may_read(self, stream_slice: StreamSlice) -> bool:
        """Return False if the slice would fail as earlier ones did. It then stays unread."""
        if not self.breaker.is_open_for(_parent_of(stream_slice)):
            return True
        if cursor := self._stream.checkpoint:
            cursor.fail(stream_slice)
        return False

    def succeeded(self, stream_slice: StreamSlice) -> None:
        """Record that a slice was read to its end."""
        self._keep()
        self.breaker.note_success(_parent_of(stream_slice))

    def failed(self, stream_slice: StreamSlice, error: Exception) -> Exception | None:
        """Draw the consequence of an error. Return the error to raise, or None if the slice is left out.

        After several errors that stop an account or the stream, the next ones are not raised any more.
        """
        consequence = self.decide(stream_slice, error)
        if consequence is Consequence.LEAVE_OUT and isinstance(error, PinterestError):
            self._is_right_shown = self._is_right_shown or isinstance(error, GoneError)
            self._refused.append((stream_slice, error))
            return None
        error = self._explained(stream_slice, error)
        self._is_any_kept = True  # and the stream is incomplete
        if not isinstance(error, AccountUnreadableError):
            self._keep(has_failed=True)
        if cursor := self._stream.checkpoint:
            cursor.fail(stream_slice)
            if consequence is Consequence.FAIL and not isinstance(error, NothingLeftError):
                cursor.note_failure(stream_slice)
        return error if self.breaker.note_failure(error, _parent_of(stream_slice)) else None

    def decide(self, stream_slice: StreamSlice, error: Exception) -> Consequence:
        """Return the consequence of an error, by the table of this module."""
        if not isinstance(error, RefusedError | GoneError):
            return Consequence.STOP if isinstance(error, FatalError) else Consequence.FAIL
        if not stream_slice.partition:
            return Consequence.STOP
        is_final = self._stream.access is None  # otherwise the right may be missing, which the last slice shows
        return Consequence.FAIL if is_final and self._is_loss(stream_slice) else Consequence.LEAVE_OUT

    def ended(self, error: Exception | None) -> Exception | None:
        """Count the end of a slice.

        Args:
            error: the slice's own error.

        Returns:
            The error to raise: the slice's own, or after the last slice the verdict. It is logged if the stream has
            failed anyway.
        """
        with self._lock:
            self._pending -= 1
            if self._pending:
                return error
        verdict = self._verdict()
        if verdict and (error or self._has_failed):
            LOGGER.warning(verdict.message)
            return error
        return error or verdict

    def leave_out(self, stream_slice: StreamSlice, error: PinterestError) -> None:
        """Warn that a slice can't be read, and go on without it."""
        key = key_of_parent(stream_slice)
        self._left_out[key] = error
        left_out = f"{', '.join(key)} is left out."
        if self._stream.notices.warn(left_out, f"{left_out} {error.message}."):
            self._stream.usage.count_left_out()

    def explain(self, error: PinterestError) -> PinterestError:
        """Return the error for a stream whose slices were all refused.

        Pinterest may report a missing right as a missing permission.
        """
        what, access, scopes = self._stream.name, self._stream.access, self._stream.scopes
        if access is None:
            return error
        if isinstance(error, RestrictedError):
            return access_missing(what, access, error.quote)
        if not isinstance(error, RightMissingError) or not error.is_permission:
            return access_missing(what, access, str(error.message))
        granted = self._authenticator.granted
        if granted and not granted.issuperset(scopes):
            return error
        return access_missing(what, access, error.quote, () if granted else scopes)

    def _keep(self, *, has_failed: bool = False) -> None:
        self._is_right_shown = self._is_any_kept = True
        self._has_failed = self._has_failed or has_failed

    def _is_loss(self, stream_slice: StreamSlice) -> bool:
        """Return whether a refused slice has to be readable, or belongs to an account of which others were read."""
        is_account = tuple(stream_slice.partition) == (ACCOUNT_KEY,)
        was_read = is_account and self.breaker.has_read(_parent_of(stream_slice))
        return was_read or self._stream.is_expected(stream_slice)

    def _explained(self, stream_slice: StreamSlice, error: Exception) -> Exception:
        """Return an error with what the user can do about it in this stream."""
        if isinstance(error, RightMissingError):
            return _caused_by(error, self.explain(error))
        if not isinstance(error, RefusedError | GoneError):
            return error
        if stream_slice.partition:
            return _caused_by(error, self._loss(stream_slice, error))
        if isinstance(error, RefusedError) and self._stream.access:
            return _caused_by(error, self.explain(error))
        return _caused_by(error, ConfigError(f"{error.message}. {error.advice}"))

    def _loss(self, stream_slice: StreamSlice, error: PinterestError) -> PinterestError:
        is_part = self.breaker.has_read(_parent_of(stream_slice))
        return AccountUnreadableError(stream_slice[ACCOUNT_KEY], str(error.message), is_part=is_part)

    def _verdict(self) -> PinterestError | None:
        """Return what the refusals of all slices mean together, once the last slice has ended.

        If every slice was refused, the stream's right is missing. Otherwise the refused slices are left out, each with
        a warning, unless another slice of the same account was read. The stream fails if several slices were left out
        and none was read; a single one may really be gone.
        """
        if self._refused and self._stream.access and not self._is_right_shown:
            return self.explain(self._refused[0][1])
        losses: dict[Key, PinterestError] = {}
        for stream_slice, error in self._refused:
            if not self._is_loss(stream_slice):
                self.leave_out(stream_slice, error)
                continue
            losses.setdefault(key_of_parent(stream_slice), self._loss(stream_slice, error))
            if cursor := self._stream.checkpoint:
                cursor.fail(stream_slice)
                cursor.note_failure(stream_slice)
        for error in list(losses.values())[1:]:
            LOGGER.warning(error.message)
        if losses:
            return next(iter(losses.values()))
        if self._is_any_kept or len(self._left_out) <= 1:
            return None
        return NothingLeftError(
            self._stream.name, len(self._left_out), str(next(iter(self._left_out.values())).message)
        )


def _parent_of(stream_slice: StreamSlice) -> Parent:
    return outermost_of(key_of_parent(stream_slice))


def _caused_by(cause: Exception, error: PinterestError) -> PinterestError:
    if error is not cause:
        error.__cause__ = cause
    return error
