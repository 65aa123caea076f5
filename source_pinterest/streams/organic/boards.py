"""Boards and their sections."""

from source_pinterest import limits
from source_pinterest.streams.base.declaration import Parent, Rank
from source_pinterest.streams.organic.base import OrganicStream


class Boards(OrganicStream):
    """Boards that the user owns or collaborates on. https://developers.pinterest.com/docs/api/v5/boards-list."""

    path_template = "boards"
    scopes = ("boards:read",)


class BoardSections(OrganicStream):
    """Sections of each board. https://developers.pinterest.com/docs/api/v5/board_sections-list."""

    key = ("board_id", "id")
    path_template = "boards/{board_id}/sections"
    cost = f"one request for each board and {limits.PAGE_SIZE} sections"
    rank = Rank.EACH_PIN
    scopes = ("boards:read",)
    parents = (Parent(Boards, "board_id"),)
