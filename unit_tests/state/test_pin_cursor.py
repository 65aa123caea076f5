"""How far a reading of all pins has come, and what the state says of it."""

from dataclasses import replace
from typing import Any

import pytest
from airbyte_cdk.sources.message import InMemoryMessageRepository
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import ConfigError
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.state.day_cursor import DayCursor, Reading
from source_pinterest.state.period import Period
from unit_tests.state.stores import STREAM, states_in, store

TODAY = Date(2026, 7, 1)
EARLIEST = days_before(TODAY, 89)
PERIOD = Period(EARLIEST, EARLIEST, TODAY, 33)
ACCOUNT = "549755000000"


def ago(days: int) -> Date:
    return days_before(TODAY, days)


def pin_cursor(state: dict[str, Any] | None = None, repository: InMemoryMessageRepository | None = None) -> DayCursor:
    return DayCursor(store(state, repository), lambda: PERIOD, lambda: TODAY, organic=True)


def unfinished(start: int, end: int, settled: int, **more: str) -> dict[str, str]:
    days = {"start_date": str(ago(start)), "end_date": str(ago(end)), "settled": str(ago(settled))}
    return {**days, "newest": str(ago(settled)), "after": "77", **more}


def known(settled: int, since: int = 89, **more: Any) -> dict[str, Any]:
    return {"date": str(ago(settled)), "from": str(ago(since)), "settled": str(ago(settled)), **more}


def test_a_first_reading_covers_all_days_and_is_over_when_it_is_finished() -> None:
    subject = pin_cursor()
    reading = subject.reading(None)
    assert reading == Reading(DateWindow(EARLIEST, TODAY), settled=TODAY)

    assert reading is not None
    subject.finish(None, reading.with_days([TODAY], ago(2)))
    assert subject.state == known(2, read=str(TODAY))
    assert subject.reading(None) is None


def test_an_unfinished_reading_is_gone_on_with_and_followed_by_one_of_the_days_since() -> None:
    subject = pin_cursor({"date": str(ago(20)), "reading": [unfinished(50, 10, 12)]})
    reading = subject.reading(None)
    assert reading == Reading(DateWindow(ago(50), ago(10)), settled=ago(12), newest=ago(12), after=77)

    assert reading is not None
    subject.finish(None, reading)
    assert subject.state == {"date": str(ago(12)), "settled": str(ago(12))}
    assert subject.reading(None) == Reading(DateWindow(ago(12 + 33), TODAY), settled=TODAY)


def test_days_of_an_unfinished_reading_that_are_gone_are_not_asked_for() -> None:
    reading = pin_cursor({"reading": [unfinished(100, 60, 60)]}).reading(None)
    assert reading == Reading(DateWindow(EARLIEST, ago(60)), settled=ago(60), newest=ago(60), after=77)

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
    assert reading == Reading(DateWindow(ago(40), ago(1)), settled=ago(3), newest=ago(3), after=77)


@pytest.mark.parametrize("owner", [None, ACCOUNT])
def test_a_reading_of_an_earlier_sync_that_reaches_today_is_followed_by_none(owner: str | None) -> None:
    entry = unfinished(89, 0, 3, **({"ad_account_id": owner} if owner else {}))
    subject = pin_cursor({"reading": [entry]})
    reading = subject.reading(owner)

    assert reading is not None
    subject.finish(owner, reading)
    assert subject.reading(owner) is None
    cursor = known(3)
    assert subject.state == (
        {"states": [{"partition": {"ad_account_id": owner}, "cursor": cursor}]} if owner else cursor
    )


def test_each_owner_has_readings_of_its_own() -> None:
    state = {"states": [{"partition": {"ad_account_id": ACCOUNT}, "cursor": {"date": str(ago(9))}}]}
    subject = pin_cursor(state)

    assert subject.reading(None) == Reading(DateWindow(EARLIEST, TODAY), settled=TODAY)
    assert subject.reading(ACCOUNT) == Reading(DateWindow(ago(9 + 33), TODAY), settled=TODAY)


def test_the_cursor_never_moves_back() -> None:
    subject = pin_cursor(known(2))
    reading = subject.reading(None)

    assert reading is not None
    subject.finish(None, reading.with_days([ago(2)], ago(30)))
    assert subject.state == known(2)


def test_an_older_reading_does_not_say_which_day_was_its_newest() -> None:
    entry = unfinished(50, 10, 12)
    del entry["newest"]

    assert pin_cursor({"reading": [entry]}).reading(None) == Reading(
        DateWindow(ago(50), ago(10)), settled=ago(12), newest=ago(12), after=77
    )


def test_the_newest_day_is_that_of_any_pin() -> None:
    first = Reading(DateWindow(ago(9), TODAY), settled=TODAY)
    second = first.with_days([ago(9), ago(4)], ago(2))

    assert (second.newest, second.settled) == (ago(4), ago(2))
    assert second.with_days([], ago(3)) == replace(second, settled=ago(3))
    assert second.with_days([ago(1)], TODAY).newest == ago(1)
    assert Reading.from_state(first.to_state()) == first


def test_only_week_old_days_of_pins_without_any_day_count_as_read() -> None:
    subject = pin_cursor()
    reading = subject.reading(None)

    assert reading is not None
    subject.finish(None, replace(reading, after=77))
    assert subject.state == known(7)
    assert subject.reading(None) is None, "in this sync; the next one asks again"


def test_young_days_that_no_pin_has_are_not_settled() -> None:
    subject = pin_cursor()
    reading = subject.reading(None)

    assert reading is not None
    subject.finish(None, reading.with_days([ago(5)], TODAY))
    assert subject.state == known(5)


def test_an_earlier_start_is_read_back_before_the_newest_days() -> None:
    subject = pin_cursor(known(2, since=10))
    head = subject.reading(None)
    assert head == Reading(DateWindow(EARLIEST, ago(11)), settled=ago(11))

    assert head is not None
    subject.finish(None, head.with_days([ago(11)], TODAY))
    assert subject.state == known(2)
    tail = subject.reading(None)
    assert tail == Reading(DateWindow(ago(10), TODAY), settled=TODAY), "not what was just read"

    assert tail is not None
    subject.finish(None, tail.with_days([TODAY], ago(2)))
    assert subject.reading(None) is None


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
    with pytest.raises(ConfigError, match=f"^{STREAM}: the saved state"):
        pin_cursor({"reading": [entry]})
