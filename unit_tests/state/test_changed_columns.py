"""Days that were read with other columns or another attribution window."""

import logging
from dataclasses import replace

import pytest

from unit_tests.state.day_cursors import PERIOD, ago, cursor, entry
from unit_tests.state.stores import STREAM

KNOWN = entry("549", ago(1), **{"from": ago(80)})


def test_what_was_asked_for_is_remembered_and_asked_again_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor({"states": [KNOWN]}, fingerprint="one")
    with caplog.at_level(logging.WARNING):
        again = cursor(subject.state, fingerprint="one")

    assert again.state == {"states": [KNOWN], "asked": "one"}
    assert caplog.records == []


def test_a_state_that_does_not_say_what_was_asked_for_is_no_change(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        cursor({"states": [KNOWN]}, fingerprint="one")
        cursor(None, fingerprint="one")

    assert caplog.records == []


def test_a_change_is_one_warning_that_names_the_days_that_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    other = entry("777", ago(3), **{"from": ago(60)})
    with caplog.at_level(logging.WARNING):
        subject = cursor({"states": [KNOWN, other], "asked": "one"}, fingerprint="two")

    [record] = caplog.records
    for words in (STREAM, ago(80), ago(35), "have changed"):
        assert words in record.getMessage()
    assert subject.state["asked"] == "two"


@pytest.mark.parametrize("last_ago", [1, 30])
def test_a_change_that_the_lookback_covers_whole_is_no_matter(caplog: pytest.LogCaptureFixture, last_ago: int) -> None:
    with caplog.at_level(logging.WARNING):
        cursor(
            {"states": [entry("549", ago(last_ago), **{"from": ago(last_ago + 33)})], "asked": "one"}, fingerprint="two"
        )

    assert caplog.records == []


@pytest.mark.parametrize("first_ago", [20, 0])
def test_a_change_after_the_last_day_was_read_concerns_all_of_them(
    caplog: pytest.LogCaptureFixture, first_ago: int
) -> None:
    state = {"states": [entry("549", ago(0), **{"from": ago(first_ago)})], "asked": "one"}
    with caplog.at_level(logging.WARNING):
        cursor(state, replace(PERIOD, lookback_days=None), fingerprint="two")

    assert f"days {ago(first_ago)} to {ago(0)} keep their old values" in caplog.text


@pytest.mark.parametrize(("last_ago", "first_ago"), [(0, 89), (95, 95)])
def test_a_change_without_a_known_day_concerns_all_days_that_can_be_read(
    caplog: pytest.LogCaptureFixture, last_ago: int, first_ago: int
) -> None:
    state = {"states": [entry("549", ago(last_ago))], "asked": "one"}
    with caplog.at_level(logging.WARNING):
        cursor(state, replace(PERIOD, lookback_days=None), fingerprint="two")

    assert f"days {ago(first_ago)} to {ago(last_ago)} keep their old values" in caplog.text


def test_a_change_before_anything_was_read_is_no_matter(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        cursor({"states": [], "asked": "one"}, fingerprint="two")

    assert caplog.records == []
