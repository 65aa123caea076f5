"""Which boards have changed since their pins were last listed?"""

from collections.abc import Mapping
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.state.cursor import PinterestCursor, StateStore
from source_pinterest.state.formats import ACCOUNT_KEY

MODIFIED_AT = "board_pins_modified_at"
BOARD_KEY = "board_id"

_BOARDS = "boards"


def _name_of_board(partition: Mapping[str, Any]) -> str:
    """What the state calls the board of a slice, whatever part of the board the slice is."""
    board = str(partition[BOARD_KEY])
    return f"{partition[ACCOUNT_KEY]}/{board}" if ACCOUNT_KEY in partition else board


class BoardCursor(PinterestCursor):
    """Per board, when its pins had last changed before they were listed.

    The time counts once every slice of the board was read whole. A board that Pinterest tells no time of, or another
    one than is kept, is listed. There may be 100,000 boards, so that the state is one mapping of names to times.
    """

    def __init__(self, store: StateStore) -> None:
        super().__init__(store)
        boards = store.incoming().get(_BOARDS)
        self._known: dict[str, str] = (
            {name: time for name, time in boards.items() if isinstance(time, str)}
            if isinstance(boards, Mapping)
            else {}
        )
        self._seen: set[str] = set()
        self._awaited: dict[str, tuple[str | None, int]] = {}

    @property
    def state(self) -> dict[str, Any]:
        """What to hand out now."""
        return {_BOARDS: dict(sorted(self._known.items()))}

    def has_moved(self, partition: Mapping[str, Any], modified_at: str | None) -> bool:
        """Whether the pins of a board are to be listed."""
        board = _name_of_board(partition)
        self._seen.add(board)
        return modified_at is None or self._known.get(board) != modified_at

    def expect(self, partition: Mapping[str, Any], modified_at: str | None, slices: int) -> None:
        """Expect a board in so many slices, before the first of them is read."""
        with self._lock:
            self._settle(_name_of_board(partition), modified_at, slices)

    def forget_others(self) -> None:
        """Drop the boards that are no longer listed, so that the state does not grow for ever."""
        with self._lock:
            self._known = {board: modified_at for board, modified_at in self._known.items() if board in self._seen}

    def _move(self, stream_slice: StreamSlice, finding: Any) -> None:
        del finding
        board = _name_of_board(stream_slice)
        modified_at, left = self._awaited.pop(board)
        self._settle(board, modified_at, left - 1)

    def _settle(self, board: str, modified_at: str | None, left: int) -> None:
        """Take note of the slices that are left of a board; after the last one its time counts."""
        if left:
            self._awaited[board] = (modified_at, left)
        elif modified_at is not None:
            self._known[board] = modified_at
