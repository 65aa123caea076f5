"""The pauses between retries and polls are short in tests, or pass on Pinterest's clock alone."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from source_pinterest.api.retries import BackoffDelays

SHORT_POLLS = {"first_poll_seconds": 0.02, "poll_seconds": 0.05, "longest_poll_seconds": 0.1}
SHORT_PAUSES = BackoffDelays(first_seconds=0.01, longest_seconds=0.05, **SHORT_POLLS)


@dataclass(frozen=True)
class PassingPauses(BackoffDelays):
    """The pauses between two tries that a user has; nobody waits, and Pinterest's clock goes forward instead.

    Threads that pause at the same time pause together: the clock shows the time of the one that has paused longest.

    Attributes:
        advance: moves that clock by so many seconds.
    """

    advance: Callable[[float], object] = field(kw_only=True)
    _paused: dict[int, float] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def before_retry(self, retry: int) -> float:
        """Nothing, once the clock has moved on."""
        with self._lock:
            shown, thread = max(self._paused.values(), default=0.0), threading.get_ident()
            self._paused[thread] = self._paused.get(thread, 0.0) + super().before_retry(retry)
            self.advance(max(0.0, self._paused[thread] - shown))
        return 0.0
