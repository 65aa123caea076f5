"""The windows that a sync reads, and the days that count as read once these have ended.

`properties/test_day_cursors.py` states the law: no day is promised that was not read, and none is passed over.
"""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from source_pinterest.dates import DateWindow
from source_pinterest.state.history import AccountHistory, Purpose, WindowProgress, WindowStatus, split_by_age
from source_pinterest.state.period import Period, Restatement
from unit_tests.state.day_cursors import EARLIEST, day, window

DONE, FAILED = WindowStatus.DONE, WindowStatus.FAILED


def period(start_ago: int = 89, end_ago: int = 0, lookback_days: int | None = 33) -> Period:
    return Period(max(day(start_ago), EARLIEST), EARLIEST, day(end_ago), lookback_days)


def planned(history: AccountHistory, wanted: Period) -> list[tuple[str, DateWindow]]:
    return [(item.purpose.name, item.window) for item in history.unread(wanted)]


# ---- Which windows a sync reads


@pytest.mark.parametrize(
    ("last_ago", "lookback_days", "start_ago", "resumes_ago"),
    [
        (None, 33, 40, 40),
        (None, 33, 400, 89),
        (1, 33, 89, 34),  # the lookback counts from the last finished day, which is read again too
        (10, 0, 89, 10),
        (10, None, 89, 9),
        (300, 33, 89, 89),
    ],
)
def test_where_a_sync_resumes(
    last_ago: int | None, lookback_days: int | None, start_ago: int, resumes_ago: int
) -> None:
    known = AccountHistory() if last_ago is None else AccountHistory(day(last_ago), day(max(start_ago, last_ago)))

    assert planned(known, period(start_ago, 0, lookback_days))[-1] == ("TAIL", window(resumes_ago, 0))


@pytest.mark.parametrize("start_ago", [20, 0])
@pytest.mark.parametrize(
    ("known", "restatement", "expected"),
    [
        (AccountHistory(day(1), first=day(60)), Restatement.BY_LOOKBACK, [("TAIL", window(34, 0))]),
        (AccountHistory(day(1), first=day(25)), Restatement.BY_LOOKBACK, [("TAIL", window(25, 0))]),
        (
            AccountHistory(day(10), day(60), (window(50, 46),)),
            Restatement.BY_LOOKBACK,
            [("MISSING", window(50, 46)), ("TAIL", window(43, 0))],
        ),
        (AccountHistory(day(10), day(60), settled=day(50)), Restatement.READ_AGAIN, [("TAIL", window(49, 0))]),
        (AccountHistory(day(40), day(60), settled=day(45)), Restatement.EMIT_ONCE, [("TAIL", window(44, 0))]),
    ],
)
def test_a_start_date_that_has_moved_later_hides_no_day_that_is_owed(
    known: AccountHistory, restatement: Restatement, expected: list[tuple[str, DateWindow]], start_ago: int
) -> None:
    assert planned(known, replace(period(start_ago), restatement=restatement)) == expected


@pytest.mark.parametrize(
    ("known", "start_ago", "expected"),
    [
        (AccountHistory(day(1), first=day(50)), 80, [("HEAD", window(80, 51)), ("TAIL", window(34, 0))]),
        (AccountHistory(day(1), first=day(50)), 400, [("HEAD", window(89, 51)), ("TAIL", window(34, 0))]),
        (AccountHistory(day(1), first=day(50)), 50, [("TAIL", window(34, 0))]),
        # the lookback does not read what the head reads
        (AccountHistory(day(1), first=day(5)), 80, [("HEAD", window(80, 6)), ("TAIL", window(5, 0))]),
        # an older connector did not keep the first day
        (AccountHistory(day(1)), 80, [("TAIL", window(34, 0))]),
    ],
)
def test_an_earlier_start_date_is_caught_up_with(
    known: AccountHistory, start_ago: int, expected: list[tuple[str, DateWindow]]
) -> None:
    assert planned(known, period(start_ago)) == expected


def test_what_is_missing_comes_first_and_once() -> None:
    history = AccountHistory(day(1), day(89), (window(80, 70), window(60, 20)))

    assert planned(history, period()) == [
        ("MISSING", window(80, 70)),
        ("MISSING", window(60, 35)),
        ("TAIL", window(34, 0)),
    ]


@pytest.mark.parametrize(("purpose", "newest_first"), [(Purpose.HEAD, True), (Purpose.TAIL, False)])
def test_days_on_both_sides_of_a_border_come_in_their_order(purpose: Purpose, newest_first: bool) -> None:
    parts = split_by_age(WindowProgress(window(30, 5), purpose), day(10))

    assert [item.window for item in parts] == sorted((window(30, 11), window(10, 5)), reverse=newest_first)
    assert {item.purpose for item in parts} == {purpose}


# ---- What is known after some windows of it


def progress(purpose: Purpose, items: Sequence[DateWindow], statuses: Sequence[WindowStatus]) -> list[WindowProgress]:
    return [WindowProgress(item, purpose, status) for item, status in zip(items, statuses, strict=True)]


def tail(*statuses: WindowStatus) -> list[WindowProgress]:
    """Windows of ten days, oldest first, the last of which ends today."""
    ends = [10 * number for number in reversed(range(len(statuses)))]
    return progress(Purpose.TAIL, [window(end + 9, end) for end in ends], statuses)


# ---- Days whose numbers are still moving


@pytest.mark.parametrize("settled_ago", [0, 9, 10, 29])
def test_the_cursor_never_passes_a_day_that_is_still_moving(settled_ago: int) -> None:
    history = AccountHistory().after(tail(DONE, DONE, DONE), day(settled_ago))

    assert history == AccountHistory(day(settled_ago), first=day(29))


def test_a_cursor_that_lies_past_the_settled_days_stays() -> None:
    known = AccountHistory(day(1), first=day(60))

    assert known.after(tail(DONE, DONE), day(3)) == known


def test_what_failed_is_owed_up_to_the_settled_days_alone() -> None:
    """Beyond them it is read again anyway."""
    known = AccountHistory(day(40), first=day(60))
    windows = progress(Purpose.TAIL, [window(39, 3), window(2, 0)], [FAILED, DONE])

    assert known.after(windows, day(5)) == AccountHistory(day(5), day(60), (window(39, 5),))
