"""A pass over all pins goes on where it was cut, and its days count as read once it has ended."""

from dataclasses import replace
from typing import Any

import pytest
from airbyte_cdk.sources.message import InMemoryMessageRepository
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import GoneError, RefusedError, SliceError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.tasks import Task
from source_pinterest.state.days import DaySet, Read
from source_pinterest.state.period import Period, Restatement
from source_pinterest.state.pin_cursor import Pass, PinCursor
from unit_tests.state.day_cursors import PERIOD, TODAY, ago, day, pin_cursor, refreshing, unread, window
from unit_tests.state.stores import states_in, store

ACCOUNT = "549755000000"
ONCE = replace(PERIOD, lookback_days=None, restatement=Restatement.EMIT_ONCE)
ODD, REFUSED, GONE = SliceError("It is odd"), RefusedError("Not yours"), GoneError("Gone")
ALL_DAYS = Pass(window(89, 0), settled=TODAY)


def unfinished(start: int, end: int, settled: int, **more: str) -> dict[str, str]:
    days = {"start_date": ago(start), "end_date": ago(end), "settled": ago(settled)}
    return {**days, "newest": ago(settled), "after": "77", **more}


def gone_on_with(start: int, end: int, settled: int) -> Pass:
    return Pass(window(start, end), settled=day(settled), newest=day(settled), after=77, served=77)


def known(settled: int, since: int = 89, **more: Any) -> dict[str, Any]:
    return {"date": ago(settled), "from": ago(since), "settled": ago(settled), **more}


def of_account(content: dict[str, Any]) -> dict[str, Any]:
    return {"states": [{"partition": {"ad_account_id": ACCOUNT}, "cursor": content}]}


def begun(subject: PinCursor, owner: str | None = None) -> Pass:
    found = subject.next_pass(owner)
    assert found
    return found


def of(owner: str | None, window: DateWindow, pin: int | None = None) -> Task:
    pins = {"pin_ids": (str(pin),)} if pin else None
    return Task({"ad_account_id": owner} if owner else {}, unread, window, pins)


def finish(subject: PinCursor, owner: str | None, ended: Pass) -> None:
    subject.commit(of(owner, ended.window), replace(ended, is_over=True))


def read_on(reading: Pass, newest: list[Date], final: Date, after: int = 0) -> Pass:
    return reading.plus(Read(reading.window, final, newest=max(newest, default=None)), after)


def test_an_unfinished_reading_is_gone_on_with_and_followed_by_one_of_the_days_since() -> None:
    subject = pin_cursor({"date": ago(20), "reading": [unfinished(50, 10, 12)]})
    reading = begun(subject)
    assert reading == gone_on_with(50, 10, 12)

    finish(subject, None, reading)
    assert subject.state == {"date": ago(12), "settled": ago(12)}
    assert subject.next_pass(None) == Pass(window(12 + 33, 0), settled=TODAY)


@pytest.mark.parametrize(
    ("entry", "reading"),
    [
        (unfinished(100, 60, 60), gone_on_with(89, 60, 60)),
        (unfinished(120, 100, 100), ALL_DAYS),
    ],
)
def test_days_of_an_unfinished_reading_that_are_gone_are_not_asked_for(entry: dict[str, str], reading: Pass) -> None:
    assert pin_cursor({"reading": [entry]}).next_pass(None) == reading


def test_an_older_reading_does_not_say_which_day_was_its_newest() -> None:
    entry = unfinished(50, 10, 12)
    del entry["newest"]

    assert pin_cursor({"reading": [entry]}).next_pass(None) == gone_on_with(50, 10, 12)


def test_the_state_says_how_far_each_owner_has_come() -> None:
    readings = [unfinished(50, 10, 12), unfinished(40, 1, 3, ad_account_id=ACCOUNT)]
    state = {"date": ago(5), **of_account({"date": ago(9)}), "reading": readings}
    subject = pin_cursor(state)

    assert subject.state == state
    assert subject.next_pass(ACCOUNT) == gone_on_with(40, 1, 3)
    assert pin_cursor(of_account({"date": ago(9)})).next_pass(None) == ALL_DAYS


def active_pin_cursor(state: dict[str, Any]) -> PinCursor:
    return PinCursor(store(state), lambda: PERIOD, only_active=True)


def test_days_count_as_read_after_a_pass_over_all_pins_alone() -> None:
    subject = active_pin_cursor(known(8, full=ago(6)))
    reading = subject.next_pass(None, only_active=True)
    assert reading == Pass(window(8 + 33, 0), settled=TODAY, only_active=True)
    finish(subject, None, read_on(reading, [day(1)], day(2)))
    assert subject.state == known(8, read=ago(1), full=ago(6))
    assert subject.next_pass(None, only_active=True) is None, "in this sync"

    subject = active_pin_cursor(known(8, read=ago(1), full=ago(7)))
    reading = subject.next_pass(None, only_active=True)
    assert reading == Pass(window(8 + 33, 0), settled=TODAY)
    finish(subject, None, read_on(reading, [day(1)], day(2)))
    assert subject.state == known(2, read=ago(1), full=str(TODAY))


