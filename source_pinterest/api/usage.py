"""What has each stream cost so far? Counted where calls are made and slices are read, shown by whoever shows a sync.

Counting takes a lock of the stream's own, never a shared one, and nothing is emitted while it is held.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class QuotaUsage:
    """How much of a category's quota is used.

    Attributes:
        category: whose quota it is.
        used: calls in the current window, those of other programs included.
        limit: calls that the window holds.
        frees_up_in_seconds: until then somebody waits; None where nobody does.
    """

    category: str
    used: int
    limit: int
    frees_up_in_seconds: float | None


class StreamUsage:
    """What one stream has requested, sent, waited for, left out and read.

    Args:
        name: of the stream.
        on_estimate: takes the stream's name and the number of rows that it is going to have.
    """

    def __init__(self, name: str, on_estimate: Callable[[tuple[str, int]], None]) -> None:
        self.name = name
        self.requested = 0
        self.sent = 0
        self.left_out = 0
        self.slices = 0
        self.slices_read = 0
        self.is_planned = False
        self.began_at: float | None = None
        self._on_estimate = on_estimate
        self._rows: int | None = 0
        self._lock = threading.Lock()
        self._waiting = 0
        self._waits_since = 0.0
        self._waited_seconds = 0.0

    @property
    def retries(self) -> int:
        """How many calls had to be sent again."""
        return max(0, self.sent - self.requested)

    @property
    def waited_seconds(self) -> float:
        """How long at least one of its calls has waited for the quota."""
        with self._lock:
            running = time.monotonic() - self._waits_since if self._waiting else 0.0
            return self._waited_seconds + running

    @property
    def is_waiting(self) -> bool:
        """Whether one of its calls waits for the quota."""
        return self._waiting > 0

    def count_request(self) -> None:
        """Count a call that is wanted, however often it has to be sent."""
        with self._lock:
            self.requested += 1

    def count_sent(self) -> None:
        """Count a call that goes out."""
        with self._lock:
            self.sent += 1

    def count_left_out(self) -> None:
        """Count an account or board that can't be read and is passed over."""
        with self._lock:
            self.left_out += 1

    @contextmanager
    def waiting(self) -> Generator[None, None, None]:
        """Count the time in which a call waits; of several that wait at once, only one counts."""
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

    def count_slice(self, rows: int | None) -> None:
        """Count a slice that is going to be read, and the rows it is going to have, where anybody knows."""
        with self._lock:
            self.began_at = self.began_at or time.monotonic()
            self.slices += 1
            self._rows = None if rows is None or self._rows is None else self._rows + rows

    def finish_planning(self) -> None:
        """No more slices are going to come."""
        with self._lock:
            self.is_planned = True
            rows = self._rows
        if rows:
            self._on_estimate((self.name, rows))

    def count_read_slice(self) -> None:
        """Count a slice that has come to its end."""
        with self._lock:
            self.slices_read += 1

    def seconds_read(self) -> float:
        """How long it has been read, from the first slice that was planned."""
        return 0.0 if self.began_at is None else time.monotonic() - self.began_at

    def seconds_left(self) -> float | None:
        """How long the rest takes at the speed so far; None as long as nobody can know."""
        with self._lock:
            if not self.is_planned or not self.slices_read or self.began_at is None:
                return None
            left = self.slices - self.slices_read
            return (time.monotonic() - self.began_at) / self.slices_read * left


class Usage:
    """What all streams of a sync have cost.

    Attributes:
        estimates: streams whose number of rows has become known, with that number.
        quota_usage: says how much of each quota is used.
    """

    def __init__(self) -> None:
        self.estimates: deque[tuple[str, int]] = deque()
        self.quota_usage: Callable[[], Iterable[QuotaUsage]] = tuple
        self._streams: dict[str, StreamUsage] = {}

    def of(self, name: str) -> StreamUsage:
        """What the stream of this name has cost."""
        return self._streams.setdefault(name, StreamUsage(name, self.estimates.append))

    def by_stream(self) -> Mapping[str, StreamUsage]:
        """What every stream has cost so far."""
        return dict(self._streams)
