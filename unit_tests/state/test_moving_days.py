"""Days whose numbers are still moving are read again, and those that are appended come once."""

from dataclasses import replace

import pytest

from source_pinterest.dates import days_before
from source_pinterest.state.day_cursor import AccountDayCursor
from source_pinterest.state.period import Period, Restatement
from unit_tests.state.day_cursors import (
    EARLIEST,
    PERIOD,
    TODAY,
    ago,
    cursor,
    day,
    entry,
    plan,
    read_up_to,
    restatement,
    slice_of,
    warnings,
    window,
    windows,
)
from unit_tests.state.stores import STREAM

READ_AGAIN = restatement(Restatement.READ_AGAIN, lookback_days=0)
EMIT_ONCE = restatement(Restatement.EMIT_ONCE)


def limited(state: dict[str, object] | None, period: Period, settled: int) -> AccountDayCursor:
    """A cursor to which Pinterest has told the last final day."""
    return cursor(state, replace(period, last_final_day=day(settled)))


@pytest.mark.parametrize("settled", [1, 3])
def test_days_that_move_are_emitted_and_read_again(settled: int) -> None:
    subject = limited(None, READ_AGAIN, settled)
    (planned,) = plan(subject, 90)
    assert planned == window(89, 0)
    subject.commit(slice_of("549", planned))

    assert subject.state == read_up_to(settled, settled=ago(settled))
    assert windows(cursor(subject.state, READ_AGAIN)) == [window(settled, 0)]


def test_days_that_move_wait_where_each_is_emitted_once() -> None:
    subject = limited(None, EMIT_ONCE, 3)
    (planned,) = plan(subject, 90)
    assert planned == window(89, 3)
    subject.commit(slice_of("549", planned))

    assert windows(limited(subject.state, EMIT_ONCE, 3)) == []
    assert windows(limited(subject.state, EMIT_ONCE, 1)) == [window(2, 1)]


def test_a_running_bucket_counts_as_moving_whatever_the_lookback() -> None:
    subject = cursor(period=replace(PERIOD, last_final_day=day(5)))
    subject.commit(slice_of("549", *plan(subject, 90)))

    assert subject.state == read_up_to(5)


@pytest.mark.parametrize(
    ("state", "again"),
    [
        ({"DATE": ago(5)}, (6, 5)),  # an older state counts nothing after two days before its last
        (read_up_to(5, settled=None), (6, 5)),
        (read_up_to(5), None),
        (read_up_to(5, settled=ago(20)), (19, 5)),
        (read_up_to(5, settled=ago(20), **{"from": ago(9)}), (9, 5)),  # days before it belong to the head
    ],
)
def test_days_that_were_appended_too_early_come_again_with_a_warning(
    caplog: pytest.LogCaptureFixture, state: dict[str, object], again: tuple[int, int] | None
) -> None:
    first, last = again or (4, 4)

    assert windows(limited(state, EMIT_ONCE, 3))[-1] == window(first, 3)
    told = [f"{STREAM}: the days {window(first, last)} were read while"] if again else []
    assert [text[: len(told[0])] for text in warnings(caplog)] == told


def test_days_of_several_accounts_that_stand_twice_are_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    accounts = [entry("1", ago(0), settled=ago(2)), entry("2", ago(9), settled=ago(11))]
    windows(limited({"states": accounts}, EMIT_ONCE, 1))

    [told] = warnings(caplog)
    assert told.startswith(f"{STREAM}: the days {window(10, 1)} were read while their numbers were still moving")


def test_days_that_stand_twice_are_told_once_each(caplog: pytest.LogCaptureFixture) -> None:
    """Today was read by a sync that deduplicates; the next ones append, a day later each."""
    state = read_up_to(0)
    for later in range(4):
        today = TODAY.add(days=later)
        subject = cursor(state, Period(EARLIEST, EARLIEST, today, None, Restatement.EMIT_ONCE, days_before(today, 2)))
        for planned in plan(subject, 90):
            subject.commit(slice_of("549", planned))
        state = subject.state

    told = [text.partition(" were")[0] for text in warnings(caplog)]
    assert told == [f"{STREAM}: the days {window(1, 1)}", f"{STREAM}: the days {window(0, 0)}"]


def test_an_owed_day_that_has_not_settled_waits_where_each_is_emitted_once() -> None:
    state = read_up_to(0, missing=[[ago(9), ago(8)], [ago(1), ago(1)]])

    assert windows(limited(state, EMIT_ONCE, 2)) == [window(9, 8)]


def test_a_shorter_lookback_misses_no_day_that_was_read_too_early() -> None:
    assert windows(limited(read_up_to(0), READ_AGAIN, 1)) == [window(1, 0)]
