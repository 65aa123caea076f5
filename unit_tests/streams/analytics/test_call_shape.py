"""Are slices flat, are failures carried, and are calls as few as Pinterest allows?"""

import copy
import math

import pytest

from source_pinterest import limits
from source_pinterest.api.errors import RefusedError
from source_pinterest.streams.base.slices import batches, failed_slice, failure_of, key_of_parent, partition_slice, tile


def calls(ids: int, days: int, ids_per_call: int, days_per_call: int) -> int:
    return math.ceil(ids / ids_per_call) * math.ceil(days / days_per_call)


def best_by_trying(ids: int, days: int) -> tuple[int, int]:
    """The fewest calls of any legal size, and the fewest windows that come with them."""
    return min(
        (
            calls(ids, days, min(limits.IDS_PER_ANALYTICS_CALL, limits.ROWS_PER_ANALYTICS_CALL // window), window),
            math.ceil(days / window),
        )
        for window in range(1, limits.ANALYTICS_WINDOW_DAYS + 1)
    )


SIZES = [
    (ids, days)
    for ids in (
        *range(1, 20),
        39,
        40,
        110,
        111,
        112,
        113,
        125,
        222,
        249,
        250,
        251,
        299,
        333,
        500,
        750,
        1_000,
        5_000,
    )
    for days in (*range(1, 13), 33, 34, 39, 40, 41, 45, 79, 80, 81, 89, 90, 91, 179, 180, 181, 365, 912, 913)
]


def test_no_legal_sizes_make_fewer_calls_or_as_few_with_longer_windows() -> None:
    for ids, days in SIZES:
        ids_per_call, days_per_call = tile(ids, days)
        found = calls(ids, days, ids_per_call, days_per_call), math.ceil(days / days_per_call)
        assert found == best_by_trying(ids, days), (ids, days)


def test_sizes_keep_every_limit() -> None:
    for ids, days in SIZES:
        ids_per_call, days_per_call = tile(ids, days)
        assert 1 <= ids_per_call <= limits.IDS_PER_ANALYTICS_CALL, (ids, days)
        assert 1 <= days_per_call <= limits.ANALYTICS_WINDOW_DAYS, (ids, days)
        assert min(ids, ids_per_call) * days_per_call <= limits.ROWS_PER_ANALYTICS_CALL, (ids, days)


def test_few_ids_get_the_longest_window() -> None:
    assert tile(111, 90)[1] == 90
    assert tile(1, 89)[1] == 89


def test_no_ids_make_no_calls() -> None:
    assert calls(0, 89, *tile(0, 89)) == 0


@pytest.mark.parametrize(
    ("count", "size", "sizes"), [(0, 3, []), (1, 3, [1]), (3, 3, [3]), (4, 3, [3, 1]), (7, 3, [3, 3, 1])]
)
def test_batches_hold_every_id_once_in_order(count: int, size: int, sizes: list[int]) -> None:
    ids = [str(number) for number in range(count)]
    cut = batches(ids, size)

    assert [len(batch) for batch in cut] == sizes
    assert [one for batch in cut for one in batch] == ids


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
