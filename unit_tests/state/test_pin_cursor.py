"""Each pin that a pass has come past was read, is gone or refused, or is owed the days of the pass."""

from dataclasses import replace
from typing import Any

import pytest
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_pinterest import limits
from source_pinterest.api.errors import GoneError, RefusedError, SliceError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.tasks import Task
from source_pinterest.state.days import DaySet
from source_pinterest.state.pin_cursor import Pass, PinCursor
from unit_tests.state.day_cursors import PERIOD, ago, pin_cursor, unread, window
from unit_tests.state.stores import states_in, store

ACCOUNT = "549755000000"
ODD, REFUSED, GONE = SliceError("It is odd"), RefusedError("Not yours"), GoneError("Gone")


def unfinished(first: int, last: int, **more: str) -> dict[str, str]:
    return {"start_date": ago(first), "end_date": ago(last), "settled": ago(last), "after": "77", **more}


def known(last: int, since: int = 89, **more: Any) -> dict[str, Any]:
    return {"date": ago(last), "from": ago(since), **more}


def of_account(content: dict[str, Any]) -> dict[str, Any]:
    return {"states": [{"partition": {"ad_account_id": ACCOUNT}, "cursor": content}]}


def owed(pin: int, first: int, last: int, failures: int, **more: str) -> dict[str, Any]:
    return {**more, "pin_id": str(pin), "unread": [[ago(first), ago(last)]], "failures": failures}


def task_of(days: DateWindow, *pins: int, owner: str | None = None, after: int = 0) -> Task:
    named = {"pin_ids": tuple(map(str, pins)), "after": after} if pins else None
    return Task({"ad_account_id": owner} if owner else {}, unread, days, named)


def passes(subject: PinCursor, owner: str | None = None, *, knows_activity: bool = False) -> list[Pass]:
    """The passes of a sync, each of which comes to its end."""
    found = []
    for begun in subject.passes(owner, knows_activity=knows_activity):
        found.append(begun)
        subject.commit(task_of(begun.window, owner=owner), replace(begun, is_over=True))
    return found


def test_an_unfinished_pass_is_gone_on_with_and_followed_by_one_of_the_days_since() -> None:
    subject = pin_cursor({"date": ago(20), "reading": [unfinished(50, 10)]})
    assert passes(subject) == [Pass(window(50, 10), after=77), Pass(window(10 + 33, 0))]
    assert (subject.state["date"], "reading" in subject.state) == (ago(0), False)


def test_an_unfinished_pass_that_reaches_today_is_followed_by_none() -> None:
    assert passes(pin_cursor({"reading": [unfinished(89, 0)]})) == [Pass(window(89, 0), after=77)]


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (unfinished(100, 60), Pass(window(89, 60), after=77)),
        (unfinished(120, 100), Pass(window(89, 0))),
        (unfinished(50, 10, settled=ago(12), newest=ago(11), served="70"), Pass(window(50, 12), after=77)),
    ],
    ids=["in part too old", "too old", "of an older version"],
)
def test_days_that_are_gone_are_not_asked_for_and_days_that_were_not_settled_come_later(
    entry: dict[str, str], found: Pass
) -> None:
    assert next(pin_cursor({"reading": [entry]}).passes(None)) == found


def test_a_pass_over_younger_days_than_a_sync_emits_is_dropped() -> None:
    """Another mode has begun it."""
    once = replace(PERIOD, today=PERIOD.today.subtract(days=7))
    assert next(pin_cursor(known(20, reading=[unfinished(10, 0)]), once).passes(None)).after == 0


def test_the_state_says_how_far_each_owner_has_come() -> None:
    readings = [unfinished(50, 10), unfinished(40, 1, ad_account_id=ACCOUNT)]
    state = {"date": ago(5), **of_account({"date": ago(9)}), "reading": readings}
    subject = pin_cursor(state)
    assert subject.state == state
    assert next(subject.passes(ACCOUNT)) == Pass(window(40, 1), after=77)


def test_an_earlier_start_is_read_back_before_the_newest_days() -> None:
    assert passes(pin_cursor(known(2, since=10))) == [Pass(window(89, 11)), Pass(window(10, 0))]


def test_a_state_goes_out_in_the_middle_of_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    repository = InMemoryMessageRepository()
    subject = PinCursor(store(None, repository), lambda: PERIOD)
    begun = next(subject.passes(None))
    subject.commit(task_of(begun.window), replace(begun, after=5))
    assert states_in(repository) == []

    monkeypatch.setattr(limits, "STATE_EVERY_SECONDS", 0)
    subject.commit(task_of(begun.window), replace(begun, after=6))
    (state,) = states_in(repository)
    assert state["reading"][0]["after"] == "6"


