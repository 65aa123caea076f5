"""What a day cursor warns of, and states that are of the future, broken, or of another request."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from pendulum import WeekDay

from source_pinterest.api.errors import ConfigError, NothingLeftError, PartsUnreadError, UnavailableError
from source_pinterest.dates import DateWindow, Granularity
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import FullRefresh
from source_pinterest.state.day_cursor import OWED_ID, AccountDayCursor, DayCursor
from source_pinterest.state.period import Period
from unit_tests.state.day_cursors import (
    EARLIEST,
    ONCE,
    PERIOD,
    TODAY,
    ago,
    cursor,
    day,
    entry,
    pin_cursor,
    plan,
    profile_cursor,
    read_up_to,
    slice_of,
    unread,
    warnings,
    window,
    windows,
)
from unit_tests.state.stores import STREAM, store


def test_the_first_day_of_weeks_is_a_monday_since_no_part_of_a_week_is_read() -> None:
    weeks = replace(PERIOD, granularity=Granularity.WEEK)
    assert EARLIEST.day_of_week is WeekDay.FRIDAY
    subject = cursor(period=weeks)
    subject.oldest_first(["549"])

    assert subject.state == {"states": [entry("549", ago(87), **{"from": ago(86)})]}


def test_days_that_wait_for_a_task_that_never_ends_are_missing(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor(read_up_to(3))
    older, newer = plan(subject, 30)
    subject.commit(slice_of("549", newer))
    assert subject.state == read_up_to(0, missing=[older.as_pair()])

    much_later = replace(PERIOD, today=TODAY.add(days=60), earliest=EARLIEST.add(days=60))
    again = cursor(subject.state, much_later)
    assert windows(again)[0].start == day(29)
    assert f"the days {window(36, 30)} of ad account 549 could not be read and are too old now" in caplog.text


def test_a_state_of_a_version_that_kept_the_ids_of_keys_is_read_without_them() -> None:
    """Versions up to 2026-11 kept which ids the rows of reports had."""
    subject = cursor({"states": [entry("549", ago(3), keyed=["A"], partly=["A"]), entry("550", ago(3), keyed="?")]})

    assert subject.state == {"states": [entry("549", ago(3)), entry("550", ago(3))]}


@pytest.mark.parametrize(("period", "is_kept"), [(PERIOD, False), (ONCE, True)], ids=["merged", "kept"])
def test_a_flat_position_stays_where_every_row_is_kept(
    period: Period, is_kept: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """An account that was not listed for a moment would otherwise be emitted once more as a whole."""
    subject = cursor({"states": [entry("549", ago(5))], "flat": {"DATE": ago(9)}, "final": True}, period)
    subject.oldest_first(["549", "550"])

    assert [one["partition"]["ad_account_id"] for one in subject.state["states"]] == ["549", "550"]
    assert ("flat" in subject.state) is is_kept
    assert ("no entry for the ad accounts 550." in caplog.text) is is_kept


def test_an_account_without_entities_is_done_at_once() -> None:
    subject = cursor()
    plan(subject, 90, batches=0)

    assert subject.state == read_up_to(0)


def owed_task(one: str, days: DateWindow) -> Task:
    return Task({"ad_account_id": "549"}, unread, days, {OWED_ID: one})


def test_days_that_a_single_id_lacks_are_owed_to_it_until_it_is_read_or_refused() -> None:
    first = cursor(read_up_to(3))
    [newest] = plan(first, 90)
    first.fail(slice_of("549", newest), PartsUnreadError("Scripted", [(("7", "8"), newest)], FailureType.system_error))
    assert first.state == read_up_to(0, owed={"7": [newest.as_pair()], "8": [newest.as_pair()]})

    second = cursor(first.state)
    assert second.owed_before("549") == {"7", "8"}
    assert {one: list(days) for one, days in second.owe("549", [window(50, 0)]).items()} == {
        "7": [window(50, 0)],
        "8": [window(50, 0)],
    }
    second.commit(owed_task("7", window(50, 0)))
    second.leave_out(owed_task("8", window(50, 10)), UnavailableError("Scripted"))
    assert second.state == read_up_to(0, owed={"8": [window(9, 0).as_pair()]})


def test_a_day_that_an_account_as_a_whole_lacks_stays_missing() -> None:
    subject = cursor(read_up_to(3))
    [newest] = plan(subject, 90)
    subject.fail(slice_of("549", newest), PartsUnreadError("Scripted", [((), window(5, 5))], FailureType.system_error))

    assert subject.state == read_up_to(0, missing=[window(5, 5).as_pair()])


@pytest.mark.parametrize("period", [PERIOD, ONCE])
def test_days_that_an_id_is_owed_for_too_long_are_read_by_reports_or_named(
    period: Period, caplog: pytest.LogCaptureFixture
) -> None:
    state = {"states": [entry("549", ago(3), **{"from": ago(200), "owed": {"7": [window(95, 80).as_pair()]}})]}
    subject = cursor(state, replace(period, earliest=day(900)))
    unread_windows = windows(subject)

    assert (window(95, 90) in unread_windows) == period.merges_by_key
    assert (f"the days {window(95, 90)} of 7, of ad account 549," in caplog.text) != period.merges_by_key
    assert subject.state["states"][0]["cursor"]["owed"] == {"7": [window(89, 80).as_pair()]}


def test_an_account_that_failed_last_time_comes_last_until_it_was_read_whole() -> None:
    first = cursor({"states": [entry("1", ago(3)), entry("2", ago(30))], "failed": ["gone"]})
    first.oldest_first(["1", "2", "new"])
    planned = {account: plan(first, 90, account=account) for account in ("1", "2", "new")}
    first.fail(slice_of("2", planned["2"][0]), UnavailableError("It failed"))
    first.fail(Task({"ad_account_id": "new"}, unread), UnavailableError("Its ids can't be listed"))
    for says_nothing_of_it in (ConfigError("No token"), NothingLeftError("ads", 2, "Gone")):
        first.fail(Task({"ad_account_id": "1"}, unread), says_nothing_of_it)
    assert first.state["failed"] == ["2", "new"]
    first.commit(slice_of("1", planned["1"][0]))

    second = cursor(first.state)
    assert second.oldest_first(["new", "unread", "2", "1"]) == ["unread", "1", "new", "2"]
    one, other = plan(second, 45, account="new")
    second.commit(slice_of("new", one))
    second.commit(slice_of("2", plan(second, 90, account="2")[0]))
    assert second.state["failed"] == ["new"]
    second.commit(slice_of("new", other))
    assert "failed" not in second.state


@pytest.mark.parametrize("more", [{}, {"from": ago(60)}, {"from": ago(89), "missing": [[ago(50), ago(48)]]}], ids=str)
def test_a_state_in_the_future_goes_back_89_days(more: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    state = {"states": [entry("549", "3021-06-09", **more)], "final": True}

    assert windows(cursor(state))[-1] == window(60 if more == {"from": ago(60)} else 89, 0)
    assert "may stand twice" not in caplog.text
    cursor(state, ONCE).unread("549")
    assert f"to {TODAY} may stand twice." in caplog.text


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


KNOWN = entry("549", ago(1), **{"from": ago(80)})
NO_LOOKBACK = replace(PERIOD, lookback_days=None)


def changed(caplog: pytest.LogCaptureFixture, state: dict[str, Any], period: Any = PERIOD) -> list[str]:
    """The warnings of a sync that asks for something else than the one before."""
    subject = cursor({**state, "asked": "one"}, period, fingerprint="two")
    assert subject.state["asked"] == "two"
    subject.unread("549")
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
    ],
)
def test_a_change_concerns_all_days_that_are_not_read_again(
    caplog: pytest.LogCaptureFixture, known: dict[str, Any], first_ago: int, last_ago: int
) -> None:
    [told] = changed(caplog, {"states": [known]}, NO_LOOKBACK)

    assert f"days {ago(first_ago)} to {ago(last_ago)} keep their old values" in told


FINAL = {"final": True}


@pytest.mark.parametrize(
    ("state", "again"),
    [
        ({"DATE": ago(5)}, (6, 5)),
        (read_up_to(5), (6, 5)),
        (read_up_to(5) | FINAL, None),
        # states of older versions say which days were final
        (read_up_to(5, settled=ago(5)), None),
        (read_up_to(5, settled=ago(20)), (19, 5)),
        (read_up_to(5, settled=ago(20), **{"from": ago(9)}), (9, 5)),
    ],
)
def test_days_that_were_read_too_early_are_appended_again_with_a_warning(
    caplog: pytest.LogCaptureFixture, state: dict[str, object], again: tuple[int, int] | None
) -> None:
    first, last = again or (4, 4)
    subject = cursor(state, ONCE)

    assert windows(subject)[-1] == window(first, 2)
    told = [f"{STREAM}: the days {window(first, last)} were read while"] if again else []
    assert [text[: len(told[0])] for text in warnings(caplog)] == told
    assert subject.state["final"] is True
    assert windows(cursor(subject.state, ONCE))[-1] == window(first, 2)
    assert len(warnings(caplog)) == len(told), "they are told once"


def test_a_sync_that_replaces_rows_takes_the_mark_of_finality_away() -> None:
    subject = cursor(read_up_to(5) | FINAL)
    windows(subject)

    assert "final" not in subject.state


def read_half(subject: AccountDayCursor, planned: DateWindow, account: str = "549", rows: int = 3) -> None:
    """Read the first of two slices of a window; the second fails."""
    subject.count(rows, slice_of(account, planned, 0))
    subject.commit(slice_of(account, planned, 0))
    subject.fail(slice_of(account, planned, 1), UnavailableError("It failed"))


def parts_told(subject: AccountDayCursor, caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings at the end of the stream on days that are emitted in part."""
    subject.ensure_at_least_one_state_emitted()
    return [text for text in caplog.messages if "were emitted in part" in text]


