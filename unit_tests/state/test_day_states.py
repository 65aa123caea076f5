"""What does a day cursor make of a state that is flat, of the future, out of reach or broken, and what does it tell?"""

import logging
from typing import Any

import pytest

from source_pinterest.api.errors import ConfigError
from source_pinterest.state.period import Restatement
from unit_tests.state.day_cursors import TODAY, ago, cursor, entry, plan, restatement, slice_of, windows
from unit_tests.state.stores import STREAM


def test_a_flat_cursor_holds_for_the_accounts_of_this_sync_and_then_goes() -> None:
    subject = cursor({"DATE": ago(10)})
    assert subject.state == {"states": [], "flat": {"DATE": ago(10)}}
    assert windows(subject) == [[ago(43), ago(0)]]
    subject.keep_place("549")
    subject.retire_flat()

    assert subject.state == {"states": [entry("549", ago(10))]}
    assert windows(cursor(subject.state), "777") == [[ago(89), ago(0)]], "an account that comes later is read whole"


def test_a_flat_cursor_does_not_replace_an_accounts_own() -> None:
    subject = cursor({"states": [entry("549", ago(2))], "flat": {"DATE": ago(10)}})
    subject.keep_place("549")
    subject.keep_place("777")
    subject.retire_flat()

    assert subject.state == {"states": [entry("549", ago(2)), entry("777", ago(10))]}


@pytest.mark.parametrize("state", [{"DATE": "3021-06-09"}, {"states": [entry("549", "3021-06-09")]}])
def test_a_state_that_lies_in_the_future_counts_as_today(
    caplog: pytest.LogCaptureFixture, state: dict[str, Any]
) -> None:
    subject = cursor(state)
    with caplog.at_level(logging.WARNING):
        assert windows(subject) == []

    [said] = caplog.messages
    assert said.endswith(
        f"ad account 549 lies in the future (3021-06-09). It counts as today ({TODAY}), and nothing is read this time."
    )
    assert entry("549", str(TODAY)) in subject.state["states"]


def test_days_of_the_future_have_not_settled() -> None:
    subject = cursor({"states": [entry("549", "3021-06-09", settled="3021-06-07")]})
    assert windows(subject) == []

    assert subject.state == {"states": [entry("549", ago(0))]}


@pytest.mark.parametrize("settled", [3, 0])
def test_a_state_of_the_future_keeps_what_it_says_of_days_before(settled: int) -> None:
    past = {"from": ago(60), "missing": [[ago(50), ago(48)]], "settled": ago(settled)}
    subject = cursor({"states": [entry("549", "3021-06-09", **past)]})
    assert windows(subject) == []

    assert subject.state == {"states": [entry("549", ago(0), **past)]}


def test_how_much_is_owed_is_known_of_each_account() -> None:
    subject = cursor({"states": [entry("549", ago(3), **{"from": ago(89)})]})

    assert [window.as_pair() for window in subject.unread_windows("549")] == [[ago(36), ago(0)]]
    assert [window.as_pair() for window in subject.unread_windows("550")] == [[ago(89), ago(0)]]


def test_days_that_are_out_of_reach_are_told_and_noted(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor({"states": [entry("549", ago(120))]})
    with caplog.at_level(logging.WARNING):
        (window,) = plan(subject, 90)
    subject.commit(slice_of("549", window))

    assert f"{ago(119)} to {ago(90)}" in caplog.text
    assert subject.state == {"states": [entry("549", ago(0), missing=[[ago(119), ago(90)]], settled=ago(2))]}


@pytest.mark.parametrize(
    "state",
    [
        {"DATE": "yesterday"},
        {"DATE": "0001-01-01"},
        {"states": [entry("549", "2026-02-30")]},
        {"states": [{**entry("549", ago(3)), "cursor": {"DATE": ago(3), "from": "0001-01-01"}}]},
    ],
)
def test_a_state_that_can_not_be_read_is_a_config_error(state: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=rf"^{STREAM}: the saved state can't be read \(.*\)\. Reset the stream"):
        cursor(state)


def test_days_that_a_user_may_not_expect_are_told_with_the_stream(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        cursor(period=restatement(Restatement.EMIT_ONCE)).explain()

    [record] = caplog.records
    assert record.getMessage().startswith(f"{STREAM}: the destination appends")
