"""Slices are flat, and failures, windows and batches ride along."""

import copy

import pytest

from source_pinterest.api.errors import RefusedError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.request_size import ids_that_fit
from source_pinterest.engine.slices import (
    batch_slice,
    batches,
    failed_slice,
    failure_of,
    ids_of,
    key_of_parent,
    outermost_of,
    partition_slice,
    promised_rows,
    window_slice,
)
from source_pinterest.state.day_cursor import planned_window
from source_pinterest.state.history import PlannedWindow

ACCOUNT = {"ad_account_id": "549"}
PLANNED = PlannedWindow(DateWindow.from_pair(["2026-06-01", "2026-06-10"]), 3)
DAYS = {"start_date": "2026-06-01", "end_date": "2026-06-10"}


@pytest.mark.parametrize(
    ("count", "size", "sizes"), [(0, 3, []), (1, 3, [1]), (3, 3, [3]), (4, 3, [3, 1]), (7, 3, [3, 3, 1])]
)
def test_batches_hold_every_id_once_in_order(count: int, size: int, sizes: list[int]) -> None:
    ids = [str(number) for number in range(count)]
    cut = batches(ids, size)

    assert [len(batch) for batch in cut] == sizes
    assert [one for batch in cut for one in batch] == ids


@pytest.mark.parametrize(
    ("ids", "characters", "separator", "fit"),
    [
        (["12", "123"], 9, "%2C", 2),
        (["12", "123"], 8, "%2C", 1),
        (["12", "123"], 3 + 7 + 3, "&names=", 2),
        (["12", "123"], 3 + 7 + 2, "&names=", 1),
        (["123"], 0, "%2C", 1),
        ([], 100, "%2C", 25),
    ],
)
def test_as_many_of_the_longest_ids_fit_as_there_is_room_for(
    ids: list[str], characters: int, separator: str, fit: int
) -> None:
    assert ids_that_fit(ids, characters, separator) == fit


def test_what_rides_along_is_not_part_of_the_slice() -> None:
    stream_slice = partition_slice({"ad_account_id": "549"}, {"batch": 1}, ids=("7",))

    assert dict(stream_slice) == {"ad_account_id": "549", "batch": 1}
    assert stream_slice.extra_fields["ids"] == ("7",)
    assert key_of_parent(stream_slice) == ("549",)
    assert failure_of(stream_slice) is None


def test_a_failure_survives_the_frameworks_copies() -> None:
    stream_slice = copy.deepcopy(failed_slice({"ad_account_id": "549"}, RefusedError("This user may not.")))
    failure = failure_of(stream_slice)

    assert isinstance(failure, RefusedError)
    assert failure.message == "This user may not."
    assert dict(stream_slice) == {"ad_account_id": "549"}


def test_a_window_is_named_as_text_and_rides_along_with_its_number() -> None:
    stream_slice = window_slice(ACCOUNT, PLANNED, {"token": "t"}, report="r")

    assert dict(stream_slice) == {**ACCOUNT, **DAYS, "token": "t"}
    assert planned_window(stream_slice) == PLANNED
    assert stream_slice.extra_fields["report"] == "r"
    assert (failure_of(stream_slice), ids_of(stream_slice)) == (None, None)


def test_a_batch_names_its_number_and_carries_its_ids() -> None:
    stream_slice = batch_slice(ACCOUNT, PLANNED, ("7", "8"), 2)

    assert dict(stream_slice) == {**ACCOUNT, **DAYS, "batch": 2}
    assert ids_of(stream_slice) == ("7", "8")
    assert planned_window(stream_slice) == PLANNED


def test_a_failure_in_a_window_says_which() -> None:
    error = RefusedError("This user may not.")
    stream_slice = failed_slice(ACCOUNT, error, PLANNED)

    assert failure_of(stream_slice) is error
    assert dict(stream_slice) == {**ACCOUNT, **DAYS}
    assert planned_window(stream_slice) == PLANNED


@pytest.mark.parametrize(("ids", "rows"), [(("7", "8"), 20), (("7",), 10), ((), 10)])
def test_the_rows_of_a_batch_are_known_at_most(ids: tuple[str, ...], rows: int) -> None:
    assert promised_rows(batch_slice(ACCOUNT, PLANNED, ids, 0)) == rows


def test_the_rows_of_anything_else_are_anybodys_guess() -> None:
    assert promised_rows(partition_slice(ACCOUNT)) is None
    assert promised_rows(window_slice(ACCOUNT, PLANNED, {})) is None


def test_a_slice_is_of_its_outermost_parent() -> None:
    assert outermost_of(key_of_parent(partition_slice({"board_id": "1", "board_section_id": "8"}))) == ("1",)
    assert outermost_of(key_of_parent(partition_slice({}))) == ()
