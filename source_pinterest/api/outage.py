"""What happens while Pinterest can't be reached at all? All calls of a sync wait for the end of it together."""

import logging
import math
import time
from collections.abc import Callable

from source_pinterest.api.pauses import Pauses
from source_pinterest.api.threads import Signal

LOGGER = logging.getLogger("airbyte")

_UNREACHED_SECONDS = 30.0
"""So long is waited for a server that no call has reached yet: the address or the network may be wrong for good."""


class Outage:
    """A time in which no connection can be made. All calls of a sync wait for its end together.

    Args:
        max_wait_seconds: the longest outage that a sync waits for.
        pauses: between two tries.
        before_wait: called before a wait, with no lock held.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        max_wait_seconds: float,
        pauses: Pauses,
        before_wait: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_wait_seconds = max_wait_seconds
        self._pauses = pauses
        self._before_wait = before_wait
        self._clock = clock
        self._changed = Signal()
        self._since: float | None = None
        self._tries = 0
        self._next_try = 0.0
        self.answers = 0
        """How many calls have been answered; a call that fails while others are answered has a trouble of its own."""

    def answered(self) -> None:
        """A server has answered a call, whatever it said: the outage, if there was one, is over."""
        with self._changed:
            self.answers += 1
            if self._since is not None:
                self._since = None
                self._changed.notify_all()

    def wait(self, why: str) -> bool:
        """Wait after a connection that could not be made; False where it has been waited for long enough."""
        with self._changed:
            pause = self._plan(self._clock())
            if pause is None:
                return False
        LOGGER.info(f"Pinterest can't be reached ({why}). Trying again in {math.ceil(pause)} s.")
        self._before_wait()
        with self._changed:
            if self._since is not None:
                self._changed.wait(pause)
        return True

    def _plan(self, now: float) -> float | None:
        """Seconds until the next try, which all share; None where that is too late."""
        if self._since is None:
            self._since, self._tries, self._next_try = now, 0, now
        if now >= self._next_try:
            self._tries += 1
            self._next_try = now + self._pauses.before_retry(self._tries)
        patience = self._max_wait_seconds if self.answers else min(self._max_wait_seconds, _UNREACHED_SECONDS)
        return None if self._next_try - self._since > patience else self._next_try - now
