"""Which days of the token's own user are asked for, and what does the state say of them?"""

import logging
from typing import Any

import pytest
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest.api.errors import ConfigError
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.state.history import Period
from source_pinterest.state.profile_cursor import UserDayCursor
from unit_tests.engine.queues import STREAM, Slice, state_manager

TODAY = Date(2026, 7, 1)
EARLIEST = days_before(TODAY, 89)
PERIOD = Period(EARLIEST, EARLIEST, TODAY, 33)


def ago(days: int) -> str:
    return str(days_before(TODAY, days))


def user_cursor(state: dict[str, Any] | None = None, period: Period = PERIOD) -> UserDayCursor:
    return UserDayCursor(STREAM, state_manager(state), InMemoryMessageRepository(), period, TODAY)


def finish(subject: UserDayCursor, settled: Date | None) -> dict[str, Any]:
    (window,) = subject.unread()
    stream_slice = StreamSlice(
        partition={}, cursor_slice=dict(zip(("start_date", "end_date"), window.as_pair(), strict=True))
    )
    subject.complete(stream_slice, settled)
    subject.close_partition(Slice(stream_slice))  # type: ignore[arg-type]
    return subject.state


def test_the_users_cursor_moves_to_the_last_settled_day() -> None:
    subject = user_cursor()
    assert subject.state == {}

    assert finish(subject, days_before(TODAY, 2)) == {"date": ago(2)}


def test_the_users_cursor_never_moves_back() -> None:
    assert finish(user_cursor({"date": ago(2)}), days_before(TODAY, 20)) == {"date": ago(2)}
    assert finish(user_cursor({"date": ago(2)}), None) == {"date": ago(2)}


def test_the_users_days_are_read_again_as_far_as_the_lookback_goes() -> None:
    assert user_cursor({"date": ago(2)}).unread() == [DateWindow(days_before(TODAY, 35), TODAY)]


def test_a_users_state_of_the_future_counts_as_today(caplog: pytest.LogCaptureFixture) -> None:
    subject = user_cursor({"date": "3021-06-09"})
    with caplog.at_level(logging.WARNING):
        assert subject.unread() == []

    assert "3021-06-09" in caplog.text
    assert subject.state == {"date": str(TODAY)}


def test_days_of_the_user_that_are_gone_are_told(caplog: pytest.LogCaptureFixture) -> None:
    subject = user_cursor({"date": ago(120)})
    with caplog.at_level(logging.WARNING):
        assert subject.unread() == [DateWindow(EARLIEST, TODAY)]

    assert f"{ago(119)} to {ago(90)}" in caplog.text


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", 7])
def test_a_users_state_that_can_not_be_read_is_a_config_error(day: Any) -> None:
    with pytest.raises(ConfigError):
        user_cursor({"date": day})


def test_a_users_state_of_today_is_no_state_of_the_future(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert [window.as_pair() for window in user_cursor({"date": ago(0)}).unread()] == [[ago(33), ago(0)]]
    assert caplog.messages == []
