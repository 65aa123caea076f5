"""States of a day cursor that are flat, of the future, out of reach, broken, or of another request."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from source_pinterest.api.errors import ConfigError
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.period import Restatement
from unit_tests.state.day_cursors import (
    PERIOD,
    TODAY,
    ago,
    cursor,
    entry,
    pin_cursor,
    plan,
    profile_cursor,
    read_up_to,
    restatement,
    slice_of,
    window,
    windows,
)
from unit_tests.state.stores import STREAM


def test_a_flat_cursor_holds_for_the_accounts_of_this_sync_and_then_goes() -> None:
    subject = cursor({"states": [entry("777", ago(2))], "flat": {"DATE": ago(10)}})
    assert subject.state == {"states": [entry("777", ago(2))], "flat": {"DATE": ago(10)}}
    assert subject.oldest_first(["549", "777"]) == ["549", "777"]
    assert windows(subject) == [window(43, 0)]

    assert subject.state == {"states": [entry("549", ago(10)), entry("777", ago(2))]}
    assert windows(cursor(subject.state), "888") == [window(89, 0)], "an account that comes later is read whole"


@pytest.mark.parametrize("subject", [cursor({"DATE": "3021-06-09"}), profile_cursor({"date": "3021-06-09"})])
def test_after_a_state_in_the_future_the_last_89_days_are_read_again(
    caplog: pytest.LogCaptureFixture, subject: DayCursor
) -> None:
    assert windows(subject, "549" if subject.field == "DATE" else None) == [window(89, 0)]

    [said] = caplog.messages
    assert said.endswith(f"(3021-06-09; today is {TODAY}). The days from {ago(89)} on are read again.")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"settled": "3021-06-07", "from": ago(60)}, [window(89, 0)]),
        ({"settled": ago(0), "from": ago(60)}, [window(89, 0)]),
        (
            {"settled": ago(3), "from": ago(89), "missing": [[ago(50), ago(48)], [ago(2), ago(1)]]},
            [window(50, 48), window(36, 0)],
        ),
    ],
)
def test_a_state_in_the_future_goes_back_to_its_last_settled_day(more: dict[str, Any], expected: list[Any]) -> None:
    assert windows(cursor({"states": [entry("549", "3021-06-09", **more)]})) == expected


def test_days_that_may_stand_twice_are_named_where_the_destination_appends(caplog: pytest.LogCaptureFixture) -> None:
    once = replace(restatement(Restatement.EMIT_ONCE), merges_by_key=False)
    cursor({"states": [entry("549", ago(-40), settled=ago(3))]}, once).unread("549")

    assert f"Rows of the days {ago(2)} to {TODAY} may stand twice." in caplog.text


def test_an_estimate_looks_at_unread_windows_without_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor({"states": [entry("549", ago(120))]})

    assert subject.unread_windows("549") == subject.unread_windows("550") == [window(89, 0)]
    assert caplog.messages == []


def test_days_that_are_out_of_reach_are_told_and_noted(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor({"states": [entry("549", ago(120))]})
    subject.commit(slice_of("549", *plan(subject, 90)))

    assert f"{ago(119)} to {ago(90)}" in caplog.text
    assert subject.state == {"states": [entry("549", ago(0), missing=[[ago(119), ago(90)]], settled=ago(2))]}


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (cursor, {"DATE": "yesterday"}),
        (cursor, {"DATE": "0001-01-01"}),
        (cursor, read_up_to(3, missing=[["2026-05-02", "2026-05-01"]])),
        (cursor, read_up_to(3, missing=7)),
        (cursor, read_up_to(3, **{"from": "0001-01-01"})),
        (profile_cursor, {"date": 7}),
        (pin_cursor, {"reading": [{}]}),
        (pin_cursor, {"reading": [{"start_date": ago(1), "end_date": ago(1), "settled": ago(1), "after": "x"}]}),
    ],
)
def test_a_state_that_can_not_be_read_is_a_config_error(
    kind: Callable[[dict[str, Any]], DayCursor], state: dict[str, Any]
) -> None:
    with pytest.raises(ConfigError, match=rf"^{STREAM}: the saved state can't be read \(.*\)\. Reset the stream"):
        kind(state)


# ---- Days that were read with other columns or another attribution window

KNOWN = entry("549", ago(1), **{"from": ago(80)})
NO_LOOKBACK = replace(PERIOD, lookback_days=None)


def changed(caplog: pytest.LogCaptureFixture, state: dict[str, Any], period: Any = PERIOD) -> list[str]:
    """The warnings of a sync that asks for something else than the one before."""
    subject = cursor({**state, "asked": "one"}, period, fingerprint="two")
    assert subject.state["asked"] == "two"
    subject.unread_windows("549")
    return [text for text in caplog.messages if "have changed" in text]


def test_an_unchanged_request_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor({"states": [KNOWN]}, fingerprint="one")
    again = cursor(subject.state, fingerprint="one")

    assert again.state == {"states": [KNOWN], "asked": "one"}
    assert caplog.messages == []


def test_a_change_is_one_warning_that_names_the_days_that_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    [told] = changed(caplog, {"states": [KNOWN, entry("777", ago(3), **{"from": ago(60)})]})

    assert told.startswith(f"{STREAM}: ")
    assert f"days {ago(80)} to {ago(35)} keep their old values" in told


@pytest.mark.parametrize("states", [[], [entry("549", ago(1), **{"from": ago(34)})]])
def test_a_change_that_the_lookback_covers_whole_is_no_matter(
    caplog: pytest.LogCaptureFixture, states: list[Any]
) -> None:
    assert changed(caplog, {"states": states}) == []


@pytest.mark.parametrize(
    ("known", "first_ago", "last_ago"),
    [
        (entry("549", ago(0), **{"from": ago(20)}), 20, 0),
        (entry("549", ago(0)), 89, 0),
        (entry("549", ago(95)), 95, 95),
    ],
)
def test_a_change_concerns_all_days_that_are_not_read_again(
    caplog: pytest.LogCaptureFixture, known: dict[str, Any], first_ago: int, last_ago: int
) -> None:
    [told] = changed(caplog, {"states": [known]}, NO_LOOKBACK)

    assert f"days {ago(first_ago)} to {ago(last_ago)} keep their old values" in told
