"""Decides when the requests of a stream, or about one of its accounts or boards, are no longer worth sending."""

import threading
from collections import Counter

from source_pinterest.api.errors import PinterestError, Reach
from source_pinterest.engine.tasks import Key

FAILURES_IN_A_ROW = 5
"""Failures of different accounts or boards with no success in between, after which the cause may concern all of them.
Also the failed tasks of one account or board after which its other tasks are expected to fail."""


class CircuitBreaker:
    """Stops the requests of a stream once they would fail.

    It opens at the first error that reaches the whole stream, and when several accounts or boards fail in a row that
    were read earlier in this sync. Accounts that have never been read don't open it, whatever their number, so that
    broken accounts don't keep good ones from being read. After several of these in a row, each further one is tried
    once, without retries, until a task is read.
    """

    def __init__(self) -> None:
        self.is_open = False
        self._lock = threading.Lock()
        self._readable: set[int] = set()  # hashes: there may be 100,000 boards
        self._failing: set[Key] = set()
        self._failures: Counter[Key] = Counter()

    def is_worth_retrying(self) -> bool:
        """Return whether a request that fails should be sent again."""
        return len(self._failing) < FAILURES_IN_A_ROW

    def is_open_for(self, parent: Key) -> bool:
        """Return whether another task of this account or board is expected to fail."""
        has_one_try = not self.is_worth_retrying() and not self.has_read(parent)
        return self.is_open or self._failures[parent] >= (1 if has_one_try else FAILURES_IN_A_ROW)

    def note_success(self, parent: Key) -> None:
        """Record that a task was read to its end."""
        with self._lock:
            self._readable.add(hash(parent))
            self._failing.clear()
            self._failures.pop(parent, None)

    def note_failure(self, error: Exception, parent: Key) -> bool:
        """Record a failure. Return False if the requests of the stream or of this parent were stopped before."""
        reaches_stream = isinstance(error, PinterestError) and error.reach is not Reach.TASK
        with self._lock:
            if self.is_open_for(parent):
                return False
            if not (isinstance(error, PinterestError) and error.is_isolated):
                self._failures[parent] += 1
                self._failing.add(parent)
            readable_before = sum(map(self.has_read, self._failing))
            self.is_open = reaches_stream or readable_before >= FAILURES_IN_A_ROW
            return True

    def has_read(self, parent: Key) -> bool:
        """Return whether a task of this account or board was read in this sync."""
        return hash(parent) in self._readable
