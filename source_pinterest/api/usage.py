"""Counts of the requests, waits and tasks of each stream, for the progress table and the log.

Each stream has its own lock, and nothing is emitted while it is held.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class QuotaUsage:
    """The usage of a category's quota.

    Attributes:
        category: the rate category.
        used: requests in the current interval, including those of other programs.
        limit: requests that the interval holds.
        frees_up_in_seconds: how long requests still wait for it; None if none waits.
    """

    category: str
    used: int
    limit: int
    frees_up_in_seconds: float | None


class StreamUsage:
    """The counts of one stream.

    Attributes:
        requested: requests, each counted once however often it is sent.
        sent: requests that were sent, with retries.
        left_out: accounts and boards that can't be read.
        tasks: tasks that are going to be read.
        tasks_read: tasks that have ended.
        began_at: the time of the first task.

    Args:
        name: the stream's name.
        on_estimate: takes the stream's name and the number of rows that it is going to have.
    """

    def __init__(self, name: str, on_estimate: Callable[[tuple[str, int]], None]) -> None:
        self.name = name
        self.requested = 0
        self.sent = 0
        self.left_out = 0
        self.tasks = 0
        self.tasks_read = 0
        self._plannings = 1
        self.began_at: float | None = None
        self._on_estimate = on_estimate
        self._rows: int | None = 0
        self._lock = threading.Lock()
        self._waiting = 0
        self._waits_since = 0.0
        self._waited_seconds = 0.0

    @property
    def is_planned(self) -> bool:
        """Whether all tasks are known."""
        return not self._plannings

    @property
    def retries(self) -> int:
        """How many requests were retries."""
        return max(0, self.sent - self.requested)

    @property
    def waited_seconds(self) -> float:
        """How long at least one request has waited for the quota."""
        with self._lock:
            running = time.monotonic() - self._waits_since if self._waiting else 0.0
            return self._waited_seconds + running

    @property
    def is_waiting(self) -> bool:
        """Whether a request waits for the quota at present."""
        return self._waiting > 0

    def count_request(self) -> None:
        """Count a request, before its first try."""
        with self._lock:
            self.requested += 1

    def count_sent(self) -> None:
        """Count a request that is sent."""
        with self._lock:
            self.sent += 1

    def count_left_out(self) -> None:
        """Count an account or board that can't be read and is left out."""
        with self._lock:
            self.left_out += 1

    @contextmanager
    def waiting(self) -> Generator[None, None, None]:
        """Count the time in which a request waits. Waits of several requests at once count as one."""
        with self._lock:
            if not self._waiting:
                self._waits_since = time.monotonic()
            self._waiting += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1
                if not self._waiting:
                    self._waited_seconds += time.monotonic() - self._waits_since

    def count_task(self, rows: int | None) -> None:
        """Count a task that is going to be read, and its rows; None if their number is unknown."""
        with self._lock:
            self.began_at = self.began_at or time.monotonic()
            self.tasks += 1
            self._rows = None if rows is None or self._rows is None else self._rows + rows

    def begin_planning(self) -> None:
        """Count a task that plans others while it is read, beside the planning of the stream."""
        with self._lock:
            self._plannings += 1

    def finish_planning(self) -> None:
        """Note that a planning has ended. After the last one, pass on the number of rows if it is known."""
        with self._lock:
            self._plannings -= 1
            rows = self._rows if self.is_planned else None
        if rows:
            self._on_estimate((self.name, rows))

    def count_read_task(self) -> None:
        """Count a task that has ended."""
        with self._lock:
            self.tasks_read += 1

    def seconds_read(self) -> float:
        """Return the seconds since the first task was counted."""
        return 0.0 if self.began_at is None else time.monotonic() - self.began_at

    def seconds_left(self) -> float | None:
        """Return the seconds that the other tasks take at the speed so far; None until that is known."""
        with self._lock:
            if not self.is_planned or not self.tasks_read or self.began_at is None:
                return None
            left = self.tasks - self.tasks_read
            return (time.monotonic() - self.began_at) / self.tasks_read * left


class Usage:
    """The counts of all streams of a sync.

    Attributes:
        estimates: streams whose number of rows has become known, with that number.
        quota_usage: returns the usage of each quota.
    """

    def __init__(self) -> None:
        self.estimates: deque[tuple[str, int]] = deque()
        self.quota_usage: Callable[[], Iterable[QuotaUsage]] = tuple
        self._streams: dict[str, StreamUsage] = {}

    def stream(self, name: str) -> StreamUsage:
        """Return the counts of the stream of this name."""
        return self._streams.setdefault(name, StreamUsage(name, self.estimates.append))

    def by_stream(self) -> Mapping[str, StreamUsage]:
        """Return the counts of every stream so far."""
        return dict(self._streams)
