"""`Listing` is the sequence of records that a list endpoint pages through.

A listing knows how long it is and makes an item only when a page requests it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

Record = dict[str, Any]


class Listing:
    """Records by position, made on demand."""

    def __init__(self, positions: Sequence[Any], make: Callable[[Any], Record]) -> None:
        self._positions = positions
        self._make = make

    def __len__(self) -> int:
        return len(self._positions)

    def __iter__(self) -> Iterator[Record]:
        return map(self._make, self._positions)

    def page(self, offset: int, size: int) -> list[Record]:
        return [self._make(position) for position in self._positions[offset : offset + size]]
