"""Counts of the requests and tasks of each stream, for the progress table and the log."""

import threading
from collections import Counter
from typing import Literal

Counted = Literal["requests", "sent", "skipped", "tasks", "tasks read", "reports", "reports done"]
"""Requests, each once however often it is sent; sent requests, with retries; accounts and boards that can't be read.

Reports are those requested; those done have finished, failed or been split.
"""


class StreamUsage:
    """The counts of one stream. Each thread may count."""

    def __init__(self) -> None:
        self._counts = Counter[str]()
        self._lock = threading.Lock()

    def __getitem__(self, what: Counted) -> int:
        """Return a count."""
        return self._counts[what]

    def count(self, what: Counted, number: int = 1) -> None:
        """Count so many more."""
        with self._lock:
            self._counts[what] += number


class Usage:
    """The counts of all streams of a sync."""

    def __init__(self) -> None:
        self._streams: dict[str, StreamUsage] = {}

    def stream(self, name: str) -> StreamUsage:
        """Return the counts of the stream of this name."""
        return self._streams.setdefault(name, StreamUsage())
