"""Days whose numbers are still moving are read again, and those that are appended come once."""

import logging
from dataclasses import replace
from functools import partial

import pytest

from source_pinterest.dates import days_before
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.period import Period, Restatement
from unit_tests.state.day_cursors import (
    EARLIEST,
    PERIOD,
    TODAY,
    ago,
    cursor,
    entry,
    plan,
    restatement,
    slice_of,
    windows,
)
from unit_tests.state.stores import STREAM, store


def test_where_the_lookback_is_long_enough_nobody_asks_which_days_have_settled() -> None:
    subject = cursor()
    subject.limit_to_final_days(lambda: pytest.fail("It is asked."))

    assert windows(subject) == [[ago(89), ago(0)]]


def test_days_that_move_are_emitted_and_read_again() -> None:
    period = restatement(Restatement.READ_AGAIN, lookback_days=0)
    subject = cursor(period=period)
    subject.limit_to_final_days(lambda: days_before(TODAY, 3))
    (planned,) = plan(subject, 90)
    subject.commit(slice_of("549", planned))

    assert planned.window.as_pair() == [ago(89), ago(0)]
    assert subject.state == {"states": [entry("549", ago(3), **{"from": ago(89), "settled": ago(3)})]}
    assert windows(cursor(subject.state, period)) == [[ago(3), ago(0)]]


def test_a_day_settles_when_pinterest_says_so_where_it_is_asked() -> None:
    subject = cursor(period=restatement(Restatement.READ_AGAIN, lookback_days=0))
    subject.limit_to_final_days(lambda: days_before(TODAY, 1))
    subject.commit(slice_of("549", *plan(subject, 90)))

    assert subject.state == {"states": [entry("549", ago(1), **{"from": ago(89), "settled": ago(1)})]}


def test_days_that_move_wait_where_each_is_emitted_once() -> None:
    period = restatement(Restatement.EMIT_ONCE)
    subject = cursor(period=period)
    subject.limit_to_final_days(lambda: days_before(TODAY, 3))
    (planned,) = plan(subject, 90)
    subject.commit(slice_of("549", planned))

    assert planned.window.as_pair() == [ago(89), ago(3)]
    again = cursor(subject.state, period)
    again.limit_to_final_days(lambda: days_before(TODAY, 3))
    assert windows(again) == []
    later = cursor(subject.state, period)
    later.limit_to_final_days(lambda: days_before(TODAY, 1))
    assert windows(later) == [[ago(2), ago(1)]]


def test_an_account_without_entities_does_not_pass_a_moving_day_either() -> None:
    subject = cursor(period=restatement(Restatement.READ_AGAIN, lookback_days=0))
    subject.limit_to_final_days(lambda: days_before(TODAY, 2))
    plan(subject, 90, batches=0)

    assert subject.state == {"states": [entry("549", ago(2), **{"from": ago(89), "settled": ago(2)})]}


def test_a_running_bucket_counts_as_moving_whatever_the_lookback() -> None:
    subject = cursor(period=replace(PERIOD, last_final_day=days_before(TODAY, 5)))
    (window,) = plan(subject, 90)
    subject.commit(slice_of("549", window))

    assert subject.state == {"states": [entry("549", ago(5), **{"from": ago(89), "settled": ago(5)})]}


@pytest.mark.parametrize(
    ("known", "again"),
    [
        ({}, (6, 5)),  # an older state counts nothing after two days before its last
        ({"settled": 7}, (6, 5)),
        ({"settled": 5}, None),
        ({"settled": 20}, (19, 5)),
        ({"settled": 20, "from": 9}, (9, 5)),  # days before it belong to the head
    ],
)
def test_days_that_were_appended_too_early_come_again_with_a_warning(
    caplog: pytest.LogCaptureFixture, known: dict[str, int], again: tuple[int, int] | None
) -> None:
    more = {"from": ago(89)} | {name: ago(days) for name, days in known.items()}
    subject = cursor({"states": [entry("549", ago(5), **more)]}, restatement(Restatement.EMIT_ONCE))
    with caplog.at_level(logging.WARNING):
        subject.limit_to_final_days(lambda: days_before(TODAY, 3))

    tail = windows(subject)[-1]
    assert tail == [ago(again[0] if again else 4), ago(3)]
    told = [f"{STREAM}: the days {ago(again[0])} to {ago(again[1])} were read while"] if again else []
    assert [record.getMessage()[: len(told[0])] for record in caplog.records] == told


def test_days_of_several_accounts_that_stand_twice_are_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    states = [
        entry("1", ago(0), settled=ago(2)),
        entry("2", ago(9), settled=ago(11)),
        entry("3", ago(9), settled=ago(9)),
    ]
    with caplog.at_level(logging.WARNING):
        cursor({"states": states}, restatement(Restatement.EMIT_ONCE)).limit_to_final_days(
            lambda: days_before(TODAY, 1)
        )

    [record] = caplog.records
    assert record.getMessage() == (
        f"{STREAM}: the days {ago(10)} to {ago(1)} were read while their numbers were still moving, and are emitted "
        "once more, now that they are final. The destination appends, so these days appear twice in the table: "
        "keep the row with the newest _airbyte_extracted_at, or clear the stream's data."
    )


def test_a_flat_day_of_an_older_connector_counts_as_read_too_early(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor({"DATE": ago(9)}, restatement(Restatement.EMIT_ONCE))
    with caplog.at_level(logging.WARNING):
        subject.limit_to_final_days(lambda: days_before(TODAY, 2))

    assert windows(subject) == [[ago(10), ago(2)]]
    assert f"the days {ago(10)} to {ago(9)} were read" in caplog.text


def test_days_that_stand_twice_are_told_once_each(caplog: pytest.LogCaptureFixture) -> None:
    """Today was read by a sync that deduplicates; the next ones append, a day later each."""
    state = {"states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2)})]}
    told = []
    for later in range(4):
        today = TODAY.add(days=later)
        period = Period(EARLIEST, EARLIEST, today, None, Restatement.EMIT_ONCE)
        subject = DayCursor(store(state), lambda period=period: period, lambda today=today: today)
        caplog.clear()
        subject.limit_to_final_days(partial(days_before, today, 2))
        told += [text.partition(" were")[0] for text in caplog.messages if "the destination appends" not in text]
        for planned in plan(subject, 90):
            subject.commit(slice_of("549", planned))
        state = subject.state

    assert told == [f"{STREAM}: the days {ago(1)} to {ago(1)}", f"{STREAM}: the days {ago(0)} to {ago(0)}"]
    assert state == {
        "states": [entry("549", str(TODAY.add(days=1)), **{"from": ago(89), "settled": str(TODAY.add(days=1))})]
    }


def test_an_owed_day_that_has_not_settled_waits_where_each_is_emitted_once() -> None:
    state = {"states": [entry("549", ago(0), **{"from": ago(89), "missing": [[ago(9), ago(8)], [ago(1), ago(1)]]})]}
    subject = cursor(state, restatement(Restatement.EMIT_ONCE))
    subject.limit_to_final_days(lambda: days_before(TODAY, 2))

    assert windows(subject) == [[ago(9), ago(8)]]


def test_a_shorter_lookback_misses_no_day_that_was_read_too_early() -> None:
    state = {"states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2)})]}
    subject = cursor(state, restatement(Restatement.READ_AGAIN, lookback_days=0))
    subject.limit_to_final_days(lambda: days_before(TODAY, 1))

    assert windows(subject) == [[ago(1), ago(0)]]
