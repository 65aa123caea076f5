"""The days that an analytics stream requests, and its state while they come in."""

from dataclasses import replace

import pytest
from pendulum import WeekDay

from source_pinterest.api.errors import ConfigError, NothingLeftError, RefusedError, UnavailableError
from source_pinterest.dates import Granularity
from source_pinterest.engine.tasks import Task
from unit_tests.state.day_cursors import (
    EARLIEST,
    PERIOD,
    TODAY,
    ago,
    cursor,
    day,
    entry,
    plan,
    read_up_to,
    slice_of,
    unread,
    window,
    windows,
)

REFUSED = RefusedError("Not yours")
NOTHING_YET = {"states": [entry("549", ago(90), **{"from": ago(89)})]}


def test_a_window_is_done_when_all_its_batches_are() -> None:
    subject = cursor()
    assert windows(subject) == [window(89, 0)]
    first, second = plan(subject, 45, batches=2)
    subject.commit(slice_of("549", first, 0))
    assert subject.state == NOTHING_YET
    subject.commit(slice_of("549", first, 1))

    assert subject.state == read_up_to(45)
    subject.commit(slice_of("549", second, 1))
    subject.commit(slice_of("549", second, 0))
    assert subject.state == read_up_to(0)


def test_an_account_that_is_planned_again_promises_nothing_of_slices_in_flight() -> None:
    subject = cursor()
    [first] = plan(subject, 90, batches=2)
    subject.expect("549", [(first, 1)])
    subject.commit(slice_of("549", first, 0))
    subject.commit(slice_of("549", first))
    assert subject.state == NOTHING_YET
    subject.commit(slice_of("549", first, 1))

    assert subject.state == read_up_to(0)


def test_days_whose_rows_can_not_be_used_are_owed_again() -> None:
    subject = cursor(read_up_to(3))
    (planned,) = plan(subject, 90)
    assert planned == window(36, 0)
    subject.fail(slice_of("549", planned))
    days = [[ago(36), ago(3)]]
    assert subject.state == read_up_to(3, missing=days, stale=days)

    again = cursor(subject.state)
    assert windows(again) == [window(36, 0)], "nothing is read twice"
    again.commit(slice_of("549", *plan(again, 90)))
    assert again.state == read_up_to(0)


def test_days_before_the_first_one_are_not_owed_for_rows_that_cant_be_used() -> None:
    known = read_up_to(3, **{"from": ago(60)})
    subject = cursor(known)
    head, newest = plan(subject, 90)
    assert head == window(89, 61)
    subject.fail(slice_of("549", head))
    subject.commit(slice_of("549", newest))

    assert subject.state == read_up_to(0, **{"from": ago(60)})


def test_an_account_of_which_nothing_could_be_read_keeps_its_first_day() -> None:
    """Else its oldest days would go unnoticed once the start date has moved."""
    subject = cursor()
    subject.oldest_first(["reached", "failed", "waiting", "refused", "not planned"])
    for account in ("reached", "failed", "waiting", "refused"):
        plan(subject, 90, account=account)
    subject.commit(slice_of("reached", window(89, 0)))
    subject.fail(slice_of("failed", window(89, 0)))
    subject.leave_out(slice_of("refused", window(89, 0)), REFUSED)
    found = {one["partition"]["ad_account_id"]: one["cursor"] for one in subject.state["states"]}
    first = {"DATE": ago(90), "from": ago(89)}
    assert {account: found[account] for account in found if account != "reached"} == dict.fromkeys(
        ("failed", "not planned", "waiting"), first
    )

    later = cursor(subject.state, replace(PERIOD, start=day(60)))
    assert [windows(later, account)[-1] for account in ("failed", "not planned", "waiting")] == [window(89, 0)] * 3
    assert windows(later, "refused") == [window(60, 0)]


def test_the_first_day_of_weeks_is_a_monday_since_no_part_of_a_week_is_read() -> None:
    weeks = replace(PERIOD, granularity=Granularity.WEEK)
    assert EARLIEST.day_of_week is WeekDay.FRIDAY
    subject = cursor(period=weeks)
    subject.oldest_first(["549"])

    assert subject.state == {"states": [entry("549", ago(87), **{"from": ago(86)})]}


