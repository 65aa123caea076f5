"""Boards and their sections."""

from source_pinterest import limits
from source_pinterest.api.bodies import Page
from source_pinterest.engine.tasks import Task
from source_pinterest.state.board_cursor import MODIFIED_AT
from source_pinterest.streams.base.declaration import Parent, ReadPriority
from source_pinterest.streams.base.sync import SyncContext
from source_pinterest.streams.organic.base import OrganicStream


class Boards(OrganicStream):
    """Boards that the user owns or collaborates on. https://developers.pinterest.com/docs/api/v5/boards-list."""

    path_template = "boards"
    scopes = ("boards:read",)

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync)
        self.listed_at = 0
        """When the first page was listed, in epoch seconds by the server's clock; 0 before that."""
        self.modified_at: dict[str, str] = {}
        """When the pins of each board last changed, if a child needs it and Pinterest reports it."""

    def collect(self, page: Page, task: Task) -> list[str]:
        if self.is_wanted(MODIFIED_AT):
            self.listed_at = self.listed_at or page.server_time
            self.modified_at |= {board["id"]: board[MODIFIED_AT] for board in page.items if board.get(MODIFIED_AT)}
        return super().collect(page, task)


class BoardSections(OrganicStream):
    """Sections of each board. https://developers.pinterest.com/docs/api/v5/board_sections-list."""

    key = ("board_id", "id")
    path_template = "boards/{board_id}/sections"
    cost = f"one request for each board and {limits.PAGE_SIZE} sections"
    rank = ReadPriority.EACH_PIN
    scopes = ("boards:read",)
    parents = (Parent(Boards, "board_id"),)
