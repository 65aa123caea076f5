"""A board counts as read once all of its slices are, unless it changed moments before."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.engine.tasks import Task
from source_pinterest.state.board_cursor import BoardCursor
from unit_tests.state.day_cursors import unread
from unit_tests.state.stores import STREAM, store

OLD, NEW = "2026-01-01T00:00:00", "2026-02-02T00:00:00"
LISTED_AT = int(datetime(2026, 2, 2, 0, 5, tzinfo=UTC).timestamp())
"""Five minutes after NEW."""
BOARD = {"board_id": "1"}


def board_cursor(**boards: Any) -> BoardCursor:
    return BoardCursor(store({"boards": boards}))


def read(subject: BoardCursor, **ids: str) -> None:
    subject.commit(StreamSlice(partition=ids, cursor_slice={"board_pins_modified_at": NEW}))


@pytest.mark.parametrize("merges_by_key", [True, False])
def test_boards_of_which_a_part_was_emitted_are_named_where_every_row_is_kept(
    caplog: pytest.LogCaptureFixture, *, merges_by_key: bool
) -> None:
    subject = BoardCursor(store(), merges_by_key=merges_by_key)
    for board, records in [("1", 2), ("2", 2), ("3", 0)]:
        subject.plan({"board_id": board}, NEW, LISTED_AT, 1)
        subject.count(records, Task({"board_id": board}, unread))
    read(subject, board_id="2")
    subject.ensure_at_least_one_state_emitted()

    told = [f"{STREAM}: the boards 1 were emitted in part, because not all of them could be read, and the next sync"]
    assert [text[: len(told[0])] for text in caplog.messages] == ([] if merges_by_key else told)


@pytest.mark.parametrize("modified_at", ["2026-02-02T00:00:01", "2026-02-02T00:04:59.5", "soon"])
def test_a_board_that_changed_moments_before_it_was_listed_is_listed_again(modified_at: str) -> None:
    subject = board_cursor(**{"1": OLD})
    subject.plan(BOARD, modified_at, LISTED_AT, 1)
    read(subject, board_id="1")

    assert subject.state == {"boards": {"1": OLD}}
    assert subject.has_changed(BOARD, modified_at)


def test_a_board_moves_when_its_time_differs_or_is_not_told() -> None:
    subject = board_cursor(**{"1": OLD, "549/7": OLD})

    assert not subject.has_changed(BOARD, OLD)
    assert subject.has_changed(BOARD, NEW)
    assert subject.has_changed(BOARD, None)
    assert subject.has_changed({"board_id": "2"}, OLD)
    assert not subject.has_changed({"ad_account_id": "549", "board_id": "7"}, OLD)
    assert subject.has_changed({"ad_account_id": "626", "board_id": "7"}, OLD), "boards of several owners are apart"


@pytest.mark.parametrize(("owner", "most_bytes"), [({}, 60), ({"ad_account_id": "549761668032123456"}, 80)])
def test_a_board_takes_few_bytes_of_a_state(owner: dict[str, str], most_bytes: int) -> None:
    """As docs/development/reliability.md says of ids of 18 digits."""
    subject, boards = board_cursor(), range(10**17, 10**17 + 100)
    for board in boards:
        subject.plan({**owner, "board_id": str(board)}, NEW, LISTED_AT, 0)

    assert len(subject.state["boards"]) == len(boards)
    assert len(json.dumps(subject.state)) <= most_bytes * len(boards)


def test_boards_that_were_not_seen_are_forgotten() -> None:
    subject = board_cursor(**{"1": OLD, "2": OLD})
    subject.has_changed({"board_id": "2"}, OLD)
    subject.forget_others()

    assert subject.state == {"boards": {"2": OLD}}