def test_an_account_that_is_refused_keeps_its_days() -> None:
    subject = cursor(read_up_to(3))
    subject.leave_out(slice_of("549", *plan(subject, 90)), REFUSED)

    assert subject.state == read_up_to(3)


def test_days_that_wait_for_a_task_that_never_ends_are_missing(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor(read_up_to(3))
    older, newer = plan(subject, 30)
    subject.commit(slice_of("549", newer))
    days = [older.as_pair()]
    assert subject.state == read_up_to(0, missing=days, stale=days)

    much_later = replace(PERIOD, today=TODAY.add(days=60), earliest=EARLIEST.add(days=60))
    again = cursor(subject.state, much_later)
    assert windows(again)[0].start == day(29)
    assert f"the days {window(36, 30)} of ad account 549 could not be read again and are too old now" in caplog.text
    assert again.state["states"][0]["cursor"]["missing"] == [window(29, 7).as_pair()], "they are told once"


def test_a_state_of_a_version_that_kept_the_ids_of_keys_is_read_without_them() -> None:
    """Versions up to 2026-11 kept which ids the rows of reports had."""
    subject = cursor({"states": [entry("549", ago(3), keyed=["A"], partly=["A"]), entry("550", ago(3), keyed="?")]})

    assert subject.state == {"states": [entry("549", ago(3)), entry("550", ago(3))]}


def test_an_account_without_entities_is_done_at_once() -> None:
    subject = cursor()
    plan(subject, 90, batches=0)

    assert subject.state == read_up_to(0)


def test_an_account_that_was_not_read_keeps_its_entry() -> None:
    kept = entry("777", ago(300), **{"from": ago(400), "missing": [[ago(350), ago(340)]]})
    subject = cursor({"states": [kept]})
    subject.commit(slice_of("549", *plan(subject, 90)))

    assert kept in subject.state["states"]
    assert set(subject.accounts()) == {"777"}


# ---- The order of accounts


def test_the_account_longest_unread_comes_first() -> None:
    subject = cursor({"states": [entry("1", ago(3)), entry("2", ago(30)), entry("3", ago(10))]})

    assert subject.oldest_first(["1", "new", "2", "3"]) == ["new", "2", "3", "1"]


def test_an_account_that_failed_last_time_comes_last_until_it_was_read_whole() -> None:
    first = cursor({"states": [entry("1", ago(3)), entry("2", ago(30))], "failed": ["gone"]})
    first.oldest_first(["1", "2", "new"])
    planned = {account: plan(first, 90, account=account) for account in ("1", "2", "new")}
    first.fail(slice_of("2", planned["2"][0]), UnavailableError("It failed"))
    first.fail(Task({"ad_account_id": "new"}, unread), UnavailableError("Its ids can't be listed"))
    for says_nothing_of_it in (ConfigError("No token"), NothingLeftError("ads", 2, "Gone"), None):
        first.fail(Task({"ad_account_id": "1"}, unread), says_nothing_of_it)
    first.commit(slice_of("1", planned["1"][0]))
    assert first.state["failed"] == ["2", "new"]

    second = cursor(first.state)
    assert second.oldest_first(["new", "unread", "2", "1"]) == ["unread", "1", "new", "2"]
    one, other = plan(second, 45, account="new")
    second.commit(slice_of("new", one))
    second.commit(slice_of("2", plan(second, 90, account="2")[0]))
    assert second.state["failed"] == ["new"]
    second.commit(slice_of("new", other))
    assert "failed" not in second.state


def test_an_account_whose_days_are_owed_because_a_quota_was_used_up_has_its_turn() -> None:
    """It would come last for ever where a day's quota does not reach its end."""
    owed = {"missing": [[ago(12), ago(9)]]}

    assert cursor({"states": [entry("1", ago(9), **owed), entry("3", ago(3))]}).oldest_first(["3", "1"]) == ["1", "3"]
