"""States of a day cursor that are flat, of the future, out of reach or broken."""

import logging
from dataclasses import replace
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
def test_after_a_state_in_the_future_the_last_89_days_are_read_again(
    caplog: pytest.LogCaptureFixture, state: dict[str, Any]
) -> None:
    subject = cursor(state)
    with caplog.at_level(logging.WARNING):
        assert windows(subject) == [[ago(89), ago(0)]]

    [said] = caplog.messages
    assert said.endswith(
        f"ad account 549 lies in the future (3021-06-09; today is {TODAY}). The days from {ago(89)} on are read again."
    )


@pytest.mark.parametrize("settled", ["3021-06-07", ago(0)])
def test_a_settled_day_of_the_future_is_none(settled: str) -> None:
    subject = cursor({"states": [entry("549", "3021-06-09", settled=settled, **{"from": ago(60)})]})

    assert windows(subject) == [[ago(89), ago(0)]]


def test_a_state_in_the_future_goes_back_to_its_last_settled_day() -> None:
    past = {"from": ago(89), "missing": [[ago(50), ago(48)], [ago(2), ago(1)]], "settled": ago(3)}
    subject = cursor({"states": [entry("549", "3021-06-09", **past)]})

    assert windows(subject) == [[ago(50), ago(48)], [ago(36), ago(0)]]


def test_days_that_may_stand_twice_are_named_where_the_destination_appends(caplog: pytest.LogCaptureFixture) -> None:
    once = replace(restatement(Restatement.EMIT_ONCE), merges_by_key=False)
    with caplog.at_level(logging.WARNING):
        cursor({"states": [entry("549", ago(-40), settled=ago(3))]}, once).unread("549")

    assert caplog.messages[0].endswith(f"Rows of the days {ago(2)} to {TODAY} may stand twice.")


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
        cursor(period=restatement(Restatement.EMIT_ONCE)).unread("11")

    [record] = caplog.records
    assert record.getMessage().startswith(f"{STREAM}: the destination appends")
