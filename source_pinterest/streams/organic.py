"""Boards, their sections and their pins.

`account_id` in the config makes these calls on behalf of that ad account's owner, as the official connector does.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import GoneError, ListingCappedError
from source_pinterest.streams.base import PinterestStream, Record
from source_pinterest.streams.children import ChildStream
from source_pinterest.streams.partitions import partition_slice

LOGGER = logging.getLogger("airbyte")


class OrganicStream(PinterestStream):
    """Content of the token's user, or of the owner of the configured ad account."""

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and on whose behalf it is read."""
        params = super().request_params(*args, **kwargs)
        if self.config.organic_account_id:
            params["ad_account_id"] = self.config.organic_account_id
        return params


class Boards(OrganicStream):
    """Boards the user owns or works on together with others. https://developers.pinterest.com/docs/api/v5/boards-list."""

    path_template = "boards"
    scopes = ("boards:read",)


class BoardSections(ChildStream, OrganicStream):
    """Sections of each board. https://developers.pinterest.com/docs/api/v5/board_sections-list."""

    primary_key: str | list[str] = ["board_id", "id"]  # noqa: RUF012 - the framework's attribute, never changed
    path_template = "boards/{board_id}/sections"
    calls = f"1 a board and page of {limits.PAGE_SIZE}"
    scopes = ("boards:read",)
    parent = Boards
    partition_keys = ("board_id",)


class BoardSectionPins(ChildStream, OrganicStream):
    """Pins of each section. https://developers.pinterest.com/docs/api/v5/board_sections-list_pins."""

    primary_key: str | list[str] = ["board_id", "board_section_id", "id"]  # noqa: RUF012 - as above
    path_template = "boards/{board_id}/sections/{board_section_id}/pins"
    calls = f"1 a section and page of {limits.PAGE_SIZE}"
    scopes = ("boards:read", "pins:read")
    parent = BoardSections
    partition_keys = ("board_id", "board_section_id")


class BoardPins(ChildStream, OrganicStream):
    """Pins of each board, those in its sections included. https://developers.pinterest.com/docs/api/v5/boards-list_pins."""

    primary_key: str | list[str] = ["board_id", "id"]  # noqa: RUF012 - as above
    path_template = "boards/{board_id}/pins"
    calls = f"1 a board and page of {limits.PAGE_SIZE}"
    scopes = ("boards:read", "pins:read")
    parent = Boards
    partition_keys = ("board_id",)

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

    def _pins_of_sections(self, stream_slice: Mapping[str, Any], seen: set[str]) -> Iterator[Record]:
        """The pins of the board's sections that are not in `seen` yet, to which they are added."""
        board_id = stream_slice["board_id"]
        section_pins = self.shared.stream(BoardSectionPins)
        for section_id in self.shared.stream(BoardSections).list_ids((board_id,)):
            section = partition_slice({"board_id": board_id, "board_section_id": section_id})
            try:
                for response in section_pins.pages(section):
                    for record in section_pins.records(response, section):
                        if record["id"] not in seen:
                            seen.add(record["id"])
                            yield record
            except GoneError:
                LOGGER.info(f"board_pins: section {section_id} of board {board_id} was deleted meanwhile.")
