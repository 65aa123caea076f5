"""How much may one analytics call ask for? The shape that makes the fewest calls, until a call proves too large."""

import math
import threading
from typing import NamedTuple

from source_pinterest import limits
from source_pinterest.dates import DateWindow
from source_pinterest.streams.base.slices import batches

Call = tuple[tuple[str, ...], DateWindow]
"""The ids and days of one call; no ids for an account as a whole."""


class CallShape(NamedTuple):
    """How many ids and how many days go into a call."""

    ids: int
    days: int


def tile(ids: int, days: int, rows_a_day: int = 1, most_ids: int = limits.IDS_PER_ANALYTICS_CALL) -> CallShape:
    """The shape of calls that are the fewest within Pinterest's limits, for so many rows an id and day.

    Among equals the one with the longest windows wins: a window is what the state moves by.
    """
    cells = limits.ROWS_PER_ANALYTICS_CALL // rows_a_day
    best: tuple[int, CallShape] | None = None
    for windows in range(math.ceil(days / limits.ANALYTICS_WINDOW_DAYS), days + 1):
        days_per_call = math.ceil(days / windows)
        ids_per_call = min(most_ids, max(1, cells // days_per_call))
        calls = math.ceil(ids / ids_per_call) * math.ceil(days / days_per_call)
        if best is None or calls < best[0]:
            best = (calls, CallShape(ids_per_call, days_per_call))
        if ids_per_call >= min(ids, most_ids):
            break
    if best is None:
        raise ValueError("A window covers at least one day.")
    return best[1]


def halved(ids: tuple[str, ...], window: DateWindow) -> list[Call]:
    """A call as two, of half the ids or of half the days of a single one; nothing where there is nothing to halve."""
    if len(ids) > 1:
        return [(batch, window) for batch in batches(ids, _half(len(ids)))]
    return [(ids, piece) for piece in window.cut(_half(window.days))] if window.days > 1 else []


class CallSize:
    """The largest call that Pinterest has not refused for its size; after enough good calls a larger one is tried."""

    def __init__(self) -> None:
        self._ids = limits.IDS_PER_ANALYTICS_CALL
        self._days = limits.ANALYTICS_WINDOW_DAYS
        self._good_calls = 0
        self._lock = threading.Lock()

    def parts(self, ids: tuple[str, ...], window: DateWindow) -> list[Call]:
        """The ids and days as calls of this size."""
        return [
            (batch, piece) for piece in window.cut(self._days) for batch in (batches(ids, self._ids) if ids else [()])
        ]

    def refused(self, ids: tuple[str, ...], window: DateWindow) -> None:
        """Ask for half the ids, or half the days of a single one, from now on."""
        with self._lock:
            self._good_calls = 0
            if len(ids) > 1:
                self._ids = min(self._ids, _half(len(ids)))
            else:
                self._days = min(self._days, _half(window.days))

    def worked(self, ids: tuple[str, ...], window: DateWindow) -> None:
        """Count a good call. After some of the largest kind the next ones ask for twice as much."""
        with self._lock:
            fewer_days, fewer_ids = self._days < limits.ANALYTICS_WINDOW_DAYS, self._ids < limits.IDS_PER_ANALYTICS_CALL
            if not (window.days == self._days if fewer_days else fewer_ids and len(ids) == self._ids):
                return
            self._good_calls += 1
            if self._good_calls < limits.GOOD_CALLS_BEFORE_LARGER:
                return
            self._good_calls = 0
            if fewer_days:
                self._days = min(2 * self._days, limits.ANALYTICS_WINDOW_DAYS)
            else:
                self._ids = min(2 * self._ids, limits.IDS_PER_ANALYTICS_CALL)


def _half(count: int) -> int:
    return (count + 1) // 2
