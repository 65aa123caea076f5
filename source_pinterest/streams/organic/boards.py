"""Boards and their sections."""

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.rows import ListPage, Record
from source_pinterest.state.board_cursor import MODIFIED_AT
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.stream import Sync
from source_pinterest.streams.organic.base import OrganicStream


class Boards(OrganicStream):
    """Boards that the user owns or collaborates on. https://developers.pinterest.com/docs/api/v5/boards-list."""

    path_template = "boards"
    scopes = ("boards:read",)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.modified: dict[str, str] = {}
        """When the pins of each board last changed, by its id. Filled before the pins are listed."""

    def records(self, page: ListPage, stream_slice: StreamSlice) -> list[Record]:
        """Return the boards of a page, and remember for their children when their pins last changed."""
        records = super().records(page, stream_slice)
        if self.ids.wanted:
            self.modified.update((record["id"], record[MODIFIED_AT]) for record in records if record.get(MODIFIED_AT))
        return records


class BoardSections(ChildStream, OrganicStream):
    """Sections of each board. https://developers.pinterest.com/docs/api/v5/board_sections-list."""

    primary_key: str | list[str] = ["board_id", "id"]  # noqa: RUF012 - the framework's attribute, never changed
    path_template = "boards/{board_id}/sections"
    cost = f"1 a board and page of {limits.PAGE_SIZE}"
    scopes = ("boards:read",)
    parent = Boards
    partition_keys = ("board_id",)
