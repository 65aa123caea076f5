"""The days of the token's own user that are requested, and what the state says of them."""

import logging
from dataclasses import replace
from typing import Any

import pytest
from pendulum import Date

from source_pinterest.api.errors import ConfigError
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.slices import window_slice
from source_pinterest.state.day_cursor import DayCursor, DaysRead
from source_pinterest.state.history import PlannedWindow
from source_pinterest.state.period import Period, Restatement
from unit_tests.state.stores import STREAM, store

TODAY = Date(2026, 7, 1)
EARLIEST = days_before(TODAY, 89)
PERIOD = Period(EARLIEST, EARLIEST, TODAY, 33)
ACCOUNT = "549755000000"


def ago(days: int) -> str:
    return str(days_before(TODAY, days))


def profile_cursor(state: dict[str, Any] | None = None, period: Period = PERIOD) -> DayCursor:
    return DayCursor(store(state), lambda: period, lambda: TODAY, organic=True)


def unread(subject: DayCursor, owner: str | None = None) -> list[DateWindow]:
    return [item.window for item in subject.unread(owner)]


def finish(subject: DayCursor, settled: int | None, newest: int = 0) -> dict[str, Any]:
    """Read the only window that is unread; gives the state."""
    (window,) = unread(subject)
    return take(subject, window, settled, newest)


def take(subject: DayCursor, window: DateWindow, settled: int | None, newest: int = 0) -> dict[str, Any]:
    """Read a window up to a day so long ago; gives the state."""
    found = None if settled is None else DaysRead(days_before(TODAY, newest), days_before(TODAY, settled))
    subject.commit(window_slice({}, PlannedWindow(window), {}), found)
    return subject.state


def span(first: int, last: int) -> DateWindow:
    return DateWindow(days_before(TODAY, first), days_before(TODAY, last))


def known(settled: int, since: int = 89, **more: Any) -> dict[str, Any]:
    return {"date": ago(settled), "from": ago(since), "settled": ago(settled), **more}


def test_the_users_cursor_moves_to_the_last_settled_day() -> None:
    subject = profile_cursor()
    assert subject.state == {}

    assert finish(subject, 2) == known(2, read=ago(0))
    assert finish(profile_cursor(subject.state), 0) == known(0)


def test_the_days_of_each_owner_are_kept_apart(caplog: pytest.LogCaptureFixture) -> None:
    subject = profile_cursor(known(2))
    mine, theirs = unread(subject), unread(subject, ACCOUNT)
    assert (mine, theirs) == ([span(35, 0)], [span(89, 0)])
    of_account = {"ad_account_id": ACCOUNT}
    for window, newest, settled in ((theirs[0], 1, 9), (theirs[0], 4, 9)):
        found = DaysRead(days_before(TODAY, newest), days_before(TODAY, settled))
        subject.commit(window_slice(of_account, PlannedWindow(window), {}), found)
    assert subject.state == {**known(2), "states": [{"partition": of_account, "cursor": known(9, read=ago(1))}]}
    again = profile_cursor(subject.state, ONCE)
    assert (unread(again), unread(again, ACCOUNT)) == ([], [span(8, 2)])

    with caplog.at_level(logging.WARNING):
        again.limit_to_final_days()
    assert f"the days {ago(8)} to {ago(2)} were read while" in caplog.text


def test_entries_of_one_owner_fold_into_the_oldest() -> None:
    entries = [{"partition": {"ad_account_id": ACCOUNT}, "cursor": {"date": ago(days)}} for days in (3, 9, 5)]

    assert profile_cursor({"states": entries}).state["states"][0]["cursor"] == {"date": ago(9)}


def test_days_that_are_read_again_anyway_stand_twice_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        profile_cursor(known(8, read=ago(6))).limit_to_final_days()

    assert caplog.messages == []


def test_the_users_cursor_never_moves_back() -> None:
    assert finish(profile_cursor(known(2)), 20) == known(2, read=ago(0))
    assert finish(profile_cursor({"date": ago(2)}), None) == {"date": ago(2)}


# ---- An earlier start date


def later(start: int) -> Period:
    return replace(PERIOD, start=days_before(TODAY, start))