def test_a_full_pass_is_as_old_as_its_beginning() -> None:
    subject = active_pin_cursor(known(20, reading=[unfinished(50, 7, 9)]))
    finish(subject, None, begun(subject))
    assert subject.state["full"] == ago(7)
    assert subject.next_pass(None, only_active=True) == Pass(window(9 + 33, 0), settled=TODAY)


def test_an_unfinished_pass_keeps_its_filter_unless_the_activity_is_unknown() -> None:
    state = known(8, full=ago(7), reading_active=[unfinished(41, 1, 2)])
    subject = active_pin_cursor(state)
    assert subject.state == state
    assert subject.next_pass(None, only_active=True) == replace(gone_on_with(41, 1, 2), only_active=True)
    assert subject.next_pass(None) == Pass(window(8 + 33, 0), settled=TODAY)

    full = active_pin_cursor(known(8, full=ago(6), reading=[unfinished(41, 1, 2)]))
    assert full.next_pass(None, only_active=True) == gone_on_with(41, 1, 2)


def test_days_before_the_first_are_read_of_all_pins() -> None:
    subject = active_pin_cursor(known(2, since=20, full=ago(1)))
    assert subject.next_pass(None, only_active=True) == Pass(window(89, 21), settled=day(21))


def test_each_owner_has_a_full_pass_of_its_own() -> None:
    state = {**known(8, full=ago(6)), **of_account(known(8, full=ago(7)))}
    subject = active_pin_cursor(state)
    passes = [subject.next_pass(owner, only_active=True) for owner in (None, ACCOUNT)]
    assert [reading and reading.only_active for reading in passes] == [True, False]
    assert subject.state == state
    assert "full" not in pin_cursor(state).state


@pytest.mark.parametrize("owner", [None, ACCOUNT])
def test_a_reading_of_an_earlier_sync_that_reaches_today_is_followed_by_none(owner: str | None) -> None:
    subject = pin_cursor({"reading": [unfinished(89, 0, 3, **({"ad_account_id": owner} if owner else {}))]})
    finish(subject, owner, begun(subject, owner))

    assert subject.next_pass(owner) is None
    assert subject.state == (of_account(known(3)) if owner else known(3))


@pytest.mark.parametrize(
    ("newest", "finals", "after"),
    [
        ([day(9), TODAY], [day(2), TODAY], known(2, read=str(TODAY))),  # the first pins lag behind the last
        ([day(5)], [TODAY], known(5)),  # no pin has the younger days, which may still come
        ([None], [TODAY], known(7)),  # as pins without any day, of which only week-old ones count
        ([TODAY, None], [day(2), day(2)], known(2, read=str(TODAY))),  # the last pin of the pass has no day
    ],
)
def test_a_reading_counts_as_far_as_its_pins_have_settled(
    newest: list[Date | None], finals: list[Date], after: dict[str, Any]
) -> None:
    subject = pin_cursor()
    reading = begun(subject)
    assert reading == ALL_DAYS
    for latest, final in zip(newest, finals, strict=True):
        reading = read_on(reading, [latest] if latest else [], final)
    finish(subject, None, reading)

    assert subject.state == after
    assert subject.next_pass(None) is None, "in this sync; the next one asks again"


def test_an_earlier_start_is_read_back_before_the_newest_days() -> None:
    subject = pin_cursor(known(2, since=10))
    head = begun(subject)
    assert head == Pass(window(89, 11), settled=day(11))
    finish(subject, None, read_on(head, [day(11)], TODAY))
    assert subject.state == known(2)

    tail = begun(subject)
    assert tail == Pass(window(10, 0), settled=TODAY), "not what was just read"
    finish(subject, None, read_on(tail, [TODAY], day(2)))
    assert subject.next_pass(None) is None


def test_a_state_goes_out_in_the_middle_of_a_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    repository = InMemoryMessageRepository()
    subject = PinCursor(store(None, repository), lambda: PERIOD)
    reading = begun(subject)
    subject.commit(of(None, reading.window), replace(reading, after=5))
    assert states_in(repository) == []

    monkeypatch.setattr(limits, "STATE_EVERY_SECONDS", 0)
    subject.commit(of(None, reading.window), replace(reading, after=6))
    (state,) = states_in(repository)
    assert state["reading"][0]["after"] == "6"


