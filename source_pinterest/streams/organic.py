"""Boards, their sections and their pins.

`account_id` in the config makes these calls on behalf of that ad account's owner, as the official connector does;
`organic_per_ad_account` makes them on behalf of the owner of every ad account.
"""

import logging
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import GoneError, ListingCappedError
from source_pinterest.streams.ads import AdAccounts
from source_pinterest.streams.base import PinterestStream, Record
from source_pinterest.streams.children import ChildStream
from source_pinterest.streams.partitions import key_of_parent, partition_slice
from source_pinterest.streams.sync import Sync
from source_pinterest.sync.state import ACCOUNT_KEY

LOGGER = logging.getLogger("airbyte")


class OrganicStream(PinterestStream):
    """Content of the token's user, or of the owner of the configured ad account; or of each owner of an ad account.

    In the last case there is a slice for each owner, and the ad account is stamped on its records and part of the key.
    """

    stamped: tuple[str, ...] = ()
    """Fields that Pinterest does not send: each record has them from the call that it comes from."""

    def __init__(self, sync: Sync) -> None:
        self._ad_accounts = sync.stream(AdAccounts) if sync.config.organic_per_ad_account else None
        if self._ad_accounts:
            own_key = [self.primary_key] if isinstance(self.primary_key, str) else self.primary_key
            self.primary_key = [ACCOUNT_KEY, *own_key]
            self.partition_keys = (ACCOUNT_KEY, *self.partition_keys)
            self.stamped = (ACCOUNT_KEY, *self.stamped)
        super().__init__(sync)

    @cached_property
    def _stamped_schema(self) -> Mapping[str, Any]:
        schema = super().get_json_schema()
        stamped = {name: {"type": ["null", "string"]} for name in self.stamped}
        return {**schema, "properties": {**stamped, **schema["properties"]}}

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        """The fields that Pinterest sends, and those that are stamped."""
        return self._stamped_schema

    def select(self) -> None:
        """Tell that this sync emits the stream, and that it needs the ad accounts where each has its slice."""
        super().select()
        if self._ad_accounts:
            self._ad_accounts.ids.want()

    def slices(self) -> Iterator[StreamSlice]:
        """A slice for each owner of an ad account, or the only one."""
        if self._ad_accounts is None:
            yield partition_slice({})
            return
        for account in self._ad_accounts.one_per_owner():
            yield partition_slice({ACCOUNT_KEY: account})

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and on whose behalf it is read."""
        params = super().request_params(*args, **kwargs)
        account = (kwargs.get("stream_slice") or {}).get(ACCOUNT_KEY) or self.config.organic_account_id
        return {**params, "ad_account_id": account} if account else params


class Boards(OrganicStream):
    """Boards the user owns or works on together with others. https://developers.pinterest.com/docs/api/v5/boards-list."""

    path_template = "boards"
    scopes = ("boards:read",)


class BoardSections(ChildStream, OrganicStream):
    """Sections of each board. https://developers.pinterest.com/docs/api/v5/board_sections-list."""

    primary_key: str | list[str] = ["board_id", "id"]  # noqa: RUF012 - the framework's attribute, never changed
    path_template = "boards/{board_id}/sections"
    scopes = ("boards:read",)
    parent = Boards
    partition_keys = ("board_id",)


class BoardSectionPins(ChildStream, OrganicStream):
    """Pins of each section. https://developers.pinterest.com/docs/api/v5/board_sections-list_pins."""

    primary_key: str | list[str] = ["board_id", "board_section_id", "id"]  # noqa: RUF012 - as above
    path_template = "boards/{board_id}/sections/{board_section_id}/pins"
    scopes = ("boards:read", "pins:read")
    parent = BoardSections
    partition_keys = ("board_id", "board_section_id")


class BoardPins(ChildStream, OrganicStream):
    """Pins of each board, those in its sections included. https://developers.pinterest.com/docs/api/v5/boards-list_pins."""

    primary_key: str | list[str] = ["board_id", "id"]  # noqa: RUF012 - as above
    path_template = "boards/{board_id}/pins"
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

    def _pins_of_sections(self, stream_slice: StreamSlice, seen: set[str]) -> Iterator[Record]:
        """The pins of the board's sections that are not in `seen` yet, to which they are added."""
        section_pins = self.shared.stream(BoardSectionPins)
        for section_id in self.shared.stream(BoardSections).list_ids(key_of_parent(stream_slice)):
            section = partition_slice({**stream_slice.partition, "board_section_id": section_id})
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
