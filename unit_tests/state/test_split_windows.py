"""A window is done only when every part of its reports was emitted, and days that come in part are told."""

from dataclasses import replace

import pytest

from source_pinterest.state.cursor import FullRefresh
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.history import PlannedWindow
from source_pinterest.state.period import Period, Restatement
from unit_tests.state.day_cursors import PERIOD, TODAY, cursor, day, plan, read_up_to, restatement, slice_of
from unit_tests.state.stores import STREAM, store


def test_a_window_waits_for_the_slice_that_was_not_planned() -> None:
    subject = cursor()
    first, second = plan(subject, 45)
    subject.expect_one_more("549", first)
    subject.commit(slice_of("549", second))
    subject.commit(slice_of("549", first, 0))
    assert subject.state == {"states": []}

    subject.commit(slice_of("549", first, 1))
    assert subject.state == read_up_to(0)


KEEPS_EVERY_ROW = replace(PERIOD, lookback_days=None, restatement=Restatement.EMIT_ONCE, merges_by_key=False)


def read_half(subject: DayCursor, planned: PlannedWindow, account: str = "549", rows: int = 3) -> None:
    """Read the first of two slices of a window; the second fails."""
    subject.count(rows, slice_of(account, planned, 0))
    subject.commit(slice_of(account, planned, 0))
    subject.fail(slice_of(account, planned, 1))


def parts_told(subject: DayCursor, caplog: pytest.LogCaptureFixture) -> list[str]:
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
    subject = cursor(period=KEEPS_EVERY_ROW)
    subject.limit_to_final_days(lambda: day(2))
    whole, in_part, without_rows = plan(subject, 30, batches=2)
    for batch in (0, 1):
        subject.count(3, slice_of("549", whole, batch))
        subject.commit(slice_of("549", whole, batch))
    read_half(subject, in_part)
    read_half(subject, without_rows, rows=0)

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
    subject = cursor(period=replace(restatement(how, lookback_days=2), merges_by_key=False))
    subject.limit_to_final_days(lambda: day(2))
    for planned in plan(subject, 45):
        subject.count(3, slice_of("549", planned))
        subject.commit(slice_of("549", planned))

    assert parts_told(subject, caplog) == []


def test_parts_of_a_full_refresh_come_again_with_its_next_attempt(caplog: pytest.LogCaptureFixture) -> None:
    period = replace(PERIOD, lookback_days=None, merges_by_key=False)
    subject = DayCursor(store(refresh=FullRefresh(7)), lambda: period, lambda: TODAY)
    read_half(subject, *plan(subject, 90, batches=2))

    [told] = parts_told(subject, caplog)
    assert "and another attempt emits them whole" in told
