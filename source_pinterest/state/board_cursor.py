"""The cursor of boards: it skips boards that have not changed since their pins were last listed."""

from collections.abc import Iterable, Mapping
from typing import Any

from source_pinterest import limits
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import PinterestCursor, StateStore
from source_pinterest.state.entity_cursor import time_in
from source_pinterest.state.formats import ACCOUNT_KEY

MODIFIED_AT = "board_pins_modified_at"
BOARD_KEY = "board_id"

_BOARDS = "boards"
_NAMED_BOARDS = 100


def _name_of_board(parents: Mapping[str, Any]) -> str:
    """Return the name of a task's board in the state; the task may be a section of it."""
    board = str(parents[BOARD_KEY])
    return f"{parents[ACCOUNT_KEY]}/{board}" if ACCOUNT_KEY in parents else board


def _account_of(board: str) -> str:
    """Return the ad account in the name of a board; empty for a board of the token's own user."""
    return board.rpartition("/")[0]


class BoardCursor(PinterestCursor):
    """Keeps for each board the change time that it had when its pins were last listed.

    A board takes its new time once all of its tasks were read. It keeps its old time if it changed less than five
    minutes before the boards were listed: a list may lag, and a pin may come in the same second. It also keeps it if a
    task found that its list has to be read again. A board is listed if Pinterest gives no change time, or another one
    than the state. There may be 100,000 boards, so the state is one mapping of names to times.

    Another attempt of a full refresh lists no board that the state names. A board without a time there is listed by the
    next incremental sync.

    Args:
        store: has the incoming state and takes the outgoing ones.
        merges_by_key: whether the destination replaces pins by their key.
    """

    def __init__(self, store: StateStore, *, merges_by_key: bool = True) -> None:
        super().__init__(store)
        self._merges_by_key = merges_by_key
        self._emitted: set[str] = set()  # boards of which pins were queued
        boards = store.incoming().get(_BOARDS)
        saved = boards.items() if isinstance(boards, Mapping) else ()
        self._known: dict[str, str] = {name: time for name, time in saved if isinstance(time, str)}
        self._seen: set[str] = set()
        self._pending: dict[str, tuple[str | None, int]] = {}

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        return {_BOARDS: dict(sorted(self._known.items()))}

    def accounts(self) -> Iterable[str]:
        """Return the ad accounts of the owners whose boards the state has."""
        return {_account_of(board) for board in self._known} - {""}

    def has_changed(self, parents: Mapping[str, Any], modified_at: str | None) -> bool:
        """Return whether the pins of a board have to be listed."""
        board = _name_of_board(parents)
        self._seen.add(board)
        if self._store.refresh:
            return board not in self._known
        return not modified_at or self._known.get(board) != modified_at

    def plan(self, parents: Mapping[str, Any], modified_at: str | None, listed_at: int, tasks: int) -> None:
        """Register how many tasks a board has, before the first of them is read.

        Args:
            parents: the ids of the board.
            modified_at: the board's change time; None if Pinterest gives none.
            listed_at: when the boards were listed, in epoch seconds by the server's clock.
            tasks: the number of tasks.
        """
        changed = time_in({MODIFIED_AT: modified_at}, MODIFIED_AT)
        is_old = changed is not None and changed <= listed_at - limits.EDIT_MARGIN_SECONDS
        with self._lock:
            self._set_pending(_name_of_board(parents), modified_at if is_old else None, tasks)

    def forget_others(self) -> None:
        """Drop the boards that their owner no longer has, so that the state does not grow without end."""
        with self._lock:
            listed = {"", *map(_account_of, self._seen)}
            self._known = {
                board: modified_at
                for board, modified_at in self._known.items()
                if board in self._seen or _account_of(board) not in listed
            }

    def count(self, records: int, task: Task) -> None:
        """Count pins that are about to be queued, and record that their board was emitted in part."""
        super().count(records, task)
        if records:
            self._emitted.add(_name_of_board(task))

    def emit_last(self) -> None:
        """Emit the last state of the stream, and warn of boards that were emitted in part."""
        twice = sorted(self._emitted & self._pending.keys())
        if twice and not self._merges_by_key:
            more = f" and {len(twice) - _NAMED_BOARDS:,} more" if len(twice) > _NAMED_BOARDS else ""
            self._warn_of_copies("boards", f"{', '.join(twice[:_NAMED_BOARDS])}{more}")
        super().emit_last()

    def _move(self, task: Task, finding: Any) -> None:
        if finding:
            return
        board = _name_of_board(task)
        modified_at, left = self._pending.pop(board)
        self._set_pending(board, modified_at, left - 1)

    def _set_pending(self, board: str, modified_at: str | None, left: int) -> None:
        """Store how many tasks of a board are left; without any, the board takes its new time."""
        if left:
            self._pending[board] = (modified_at, left)
            return
        self._emitted.discard(board)  # which holds the boards in progress and failed ones, not all of 100,000
        if modified_at or self._store.refresh:
            self._known[board] = modified_at or ""
