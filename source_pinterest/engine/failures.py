"""Decides what the refusals of a stream's slices mean: the user lacks a right, or single accounts can't be read.

A stream that needs a right beyond its permissions is judged after its last slice. If every slice was refused, the right
is missing, and one error says so. Otherwise the refused slices are left out, as in any other stream. A stream fails if
several slices were left out and none was read.
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

Parent = tuple[str, ...]
"""The id of an account or a board."""

FAILURES_IN_A_ROW = 5
"""So many accounts or boards failing with none succeeding in between: the trouble may not be with one of them. So many
slices of one: it is, and its others would fail as well."""

_OF_NO_OTHER = (AccountUnreadableError, ListingCappedError, KeyInDoubtError)
"""Surely the matter with one account, board or answer alone, however many there are."""


class CircuitBreaker:
    """Opens at the first fatal error of a stream; its remaining slices then end without a call.

    It opens too when several accounts or boards fail in a row that have worked in this sync. Those that have never
    worked say nothing of the others, whatever their number, so that broken ones don't keep good ones from being read:
    after several of them each gets one try, without a retry, until one works.
    """

    def __init__(self) -> None:
        self.is_open = False
        self._lock = threading.Lock()
        self._worked: set[int] = set()  # hashes: there may be 100,000 boards
        self._failing: set[Parent] = set()
        self._failures: Counter[Parent] = Counter()

    def is_worth_retrying(self) -> bool:
        """Whether a call that fails should be made again."""
        return len(self._failing) < FAILURES_IN_A_ROW

    def is_open_for(self, parent: Parent) -> bool:
        """Whether another slice of this account or board would fail as well."""
        has_had_its_try = not self.is_worth_retrying() and not self._has_worked(parent)
        return self.is_open or self._failures[parent] >= (1 if has_had_its_try else FAILURES_IN_A_ROW)

    def succeeded(self, parent: Parent) -> None:
        """A slice was read whole."""
        with self._lock:
            self._worked.add(hash(parent))
            self._failing.clear()
            self._failures.pop(parent, None)

    def is_news(self, error: Exception, parent: Parent) -> bool:
        """Take note of a failure; False if calls of the stream, or of this parent, have been stopped already."""
        with self._lock:
            if self.is_open_for(parent):
                return False
            if not isinstance(error, _OF_NO_OTHER):
                self._failures[parent] += 1
                self._failing.add(parent)
            worked_before = sum(map(self._has_worked, self._failing))
            self.is_open = isinstance(error, FatalError) or worked_before >= FAILURES_IN_A_ROW
            return True

    def _has_worked(self, parent: Parent) -> bool:
        return hash(parent) in self._worked


class RefusedHistory:
    """Judges the refused reports of a stream by what becomes of the newest days of their accounts."""

    def __init__(self) -> None:
        self._progress = Signal()
        self._unread: Counter[str] = Counter()
        self._left_out: set[str] = set()

    def begin(self, newest: StreamSlice) -> None:
        """A slice of an account's newest days is about to be read."""
        with self._progress:
            self._unread[newest["ad_account_id"]] += 1

    def end(self, newest: StreamSlice) -> None:
        """Such a slice has come to its end, read or not."""
        with self._progress:
            self._unread[newest["ad_account_id"]] -= 1
            self._progress.notify_all()

    def leave_out(self, ad_account_id: str) -> None:
        """An account can't be read at all."""
        self._left_out.add(ad_account_id)

    def judged(self, reports: Iterable[StreamSlice]) -> Iterator[StreamSlice]:
        """The slices of reports; those that were refused come last, and only where their days are lost by that."""
        refused: list[tuple[StreamSlice, RefusedError | AccountUnreadableError]] = []
        for report in reports:
            error = failure_of(report)
            if isinstance(error, RefusedError | AccountUnreadableError):
                refused.append((report, error))
            elif isinstance(error, ReportRefusedError):
                loss = HistoryRefusedError(report["ad_account_id"], planned_window(report).window, error.answer)
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


LOGGER = logging.getLogger("airbyte")

