"""How much may one analytics call ask for? The shape that makes the fewest calls, until a call proves too large."""

import math
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


class CallSize:
    """The largest call that has worked so far in this sync."""

    def __init__(self) -> None:
        self._ids = limits.IDS_PER_ANALYTICS_CALL
        self._days = limits.ANALYTICS_WINDOW_DAYS

    def parts(self, ids: tuple[str, ...], window: DateWindow) -> list[Call]:
        """The ids and days as calls of this size."""
        return [
            (batch, piece) for piece in window.cut(self._days) for batch in (batches(ids, self._ids) if ids else [()])
        ]

    def shrink(self, ids: tuple[str, ...], window: DateWindow) -> bool:
        """Ask for half the ids, or half the days of a single one, from now on; False if nothing is left to halve."""
        if len(ids) > 1:
            self._ids = min(self._ids, (len(ids) + 1) // 2)
        elif window.days > 1:
            self._days = min(self._days, (window.days + 1) // 2)
        else:
            return False
        return True
