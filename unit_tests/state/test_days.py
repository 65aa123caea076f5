"""The windows that a sync reads.

`properties/test_day_cursors.py` states the law: no day is promised that was not read, and none is passed over.
"""

from dataclasses import replace

import pytest

from source_pinterest.dates import DateWindow
from source_pinterest.state.days import OPEN_START, Days
from source_pinterest.state.period import Period
from unit_tests.state.day_cursors import EARLIEST, ONCE, TODAY, day, window

between = Days.between


def period(start_ago: int = 89, lookback_days: int | None = 33) -> Period:
    return Period(max(day(start_ago), EARLIEST), EARLIEST, TODAY, lookback_days)


@pytest.mark.parametrize(
    ("known", "wanted", "expected"),
    [
        (Days.unread_from(day(40)), period(40), [window(40, 0)]),
        (Days.unread_from(day(400)), period(400), [window(89, 0)]),
        # the lookback counts from the last finished day, which is read again too
        (between(day(89), day(1)), period(), [window(34, 0)]),
        # a short lookback reads those again that were young when they were read
        (between(day(89), day(10)), period(lookback_days=0), [window(12, 0)]),
        (between(day(89), day(10)), replace(period(lookback_days=3), final_after=7), [window(17, 0)]),
        (between(day(89), day(10)), period(lookback_days=None), [window(9, 0)]),
        (between(day(300), day(300)), period(), [window(89, 0)]),
        # an earlier start date is caught up with
        (between(day(50), day(1)), period(80), [window(80, 51), window(34, 0)]),
        (between(day(50), day(1)), period(400), [window(89, 51), window(34, 0)]),
        # the lookback does not read the days before the first
        (between(day(5), day(1)), period(80), [window(80, 6), window(5, 0)]),
        # an older connector did not keep the first day
        (between(OPEN_START, day(1)), period(80), [window(34, 0)]),
        # a start date that has moved later hides no day that is owed
        (between(day(60), day(1)), period(20), [window(34, 0)]),
        (between(day(25), day(1)), period(0), [window(25, 0)]),
        (between(day(60), day(10), [window(50, 46)]), period(20), [window(50, 46), window(43, 0)]),
        # where each day is emitted once, no young day is read
        (between(day(60), day(40)), ONCE, [window(89, 61), window(39, 2)]),
        (between(day(60), day(40)), replace(ONCE, start=day(0), ready=day(6)), [window(39, 6)]),
        (between(day(60), day(2)), replace(ONCE, start=day(0), ready=day(6)), []),
    ],
)
def test_a_sync_reads_the_days_that_are_owed_and_those_of_the_lookback(
    known: Days, wanted: Period, expected: list[DateWindow]
) -> None:
    assert known.unread(wanted) == expected


@pytest.mark.parametrize(("first_ago", "newest_first"), [(4, True), (30, False)])
def test_days_before_the_first_are_read_backwards(first_ago: int, newest_first: bool) -> None:
    history = between(day(first_ago), day(1))

    assert history.in_reading_order([window(10, 5), window(30, 11)]) == sorted(
        (window(30, 11), window(10, 5)), reverse=newest_first
    )
