"""Which days does an analytics stream ask for, and what does its state say while they come in?"""

import logging
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest.api.errors import ConfigError
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.state.day_cursor import DayCursor, planned_window
from source_pinterest.state.history import PlannedWindow, Purpose, WindowProgress
from source_pinterest.state.keyed import KeyColumns
from source_pinterest.state.period import Period, Settling
from source_pinterest.state.refresh import FullRefresh
from source_pinterest.streams.base.slices import batch_slice
from unit_tests.state.stores import STREAM, store

TODAY = Date(2026, 7, 1)
EARLIEST = days_before(TODAY, 89)
PERIOD = Period(EARLIEST, EARLIEST, TODAY, 33)


def ago(days: int) -> str:
    return str(days_before(TODAY, days))


def entry(account: str, date: str, **more: Any) -> dict[str, Any]:
    return {"partition": {"ad_account_id": account}, "cursor": {"DATE": date, **more}}


def cursor(state: dict[str, Any] | None = None, period: Period = PERIOD, asked: str = "") -> DayCursor:
    return DayCursor(store(state), period, TODAY, asked)


def settling(how: Settling, lookback_days: int | None = None) -> Period:
    return replace(PERIOD, lookback_days=lookback_days, settling=how)


def slice_of(account: str, planned: PlannedWindow, batch: int = 0) -> StreamSlice:
    return batch_slice({"ad_account_id": account}, planned, (), batch)


def windows(subject: DayCursor, account: str = "549") -> list[list[str]]:
    return [item.window.as_pair() for item in subject.unread(account)]


def plan(subject: DayCursor, days_per_call: int, batches: int = 1, account: str = "549") -> list[PlannedWindow]:
    """Plan an account as the streams do; gives its windows."""
    pieces = [
        WindowProgress(piece, item.purpose)
        for item in subject.unread(account)
        for piece in item.window.cut(days_per_call)
    ]
    return subject.plan(account, pieces, [batches] * len(pieces))


def test_a_slice_tells_its_window() -> None:
    planned = PlannedWindow(DateWindow(EARLIEST, TODAY), 7)

    assert planned_window(slice_of("549", planned)) == planned


def test_a_first_sync_reads_the_whole_period_of_each_account() -> None:
    subject = cursor()

    assert windows(subject) == [[ago(89), ago(0)]]
    assert subject.state == {"states": []}


