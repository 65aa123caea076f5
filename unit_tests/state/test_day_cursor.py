"""The days that an analytics stream requests, and what its state says while they come in."""

import pytest
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.dates import DateWindow
from source_pinterest.state.day_cursor import KeyColumns, planned_window
from source_pinterest.state.history import PlannedWindow, Purpose, WindowProgress
from unit_tests.state.day_cursors import EARLIEST, TODAY, ago, cursor, entry, plan, slice_of, windows


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


def test_an_account_that_is_planned_again_promises_nothing_of_slices_in_flight() -> None:
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


def test_days_whose_rows_can_not_be_used_are_owed_again() -> None:
    known = entry("549", ago(3), **{"from": ago(89), "settled": ago(3)})
    subject = cursor({"states": [known]})
    (window,) = plan(subject, 90)
    assert window.window.as_pair() == [ago(36), ago(0)]
    subject.note_unusable(slice_of("549", window))
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
    subject.note_unusable(slice_of("549", head))
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
