"""A window is done only when every part of its reports was emitted, and days that come in part are told."""

from dataclasses import replace

import pytest

from source_pinterest.dates import DateWindow
from source_pinterest.state.cursor import FullRefresh
from source_pinterest.state.day_cursor import AccountDayCursor
from source_pinterest.state.period import Period, Restatement
from unit_tests.state.day_cursors import PERIOD, cursor, day, plan, read_up_to, restatement, slice_of, windows
from unit_tests.state.stores import STREAM, store


def test_a_window_that_was_split_waits_for_its_parts() -> None:
    subject = cursor()
    whole = plan(subject, 90)[0]
    older, newer = whole.cut(45)
    subject.split("549", whole, [older, newer])
    subject.commit(slice_of("549", newer))
    assert subject.state == read_up_to(0, missing=[older.as_pair()])

    subject.commit(slice_of("549", older))
    assert subject.state == read_up_to(0)


KEEPS_EVERY_ROW = replace(PERIOD, lookback_days=None, restatement=Restatement.EMIT_ONCE, merges_by_key=False)


def read_half(subject: AccountDayCursor, planned: DateWindow, account: str = "549", rows: int = 3) -> None:
    """Read the first of two slices of a window; the second fails."""
    subject.count(rows, slice_of(account, planned, 0))
    subject.commit(slice_of(account, planned, 0))
    subject.fail(slice_of(account, planned, 1))


def parts_told(subject: AccountDayCursor, caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings at the end of the stream on days that are emitted in part."""
    subject.ensure_at_least_one_state_emitted()
    return [text for text in caplog.messages if "were emitted in part" in text]


def test_parts_of_several_accounts_and_windows_are_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor(period=KEEPS_EVERY_ROW)
    for account in ("1", "2"):
        for planned in plan(subject, 45, batches=2, account=account):
            read_half(subject, planned, account)

    [told] = parts_told(subject, caplog)
    assert told.startswith(f"{STREAM}: the days {day(89)} to {day(0)} were emitted in part")
    assert "the next sync emits them whole" in told


def test_only_days_that_are_read_again_are_told_to_come_twice(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor(period=replace(KEEPS_EVERY_ROW, last_final_day=day(2)))
    whole, in_part, without_rows = plan(subject, 30, batches=2)
    for batch in (0, 1):
        subject.count(3, slice_of("549", whole, batch))
        subject.commit(slice_of("549", whole, batch))
    read_half(subject, in_part)
    read_half(subject, without_rows, rows=0)

    [told] = parts_told(subject, caplog)
    assert f"the days {in_part} were" in told


def test_a_whole_window_behind_one_that_was_never_reached_counts(caplog: pytest.LogCaptureFixture) -> None:
    """As where the reports of older days end the stream, while newer days have come without one."""
    period = replace(KEEPS_EVERY_ROW, last_final_day=day(2))
    subject = cursor(period=period)
    older, newer = plan(subject, 45)
    subject.count(3, slice_of("549", newer))
    subject.commit(slice_of("549", newer))

    assert parts_told(subject, caplog) == []
    assert windows(cursor(subject.state, period)) == [older]


@pytest.mark.parametrize(
    ("period", "told"),
    [
        (KEEPS_EVERY_ROW, True),
        (replace(PERIOD, merges_by_key=False), True),
        (PERIOD, False),
    ],
)
def test_a_destination_that_replaces_rows_by_their_key_hears_of_no_parts(
    caplog: pytest.LogCaptureFixture, period: Period, *, told: bool
) -> None:
    subject = cursor(period=period)
    read_half(subject, *plan(subject, 90, batches=2))

    assert bool(parts_told(subject, caplog)) is told


@pytest.mark.parametrize("how", [Restatement.BY_LOOKBACK, Restatement.READ_AGAIN])
def test_days_that_are_read_again_by_a_lookback_are_no_parts(
    caplog: pytest.LogCaptureFixture, how: Restatement
) -> None:
    final = None if how is Restatement.BY_LOOKBACK else day(2)
    period = replace(restatement(how, lookback_days=2), merges_by_key=False, last_final_day=final)
    subject = cursor(period=period)
    for planned in plan(subject, 45):
        subject.count(3, slice_of("549", planned))
        subject.commit(slice_of("549", planned))

    assert parts_told(subject, caplog) == []


def test_parts_of_a_full_refresh_come_again_with_its_next_attempt(caplog: pytest.LogCaptureFixture) -> None:
    period = replace(PERIOD, lookback_days=None, merges_by_key=False)
    subject = AccountDayCursor(store(refresh=FullRefresh(7)), lambda: period)
    read_half(subject, *plan(subject, 90, batches=2))

    [told] = parts_told(subject, caplog)
    assert "and another attempt emits them whole" in told
