"""Pins of a user, of each board and of each section. Boards whose pins have not changed are skipped."""

import logging
from abc import ABC
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from source_pinterest import limits
from source_pinterest.api.bodies import ID, Page, Record
from source_pinterest.api.errors import AccessDeniedError, ErrorReason, NotFoundError, TaskError
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.engine.tasks import Task
from source_pinterest.state.board_cursor import BOARD_KEY, MODIFIED_AT, BoardCursor
from source_pinterest.state.cursor import StateStore
from source_pinterest.streams.base.declaration import ForeignKey, Parent, ReadPriority
from source_pinterest.streams.base.listing import unseen
from source_pinterest.streams.base.sync import SyncContext
from source_pinterest.streams.organic.base import OrganicStream
from source_pinterest.streams.organic.boards import Boards, BoardSections
from source_pinterest.streams.organic.listed_pins import ListedPins

LOGGER = logging.getLogger("airbyte")

_MODIFIED = {
    "type": ["null", "string"],
    "format": "date-time",
    "airbyte_type": "timestamp_without_timezone",
    "description": "When the pins of the board had last changed, without a time zone; added by the connector.",
}


TOTALS = "pin_metrics"
"""What `Pins` requests for a child that wants it: the totals of each pin."""


class BoardedPinStream(OrganicStream, ABC):
    """Pins of boards. A board whose pins have not changed since they were last listed is skipped."""

    scopes = ("boards:read", "pins:read")
    cursor_field = MODIFIED_AT
    state_cursor: BoardCursor
    rank = ReadPriority.EACH_PIN
    parents = (Parent(Boards, wants=MODIFIED_AT),)
    stamped: Mapping[str, Mapping[str, Any]] = {MODIFIED_AT: _MODIFIED}

    def new_cursor(self, store: StateStore) -> BoardCursor:
        return BoardCursor(store, merges_by_key=self.merges_by_key)

    def tasks(self) -> Iterator[Task]:
        """Yield the tasks of changed boards, and at the end drop boards from the state that no longer exist."""
        is_complete = True
        for task in super().tasks():
            is_complete = is_complete and task.error is None
            yield task
        if is_complete:
            self.state_cursor.forget_others()

    def tasks_of_board(self, board: Task, lists: Iterable[Task]) -> Iterator[Task]:
        """Yield the tasks of a board, each with the time at which the board's pins last changed; none if they have not.

        Args:
            board: has the id of the board.
            lists: the tasks of the lists that have the board's pins. No section of an unchanged board is requested.
        """
        boards = self.shared.stream(Boards)
        modified_at = boards.modified_at.get(board[BOARD_KEY])
        if not self.state_cursor.has_changed(board.parents, modified_at):
            self.tracker.note_unchanged()
            return
        tasks = list(lists)
        self.state_cursor.plan(board.parents, modified_at, boards.listed_at, len(tasks))
        for task in tasks:
            yield self.task(task.parents, {MODIFIED_AT: modified_at} if modified_at else {})

    def records(self, page: Page, task: Task) -> list[Record]:
        """Return the pins of a page, each with the time at which the pins of its board last changed."""
        records = super().records(page, task)
        for record in records:
            record.update(task.discriminators)
        return records


class Pins(OrganicStream):
    """Every pin that the user owns, on any board. https://developers.pinterest.com/docs/api/v5/pins-list."""

    path_template = "pins"
    scopes = ("boards:read", "pins:read")
    foreign_keys = tuple(
        ForeignKey(stream, fields, unless="the board is somebody else's, on which the user no longer works")
        for stream, fields in (("boards", ("board_id",)), ("board_sections", ("board_id", "board_section_id")))
    )

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync)
        self.listed = ListedPins(sync.config)

    def collect(self, page: Page, task: Task) -> list[str]:
        self.listed.add(page, task)  # pin analytics is the only child
        return super().collect(page, task)

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Request pins on protected boards too, which Pinterest omits by default."""
        totals = {"pin_metrics": "true"} if self.is_wanted(TOTALS) or self._shows_totals else {}
        return {**super().request_params(*args, **kwargs), **totals, "include_protected_pins": "true"}

    @property
    def _shows_totals(self) -> bool:
        return self.config.pin_metrics or self.config.pin_analytics_only_active

    def to_record_batches(self, records: Iterable[Record]) -> Iterator[RecordBatch]:
        """Serialise pins, without totals that only child streams want."""
        if self.is_wanted(TOTALS) and not self._shows_totals:
            records = ({**record, "pin_metrics": None} for record in records)
        return super().to_record_batches(records)


class BoardSectionPins(BoardedPinStream):
    """Pins of each section. https://developers.pinterest.com/docs/api/v5/board_sections-list_pins."""

    key = ("board_id", "board_section_id", "id")
    path_template = "boards/{board_id}/sections/{board_section_id}/pins"
    cost = f"one request for each section and {limits.PAGE_SIZE} pins"
    parents = (Parent(BoardSections, "board_section_id"),)

    def tasks_of(self, parent_task: Task) -> Iterator[Task]:
        return self.tasks_of_board(parent_task, super().tasks_of(parent_task))


class BoardPins(BoardedPinStream):
    """Pins of each board, those in its sections included. https://developers.pinterest.com/docs/api/v5/boards-list_pins."""

    key = ("board_id", "id")
    path_template = "boards/{board_id}/pins"
    cost = f"one request for each board and {limits.PAGE_SIZE} pins"
    parents = (Parent(Boards, "board_id"),)
    foreign_keys = (ForeignKey("board_sections", ("board_id", "board_section_id")),)

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Request the totals of each pin, if the user wants them."""
        totals = {"pin_metrics": "true"} if self.config.pin_metrics else {}
        return {**super().request_params(*args, **kwargs), **totals}

    def tasks_of(self, parent_task: Task) -> Iterator[Task]:
        for board in super().tasks_of(parent_task):
            yield from self.tasks_of_board(board, [board])

    def pages(self, task: Task) -> Iterator[Page]:
        """Yield the pins of a board. If Pinterest caps the list, the pins of the board's sections are read too.

        Raises:
            TaskError: the list was capped, so pins may be missing. Raised after the sections are read.
        """
        seen = set[str]()
        try:
            for page in super().pages(task):
                yield page._replace(items=unseen(page.items, ID, seen))
        except TaskError as error:
            if error.reason is not ErrorReason.LIST_CAPPED:
                raise
            for page in self._pages_of_sections(task):
                yield page._replace(items=unseen(page.items, ID, seen))
            raise TaskError(
                f"board_pins: board {task['board_id']} has more pins than Pinterest lists of one board (about "
                f"{limits.PINS_PER_BOARD_LISTED:,}). {len(seen):,} were read, those of its sections included. "
                f"Pins further back in the list can't be read if they are in no section: move them into sections. "
                f"{error.message}.",
                is_isolated=True,
            ) from error

    def _pages_of_sections(self, task: Task) -> Iterator[Page]:
        section_pins = self.shared.stream(BoardSectionPins)
        for section_id in self.shared.stream(BoardSections).list_ids(task.parent_ids):
            ids = {**task.parents, "board_section_id": section_id}
            try:
                yield from section_pins.pages(self.task(ids, task.discriminators))
            except (NotFoundError, AccessDeniedError) as error:
                LOGGER.warning(f"board_pins: section {section_id} of board {task['board_id']}: {error.message}")
