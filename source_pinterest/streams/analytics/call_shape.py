"""How much may one analytics call ask for? As much as Pinterest allows, until a call proves too large."""

from source_pinterest import limits
from source_pinterest.dates import DateWindow
from source_pinterest.streams.base.slices import batches

Work = tuple[tuple[str, ...], DateWindow]
"""The ids and days of one call; no ids for an account as a whole."""


class CallSize:
    """The largest call that has worked so far in this sync."""

    def __init__(self) -> None:
        self._ids = limits.IDS_PER_ANALYTICS_CALL
        self._days = limits.ANALYTICS_WINDOW_DAYS

    def parts(self, ids: tuple[str, ...], window: DateWindow) -> list[Work]:
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
