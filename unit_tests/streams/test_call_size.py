"""Is a call as large as it may be, and smaller once a larger one has failed?"""

import pytest
from pendulum import Date

from source_pinterest.dates import DateWindow
from source_pinterest.streams.analytics.call_shape import CallSize, Work


def ids(count: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(count))


def days(count: int) -> DateWindow:
    first = Date(2026, 1, 1)
    return DateWindow(first, first.add(days=count - 1))


def sizes(parts: list[Work]) -> list[tuple[int, int]]:
    return [(len(batch), window.days) for batch, window in parts]


def test_at_first_a_call_is_as_large_as_pinterest_allows() -> None:
    size = CallSize()

    assert size.parts(ids(250), days(90)) == [(ids(250), days(90))]
    assert sizes(size.parts(ids(251), days(91))) == [(250, 90), (1, 90), (250, 1), (1, 1)]


def test_an_account_as_a_whole_has_no_ids() -> None:
    assert CallSize().parts((), days(90)) == [((), days(90))]


def test_ids_are_halved_first_and_the_rest_of_the_sync_asks_for_no_more() -> None:
    size = CallSize()

    assert size.shrink(ids(101), days(10))
    assert sizes(size.parts(ids(101), days(10))) == [(51, 10), (50, 10)]
    assert sizes(size.parts(ids(60), days(20))) == [(51, 20), (9, 20)]


@pytest.mark.parametrize("some", [(), ids(1)])
def test_a_single_id_or_an_account_is_halved_by_days(some: tuple[str, ...]) -> None:
    size = CallSize()

    assert size.shrink(some, days(9))
    assert sizes(size.parts(some, days(9))) == [(len(some), 5), (len(some), 4)]


def test_no_day_and_no_id_is_lost_or_asked_for_twice() -> None:
    size = CallSize()
    size.shrink(ids(7), days(9))
    size.shrink(ids(1), days(9))

    asked = [
        (one, window.start.add(days=n))
        for batch, window in size.parts(ids(7), days(9))
        for one in batch
        for n in range(window.days)
    ]
    assert len(asked) == len(set(asked)) == 63


def test_a_single_id_and_day_can_not_be_halved() -> None:
    size = CallSize()

    assert not size.shrink(ids(1), days(1))
    assert not size.shrink((), days(1))
    assert size.parts(ids(250), days(90)) == [(ids(250), days(90))]


def test_a_smaller_call_that_fails_later_never_makes_calls_larger() -> None:
    size = CallSize()
    size.shrink(ids(10), days(1))
    size.shrink(ids(200), days(1))
    size.shrink(ids(1), days(4))
    size.shrink(ids(1), days(80))

    assert sizes(size.parts(ids(6), days(3))) == [(5, 2), (1, 2), (5, 1), (1, 1)]
