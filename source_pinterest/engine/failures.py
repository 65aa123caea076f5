"""Decides what happens after a slice has failed: its stream goes on, leaves the slice out, or stops.

`CircuitBreaker` stops a stream when further requests would fail as well. `RefusalPolicy` finds out what the refusals of
a stream mean together: a right is missing, or single accounts can't be read. `RefusedHistory` does the same for reports
on the older days of an account.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.auth import PinterestAuthenticator
from source_pinterest.api.errors import (
    Access,
    AccessMissingError,
    AccountUnreadableError,
    FatalError,
    GoneError,
    HistoryRefusedError,
    KeyInDoubtError,
    ListingCappedError,
    NothingLeftError,
    PinterestError,
    RefusedError,
    ReportRefusedError,
    RestrictedError,
    RightMissingError,
    ScopeMissingError,
)
from source_pinterest.api.threads import Signal
from source_pinterest.engine.slices import Key, failed_slice, failure_of, key_of_parent
from source_pinterest.state.day_cursor import planned_window

LOGGER = logging.getLogger("airbyte")

FAILURES_IN_A_ROW = 5
"""Failures of different accounts or boards with no success in between, after which the cause may concern all of them.
Also the failed slices of one account or board after which its other slices are expected to fail."""

_ISOLATED_ERRORS = (AccountUnreadableError, ListingCappedError, KeyInDoubtError)
"""Errors that concern one account, board or response, and say nothing of others."""

Parent = tuple[str, ...]
"""The id of an account or a board."""

LeaveOut = Callable[[StreamSlice, PinterestError], None]
"""Goes on without a slice, or raises its error."""


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
        has_one_try = not self.is_worth_retrying() and not self._is_readable(parent)
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
            readable_before = sum(map(self._is_readable, self._failing))
            self.is_open = isinstance(error, FatalError) or readable_before >= FAILURES_IN_A_ROW
            return True

    def _is_readable(self, parent: Parent) -> bool:
        return hash(parent) in self._readable


class RefusalPolicy:
    """Collects the refusals of a stream's slices, and decides after the last slice what they mean.

    If the stream needs a right beyond its permissions and Pinterest refused every slice, the right is missing, and one
    error says so. Otherwise the refused slices are left out, as in any other stream. The stream fails if several slices
    were left out and none was read.

    Args:
        what: the stream's name.
        access: the right that the stream needs. If it is None, a refused slice is left out at once.
        scopes: the permissions that the stream needs as well.
        authenticator: has the permissions that were granted.
        leave_out: goes on without a slice, or raises its error.
    """

    def __init__(
        self,
        what: str,
        access: Access | None,
        scopes: tuple[str, ...],
        authenticator: PinterestAuthenticator,
        leave_out: LeaveOut,
    ) -> None:
        self._what, self._access, self._scopes = what, access, scopes
        self._authenticator = authenticator
        self._leave_out = leave_out
        self._lock = threading.Lock()
        self._pending = 1  # slices that have not ended, and the listing of slices itself
        self._has_right = access is None
        self._refusals: list[tuple[StreamSlice, RefusedError]] = []
        self._is_any_kept = self._has_failed = False
        self._left_out: dict[Key, PinterestError] = {}

    def counted(
        self, slices: Iterable[StreamSlice], is_over: Callable[[], bool] = lambda: False
    ) -> Iterator[StreamSlice]:
        """Return the slices as they are listed, and count them.

        Args:
            slices: the slices of the stream.
            is_over: returns True when no further slice should be read.

        Raises:
            PinterestError: the stream's verdict, if all slices have ended by then.
        """
        try:
            for stream_slice in slices:
                if is_over():
                    self.skip()
                    return
                with self._lock:
                    self._pending += 1
                yield stream_slice
        except Exception:
            self.skip()
            raise
        self._end_slice()

    def skip(self) -> None:
        """Count a slice, or the rest of the listing, that is not read because of an earlier failure."""
        self._has_right = self._is_any_kept = self._has_failed = True
        self._end_slice()

    @contextmanager
    def reading(self, stream_slice: StreamSlice) -> Generator[None, None, None]:
        """Read a slice within the block. A slice that is refused or gone is left out if there may be others.

        Raises:
            PinterestError: the slice's error. After the last slice: the stream's verdict.
        """
        try:
            with self._leaving_out_refused(stream_slice):
                yield
                self._has_right = self._is_any_kept = True
        except Exception as error:
            self._is_any_kept = True  # and the stream is incomplete
            if not isinstance(error, AccountUnreadableError):
                self._has_right = self._has_failed = True
            if verdict := self._verdict():
                LOGGER.warning(verdict.message)
            if isinstance(error, RightMissingError):
                raise self.explain(error) from error
            raise
        self._end_slice()

    @contextmanager
    def _leaving_out_refused(self, stream_slice: StreamSlice) -> Generator[None, None, None]:
        try:
            yield
        except GoneError as error:
            self._has_right = True
            self._leave_out_slice(stream_slice, error)
        except RefusedError as error:
            if self._access is None:
                self._leave_out_slice(stream_slice, error)
            elif stream_slice.partition:
                self._refusals.append((stream_slice, error))
            else:
                raise self.explain(error) from error

    def _leave_out_slice(self, stream_slice: StreamSlice, error: PinterestError) -> None:
        self._leave_out(stream_slice, error)
        self._left_out[key_of_parent(stream_slice)] = error

    def explain(self, error: RightMissingError | RefusedError | GoneError) -> PinterestError:
        """Return the error for a stream whose slices were all refused.

        Pinterest may report a missing right as a missing permission.
        """
        if self._access is None:
            return error
        if isinstance(error, RestrictedError):
            return AccessMissingError(self._what, self._access, error.quote)
        if not isinstance(error, ScopeMissingError):
            return AccessMissingError(self._what, self._access, str(error.message))
        granted = self._authenticator.granted
        if granted and not granted.issuperset(self._scopes):
            return error
        return AccessMissingError(self._what, self._access, error.quote, () if granted else self._scopes)

    def _end_slice(self) -> None:
        """Count the end of a slice. After the last one, raise the verdict, or log it if the stream has failed anyway.

        Raises:
            PinterestError: the verdict, if no slice has failed.
        """
        verdict = self._verdict()
        if verdict and not self._has_failed:
            raise verdict
        if verdict:
            LOGGER.warning(verdict.message)

    def _verdict(self) -> PinterestError | None:
        """Return the verdict after the last slice, else None. Refusals that do not decide it are logged."""
        with self._lock:
            self._pending -= 1
            if self._pending:
                return None
        if not self._has_right and self._refusals:
            return self.explain(self._refusals[0][1])
        unreadable = [error for refusal in self._refusals if (error := self._error_of_leaving_out(*refusal))]
        for error in unreadable[1:]:
            LOGGER.warning(error.message)
        return unreadable[0] if unreadable else self._nothing_read()

    def _error_of_leaving_out(self, stream_slice: StreamSlice, refusal: RefusedError) -> PinterestError | None:
        try:
            self._leave_out_slice(stream_slice, refusal)
        except PinterestError as error:
            return error
        return None

    def _nothing_read(self) -> PinterestError | None:
        """Return an error if several slices were left out and none was read. A single slice may really be gone."""
        if self._is_any_kept or len(self._left_out) <= 1:
            return None
        return NothingLeftError(self._what, len(self._left_out), str(next(iter(self._left_out.values())).message))


class RefusedHistory:
    """Decides whether the refused reports of a stream are a loss, once the newest days of their accounts were read.

    If an account is left out as a whole, its refused reports are left out too. If its newest days could be read, the
    days of its reports are lost, and an error says so.
    """

    def __init__(self) -> None:
        self._progress = Signal()
        self._unread: Counter[str] = Counter()
        self._left_out: set[str] = set()

    def begin(self, newest: StreamSlice) -> None:
        """Record a slice of an account's newest days that is about to be read."""
        with self._progress:
            self._unread[newest["ad_account_id"]] += 1

    def end(self, newest: StreamSlice) -> None:
        """Record the end of a slice of an account's newest days, read or failed."""
        with self._progress:
            self._unread[newest["ad_account_id"]] -= 1
            self._progress.notify_all()

    def leave_out(self, ad_account_id: str) -> None:
        """Record an account that can't be read at all."""
        self._left_out.add(ad_account_id)

    def resolve(self, reports: Iterable[StreamSlice]) -> Iterator[StreamSlice]:
        """Return the slices of reports.

        Refused slices come last, after the newest days of their accounts have ended, and only if their days are lost.
        """
        refused: list[tuple[StreamSlice, RefusedError | AccountUnreadableError]] = []
        for report in reports:
            error = failure_of(report)
            if isinstance(error, RefusedError | AccountUnreadableError):
                refused.append((report, error))
            elif isinstance(error, ReportRefusedError):
                loss = HistoryRefusedError(report["ad_account_id"], planned_window(report).window, error.quote)
                yield failed_slice(report.partition, loss, planned_window(report))
            else:
                yield report
        for report, error in refused:
            account = report["ad_account_id"]
            if not self._is_left_out(account):
                known = isinstance(error, AccountUnreadableError)
                unreadable = error if known else AccountUnreadableError(account, str(error.message))
                yield failed_slice(report.partition, unreadable, planned_window(report))

    def _is_left_out(self, ad_account_id: str) -> bool:
        with self._progress:
            self._progress.wait_for(lambda: not self._unread[ad_account_id])
        return ad_account_id in self._left_out