def test_days_count_as_read_after_a_pass_over_all_pins_alone() -> None:
    subject = pin_cursor(known(6))
    assert passes(subject, knows_activity=True) == [Pass(window(6 + 33, 0), only_active=True)]
    assert subject.state == known(6)

    subject = pin_cursor(known(7))
    assert passes(subject, knows_activity=True) == [Pass(window(7 + 33, 0))]
    assert subject.state["date"] == ago(0)


def test_an_unfinished_pass_keeps_its_filter_unless_the_activity_is_unknown() -> None:
    state = known(6, reading_active=[unfinished(41, 1)])
    assert pin_cursor(state).state == state
    assert passes(pin_cursor(state), knows_activity=True)[0] == Pass(window(41, 1), after=77, only_active=True)
    assert passes(pin_cursor(state)) == [Pass(window(6 + 33, 0))]


def test_days_before_the_first_are_read_of_all_pins() -> None:
    head, newest = passes(pin_cursor(known(2, since=20)), knows_activity=True)
    assert (head, newest.only_active) == (Pass(window(89, 21)), True)


def test_a_pin_that_fails_is_owed_the_days_of_the_pass_and_moves_it() -> None:
    subject = pin_cursor(known(3))
    begun = next(subject.passes(None))
    subject.fail(task_of(begun.window, 6, 7, after=7), ODD)
    subject.fail(task_of(begun.window, 9), ODD)
    assert [*subject.owed.debts(None)] == ["6", "7", "9"]
    assert subject.state["reading"][0]["after"] == "7"


def test_a_pass_that_comes_past_a_pin_owes_it_its_days() -> None:
    subject = pin_cursor(known(40, skipped=[owed(7, 80, 40, 2), owed(9, 80, 40, 1, ad_account_id=ACCOUNT)]))
    begun = next(subject.passes(None))
    subject.commit(task_of(begun.window), replace(begun, after=6))
    assert subject.owed.debts(None)["7"].days == DaySet((window(80, 40),))
    subject.commit(task_of(begun.window), replace(begun, after=7))
    assert subject.owed.debts(None)["7"].days == DaySet((window(80, 0),))
    assert subject.owed.debts(ACCOUNT)["9"].days == DaySet((window(80, 40),))


def test_a_pin_that_has_answered_is_no_longer_owed_and_one_that_is_refused_or_gone_is() -> None:
    subject = pin_cursor(known(3, skipped=[owed(pin, 80, 3, 2) for pin in (5, 6, 7)]))
    subject.leave_out(task_of(window(80, 3), 5), REFUSED)
    subject.leave_out(task_of(window(80, 3), 6), GONE)
    subject.leave_out(task_of(window(80, 3), 8), GONE)
    subject.commit(task_of(window(80, 3), 7))
    assert subject.state["skipped"] == [owed(5, 80, 3, 3), owed(6, 80, 3, 3)]


def test_a_sync_asks_for_the_pins_that_have_waited_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PINS_OWED_IN_A_SYNC", 2)
    entries = [owed(1, 80, 3, 2, ad_account_id="not listed"), *(owed(pin, 80, 3, 2) for pin in (9, 3, 5))]
    subject = pin_cursor(known(3, skipped=entries))
    assert subject.owed.due([None]) == {(None, "9"), (None, "3")}
    subject.fail(task_of(window(80, 3), 9), ODD)
    assert [one["pin_id"] for one in subject.state["skipped"]] == ["1", "3", "5", "9"]


@pytest.mark.parametrize(("after", "last"), [("7", 0), ("6", 9)])
def test_a_pin_is_not_asked_for_days_that_no_other_pin_has(after: str, last: int) -> None:
    """An older version owed a pin the days of a pass as soon as it began."""
    subject = pin_cursor(known(9, reading=[unfinished(8, 0, after=after)], skipped=[owed(7, 80, 0, 1)]))
    subject.forget_days(None)
    assert subject.state["skipped"] == [owed(7, 80, last, 1)]


def test_days_of_a_pin_that_are_too_old_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    subject = pin_cursor(known(3, skipped=[owed(7, 100, 3, 9), owed(8, 100, 95, 9)]))
    for _ in range(2):
        subject.forget_days(None)
    assert subject.state["skipped"] == [owed(7, 89, 3, 9)]
    told = f"the days {window(100, 90)} of pin 7 and of 1 more pins could not be read and are too old now"
    assert caplog.text.count(told) == 1
