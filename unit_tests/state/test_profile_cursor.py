"""Which days of the token's own user are asked for, and what does the state say of them?"""

import logging
from typing import Any

import pytest
from pendulum import Date

from source_pinterest.api.errors import ConfigError
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.state.history import PlannedWindow
from source_pinterest.state.period import Period
from source_pinterest.state.profile_cursor import ProfileCursor
from source_pinterest.streams.base.slices import window_slice
from unit_tests.state.stores import store

TODAY = Date(2026, 7, 1)
EARLIEST = days_before(TODAY, 89)
PERIOD = Period(EARLIEST, EARLIEST, TODAY, 33)


def ago(days: int) -> str:
    return str(days_before(TODAY, days))


def profile_cursor(state: dict[str, Any] | None = None, period: Period = PERIOD) -> ProfileCursor:
    return ProfileCursor(store(state), period, TODAY)


def finish(subject: ProfileCursor, settled: Date | None) -> dict[str, Any]:
    (window,) = subject.unread()
    subject.commit(window_slice({}, PlannedWindow(window), {}), settled)
    return subject.state


def test_the_users_cursor_moves_to_the_last_settled_day() -> None:
    subject = profile_cursor()
    assert subject.state == {}

    assert finish(subject, days_before(TODAY, 2)) == {"date": ago(2)}


def test_the_users_cursor_never_moves_back() -> None:
    assert finish(profile_cursor({"date": ago(2)}), days_before(TODAY, 20)) == {"date": ago(2)}
    assert finish(profile_cursor({"date": ago(2)}), None) == {"date": ago(2)}


def test_the_users_days_are_read_again_as_far_as_the_lookback_goes() -> None:
    assert profile_cursor({"date": ago(2)}).unread() == [DateWindow(days_before(TODAY, 35), TODAY)]


def test_a_users_state_of_the_future_counts_as_today(caplog: pytest.LogCaptureFixture) -> None:
    subject = profile_cursor({"date": "3021-06-09"})
    with caplog.at_level(logging.WARNING):
        assert subject.unread() == []

    assert "3021-06-09" in caplog.text
    assert subject.state == {"date": str(TODAY)}


def test_days_of_the_user_that_are_gone_are_told(caplog: pytest.LogCaptureFixture) -> None:
    subject = profile_cursor({"date": ago(120)})
    with caplog.at_level(logging.WARNING):
        assert subject.unread() == [DateWindow(EARLIEST, TODAY)]

    assert f"{ago(119)} to {ago(90)}" in caplog.text


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", 7])
def test_a_users_state_that_can_not_be_read_is_a_config_error(day: Any) -> None:
    with pytest.raises(ConfigError):
        profile_cursor({"date": day})


def test_a_users_state_of_today_is_no_state_of_the_future(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert [window.as_pair() for window in profile_cursor({"date": ago(0)}).unread()] == [[ago(33), ago(0)]]
    assert caplog.messages == []
