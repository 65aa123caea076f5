"""Is a refusal the matter of one account, or does a stream lack a right?

A stream that needs a right beyond its permissions is judged once all its slices are read: where every one was refused,
the right is missing, and one sentence says so; where some were not, the others are left out as in any stream.
"""

import logging
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.access import Access
from source_pinterest.api.auth import PinterestAuthenticator
from source_pinterest.api.errors import (
    AccessMissingError,
    AccountUnreadableError,
    GoneError,
    PinterestError,
    RefusedError,
    RestrictedError,
    RightMissingError,
    ScopeMissingError,
)

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

    def counted(self, slices: Iterable[StreamSlice]) -> Iterator[StreamSlice]:
        """The slices as they are listed.

        Raises:
            PinterestError: the judgement, where the last slice is read by then.
        """
        for stream_slice in slices:
            with self._lock:
                self._open += 1
            yield stream_slice
        if judgement := self._judgement():
            raise judgement

    @contextmanager
    def asking(self, stream_slice: StreamSlice) -> Generator[None, None, None]:
        """Read a slice in the block.

        Raises:
            PinterestError: what the slice fails of; from the last slice the judgement.
        """
        try:
            yield
            self._has_right = True
        except RefusedError as error:
            if not self._access:
                raise
            if not stream_slice.partition:
                raise self.meaning_of(error) from error
            self._refusals.append((stream_slice, error))
        except Exception as error:
            self._has_right = self._has_right or not isinstance(error, AccountUnreadableError)
            if judgement := self._judgement():
                LOGGER.warning(judgement.message)
            if isinstance(error, RightMissingError):
                raise self.meaning_of(error) from error
            raise
        if judgement := self._judgement():
            raise judgement

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

    def _judgement(self) -> PinterestError | None:
        """After the last slice, what the refusals come to; those that cost their account alone are warned of."""
        with self._lock:
            self._open -= 1
            if self._open or not self._refusals:
                return None
        if not self._has_right:
            return self.meaning_of(self._refusals[0][1])
        unreadable = [error for refusal in self._refusals if (error := self._left_out(*refusal))]
        for error in unreadable[1:]:
            LOGGER.warning(error.message)
        return unreadable[0] if unreadable else None

    def _left_out(self, stream_slice: StreamSlice, refusal: RefusedError) -> PinterestError | None:
        try:
            self._leave_out(stream_slice, refusal)
        except PinterestError as error:
            return error
        return None
