"""Boards and their sections."""

from collections.abc import Iterator

from source_pinterest import limits
from source_pinterest.api.bodies import Record
from source_pinterest.engine.tasks import Task
from source_pinterest.state.board_cursor import MODIFIED_AT
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.listing import RecordPage
from source_pinterest.streams.base.stream import Rank, Sync
from source_pinterest.streams.organic.base import OrganicStream


class Boards(OrganicStream):
    """Boards that the user owns or collaborates on. https://developers.pinterest.com/docs/api/v5/boards-list."""

    path_template = "boards"
    scopes = ("boards:read",)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.listed_at = 0
        """When the first page of boards was listed, in epoch seconds, by the server's clock; 0 before that."""

    def record_pages(self, task: Task) -> Iterator[RecordPage]:
        """Yield the boards of a page, and remember when the first page was listed."""
        for page in super().record_pages(task):
            self.listed_at = self.listed_at or page.server_time
            yield page

    def fact_for_children(self, record: Record) -> str | None:
        """Return when the pins of a board last changed."""
        return record.get(MODIFIED_AT) or None


class BoardSections(ChildStream, OrganicStream):
    """Sections of each board. https://developers.pinterest.com/docs/api/v5/board_sections-list."""

    primary_key: str | list[str] = ["board_id", "id"]  # noqa: RUF012 - the framework's attribute, never changed
    path_template = "boards/{board_id}/sections"
    cost = f"one request for each board and {limits.PAGE_SIZE} sections"
    rank = Rank.EACH_PIN
    scopes = ("boards:read",)
    child_of = Boards
    parent_fields = ("board_id",)
