"""Pins: all that a user owns, and those of each board and of each section."""

import logging
from abc import ABC
from collections.abc import Iterator, Mapping
from typing import Any

import requests
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import GoneError, ListingCappedError
from source_pinterest.dates import days_before
from source_pinterest.engine.parent_ids import Key
from source_pinterest.state.board_cursor import BOARD_KEY, MODIFIED_AT, BoardCursor
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.slices import failure_of, key_of_parent, partition_slice
from source_pinterest.streams.base.stream import Record
from source_pinterest.streams.organic.boards import Boards, BoardSections, OrganicStream

LOGGER = logging.getLogger("airbyte")

_TIMESTAMP = {"type": ["null", "string"], "format": "date-time", "airbyte_type": "timestamp_without_timezone"}


class PinStream(OrganicStream, ABC):
    """Pins, with the totals of each where the user wants them."""

    scopes = ("boards:read", "pins:read")

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and whether totals come along."""
        params = super().request_params(*args, **kwargs)
        return {**params, "pin_metrics": "true"} if self.config.pin_metrics else params


class Pins(PinStream):
    """Every pin the user owns, on whosever board. https://developers.pinterest.com/docs/api/v5/pins-list."""

    path_template = "pins"

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and pins on protected boards as well: Pinterest leaves them out unless asked."""
        return {**super().request_params(*args, **kwargs), "include_protected_pins": "true"}

    def read_slice(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The pins; the ids of those that are young enough go to their analytics."""
        with self.ids.filling(key_of_parent(stream_slice)) as ids:
            for response in self.pages(stream_slice):
                for record in self.records(response, stream_slice):
                    if self._is_analysed(record):
                        ids.append(record["id"])
                    yield record

    def list_ids(self, key: Key) -> Iterator[str]:
        """The ids of the pins that are young enough for their analytics."""
        stream_slice = partition_slice(dict(zip(self.partition_keys, key, strict=True)))
        for response in self.pages(stream_slice):
            for record in self.records(response, stream_slice):
                if self._is_analysed(record):
                    yield record["id"]

    def _is_analysed(self, record: Mapping[str, Any]) -> bool:
        max_age_days = self.config.pin_analytics_max_age_days
        if max_age_days is None or not record.get("created_at"):
            return True
        return str(record["created_at"]) >= str(days_before(self.config.today, max_age_days))


class BoardedPinStream(ChildStream, OrganicStream, ABC):
    """Pins of boards. A board whose pins have not changed since they were last listed is passed over."""

    scopes = ("boards:read", "pins:read")
    cursor_field = MODIFIED_AT
    checkpoint: BoardCursor
    stamped: Mapping[str, Mapping[str, Any]] = {MODIFIED_AT: _TIMESTAMP}

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._modified = sync.stream(Boards).modified

    def select(self) -> None:
        """Tell that this sync emits the stream, and that it needs to know when boards changed."""
        super().select()
        self.shared.stream(Boards).ids.want()

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
        return self.checkpoint.has_moved(board.partition, self._modified.get(board[BOARD_KEY]))

    def dated(self, board: StreamSlice, parts: list[StreamSlice]) -> Iterator[StreamSlice]:
        """The slices of one board, with the time that stands for it."""
        modified_at = self._modified.get(board[BOARD_KEY])
        self.checkpoint.expect(board.partition, modified_at, len(parts))
        for part in parts:
            yield partition_slice(part.partition, {MODIFIED_AT: modified_at} if modified_at else {})

    def read_slice(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The pins, after which the slice counts as read."""
        yield from super().read_slice(stream_slice)
        self.checkpoint.complete(stream_slice)

    def records(self, response: requests.Response, stream_slice: StreamSlice) -> Iterator[Record]:
        """The pins of a page, with the time at which the pins of their board had last changed."""
        for record in super().records(response, stream_slice):
            record.update(stream_slice.cursor_slice)
            yield record


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


class BoardPins(BoardedPinStream, PinStream):
    """Pins of each board, those in its sections included. https://developers.pinterest.com/docs/api/v5/boards-list_pins."""

    primary_key: str | list[str] = ["board_id", "id"]  # noqa: RUF012 - as above
    path_template = "boards/{board_id}/pins"
    cost = f"1 a board and page of {limits.PAGE_SIZE}"
    parent = Boards
    partition_keys = ("board_id",)

    def slices_of(self, outer: StreamSlice) -> Iterator[StreamSlice]:
        """The boards that have moved."""
        for board in super().slices_of(outer):
            if failure_of(board):
                yield board
            elif self.has_moved(board):
                yield from self.dated(board, [board])

    def read_slice(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The pins of a board. Where Pinterest lists no more of them, its sections are read too.

        Raises:
            ListingCappedError: the board has more pins than can be reached.
        """
        seen: set[str] = set()
        try:
            for record in super().read_slice(stream_slice):
                seen.add(record["id"])
                yield record
        except ListingCappedError as error:
            yield from self._pins_of_sections(stream_slice, seen)
            raise ListingCappedError(
                f"board_pins: board {stream_slice['board_id']} has more pins than Pinterest lists of one board (about "
                f"{limits.PINS_PER_BOARD_LISTED:,}). {len(seen):,} were read, those of its sections included; what "
                f"lies further back in no section can't be read. Move such pins into sections. {error.message}.",
            ) from error

    def _pins_of_sections(self, stream_slice: StreamSlice, seen: set[str]) -> Iterator[Record]:
        """The pins of the board's sections that are not in `seen` yet, to which they are added."""
        section_pins = self.shared.stream(BoardSectionPins)
        for section_id in self.shared.stream(BoardSections).list_ids(key_of_parent(stream_slice)):
            ids = {**stream_slice.partition, "board_section_id": section_id}
            section = partition_slice(ids, stream_slice.cursor_slice)
            try:
                for response in section_pins.pages(section):
                    for record in section_pins.records(response, section):
                        if record["id"] not in seen:
                            seen.add(record["id"])
                            yield record
            except GoneError:
                LOGGER.info(
                    f"board_pins: section {section_id} of board {stream_slice['board_id']} was deleted meanwhile."
                )
