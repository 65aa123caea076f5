"""How far has a reading of all pins come, and what does the state say of it?"""

from dataclasses import replace
from typing import Any

import pytest
from airbyte_cdk.sources.message import InMemoryMessageRepository
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import ConfigError
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.state.period import Period
from source_pinterest.state.pin_cursor import PinCursor, Reading
from unit_tests.state.stores import states_in, store

TODAY = Date(2026, 7, 1)
EARLIEST = days_before(TODAY, 89)
PERIOD = Period(EARLIEST, EARLIEST, TODAY, 33)
ACCOUNT = "549755000000"


def ago(days: int) -> Date:
    return days_before(TODAY, days)


def pin_cursor(state: dict[str, Any] | None = None, repository: InMemoryMessageRepository | None = None) -> PinCursor:
    return PinCursor(store(state, repository), PERIOD, TODAY)


def unfinished(start: int, end: int, settled: int, **more: str) -> dict[str, str]:
    days = {"start_date": str(ago(start)), "end_date": str(ago(end)), "settled": str(ago(settled)), "after": "77"}
    return {**days, **more}


def test_a_first_reading_covers_all_days_and_is_over_when_it_is_finished() -> None:
    subject = pin_cursor()
    reading = subject.reading(None)
    assert reading == Reading(DateWindow(EARLIEST, TODAY), settled=TODAY)

    assert reading is not None
    subject.finish(None, replace(reading, settled=ago(2)))
    assert subject.state == {"date": str(ago(2))}
    assert subject.reading(None) is None


def test_an_unfinished_reading_is_gone_on_with_and_followed_by_one_of_the_days_since() -> None:
    subject = pin_cursor({"date": str(ago(20)), "reading": [unfinished(50, 10, 12)]})
    reading = subject.reading(None)
    assert reading == Reading(DateWindow(ago(50), ago(10)), settled=ago(12), after=77)

    assert reading is not None
    subject.finish(None, reading)
    assert subject.state == {"date": str(ago(12))}
    assert subject.reading(None) == Reading(DateWindow(ago(12 + 33), TODAY), settled=TODAY)


def test_days_of_an_unfinished_reading_that_are_gone_are_not_asked_for() -> None:
    reading = pin_cursor({"reading": [unfinished(100, 60, 60)]}).reading(None)
    assert reading == Reading(DateWindow(EARLIEST, ago(60)), settled=ago(60), after=77)

    assert pin_cursor({"reading": [unfinished(120, 100, 100)]}).reading(None) == Reading(
        DateWindow(EARLIEST, TODAY), settled=TODAY
    )


def test_the_state_says_how_far_each_owner_has_come() -> None:
    state = {
        "date": str(ago(5)),
        "states": [{"partition": {"ad_account_id": ACCOUNT}, "cursor": {"date": str(ago(9))}}],
        "reading": [unfinished(50, 10, 12), unfinished(40, 1, 3, ad_account_id=ACCOUNT)],
    }
    subject = pin_cursor(state)

    assert subject.state == state
    reading = subject.reading(ACCOUNT)
    assert reading == Reading(DateWindow(ago(40), ago(1)), settled=ago(3), after=77)


def test_the_cursor_never_moves_back() -> None:
    subject = pin_cursor({"date": str(ago(2))})
    reading = subject.reading(None)

    assert reading is not None
    subject.finish(None, replace(reading, settled=ago(30)))
    assert subject.state == {"date": str(ago(2))}


def test_a_state_goes_out_in_the_middle_of_a_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    repository = InMemoryMessageRepository()
    subject = pin_cursor(repository=repository)
    reading = subject.reading(None)
    assert reading is not None
    subject.advance(None, replace(reading, after=5))
    assert states_in(repository) == []

    monkeypatch.setattr(limits, "STATE_EVERY_SECONDS", 0)
    subject.advance(None, replace(reading, after=6))
    (state,) = states_in(repository)
    assert state["reading"][0]["after"] == "6"


@pytest.mark.parametrize("entry", [unfinished(1, 1, 1, after="x"), unfinished(1, 1, 1, start_date="x"), {}])
def test_a_reading_that_can_not_be_read_is_a_config_error(entry: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        pin_cursor({"reading": [entry]})