LeaveOut = Callable[[StreamSlice, PinterestError], None]


class RefusalPolicy:
    """Collects the refusals of a stream's slices until the last slice has ended.

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
        self._open = 1  # slices that have not ended, and the listing of slices itself
        self._has_right = access is None
        self._refusals: list[tuple[StreamSlice, RefusedError]] = []
        self._is_any_left = self._has_failed = False
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
                    self._open += 1
                yield stream_slice
        except Exception:
            self.skip()
            raise
        self._judge()

    def skip(self) -> None:
        """Count a slice, or the rest of the listing, that is not read because of an earlier failure."""
        self._has_right = self._is_any_left = self._has_failed = True
        self._judge()

    @contextmanager
    def asking(self, stream_slice: StreamSlice) -> Generator[None, None, None]:
        """Read a slice within the block. A slice that is refused or gone is left out if there may be others.

        Raises:
            PinterestError: the slice's error. After the last slice: the stream's verdict.
        """
        try:
            with self._going_on_without(stream_slice):
                yield
                self._has_right = self._is_any_left = True
        except Exception as error:
            self._is_any_left = True  # and the stream is incomplete
            if not isinstance(error, AccountUnreadableError):
                self._has_right = self._has_failed = True
            if judgement := self._judgement():
                LOGGER.warning(judgement.message)
            if isinstance(error, RightMissingError):
                raise self.meaning_of(error) from error
            raise
        self._judge()

    @contextmanager
    def _going_on_without(self, stream_slice: StreamSlice) -> Generator[None, None, None]:
        try:
            yield
        except GoneError as error:
            self._has_right = True
            self._leave(stream_slice, error)
        except RefusedError as error:
            if self._access is None:
                self._leave(stream_slice, error)
            elif stream_slice.partition:
                self._refusals.append((stream_slice, error))
            else:
                raise self.meaning_of(error) from error

    def _leave(self, stream_slice: StreamSlice, error: PinterestError) -> None:
        self._leave_out(stream_slice, error)
        self._left_out[key_of_parent(stream_slice)] = error

    def meaning_of(self, error: RightMissingError | RefusedError | GoneError) -> PinterestError:
        """Return the error for a stream whose slices were all refused.

        Pinterest may report a missing right as a missing permission.
        """
        if self._access is None:
            return error
        if isinstance(error, RestrictedError):
            return AccessMissingError(self._what, self._access, error.answer)
        if not isinstance(error, ScopeMissingError):
            return AccessMissingError(self._what, self._access, str(error.message))
        granted = self._authenticator.granted
        if granted and not granted.issuperset(self._scopes):
            return error
        return AccessMissingError(self._what, self._access, error.answer, () if granted else self._scopes)

    def _judge(self) -> None:
        """Count the end of a slice. After the last one, raise the verdict, or log it if the stream has failed anyway.

        Raises:
            PinterestError: the verdict, if no slice has failed.
        """
        judgement = self._judgement()
        if judgement and not self._has_failed:
            raise judgement
        if judgement:
            LOGGER.warning(judgement.message)

    def _judgement(self) -> PinterestError | None:
        """Return the verdict after the last slice, else None. Refusals that do not decide it are logged."""
        with self._lock:
            self._open -= 1
            if self._open:
                return None
        if not self._has_right and self._refusals:
            return self.meaning_of(self._refusals[0][1])
        unreadable = [error for refusal in self._refusals if (error := self._left(*refusal))]
        for error in unreadable[1:]:
            LOGGER.warning(error.message)
        return unreadable[0] if unreadable else self._loss()

    def _left(self, stream_slice: StreamSlice, refusal: RefusedError) -> PinterestError | None:
        try:
            self._leave(stream_slice, refusal)
        except PinterestError as error:
            return error
        return None

    def _loss(self) -> PinterestError | None:
        """Return an error if several slices were left out and none was read. A single slice may really be gone."""
        if self._is_any_left or len(self._left_out) <= 1:
            return None
        return NothingLeftError(self._what, len(self._left_out), str(next(iter(self._left_out.values())).message))
