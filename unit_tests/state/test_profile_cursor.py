"""The days of profiles: those of the token's own user and of each ad account's owner."""

from dataclasses import replace
from typing import Any

import pytest

from source_pinterest.dates import DateWindow
from source_pinterest.engine.tasks import Task
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.days import Read
from source_pinterest.state.period import Period, Restatement
from unit_tests.state.day_cursors import (
    EARLIEST,
    PERIOD,
    TODAY,
    ago,
    day,
    profile_cursor,
    refreshing,
    warnings,
    window,
    windows,
)
from unit_tests.state.day_cursors import unread as unread_task
from unit_tests.state.stores import STREAM

ONCE = Period(EARLIEST, EARLIEST, day(2), None, Restatement.EMIT_ONCE)


def unread(subject: DayCursor, owner: str | None = None) -> list[DateWindow]:
    return windows(subject, owner)


def take(
    subject: DayCursor, read: DateWindow, settled: int | None, newest: int = 0, owner: str | None = None
) -> dict[str, Any]:
    """Read a window up to a day so long ago, or not at all, and return the state."""
    task = Task({"ad_account_id": owner} if owner else {}, unread_task, read)
    if settled is None:
        subject.expect(owner, [(read, 1)])  # and it never ends well
    else:
        counts = day(newest) if subject.is_refresh else None
        subject.commit(task, Read(read, day(settled), counts, day(newest)))
    return subject.state


def known(settled: int, since: int = 89, **more: Any) -> dict[str, Any]:
    return {"date": ago(settled), "from": ago(since), "settled": ago(settled), **more}


def test_the_users_cursor_moves_to_the_last_settled_day_and_never_back() -> None:
    subject = profile_cursor()
    assert subject.state == {}

    assert take(subject, window(89, 0), 2) == known(2, read=ago(0))
    assert take(profile_cursor(subject.state), window(35, 0), 0) == known(0)
    for settled in (20, 36):
        assert take(profile_cursor(known(2)), window(35, 0), settled) == known(2, read=ago(0))
    failed = take(profile_cursor({"date": ago(2)}), window(35, 0), None)
    assert failed == {"date": ago(2), "missing": [[ago(35), ago(2)]], "stale": [[ago(35), ago(2)]]}


def test_another_attempt_of_a_full_refresh_does_not_read_the_newest_days_again() -> None:
    state = take(refreshing(DayCursor), window(89, 0), settled=3, newest=1)
    assert state == {"date": ago(1), "from": ago(89), "settled": ago(3)}

    attempt = refreshing(DayCursor, state)
    assert unread(attempt) == [window(0, 0)]
    assert take(attempt, window(0, 0), settled=0) == {"date": ago(0), "from": ago(89), "settled": ago(3)}


@pytest.mark.parametrize(
    "period", [replace(PERIOD, lookback_days=0), replace(PERIOD, lookback_days=4), replace(ONCE, today=TODAY)]
)
def test_an_incremental_sync_reads_the_days_again_that_were_not_final_in_a_full_refresh(period: Period) -> None:
    state = take(refreshing(DayCursor), window(89, 0), settled=8, newest=1)
    [again] = unread(profile_cursor(state, period))
    assert again == window(7, 0)


# ---- An earlier start date


def test_days_that_are_gone_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    subject = profile_cursor(known(2, since=120, missing=[[ago(100), ago(80)]]))
    assert unread(subject) == [window(89, 80), window(35, 0)]

    assert f"{ago(100)} to {ago(90)}" in caplog.text
    assert subject.state["missing"] == [[ago(89), ago(80)]]


# ---- Days that were emitted too early


@pytest.mark.parametrize(
    ("state", "again"),
    [
        ({"date": ago(8)}, (9, 8)),  # of an older connector, which counted its last two days too early
        (known(8), None),
        (known(8, read=ago(6)), (7, 6)),
        (known(8, read=ago(0)), (7, 2)),
        (known(2, read=ago(0)), None),
    ],
)
def test_days_that_stand_twice_are_told(
    caplog: pytest.LogCaptureFixture, state: dict[str, Any], again: tuple[int, int] | None
) -> None:
    profile_cursor(state).unread()
    assert caplog.messages == [], "they are read again anyway where there is a lookback"
    profile_cursor(state, ONCE).unread()

    told = [f"{STREAM}: the days {window(*again)} were read while"] if again else []
    assert [text[: len(told[0])] for text in warnings(caplog)] == told


def test_a_state_in_the_future_keeps_no_emitted_day_of_the_future() -> None:
    subject = profile_cursor({**known(3), "date": ago(-2), "read": ago(-1)})

    assert unread(subject) == [window(36, 0)]
    assert subject.state == known(3)