def test_parts_of_several_accounts_and_windows_are_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor(period=ONCE)
    for account in ("1", "2"):
        for planned in plan(subject, 45, batches=2, account=account):
            read_half(subject, planned, account)

    [told] = parts_told(subject, caplog)
    assert told.startswith(f"{STREAM}: the days {day(89)} to {day(2)} were emitted in part")
    assert "the next sync emits them whole" in told


def test_only_days_that_are_read_again_are_told_to_come_twice(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor(period=ONCE)
    whole, in_part, without_rows = plan(subject, 30, batches=2)
    for batch in (0, 1):
        subject.count(3, slice_of("549", whole, batch))
        subject.commit(slice_of("549", whole, batch))
    read_half(subject, in_part)
    read_half(subject, without_rows, rows=0)

    [told] = parts_told(subject, caplog)
    assert f"the days {in_part} were" in told


def test_parts_of_a_full_refresh_come_again_with_its_next_attempt(caplog: pytest.LogCaptureFixture) -> None:
    period = replace(PERIOD, lookback_days=None, merges_by_key=False)
    subject = AccountDayCursor(store(refresh=FullRefresh(7)), lambda: period)
    read_half(subject, *plan(subject, 90, batches=2))

    [told] = parts_told(subject, caplog)
    assert "and another attempt emits them whole" in told
