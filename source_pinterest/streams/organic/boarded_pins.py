"""How are the pins of boards and sections read, where nothing is listed again that has not moved?"""

from abc import ABC
from collections.abc import Iterator, Mapping
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.bodies import ListPage, Record
from source_pinterest.engine.parent_ids import ParentIds
from source_pinterest.state.board_cursor import BOARD_KEY, MODIFIED_AT, BoardCursor
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.period import Period
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.slices import failure_of, partition_slice
from source_pinterest.streams.organic.base import OrganicStream
from source_pinterest.streams.organic.boards import Boards

_MODIFIED = {
    "type": ["null", "string"],
    "format": "date-time",
    "airbyte_type": "timestamp_without_timezone",
    "description": "When the pins of the board had last changed, without a time zone; added by the connector.",
}


class BoardedPinStream(ChildStream, OrganicStream, ABC):
    """Pins of boards. A board whose pins have not changed since they were last listed is passed over."""

    scopes = ("boards:read", "pins:read")
    cursor_field = MODIFIED_AT
    checkpoint: BoardCursor
    stamped: Mapping[str, Mapping[str, Any]] = {MODIFIED_AT: _MODIFIED}

    def new_cursor(self, period: Period, store: StateStore) -> BoardCursor:
        """When the pins of each board had last changed."""
        del period
        return BoardCursor(store)

    def needed_ids(self) -> Iterator[ParentIds]:
        """Those of the boards as well: it has to be known when they changed."""
        yield from super().needed_ids()
        yield self.shared.stream(Boards).ids

    def slices(self) -> Iterator[StreamSlice]:
        """The slices of boards that have moved; boards that are no longer there are then forgotten."""
        is_whole = True
        for stream_slice in super().slices():
            is_whole = is_whole and failure_of(stream_slice) is None
            yield stream_slice
        if is_whole:
            self.checkpoint.forget_others()

    def has_moved(self, board: StreamSlice) -> bool:
        """Whether the pins of a board are to be listed."""
        return self.checkpoint.has_moved(board.partition, self._modified_at(board))

    def dated(self, board: StreamSlice, parts: list[StreamSlice]) -> Iterator[StreamSlice]:
        """The slices of one board, with the time that stands for it."""
        modified_at = self._modified_at(board)
        self.checkpoint.expect(board.partition, modified_at, len(parts))
        for part in parts:
            yield partition_slice(part.partition, {MODIFIED_AT: modified_at} if modified_at else {})

    def _modified_at(self, board: StreamSlice) -> str | None:
        return self.shared.stream(Boards).modified.get(board[BOARD_KEY])

    def records(self, page: ListPage, stream_slice: StreamSlice) -> list[Record]:
        """The pins of a page, with the time at which the pins of their board had last changed."""
        records = super().records(page, stream_slice)
        for record in records:
            record.update(stream_slice.cursor_slice)
        return records
