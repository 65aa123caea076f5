"""A window is done only when every part of its reports was emitted."""

import logging
from dataclasses import replace

import pytest

from source_pinterest.dates import days_before
from source_pinterest.state.cursor import FullRefresh
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.period import Period, Restatement
from unit_tests.state.day_cursors import PERIOD, TODAY, ago, cursor, entry, plan, restatement, slice_of
from unit_tests.state.stores import STREAM, store


def test_a_window_waits_for_the_slice_that_was_not_planned() -> None:
    subject = cursor()
    first, second = plan(subject, 45)
    subject.expect_one_more("549", first)
    subject.commit(slice_of("549", second))
    subject.commit(slice_of("549", first, 0))
    assert subject.state == {"states": []}

    subject.commit(slice_of("549", first, 1))
    assert subject.state == {"states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2)})]}


def test_one_failed_half_fails_the_window() -> None:
    subject = cursor()
    first, second = plan(subject, 45)
    subject.expect_one_more("549", first)
    subject.fail(slice_of("549", first, 0))
    subject.commit(slice_of("549", first, 1))
    subject.commit(slice_of("549", second))

    assert subject.state == {
        "states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2), "missing": [first.window.as_pair()]})]
    }


def test_several_reports_of_a_window_are_told_apart_by_their_number() -> None:
    subject = cursor()
    (window,) = plan(subject, 90, batches=3)
    for number in (2, 0):
        subject.commit(slice_of("549", window, number))
    assert subject.state == {"states": []}

    subject.commit(slice_of("549", window, 1))
    assert subject.state == {"states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2)})]}


def test_entries_of_one_account_fold_into_the_oldest() -> None:
    state = {"states": [entry("549", ago(days)) for days in (3, 7, 5)]}

    assert cursor(state).history_of("549").last == days_before(TODAY, 7)


IN_PART = "were emitted in part"
KEEPS_EVERY_ROW = replace(PERIOD, lookback_days=None, restatement=Restatement.EMIT_ONCE, merges_by_key=False)


def parts_told(subject: DayCursor, caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings at the end of the stream on days that are emitted in part."""
    with caplog.at_level(logging.WARNING):
        subject.ensure_at_least_one_state_emitted()
    return [text for record in caplog.records if IN_PART in (text := record.getMessage())]


def test_parts_of_several_accounts_and_windows_are_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor(period=KEEPS_EVERY_ROW)
    for account in ("1", "2"):
        for planned in plan(subject, 45, batches=2, account=account):
            subject.count(3, slice_of(account, planned, 0))
            subject.commit(slice_of(account, planned, 0))
            subject.fail(slice_of(account, planned, 1))

    [told] = parts_told(subject, caplog)
    assert told == (
        f"{STREAM}: the days {ago(89)} to {ago(0)} were emitted in part, because not all of them could be read, and "
        "the next sync emits them whole. The destination keeps every row, so rows of these days then appear twice in "
        "the table: keep the row with the newest _airbyte_extracted_at, or clear the stream's data."
    )


def test_only_days_that_are_read_again_are_told_to_come_twice(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor(period=KEEPS_EVERY_ROW)
    subject.limit_to_final_days(lambda: days_before(TODAY, 2))
    whole, in_part, without_rows = plan(subject, 30, batches=2)
    for planned in (whole, in_part):
        subject.count(3, slice_of("549", planned, 0))
    subject.count(0, slice_of("549", without_rows, 0))
    for planned in (whole, in_part, without_rows):
        subject.commit(slice_of("549", planned, 0))
    subject.commit(slice_of("549", whole, 1))
    subject.fail(slice_of("549", in_part, 1))
    subject.fail(slice_of("549", without_rows, 1))

    [told] = parts_told(subject, caplog)
    assert f"the days {in_part.window} were" in told


def test_a_whole_window_behind_one_that_was_never_reached_comes_twice(caplog: pytest.LogCaptureFixture) -> None:
    """As where the reports of older days end the stream, while newer days have come without one."""
    subject = cursor(period=KEEPS_EVERY_ROW)
    _, newer = plan(subject, 45)
    subject.count(3, slice_of("549", newer))
    subject.commit(slice_of("549", newer))

    [told] = parts_told(subject, caplog)
    assert f"the days {newer.window} were" in told


def test_a_half_of_a_report_that_came_before_the_other_failed_comes_twice(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor(period=KEEPS_EVERY_ROW)
    [planned] = plan(subject, 90)
    subject.expect_one_more("549", planned)
    subject.count(3, slice_of("549", planned))
    subject.commit(slice_of("549", planned))
    subject.fail(slice_of("549", planned))

    [told] = parts_told(subject, caplog)
    assert f"the days {planned.window} were" in told


@pytest.mark.parametrize(
    ("period", "told"),
    [
        (KEEPS_EVERY_ROW, True),
        (replace(PERIOD, lookback_days=33, merges_by_key=False), True),
        (replace(PERIOD, lookback_days=0, restatement=Restatement.READ_AGAIN, merges_by_key=False), True),
        (PERIOD, False),
    ],
)
def test_a_destination_that_replaces_rows_by_their_key_hears_of_no_parts(
    caplog: pytest.LogCaptureFixture, period: Period, *, told: bool
) -> None:
    subject = cursor(period=period)
    [planned] = plan(subject, 90, batches=2)
    subject.count(3, slice_of("549", planned, 0))
    subject.commit(slice_of("549", planned, 0))
    subject.fail(slice_of("549", planned, 1))

    assert bool(parts_told(subject, caplog)) is told


@pytest.mark.parametrize("how", [Restatement.BY_LOOKBACK, Restatement.READ_AGAIN])
def test_days_that_are_read_again_by_a_lookback_are_no_parts(
    caplog: pytest.LogCaptureFixture, how: Restatement
) -> None:
    subject = cursor(period=replace(restatement(how, lookback_days=2), merges_by_key=False))
    subject.limit_to_final_days(lambda: days_before(TODAY, 2))
    for planned in plan(subject, 45):
        subject.count(3, slice_of("549", planned))
        subject.commit(slice_of("549", planned))

    assert parts_told(subject, caplog) == []


def test_parts_of_a_full_refresh_come_again_with_its_next_attempt(caplog: pytest.LogCaptureFixture) -> None:
    period = replace(PERIOD, lookback_days=None, merges_by_key=False)
    subject = DayCursor(store(refresh=FullRefresh(7)), lambda: period, lambda: TODAY)
    [planned] = plan(subject, 90, batches=2)
    subject.count(3, slice_of("549", planned, 0))
    subject.commit(slice_of("549", planned, 0))
    subject.fail(slice_of("549", planned, 1))

    [told] = parts_told(subject, caplog)
    assert "and another attempt emits them whole" in told
