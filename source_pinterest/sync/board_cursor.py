"""Which boards have changed since their pins were last listed?"""

from collections.abc import Mapping
from typing import Any

from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.sync.cursors import PinterestCursor
from source_pinterest.sync.state import ACCOUNT_KEY

MODIFIED_AT = "board_pins_modified_at"
BOARD_KEY = "board_id"

Board = tuple[tuple[str, str], ...]


def board_of(partition: Mapping[str, Any]) -> Board:
    """What the state calls the board of a slice, whatever part of the board the slice is."""
    return tuple((name, str(partition[name])) for name in (ACCOUNT_KEY, BOARD_KEY) if name in partition)


class BoardCursor(PinterestCursor):
    """Per board, when its pins had last changed before they were listed.

    The time counts once every slice of the board was read whole. A board that Pinterest tells no time of, or another
    one than is kept, is listed.
    """

    def __init__(self, stream_name: str, state_manager: ConnectorStateManager, repository: MessageRepository) -> None:
        super().__init__(stream_name, state_manager, repository)
        self._known = dict(_entries(state_manager.get_stream_state(stream_name, None)))
        self._seen: set[Board] = set()
        self._awaited: dict[Board, tuple[str | None, int]] = {}

    @property
    def state(self) -> dict[str, Any]:
        """What to hand out now."""
        return {
            "states": [
                {"partition": dict(board), "cursor": {MODIFIED_AT: self._known[board]}} for board in sorted(self._known)
            ],
        }

    def has_moved(self, partition: Mapping[str, Any], modified_at: str | None) -> bool:
        """Whether the pins of a board are to be listed."""
        board = board_of(partition)
        self._seen.add(board)
        return modified_at is None or self._known.get(board) != modified_at

    def expect(self, partition: Mapping[str, Any], modified_at: str | None, slices: int) -> None:
        """Tell in how many slices a board is read, before the first of them is."""
        with self._lock:
            self._awaited[board_of(partition)] = (modified_at, slices)
            self._settle(board_of(partition))

    def forget_others(self) -> None:
        """Drop the boards that are no longer listed, so that the state does not grow for ever."""
        with self._lock:
            self._known = {board: modified_at for board, modified_at in self._known.items() if board in self._seen}

    def _commit(self, stream_slice: StreamSlice, finding: Any) -> None:
        del finding
        board = board_of(stream_slice)
        modified_at, left = self._awaited[board]
        self._awaited[board] = (modified_at, left - 1)
        self._settle(board)

    def _settle(self, board: Board) -> None:
        modified_at, left = self._awaited[board]
        if left == 0 and modified_at is not None:
            self._known[board] = modified_at


def _entries(state: Mapping[str, Any]) -> list[tuple[Board, str]]:
    """The boards of an incoming state; what is not understood is left out, and costs calls only."""
    entries = state.get("states")
    found = []
    for entry in entries if isinstance(entries, list) else ():
        partition, cursor = (entry.get(name) if isinstance(entry, dict) else None for name in ("partition", "cursor"))
        if isinstance(partition, dict) and isinstance(cursor, dict) and BOARD_KEY in partition:
            modified_at = cursor.get(MODIFIED_AT)
            if isinstance(modified_at, str):
                found.append((board_of(partition), modified_at))
    return found