def kept(first: int, last: int, failures: int, **more: str) -> dict[str, Any]:
    return {**more, "pin_id": "7", "unread": [[ago(first), ago(last)]], "failures": failures}


def test_each_owner_has_skipped_pins_of_its_own_that_the_state_keeps() -> None:
    state = {**known(3), "skipped": [kept(80, 3, 2), kept(5, 3, 1, ad_account_id=ACCOUNT)]}
    subject = pin_cursor(state)
    assert subject.state == state

    subject.fail(of(ACCOUNT, window(2, 0), 7), ODD)
    subject.fail(of(None, window(2, 0), 7))
    subject.leave_out(of(None, window(2, 0), 8), GONE)
    assert subject.state["skipped"] == [kept(80, 3, 2), kept(5, 3, 2, ad_account_id=ACCOUNT)], "one was not asked for"

    subject.leave_out(of(None, window(2, 0), 7), REFUSED)
    assert subject.state["skipped"] == [kept(5, 3, 2, ad_account_id=ACCOUNT), kept(80, 3, 2)], "it has had its turn"
    subject.leave_out(of(None, window(2, 0), 7), GONE)
    assert subject.state == {**known(3), "skipped": [kept(5, 3, 2, ad_account_id=ACCOUNT)]}


def test_a_sync_asks_for_the_pins_that_have_waited_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PINS_OWED_IN_A_SYNC", 2)
    state = {**known(3), "skipped": [{**kept(80, 3, 2), "pin_id": str(pin)} for pin in (9, 3, 5)]}
    state["skipped"] = [kept(80, 3, 2, ad_account_id="not listed"), *state["skipped"]]
    subject = pin_cursor(state)
    assert subject.asked_for([None]) == {(None, 9), (None, 3)}

    subject.fail(of(None, window(80, 3), 9), ODD)
    assert [one["pin_id"] for one in subject.state["skipped"]] == ["7", "3", "5", "9"]


def test_a_pin_that_could_not_be_read_is_kept_although_no_other_was_read() -> None:
    """Otherwise pins at the beginning, all of which fail, would be asked for by each sync before any other."""
    subject = pin_cursor()
    subject.fail(of(None, window(89, 0), 7), ODD)
    assert subject.state == {"skipped": [kept(89, 0, 1)]}


def test_a_skipped_pin_is_owed_the_days_that_the_others_have_been_read_of() -> None:
    subject = pin_cursor(known(3, skipped=[kept(80, 0, 1)]))
    assert subject.owed(None, 7) == (DaySet((window(80, 3),)), window(80, 3))


@pytest.mark.parametrize(
    ("after", "period", "last", "left"),
    [("7", PERIOD, 0, [[ago(1), ago(0)]]), ("6", PERIOD, 9, None), ("7", ONCE, 2, [[ago(1), ago(0)]])],
)
def test_a_pin_is_owed_what_an_unfinished_pass_that_has_passed_by_it_has_emitted(
    after: str, period: Period, last: int, left: Any
) -> None:
    state = known(9, reading=[unfinished(8, 0, 2, after=after)], skipped=[kept(80, 0, 1)])
    subject = pin_cursor(state, period)
    owed, asked = subject.owed(None, 7)
    assert owed == DaySet((window(80, last),))

    subject.commit(of(None, asked, 7), Read(asked, day(max(last, 2))))
    assert [one["unread"] for one in subject.state.get("skipped", ())] == ([left] if left else [])


def test_a_skipped_pin_is_asked_for_although_no_other_has_been_read_further() -> None:
    assert pin_cursor(known(3, skipped=[kept(2, 0, 1)])).owed(None, 7) == (DaySet(), window(2, 0))


def test_a_skipped_pin_that_answers_in_a_full_refresh_has_all_days_that_the_others_have() -> None:
    subject = refreshing(PinCursor)
    reading = begun(subject)
    subject.fail(of(None, reading.window, 7), ODD)
    finish(subject, None, read_on(reading, [day(1)], day(3)))
    assert subject.owed(None, 7)[0] == DaySet((window(89, 1),))

    again = refreshing(PinCursor, subject.state)
    again.commit(of(None, window(89, 1), 7), Read(window(89, 1), day(5)))
    assert "skipped" not in again.state, "the pin lags behind, and none of its days comes twice"


def test_days_of_a_skipped_pin_that_are_too_old_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    subject = pin_cursor(known(3, skipped=[kept(100, 3, 9)]))
    for _ in range(2):
        subject.forget_old_days(None)
    assert subject.owed(None, 7) == (DaySet((window(89, 3),)), window(89, 3))
    assert caplog.text.count(f"the days {window(100, 90)} of pin 7 could not be read and are too old now") == 1
