"""The days of profiles: those of the token's own user and of each ad account's owner."""

from dataclasses import replace

import pytest

from source_pinterest.engine.tasks import Task
from source_pinterest.state.day_cursor import DayCursor
from unit_tests.state.day_cursors import ONCE, ago, profile_cursor, refreshing, unread, warnings, window, windows
from unit_tests.state.stores import STREAM

WEEKLY = replace(ONCE, final_after=7)


def test_the_users_days_are_flat_in_the_state_and_never_go_back() -> None:
    subject = profile_cursor()
    assert subject.state == {}
    subject.oldest_first([None])
    assert subject.state == {"date": ago(90), "from": ago(89)}

    subject.commit(Task({}, unread, window(89, 2)))
    assert subject.state == {"date": ago(2), "from": ago(89)}
    subject.commit(Task({}, unread, window(35, 10)))
    assert subject.state == {"date": ago(2), "from": ago(89)}
    again = profile_cursor(subject.state)
    again.plan(None, [(window(35, 0), 1)])
    assert again.state == {"date": ago(2), "from": ago(89), "missing": [[ago(35), ago(2)]]}


def test_another_attempt_of_a_full_refresh_does_not_read_the_newest_days_again() -> None:
    subject = refreshing(DayCursor)
    subject.commit(Task({}, unread, window(89, 0)))

    assert refreshing(DayCursor, subject.state).unread() == []
    older = {**subject.state, "settled": ago(7)}  # a state of an older version, which noted the last final day
    assert refreshing(DayCursor, older).unread() == []


def test_days_that_are_gone_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    subject = profile_cursor({"date": ago(2), "from": ago(120), "missing": [[ago(100), ago(80)]]})
    assert windows(subject, None) == [window(89, 80), window(35, 0)]

    assert f"{ago(100)} to {ago(90)}" in caplog.text
    assert subject.state["missing"] == [[ago(89), ago(80)]]


@pytest.mark.parametrize(
    ("state", "again"),
    [
        ({"date": ago(8)}, (14, 8)),
        ({"date": ago(8), "from": ago(10)}, (10, 8)),
        # of older versions
        ({"date": ago(8), "settled": ago(8)}, None),
        ({"date": ago(8), "settled": ago(8), "read": ago(6)}, (7, 6)),
    ],
)
def test_days_that_stand_twice_are_told_where_the_destination_appends(
    caplog: pytest.LogCaptureFixture, state: dict[str, str], again: tuple[int, int] | None
) -> None:
    profile_cursor(state).unread()
    assert caplog.messages == [], "they are read again anyway where there is a lookback"
    profile_cursor(state, WEEKLY).unread()

    told = [f"{STREAM}: the days {window(*again)} were read while"] if again else []
    assert [text[: len(told[0])] for text in warnings(caplog)] == told
