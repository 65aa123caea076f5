"""Is a refusal the matter of one account, or does a stream lack a right?

A stream that needs a right beyond its permissions is judged once all its slices are read: where every one was refused,
the right is missing, and one sentence says so; where some were not, the others are left out as in any stream. A stream
of which several were left out and nothing is left has failed.
"""

import logging
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.access import Access
from source_pinterest.api.auth import PinterestAuthenticator
from source_pinterest.api.errors import (
    AccountUnreadableError,
    GoneError,
    NothingLeftError,
    PinterestError,
    RefusedError,
)
from source_pinterest.api.rights import AccessMissingError, RestrictedError, RightMissingError, ScopeMissingError
from source_pinterest.engine.parent_ids import Key
from source_pinterest.streams.base.slices import key_of_parent

LOGGER = logging.getLogger("airbyte")

LeaveOut = Callable[[StreamSlice, PinterestError], None]


class RefusalPolicy:
    """Holds the refusals of a stream's slices until it is known what they mean.

    Args:
        what: the stream, as the user knows it.
        access: the right it needs; without one, refusals pass through.
        scopes: the permissions that it needs as well.
        authenticator: knows which permissions were granted.
        leave_out: goes on without a refused slice, or raises.
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
        self._open = 1  # the listing of the slices itself
        self._has_right = access is None
        self._refusals: list[tuple[StreamSlice, RefusedError]] = []
        self._is_any_left = self._has_failed = False
        self._left_out: dict[Key, PinterestError] = {}

    def counted(
        self, slices: Iterable[StreamSlice], is_over: Callable[[], bool] = lambda: False
    ) -> Iterator[StreamSlice]:
        """The slices as they are listed, until it is over.

        Raises:
            PinterestError: the judgement, where the last slice is read by then.
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
        """A slice, or the rest of the listing, is not asked for after a failure, and is no refusal."""
        self._has_right = self._is_any_left = self._has_failed = True
        self._judge()

    @contextmanager
    def asking(self, stream_slice: StreamSlice) -> Generator[None, None, None]:
        """Read a slice in the block; go on without one that is refused or gone, where others may be left.

        Raises:
            PinterestError: what the slice fails of; from the last slice the judgement.
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
        """What a refusal of the whole stream says: Pinterest may call a missing right a missing permission."""
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
        """Tell what the refusals come to, beside what the stream fails of, or raise it.

        Raises:
            PinterestError: the judgement, if nothing else has failed.
        """
        judgement = self._judgement()
        if judgement and not self._has_failed:
            raise judgement
        if judgement:
            LOGGER.warning(judgement.message)

    def _judgement(self) -> PinterestError | None:
        """After the last slice, what the refusals come to; those that cost their account alone are warned of."""
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
        """What it means that nothing is left: one account or board may be gone, but not several at once."""
        if self._is_any_left or len(self._left_out) <= 1:
            return None
        return NothingLeftError(self._what, len(self._left_out), str(next(iter(self._left_out.values())).message))
