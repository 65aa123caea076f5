"""When does a stream stop asking? After its first fatal error, or when nothing works any more."""

import threading
from collections import Counter

from source_pinterest.api.errors import AccountUnreadableError, FatalError, ListingCappedError
from source_pinterest.engine.parent_ids import Key

FAILURES_IN_A_ROW = 5
"""So many parents failing with none succeeding in between: the trouble is not with one account or board. So many
slices of one parent: it is, and its others would fail as well."""

_OF_ONE_PARENT = (AccountUnreadableError, ListingCappedError)
"""Surely the matter with one account or board alone, however many there are."""


class CircuitBreaker:
    """Opens at the first fatal error of a stream; its remaining slices then end without a call.

    The slices of a single parent end so when that parent alone keeps failing.
    """

    def __init__(self) -> None:
        self.is_open = False
        self._lock = threading.Lock()
        self._failing_parents: set[Key] = set()
        self._failures: Counter[Key] = Counter()

    def is_open_for(self, parent: Key) -> bool:
        """Whether another slice of this account or board would fail as well."""
        return self.is_open or self._failures[parent] >= FAILURES_IN_A_ROW

    def succeeded(self, parent: Key) -> None:
        """A slice was read whole."""
        with self._lock:
            self._failing_parents.clear()
            self._failures.pop(parent, None)

    def is_news(self, error: Exception, parent: Key) -> bool:
        """Take note of a failure; False if calls of the stream, or of this parent, have been stopped already."""
        with self._lock:
            if self.is_open_for(parent):
                return False
            if not isinstance(error, _OF_ONE_PARENT):
                self._failures[parent] += 1
                self._failing_parents.add(parent)
            self.is_open = isinstance(error, FatalError) or len(self._failing_parents) >= FAILURES_IN_A_ROW
            return True
