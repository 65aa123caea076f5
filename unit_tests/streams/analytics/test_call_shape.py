"""Requests are as few as Pinterest allows, and smaller after a larger one has failed."""

import math

import pytest
from pendulum import Date

from source_pinterest import limits
from source_pinterest.dates import DateWindow
from source_pinterest.streams.analytics.client import Part, RequestSize, halved, request_shape


def calls(ids: int, days: int, ids_per_call: int, days_per_call: int) -> int:
    return math.ceil(ids / ids_per_call) * math.ceil(days / days_per_call)


def best_by_trying(ids: int, days: int) -> tuple[int, int]:
    """The fewest calls of any legal size, and the fewest windows that come with them."""
    return min(
        (
            calls(
                ids, days, min(limits.IDS_PER_ANALYTICS_REQUEST, limits.ROWS_PER_ANALYTICS_REQUEST // window), window
            ),
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
        ids_per_call, days_per_call = request_shape(ids, days)
        found = calls(ids, days, ids_per_call, days_per_call), math.ceil(days / days_per_call)
        assert found == best_by_trying(ids, days), (ids, days)


def test_sizes_keep_every_limit() -> None:
    for ids, days in SIZES:
        ids_per_call, days_per_call = request_shape(ids, days)
        assert 1 <= ids_per_call <= limits.IDS_PER_ANALYTICS_REQUEST, (ids, days)
        assert 1 <= days_per_call <= limits.ANALYTICS_WINDOW_DAYS, (ids, days)
        assert min(ids, ids_per_call) * days_per_call <= limits.ROWS_PER_ANALYTICS_REQUEST, (ids, days)


def test_few_ids_get_the_longest_window() -> None:
    assert request_shape(111, 90)[1] == 90
    assert request_shape(1, 89)[1] == 89


def test_an_id_that_has_more_rows_than_a_call_may_bring_is_asked_for_alone() -> None:
    assert request_shape(3, 90, rows_a_day=200) == (1, 90)


def test_no_ids_make_no_calls() -> None:
    assert calls(0, 89, *request_shape(0, 89)) == 0


# ---- What has proven too large


def ids(count: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(count))


def days(count: int) -> DateWindow:
    first = Date(2026, 1, 1)
    return DateWindow(first, first.add(days=count - 1))


def sizes(parts: list[Part]) -> list[tuple[int, int]]:
    return [(len(batch), window.days) for batch, window in parts]


def test_at_first_a_call_is_as_large_as_pinterest_allows() -> None:
    size = RequestSize()

    assert size.parts(ids(250), days(90)) == [(ids(250), days(90))]
    assert sizes(size.parts(ids(251), days(91))) == [(250, 90), (1, 90), (250, 1), (1, 1)]


def test_an_account_as_a_whole_has_no_ids() -> None:
    assert RequestSize().parts((), days(90)) == [((), days(90))]


def test_after_a_refusal_no_call_asks_for_as_many_ids() -> None:
    size = RequestSize()
    size.shrink(ids(101), days(10))

    assert sizes(size.parts(ids(101), days(10))) == [(51, 10), (50, 10)]
    assert sizes(size.parts(ids(60), days(20))) == [(51, 20), (9, 20)]


@pytest.mark.parametrize("some", [(), ids(1)])
def test_a_single_id_or_an_account_is_halved_by_days(some: tuple[str, ...]) -> None:
    size = RequestSize()
    size.shrink(some, days(9))

    assert sizes(size.parts(some, days(9))) == [(len(some), 5), (len(some), 4)]
    assert sizes(halved(some, days(9))) == [(len(some), 5), (len(some), 4)]


def test_no_day_and_no_id_is_lost_or_asked_for_twice() -> None:
    size = RequestSize()
    size.shrink(ids(7), days(9))
    size.shrink(ids(1), days(9))

    assert cells(size.parts(ids(7), days(9))) == cells([(ids(7), days(9))])
    assert cells(halved(ids(7), days(9))) == cells([(ids(7), days(9))])
    assert cells(halved(ids(1), days(9))) == cells([(ids(1), days(9))])


def cells(calls: list[Part]) -> list[tuple[str, str]]:
    return sorted(
        (one, str(window.start.add(days=n))) for batch, window in calls for one in batch for n in range(window.days)
    )


@pytest.mark.parametrize("some", [(), ids(1)])
def test_two_days_are_halved(some: tuple[str, ...]) -> None:
    assert sizes(halved(some, days(2))) == [(len(some), 1), (len(some), 1)]


def test_two_ids_are_halved() -> None:
    assert sizes(halved(ids(2), days(2))) == [(1, 2), (1, 2)]


def test_a_single_id_and_day_can_not_be_halved() -> None:
    assert halved(ids(1), days(1)) == []
    assert halved((), days(1)) == []


def test_a_smaller_call_that_fails_later_never_makes_calls_larger() -> None:
    size = RequestSize()
    size.shrink(ids(10), days(1))
    size.shrink(ids(200), days(1))
    size.shrink(ids(1), days(4))
    size.shrink(ids(1), days(80))

    assert sizes(size.parts(ids(6), days(3))) == [(5, 2), (1, 2), (5, 1), (1, 1)]


def test_good_calls_of_the_size_that_is_left_make_calls_larger_again() -> None:
    size = RequestSize()
    size.shrink(ids(200), days(90))
    for _ in range(limits.GOOD_REQUESTS_BEFORE_LARGER - 1):
        size.count_success(ids(100), days(40))
    assert sizes(size.parts(ids(250), days(9))) == [(100, 9), (100, 9), (50, 9)]
    size.count_success(ids(99), days(90))  # proves nothing
    assert sizes(size.parts(ids(250), days(9))) == [(100, 9), (100, 9), (50, 9)]
    size.count_success(ids(100), days(40))
    assert sizes(size.parts(ids(250), days(9))) == [(200, 9), (50, 9)]
    for _ in range(limits.GOOD_REQUESTS_BEFORE_LARGER):
        size.count_success(ids(200), days(40))
    assert sizes(size.parts(ids(250), days(9))) == [(250, 9)]


def test_a_refusal_in_between_starts_the_count_anew() -> None:
    size = RequestSize()
    size.shrink(ids(200), days(90))
    for _ in range(limits.GOOD_REQUESTS_BEFORE_LARGER - 1):
        size.count_success(ids(100), days(40))
    size.shrink(ids(100), days(40))
    size.count_success(ids(50), days(40))

    assert sizes(size.parts(ids(100), days(9))) == [(50, 9), (50, 9)]


def test_days_grow_by_good_calls_of_as_many_days_whatever_their_ids_and_each_time_after_as_many() -> None:
    size = RequestSize()
    size.shrink(ids(1), days(8))
    for length in (4, 8):
        for _ in range(limits.GOOD_REQUESTS_BEFORE_LARGER - 1):
            size.count_success(ids(3), days(length))
        size.count_success(ids(250), days(length - 1))  # proves nothing
        assert sizes(size.parts(ids(3), days(16)))[0] == (3, length)
        size.count_success(ids(2), days(length))
        assert sizes(size.parts(ids(3), days(16)))[0] == (3, 2 * length)


def test_days_grow_before_ids() -> None:
    size = RequestSize()
    size.shrink(ids(2), days(60))
    size.shrink(ids(1), days(60))
    for _ in range(2 * limits.GOOD_REQUESTS_BEFORE_LARGER):
        size.count_success(ids(1), days(30))
    assert sizes(size.parts(ids(2), days(60))) == [(1, 60), (1, 60)]
    for _ in range(limits.GOOD_REQUESTS_BEFORE_LARGER):
        size.count_success(ids(1), days(60))
    for _ in range(limits.GOOD_REQUESTS_BEFORE_LARGER):
        size.count_success(ids(1), days(7))
    assert sizes(size.parts(ids(2), days(90))) == [(2, 90)]