def test_a_window_is_done_when_all_its_batches_are() -> None:
    subject = cursor()
    first, second = plan(subject, 45, batches=2)
    subject.commit(slice_of("549", first, 0))
    assert subject.state == {"states": []}
    subject.commit(slice_of("549", first, 1))

    assert subject.state == {"states": [entry("549", ago(45), **{"from": ago(89), "settled": ago(45)})]}
    subject.commit(slice_of("549", second, 1))
    subject.commit(slice_of("549", second, 0))
    assert subject.state == {"states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2)})]}


def test_an_account_that_is_planned_again_promises_nothing_of_the_slices_that_are_out() -> None:
    subject = cursor()
    [first] = plan(subject, 90, batches=2)
    [second] = subject.plan("549", [WindowProgress(first.window, Purpose.TAIL)], [1])
    assert second != first
    subject.commit(slice_of("549", first, 0))
    subject.commit(slice_of("549", second))
    assert subject.state == {"states": []}
    subject.commit(slice_of("549", first, 1))

    assert subject.state == {"states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2)})]}


def test_one_failed_batch_fails_its_window() -> None:
    subject = cursor()
    first, second = plan(subject, 45, batches=2)
    subject.commit(slice_of("549", first, 0))
    subject.fail(slice_of("549", first, 1))
    subject.commit(slice_of("549", second, 0))
    subject.commit(slice_of("549", second, 1))

    assert subject.state == {
        "states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2), "missing": [first.window.as_pair()]})]
    }
    assert windows(cursor(subject.state)) == [[ago(89), ago(45)], [ago(33), ago(0)]]


def test_days_whose_rows_come_and_cant_be_used_are_owed_again_as_far_as_they_were_read() -> None:
    known = entry("549", ago(3), **{"from": ago(89), "settled": ago(3)})
    subject = cursor({"states": [known]})
    (window,) = plan(subject, 90)
    assert window.window.as_pair() == [ago(36), ago(0)]
    subject.doubt(slice_of("549", window))
    subject.fail(slice_of("549", window))
    [owing] = subject.state["states"]
    assert owing["cursor"] == {**known["cursor"], "missing": [[ago(36), ago(3)]]}

    again = cursor(subject.state)
    assert windows(again) == [[ago(36), ago(0)]], "nothing is read twice"
    again.commit(slice_of("549", *plan(again, 90)))
    assert again.state["states"] == [entry("549", ago(0), **{"from": ago(89), "settled": ago(2)})]


def test_days_before_the_first_one_are_not_owed_for_rows_that_cant_be_used() -> None:
    known = entry("549", ago(3), **{"from": ago(60), "settled": ago(3)})
    subject = cursor({"states": [known]})
    head, _ = plan(subject, 90)
    assert head.window.as_pair() == [ago(89), ago(61)]
    subject.doubt(slice_of("549", head))
    subject.fail(slice_of("549", head))

    assert subject.state == {"states": [known]}


def test_ids_that_rows_were_keyed_with_stand_in_the_state_once_their_slice_was_read() -> None:
    subject = cursor({"states": [entry("549", ago(3), keyed=["A"]), entry("550", ago(3), keyed="?")]})
    (window,) = plan(subject, 90)
    assert subject.keyed.before("549") == KeyColumns(frozenset({"A"}))
    assert subject.keyed.before("550") is subject.keyed.before("551") is None
    subject.commit(slice_of("549", window), KeyColumns(frozenset({"A", "B"}), frozenset({"B"})))
    found = {one["partition"]["ad_account_id"]: one["cursor"] for one in subject.state["states"]}

    assert (found["549"]["keyed"], found["549"]["partly"]) == (["A", "B"], ["B"])
    assert not {"keyed", "partly"} & set(found["550"])


def test_a_failed_batch_counts_whether_it_ends_first_or_last() -> None:
    subject = cursor()
    (window,) = plan(subject, 90, batches=2)
    subject.fail(slice_of("549", window, 0))
    subject.commit(slice_of("549", window, 1))

    assert subject.state == {"states": []}


def test_a_slice_that_was_not_read_holds_the_cursor() -> None:
    subject = cursor()
    _, second = plan(subject, 45)
    subject.commit(slice_of("549", second))

    assert subject.state == {"states": []}


def test_an_account_without_entities_is_done_at_once() -> None:
    subject = cursor()
    plan(subject, 90, batches=0)

    assert subject.state == {"states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2)})]}


def test_a_slice_that_stands_for_a_failed_listing_moves_nothing() -> None:
    subject = cursor()
    subject.fail(StreamSlice(partition={"ad_account_id": "549"}, cursor_slice={}))

    assert subject.state == {"states": []}


def test_accounts_move_apart() -> None:
    subject = cursor()
    (one,) = plan(subject, 90, account="549")
    (other,) = plan(subject, 90, account="777")
    subject.fail(slice_of("777", other))
    subject.commit(slice_of("549", one))

    assert subject.state == {"states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2)})]}


def test_an_account_that_was_not_read_keeps_its_entry() -> None:
    kept = entry("777", ago(300), **{"from": ago(400), "missing": [[ago(350), ago(340)]]})
    subject = cursor({"states": [kept]})
    (window,) = plan(subject, 90)
    subject.commit(slice_of("549", window))

    assert kept in subject.state["states"]
    assert set(subject.accounts()) == {"777"}


def test_the_account_longest_unread_comes_first() -> None:
    subject = cursor({"states": [entry("1", ago(3)), entry("2", ago(30)), entry("3", ago(10))]})

    assert subject.oldest_first(["1", "new", "2", "3"]) == ["new", "2", "3", "1"]


def test_an_account_that_failed_last_time_comes_last_until_it_was_read_whole() -> None:
    first = cursor({"states": [entry("1", ago(3)), entry("2", ago(30))]})
    planned = {account: plan(first, 90, account=account) for account in ("1", "2", "new")}
    first.fail(slice_of("2", planned["2"][0]))
    first.note_failure(slice_of("2", planned["2"][0]))
    first.note_failure(StreamSlice(partition={"ad_account_id": "new"}, cursor_slice={}))  # its ids can't be listed
    first.commit(slice_of("1", planned["1"][0]))
    assert first.state["failed"] == ["2", "new"]

    second = cursor(first.state)
    assert second.oldest_first(["new", "unread", "2", "1"]) == ["unread", "1", "new", "2"]
    for account in ("new", "2"):
        second.commit(slice_of(account, plan(second, 90, account=account)[0]))
    assert "failed" not in second.state


def test_an_account_that_is_gone_has_not_failed() -> None:
    subject = cursor({"states": [], "failed": ["1", "2"]})
    subject.oldest_first(["2"])

    assert subject.state["failed"] == ["2"]


def test_an_account_that_is_owed_days_comes_last_while_they_can_be_read() -> None:
    missing, too_old = {"missing": [[ago(20), ago(10)]]}, {"missing": [[ago(200), ago(190)]]}
    subject = cursor({"states": [entry("1", ago(9), **missing), entry("2", ago(8), **too_old), entry("3", ago(3))]})

    assert subject.oldest_first(["1", "2", "3"]) == ["2", "3", "1"]


@pytest.mark.parametrize(("last_owed", "order"), [(89, ["3", "1"]), (90, ["1", "3"])])
def test_the_first_day_that_pinterest_has_can_be_read(last_owed: int, order: list[str]) -> None:
    owed = {"missing": [[ago(95), ago(last_owed)]]}

    assert cursor({"states": [entry("1", ago(9), **owed), entry("3", ago(3))]}).oldest_first(["1", "3"]) == order


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

    assert [window.as_pair() for window in subject.owed("549")] == [[ago(36), ago(0)]]
    assert [window.as_pair() for window in subject.owed("550")] == [[ago(89), ago(0)]]


def test_days_that_are_out_of_reach_are_told_and_noted(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor({"states": [entry("549", ago(120))]})
    with caplog.at_level(logging.WARNING):
        (window,) = plan(subject, 90)
    subject.commit(slice_of("549", window))

    assert f"{ago(119)} to {ago(90)}" in caplog.text
    assert subject.state == {"states": [entry("549", ago(0), missing=[[ago(119), ago(90)]], settled=ago(2))]}


@pytest.mark.parametrize("state", [{"DATE": "yesterday"}, {"states": [entry("549", "2026-02-30")]}])
def test_a_state_that_can_not_be_read_is_a_config_error(state: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=rf"^{STREAM}: the saved state can't be read \(.*\)\. Reset the stream"):
        cursor(state)


def test_days_that_a_user_may_not_expect_are_told_with_the_stream(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        cursor(period=settling(Settling.EMIT_ONCE)).explain()

    [record] = caplog.records
    assert record.getMessage().startswith(f"{STREAM}: the destination appends")


# ---- Days whose numbers are still moving


def test_where_the_lookback_is_long_enough_nobody_asks_which_days_have_settled() -> None:
    subject = cursor()
    subject.settle(lambda: pytest.fail("It is asked."))

    assert windows(subject) == [[ago(89), ago(0)]]


def test_days_that_move_are_emitted_and_read_again() -> None:
    period = settling(Settling.READ_AGAIN, lookback_days=0)
    subject = cursor(period=period)
    subject.settle(lambda: days_before(TODAY, 3))
    (planned,) = plan(subject, 90)
    subject.commit(slice_of("549", planned))

    assert planned.window.as_pair() == [ago(89), ago(0)]
    assert subject.state == {"states": [entry("549", ago(3), **{"from": ago(89), "settled": ago(3)})]}
    assert windows(cursor(subject.state, period)) == [[ago(3), ago(0)]]


def test_a_day_settles_when_pinterest_says_so_where_it_is_asked() -> None:
    subject = cursor(period=settling(Settling.READ_AGAIN, lookback_days=0))
    subject.settle(lambda: days_before(TODAY, 1))
    subject.commit(slice_of("549", *plan(subject, 90)))

    assert subject.state == {"states": [entry("549", ago(1), **{"from": ago(89), "settled": ago(1)})]}


def test_days_that_move_wait_where_each_is_emitted_once() -> None:
    period = settling(Settling.EMIT_ONCE)
    subject = cursor(period=period)
    subject.settle(lambda: days_before(TODAY, 3))
    (planned,) = plan(subject, 90)
    subject.commit(slice_of("549", planned))

    assert planned.window.as_pair() == [ago(89), ago(3)]
    again = cursor(subject.state, period)
    again.settle(lambda: days_before(TODAY, 3))
    assert windows(again) == []
    later = cursor(subject.state, period)
    later.settle(lambda: days_before(TODAY, 1))
    assert windows(later) == [[ago(2), ago(1)]]


def test_an_account_without_entities_does_not_pass_a_moving_day_either() -> None:
    subject = cursor(period=settling(Settling.READ_AGAIN, lookback_days=0))
    subject.settle(lambda: days_before(TODAY, 2))
    plan(subject, 90, batches=0)

    assert subject.state == {"states": [entry("549", ago(2), **{"from": ago(89), "settled": ago(2)})]}


def test_a_running_bucket_counts_as_moving_whatever_the_lookback() -> None:
    subject = cursor(period=replace(PERIOD, settled=days_before(TODAY, 5)))
    (window,) = plan(subject, 90)
    subject.commit(slice_of("549", window))

    assert subject.state == {"states": [entry("549", ago(5), **{"from": ago(89), "settled": ago(5)})]}


# ---- Days that were read too early, and are emitted once


@pytest.mark.parametrize(
    ("known", "again"),
    [
        ({}, (6, 5)),  # an older state counts nothing after two days before its last
        ({"settled": 7}, (6, 5)),
        ({"settled": 5}, None),
        ({"settled": 20}, (19, 5)),
        ({"settled": 20, "from": 9}, (9, 5)),  # days before it belong to the head
    ],
)
def test_where_each_day_is_emitted_once_what_was_read_too_early_comes_again_and_is_told(
    caplog: pytest.LogCaptureFixture, known: dict[str, int], again: tuple[int, int] | None
) -> None:
    more = {"from": ago(89)} | {name: ago(days) for name, days in known.items()}
    subject = cursor({"states": [entry("549", ago(5), **more)]}, settling(Settling.EMIT_ONCE))
    with caplog.at_level(logging.WARNING):
        subject.settle(lambda: days_before(TODAY, 3))

    tail = windows(subject)[-1]
    assert tail == [ago(again[0] if again else 4), ago(3)]
    told = [f"{STREAM}: the days {ago(again[0])} to {ago(again[1])} were read while"] if again else []
    assert [record.getMessage()[: len(told[0])] for record in caplog.records] == told


def test_days_of_several_accounts_that_stand_twice_are_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    states = [
        entry("1", ago(0), settled=ago(2)),
        entry("2", ago(9), settled=ago(11)),
        entry("3", ago(9), settled=ago(9)),
    ]
    with caplog.at_level(logging.WARNING):
        cursor({"states": states}, settling(Settling.EMIT_ONCE)).settle(lambda: days_before(TODAY, 1))

    [record] = caplog.records
    assert record.getMessage() == (
        f"{STREAM}: the days {ago(10)} to {ago(1)} were read while their numbers were still moving, and are emitted "
        "once more, now that they are settled. The destination appends, so these days appear twice in the table: "
        "keep the row with the newest _airbyte_extracted_at, or clear the stream's data."
    )


def test_a_flat_day_of_an_older_connector_counts_as_read_too_early(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor({"DATE": ago(9)}, settling(Settling.EMIT_ONCE))
    with caplog.at_level(logging.WARNING):
        subject.settle(lambda: days_before(TODAY, 2))

    assert windows(subject) == [[ago(10), ago(2)]]
    assert f"the days {ago(10)} to {ago(9)} were read" in caplog.text


def test_days_that_stand_twice_are_told_once_each(caplog: pytest.LogCaptureFixture) -> None:
    """Today was read by a sync that deduplicates; the next ones append, a day later each."""
    state = {"states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2)})]}
    told = []
    for later in range(4):
        today = TODAY.add(days=later)
        period = Period(EARLIEST, EARLIEST, today, None, Settling.EMIT_ONCE)
        subject = DayCursor(store(state), period, today)
        caplog.clear()
        subject.settle(partial(days_before, today, 2))
        told += [record.getMessage().partition(" were")[0] for record in caplog.records]
        for planned in plan(subject, 90):
            subject.commit(slice_of("549", planned))
        state = subject.state

    assert told == [f"{STREAM}: the days {ago(1)} to {ago(1)}", f"{STREAM}: the days {ago(0)} to {ago(0)}"]
    assert state == {
        "states": [entry("549", str(TODAY.add(days=1)), **{"from": ago(89), "settled": str(TODAY.add(days=1))})]
    }


def test_an_owed_day_that_has_not_settled_waits_where_each_is_emitted_once() -> None:
    state = {"states": [entry("549", ago(0), **{"from": ago(89), "missing": [[ago(9), ago(8)], [ago(1), ago(1)]]})]}
    subject = cursor(state, settling(Settling.EMIT_ONCE))
    subject.settle(lambda: days_before(TODAY, 2))

    assert windows(subject) == [[ago(9), ago(8)]]


def test_a_lookback_that_is_shorter_than_the_last_one_misses_no_day_that_was_read_too_early() -> None:
    state = {"states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2)})]}
    subject = cursor(state, settling(Settling.READ_AGAIN, lookback_days=0))
    subject.settle(lambda: days_before(TODAY, 1))

    assert windows(subject) == [[ago(1), ago(0)]]


# ---- Columns and windows that have changed


KNOWN = entry("549", ago(1), **{"from": ago(80)})


def test_what_was_asked_for_is_remembered_and_asked_again_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor({"states": [KNOWN]}, asked="one")
    with caplog.at_level(logging.WARNING):
        again = cursor(subject.state, asked="one")

    assert again.state == {"states": [KNOWN], "asked": "one"}
    assert caplog.records == []


def test_a_state_that_does_not_say_what_was_asked_for_is_no_change(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        cursor({"states": [KNOWN]}, asked="one")
        cursor(None, asked="one")

    assert caplog.records == []


def test_a_change_is_one_warning_that_names_the_days_that_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    other = entry("777", ago(3), **{"from": ago(60)})
    with caplog.at_level(logging.WARNING):
        subject = cursor({"states": [KNOWN, other], "asked": "one"}, asked="two")

    [record] = caplog.records
    for words in (STREAM, ago(80), ago(35), "have changed"):
        assert words in record.getMessage()
    assert subject.state["asked"] == "two"


@pytest.mark.parametrize("last_ago", [1, 30])
def test_a_change_that_the_lookback_covers_whole_is_no_matter(caplog: pytest.LogCaptureFixture, last_ago: int) -> None:
    with caplog.at_level(logging.WARNING):
        cursor({"states": [entry("549", ago(last_ago), **{"from": ago(last_ago + 33)})], "asked": "one"}, asked="two")

    assert caplog.records == []


@pytest.mark.parametrize("first_ago", [20, 0])
def test_a_change_after_the_last_day_was_read_concerns_all_of_them(
    caplog: pytest.LogCaptureFixture, first_ago: int
) -> None:
    state = {"states": [entry("549", ago(0), **{"from": ago(first_ago)})], "asked": "one"}
    with caplog.at_level(logging.WARNING):
        cursor(state, replace(PERIOD, lookback_days=None), asked="two")

    assert f"days {ago(first_ago)} to {ago(0)} keep their old values" in caplog.text


@pytest.mark.parametrize(("last_ago", "first_ago"), [(0, 89), (95, 95)])
def test_a_change_concerns_what_can_be_read_where_an_older_connector_did_not_say_since_when(
    caplog: pytest.LogCaptureFixture, last_ago: int, first_ago: int
) -> None:
    state = {"states": [entry("549", ago(last_ago))], "asked": "one"}
    with caplog.at_level(logging.WARNING):
        cursor(state, replace(PERIOD, lookback_days=None), asked="two")

    assert f"days {ago(first_ago)} to {ago(last_ago)} keep their old values" in caplog.text


def test_a_change_before_anything_was_read_is_no_matter(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        cursor({"states": [], "asked": "one"}, asked="two")

    assert caplog.records == []


# ---- Reports that become two


def test_a_window_waits_for_the_slice_that_was_not_planned() -> None:
    subject = cursor()
    first, second = plan(subject, 45)
    subject.expect_one_more("549", first)
    subject.commit(slice_of("549", second))
    subject.commit(slice_of("549", first, 0))
    assert subject.state == {"states": []}

    subject.commit(slice_of("549", first, 1))
    assert subject.state == {"states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2)})]}


def test_one_failed_half_fails_the_window() -> None:
    subject = cursor()
    first, second = plan(subject, 45)
    subject.expect_one_more("549", first)
    subject.fail(slice_of("549", first, 0))
    subject.commit(slice_of("549", first, 1))
    subject.commit(slice_of("549", second))

    assert subject.state == {
        "states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2), "missing": [first.window.as_pair()]})]
    }


def test_several_reports_of_a_window_are_told_apart_by_their_number() -> None:
    subject = cursor()
    (window,) = plan(subject, 90, batches=3)
    for number in (2, 0):
        subject.commit(slice_of("549", window, number))
    assert subject.state == {"states": []}

    subject.commit(slice_of("549", window, 1))
    assert subject.state == {"states": [entry("549", ago(0), **{"from": ago(89), "settled": ago(2)})]}


def test_entries_of_one_account_fold_into_the_oldest() -> None:
    state = {"states": [entry("549", ago(days)) for days in (3, 7, 5)]}

    assert cursor(state).history_of("549").last == days_before(TODAY, 7)


IN_PART = "were emitted in part"
KEEPS_EVERY_ROW = replace(PERIOD, lookback_days=None, settling=Settling.EMIT_ONCE, merges_by_key=False)


def parts_told(subject: DayCursor, caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings at the end of the stream on days that are emitted in part."""
    with caplog.at_level(logging.WARNING):
        subject.ensure_at_least_one_state_emitted()
    return [text for record in caplog.records if IN_PART in (text := record.getMessage())]


def test_parts_of_several_accounts_and_windows_are_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor(period=KEEPS_EVERY_ROW)
    for account in ("1", "2"):
        for planned in plan(subject, 45, batches=2, account=account):
            subject.count(3, slice_of(account, planned, 0))
            subject.commit(slice_of(account, planned, 0))
            subject.fail(slice_of(account, planned, 1))

    [told] = parts_told(subject, caplog)
    assert told == (
        f"{STREAM}: the days {ago(89)} to {ago(0)} were emitted in part, because not all of them could be read, and "
        "the next sync emits them whole. The destination keeps every row, so rows of these days then appear twice in "
        "the table: keep the row with the newest _airbyte_extracted_at, or clear the stream's data."
    )


def test_only_days_that_are_read_again_are_told_to_come_twice(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor(period=KEEPS_EVERY_ROW)
    subject.settle(lambda: days_before(TODAY, 2))
    whole, in_part, without_rows = plan(subject, 30, batches=2)
    for planned in (whole, in_part):
        subject.count(3, slice_of("549", planned, 0))
    subject.count(0, slice_of("549", without_rows, 0))
    for planned in (whole, in_part, without_rows):
        subject.commit(slice_of("549", planned, 0))
    subject.commit(slice_of("549", whole, 1))
    subject.fail(slice_of("549", in_part, 1))
    subject.fail(slice_of("549", without_rows, 1))

    [told] = parts_told(subject, caplog)
    assert f"the days {in_part.window} were" in told


def test_a_whole_window_behind_one_that_was_never_reached_comes_twice(caplog: pytest.LogCaptureFixture) -> None:
    """As where the reports of older days end the stream, while newer days have come without one."""
    subject = cursor(period=KEEPS_EVERY_ROW)
    _, newer = plan(subject, 45)
    subject.count(3, slice_of("549", newer))
    subject.commit(slice_of("549", newer))

    [told] = parts_told(subject, caplog)
    assert f"the days {newer.window} were" in told


def test_a_half_of_a_report_that_came_before_the_other_failed_comes_twice(caplog: pytest.LogCaptureFixture) -> None:
    subject = cursor(period=KEEPS_EVERY_ROW)
    [planned] = plan(subject, 90)
    subject.expect_one_more("549", planned)
    subject.count(3, slice_of("549", planned))
    subject.commit(slice_of("549", planned))
    subject.fail(slice_of("549", planned))

    [told] = parts_told(subject, caplog)
    assert f"the days {planned.window} were" in told


@pytest.mark.parametrize(
    ("period", "told"),
    [
        (KEEPS_EVERY_ROW, True),
        (replace(PERIOD, lookback_days=33, merges_by_key=False), True),
        (replace(PERIOD, lookback_days=0, settling=Settling.READ_AGAIN, merges_by_key=False), True),
        (PERIOD, False),
    ],
)
def test_a_destination_that_replaces_rows_by_their_key_hears_of_no_parts(
    caplog: pytest.LogCaptureFixture, period: Period, *, told: bool
) -> None:
    subject = cursor(period=period)
    [planned] = plan(subject, 90, batches=2)
    subject.count(3, slice_of("549", planned, 0))
    subject.commit(slice_of("549", planned, 0))
    subject.fail(slice_of("549", planned, 1))

    assert bool(parts_told(subject, caplog)) is told


@pytest.mark.parametrize("how", [Settling.BY_LOOKBACK, Settling.READ_AGAIN])
def test_days_that_are_read_again_by_a_lookback_are_no_parts(caplog: pytest.LogCaptureFixture, how: Settling) -> None:
    subject = cursor(period=replace(settling(how, lookback_days=2), merges_by_key=False))
    subject.settle(lambda: days_before(TODAY, 2))
    for planned in plan(subject, 45):
        subject.count(3, slice_of("549", planned))
        subject.commit(slice_of("549", planned))

    assert parts_told(subject, caplog) == []


def test_parts_of_a_full_refresh_come_again_with_its_next_attempt(caplog: pytest.LogCaptureFixture) -> None:
    period = replace(PERIOD, lookback_days=None, merges_by_key=False)
    subject = DayCursor(store(refresh=FullRefresh(7)), period, TODAY)
    [planned] = plan(subject, 90, batches=2)
    subject.count(3, slice_of("549", planned, 0))
    subject.commit(slice_of("549", planned, 0))
    subject.fail(slice_of("549", planned, 1))

    [told] = parts_told(subject, caplog)
    assert "and another attempt emits them whole" in told
