"""The windows that a sync reads, and the days that count as read once tasks about them have ended.

`properties/test_day_cursors.py` states the law: no day is promised that was not read, and none is passed over.
"""

from collections.abc import Collection
from dataclasses import replace

import pytest
from pendulum import Date

from source_pinterest.dates import DateWindow
from source_pinterest.state.days import Days, Read, fold
from source_pinterest.state.period import Period, Restatement
from unit_tests.state.day_cursors import EARLIEST, TODAY, day, window

between = Days.between
NEW = Days()
IN_TWO_DAYS = day(-2)


def period(start_ago: int = 89, lookback_days: int | None = 33) -> Period:
    return Period(max(day(start_ago), EARLIEST), EARLIEST, TODAY, lookback_days)


def once(restatement: Restatement) -> Period:
    return replace(period(0), restatement=restatement)


# ---- Which windows a sync reads


@pytest.mark.parametrize(
    ("known", "wanted", "expected"),
    [
        (NEW, period(40), [window(40, 0)]),
        (NEW, period(400), [window(89, 0)]),
        # the lookback counts from the last finished day, which is read again too
        (between(day(89), day(1)), period(), [window(34, 0)]),
        (between(day(89), day(10)), period(lookback_days=0), [window(10, 0)]),
        (between(day(89), day(10)), period(lookback_days=None), [window(9, 0)]),
        (between(day(300), day(300)), period(), [window(89, 0)]),
        # an earlier start date is caught up with
        (between(day(50), day(1)), period(80), [window(80, 51), window(34, 0)]),
        (between(day(50), day(1)), period(400), [window(89, 51), window(34, 0)]),
        # the lookback does not read the days before the first
        (between(day(5), day(1)), period(80), [window(80, 6), window(5, 0)]),
        # an older connector did not keep the first day
        (between(None, day(1)), period(80), [window(34, 0)]),
        # a start date that has moved later hides no day that is owed
        (between(day(60), day(1)), period(20), [window(34, 0)]),
        (between(day(25), day(1)), period(0), [window(25, 0)]),
        (between(day(60), day(10), [window(50, 46)]), period(20), [window(50, 46), window(43, 0)]),
        (between(day(60), day(10), settled=day(50)), once(Restatement.READ_AGAIN), [window(49, 0)]),
        (between(day(60), day(40), settled=day(45)), once(Restatement.EMIT_ONCE), [window(44, 0)]),
    ],
)
def test_a_sync_reads_the_days_that_are_owed_and_those_of_the_lookback(
    known: Days, wanted: Period, expected: list[DateWindow]
) -> None:
    assert known.unread(wanted) == expected


@pytest.mark.parametrize(("first_ago", "newest_first"), [(4, True), (30, False), (None, False)])
def test_days_before_the_first_are_read_backwards(first_ago: int | None, newest_first: bool) -> None:
    history = between(None if first_ago is None else day(first_ago), day(1))

    assert history.in_reading_order([window(10, 5), window(30, 11)]) == sorted(
        (window(30, 11), window(10, 5)), reverse=newest_first
    )


# ---- Which days count after some tasks of it


def after(
    known: Days,
    done: list[DateWindow],
    failed: Collection[DateWindow] = (),
    today: Date = IN_TWO_DAYS,
) -> Days:
    period = Period(EARLIEST, EARLIEST, today, 33)
    return fold(known, [Read(one, period.final_day, counts=one.end) for one in done], EARLIEST, failed)


def test_a_state_without_a_first_day_stays_open_at_its_start() -> None:
    assert after(between(None, day(9), [window(30, 20)]), done=[window(30, 25), window(8, 0)]) == between(
        None, day(0), [window(24, 20)], day(11)
    )
