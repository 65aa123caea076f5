"""How much may be in memory at once? A number of rows, shared by all streams of a sync."""

from collections.abc import Generator
from contextlib import contextmanager

from source_pinterest.api.threads import Signal


class RowBudget:
    """Lends rows to whoever reads a large answer, and makes others wait while too many are lent.

    Args:
        rows: how many may be lent at once. A larger loan is made when nothing else is lent.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._lent = 0
        self._returned = Signal()

    @contextmanager
    def holding(self, rows: int) -> Generator[None, None, None]:
        """Hold so many rows during the block. Nothing is locked meanwhile."""
        with self._returned:
            self._returned.wait_for(lambda: self._lent == 0 or self._lent + rows <= self._rows)
            self._lent += rows
        try:
            yield
        finally:
            with self._returned:
                self._lent -= rows
                self._returned.notify_all()
