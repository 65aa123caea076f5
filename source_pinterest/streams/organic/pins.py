"""Pins: all that a user owns, and those of each board and of each section."""

import logging
from abc import ABC
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import GoneError, ListingCappedError
from source_pinterest.api.rows import ListPage, Record
from source_pinterest.config import Config
from source_pinterest.dates import days_before
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.slices import failure_of, key_of_parent, partition_slice
from source_pinterest.state.board_cursor import BOARD_KEY, MODIFIED_AT, BoardCursor
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.period import Period
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.listing import Listed, SeenIds
from source_pinterest.streams.base.stream import ForeignKey
from source_pinterest.streams.organic.base import OrganicStream
from source_pinterest.streams.organic.boards import Boards, BoardSections

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


LOGGER = logging.getLogger("airbyte")


def _totals(config: Config) -> dict[str, str]:
    """How a list of pins is asked for the totals of each, where the user wants them."""
    return {"pin_metrics": "true"} if config.pin_metrics else {}


class Pins(OrganicStream):
    """Every pin the user owns, on any board. https://developers.pinterest.com/docs/api/v5/pins-list."""

    path_template = "pins"
    scopes = ("boards:read", "pins:read")
    foreign_keys = tuple(
        ForeignKey(stream, fields, unless="the board is somebody else's, on which the user no longer works")
        for stream, fields in (("boards", ("board_id",)), ("board_sections", ("board_id", "board_section_id")))
    )

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and pins on protected boards as well: Pinterest leaves them out unless asked."""
        return {**super().request_params(*args, **kwargs), **_totals(self.config), "include_protected_pins": "true"}

    def ids_for_children(self, records: Iterable[Record]) -> Iterator[str]:
        """The ids of the pins that are young enough for their analytics."""
        return (record["id"] for record in records if self._is_analysed(record))

    def _is_analysed(self, record: Mapping[str, Any]) -> bool:
        max_age_days = self.config.pin_analytics_max_age_days
        if max_age_days is None or not record.get("created_at"):
            return True
        return str(record["created_at"]) >= str(days_before(self.config.today, max_age_days))


class BoardSectionPins(BoardedPinStream):
    """Pins of each section. https://developers.pinterest.com/docs/api/v5/board_sections-list_pins."""

    primary_key: str | list[str] = ["board_id", "board_section_id", "id"]  # noqa: RUF012 - the framework's attribute
    path_template = "boards/{board_id}/sections/{board_section_id}/pins"
    cost = f"1 a section and page of {limits.PAGE_SIZE}"
    parent = BoardSections
    partition_keys = ("board_id", "board_section_id")

    def slices_of(self, outer: StreamSlice) -> Iterator[StreamSlice]:
        """The sections of a board, unless it has not moved: then not even its sections are listed."""
        if not self.has_moved(outer):
            return
        sections = list(super().slices_of(outer))
        yield from sections if any(map(failure_of, sections)) else self.dated(outer, sections)


class BoardPins(BoardedPinStream):
    """Pins of each board, those in its sections included. https://developers.pinterest.com/docs/api/v5/boards-list_pins."""

    primary_key: str | list[str] = ["board_id", "id"]  # noqa: RUF012 - as above
    path_template = "boards/{board_id}/pins"
    cost = f"1 a board and page of {limits.PAGE_SIZE}"
    parent = Boards
    partition_keys = ("board_id",)
    foreign_keys = (ForeignKey("board_sections", ("board_id", "board_section_id")),)

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and whether totals come along."""
        return {**super().request_params(*args, **kwargs), **_totals(self.config)}

    def slices_of(self, outer: StreamSlice) -> Iterator[StreamSlice]:
        """The boards that have moved."""
        for board in super().slices_of(outer):
            if failure_of(board):
                yield board
            elif self.has_moved(board):
                yield from self.dated(board, [board])

    def listing(self, stream_slice: StreamSlice) -> Iterator[Listed]:
        """The pins of a board. Where Pinterest lists no more of them, its sections are read too.

        Raises:
            ListingCappedError: the board has more pins than can be reached.
        """
        seen = SeenIds()
        try:
            for listed in super().listing(stream_slice):
                yield listed._replace(records=seen.new(listed.records))
        except ListingCappedError as error:
            for listed in self._listings_of_sections(stream_slice):
                yield listed._replace(records=seen.new(listed.records))
            raise ListingCappedError(
                f"board_pins: board {stream_slice['board_id']} has more pins than Pinterest lists of one board (about "
                f"{limits.PINS_PER_BOARD_LISTED:,}). {len(seen):,} were read, those of its sections included; what "
                f"lies further back in no section can't be read. Move such pins into sections. {error.message}.",
            ) from error

    def _listings_of_sections(self, stream_slice: StreamSlice) -> Iterator[Listed]:
        section_pins = self.shared.stream(BoardSectionPins)
        for section_id in self.shared.stream(BoardSections).list_ids(key_of_parent(stream_slice)):
            ids = {**stream_slice.partition, "board_section_id": section_id}
            try:
                yield from section_pins.listing(partition_slice(ids, stream_slice.cursor_slice))
            except GoneError:
                LOGGER.info(
                    f"board_pins: section {section_id} of board {stream_slice['board_id']} was deleted during the sync."
                )