def test_an_earlier_start_is_read_back_once() -> None:
    subject = profile_cursor(known(2, since=20))
    head, tail = unread(subject)
    assert (head, tail) == (span(89, 21), span(20, 0))

    assert take(subject, head, 21, 21) == known(2, since=89)
    assert unread(profile_cursor(subject.state)) == [span(35, 0)]


def test_an_earlier_start_that_fails_or_is_empty_is_read_by_the_next_sync() -> None:
    subject = profile_cursor(known(2, since=20), later(60))
    head, tail = unread(subject)
    take(subject, tail, 2)
    take(subject, head, None)

    assert unread(profile_cursor(subject.state, later(60))) == [head, span(20, 0)]


def test_days_of_an_earlier_start_that_do_not_come_are_owed() -> None:
    subject = profile_cursor(known(2, since=50), later(80))
    head, tail = unread(subject)
    take(subject, tail, 2, 2)
    assert take(subject, head, 60, 60) == known(2, since=80, missing=[[ago(59), ago(51)]])

    again = profile_cursor(subject.state, later(80))
    owed, tail = unread(again)
    assert (owed, tail) == (span(59, 51), span(35, 0))
    assert take(again, owed, 51, 51) == known(2, since=80)


def test_owed_days_that_are_gone_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    subject = profile_cursor(known(2, since=120, missing=[[ago(100), ago(80)]]))
    with caplog.at_level(logging.WARNING):
        assert unread(subject) == [span(89, 80), span(35, 0)]

    assert f"{ago(100)} to {ago(90)}" in caplog.text
    assert subject.state["missing"] == [[ago(89), ago(80)]]


def test_an_older_state_does_not_say_where_it_began() -> None:
    assert unread(profile_cursor({"date": ago(2)})) == [span(35, 0)]


# ---- Days that were emitted too early


ONCE = Period(EARLIEST, EARLIEST, days_before(TODAY, 2), None, Restatement.EMIT_ONCE)


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
    with caplog.at_level(logging.WARNING):
        profile_cursor(state, ONCE).limit_to_final_days()

    told = [f"the days {ago(again[0])} to {ago(again[1])} were read while"] if again else []
    assert [record.getMessage().partition(": ")[2][: len(told[0])] for record in caplog.records] == told


def test_days_that_a_user_may_not_expect_are_told_with_the_stream(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        profile_cursor(period=ONCE).unread()

    [record] = caplog.records
    assert record.getMessage().startswith(f"{STREAM}: the destination appends")


def test_the_users_days_are_read_again_as_far_as_the_lookback_goes() -> None:
    assert unread(profile_cursor({"date": ago(2)})) == [DateWindow(days_before(TODAY, 35), TODAY)]


def test_after_a_users_state_in_the_future_the_last_89_days_are_read_again(caplog: pytest.LogCaptureFixture) -> None:
    subject = profile_cursor({"date": "3021-06-09", "from": "3021-06-01", "settled": "3021-06-07"})
    with caplog.at_level(logging.WARNING):
        assert unread(subject) == [span(89, 0)]

    assert "3021-06-09" in caplog.text


def test_a_users_state_in_the_future_goes_back_to_its_last_settled_day() -> None:
    past = {"from": ago(89), "missing": [[ago(50), ago(48)]], "settled": ago(3)}

    assert unread(profile_cursor({"date": "3021-06-09", **past})) == [span(50, 48), span(36, 0)]


def test_days_of_the_user_that_are_gone_are_told(caplog: pytest.LogCaptureFixture) -> None:
    subject = profile_cursor({"date": ago(120)})
    with caplog.at_level(logging.WARNING):
        assert unread(subject) == [DateWindow(EARLIEST, TODAY)]

    assert f"{ago(119)} to {ago(90)}" in caplog.text


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", 7])
def test_a_users_state_that_can_not_be_read_is_a_config_error(day: Any) -> None:
    with pytest.raises(ConfigError, match=f"^{STREAM}: the saved state"):
        profile_cursor({"date": day})


def test_a_users_state_of_today_is_no_state_of_the_future(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert [window.as_pair() for window in unread(profile_cursor({"date": ago(0)}))] == [[ago(33), ago(0)]]
    assert caplog.messages == []


def test_a_state_in_the_future_keeps_no_emitted_day_of_the_future() -> None:
    subject = profile_cursor({**known(3), "date": ago(-2), "read": ago(-1)})

    assert unread(subject) == [span(36, 0)]
    assert subject.state == known(3)
