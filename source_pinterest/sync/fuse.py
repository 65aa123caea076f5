"""When does a stream stop asking? After its first fatal error, or when nothing works any more."""

import threading

from source_pinterest.api.errors import AccountUnreadableError, FatalError, ListingCappedError

FAILURES_IN_A_ROW = 5
"""So many slices failing with none succeeding in between: the trouble is not with one account or board."""

_OF_ONE_PARENT = (AccountUnreadableError, ListingCappedError)
"""Surely the matter with one account or board alone, however many there are."""


class Fuse:
    """Blows at the first fatal error of a stream; its remaining slices then end without a call."""

    def __init__(self) -> None:
        self.blown = False
        self._lock = threading.Lock()
        self._failures_in_a_row = 0

    def succeeded(self) -> None:
        """Tell that a slice was read whole."""
        with self._lock:
            self._failures_in_a_row = 0

    def is_news(self, error: Exception) -> bool:
        """Take note of a failure; False if the stream is over already, so that one error tells it."""
        with self._lock:
            if self.blown:
                return False
            self._failures_in_a_row += not isinstance(error, _OF_ONE_PARENT)
            self.blown = isinstance(error, FatalError) or self._failures_in_a_row >= FAILURES_IN_A_ROW
            return True
