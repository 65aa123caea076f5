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
from source_pinterest.state.day_cursor import window_of

ACCOUNT = {"ad_account_id": "549"}
PLANNED = DateWindow.from_pair(["2026-06-01", "2026-06-10"])
DAYS = {"start_date": "2026-06-01", "end_date": "2026-06-10"}


def test_batches_hold_every_id_once_in_order() -> None:
    assert batches("", 3) == []
    assert batches("012", 3) == [("0", "1", "2")]
    assert batches("0123456", 3) == [("0", "1", "2"), ("3", "4", "5"), ("6",)]


@pytest.mark.parametrize(
    ("ids", "characters", "separator", "fit"),
    [
        (["12", "123"], 9, "%2C", 2),
        (["12", "123"], 8, "%2C", 1),
        (["12", "123"], 3 + 7 + 3, "&names=", 2),
        (["123"], 0, "%2C", 1),
    ],
)
def test_as_many_of_the_longest_ids_fit_as_there_is_room_for(
    ids: list[str], characters: int, separator: str, fit: int
) -> None:
    assert ids_that_fit(ids, characters, separator) == fit


def test_what_rides_along_is_not_part_of_the_slice() -> None:
    stream_slice = partition_slice(ACCOUNT, {"batch": 1}, ids=("7",))

    assert dict(stream_slice) == {**ACCOUNT, "batch": 1}
    assert stream_slice.extra_fields["ids"] == ("7",)
    assert key_of_parent(stream_slice) == ("549",)


def test_a_window_is_named_as_text_and_rides_along_with_its_number() -> None:
    of_report = window_slice(ACCOUNT, PLANNED, {"token": "t"}, report="r")
    of_batch = batch_slice(ACCOUNT, PLANNED, ("7", "8"), 2)

    assert dict(of_report) == {**ACCOUNT, **DAYS, "token": "t"}
    assert dict(of_batch) == {**ACCOUNT, **DAYS, "batch": 2}
    assert window_of(of_report) == window_of(of_batch) == PLANNED
    assert of_report.extra_fields["report"] == "r"
    assert (ids_of(of_report), ids_of(of_batch)) == (None, ("7", "8"))


def test_a_failure_survives_the_frameworks_copies_and_says_in_which_window() -> None:
    error = RefusedError("This user may not.")
    anywhere, in_window = (copy.deepcopy(failed_slice(ACCOUNT, error, planned)) for planned in (None, PLANNED))

    for failed in (anywhere, in_window):
        assert isinstance(failure_of(failed), RefusedError)
        assert str(failure_of(failed)) == str(error)
    assert failure_of(partition_slice(ACCOUNT)) is None
    assert dict(anywhere) == ACCOUNT
    assert dict(in_window) == {**ACCOUNT, **DAYS}
    assert window_of(in_window) == PLANNED


def test_the_most_rows_of_a_batch_are_known_and_those_of_no_other_slice() -> None:
    assert [promised_rows(batch_slice(ACCOUNT, PLANNED, ids, 0)) for ids in (("7", "8"), ("7",), ())] == [20, 10, 10]
    assert promised_rows(partition_slice(ACCOUNT)) is promised_rows(window_slice(ACCOUNT, PLANNED, {})) is None


def test_a_slice_is_of_its_outermost_parent() -> None:
    assert outermost_of(key_of_parent(partition_slice({"board_id": "1", "board_section_id": "8"}))) == ("1",)
    assert outermost_of(key_of_parent(partition_slice({}))) == ()
