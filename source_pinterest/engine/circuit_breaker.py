"""When does a stream stop asking? After its first fatal error, or when what worked fails too."""

import threading
from collections import Counter

from source_pinterest.api.errors import AccountUnreadableError, FatalError, KeyInDoubtError, ListingCappedError

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
