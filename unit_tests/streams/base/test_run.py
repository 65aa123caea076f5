"""The cursor learns how each slice ended, and a failure costs no more than it must."""

from collections.abc import Generator
from contextlib import suppress
from typing import Any
from unittest.mock import Mock

import pytest

from source_pinterest.api.errors import (
    ConfigError,
    GoneError,
    NothingLeftError,
    PinterestError,
    RefusedError,
    RightMissingError,
    SliceError,
    UnavailableError,
    beta,
)
from source_pinterest.dates import DateWindow
from source_pinterest.engine.ledger import FAILURES_IN_A_ROW
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.base.run import TaskPartition
from unit_tests.streams.base.accounts import Accounts
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits

LOST = UnavailableError("lead_forms: it failed")
IN_DOUBT = SliceError("Two rows have one key", is_isolated=True)
REFUSED = RefusedError("lead_forms: not yours")
FATAL = ConfigError("No token.")


def test_a_cursor_counts_each_page_before_it_goes_out_and_moves_after_the_last() -> None:
    stream = Accounts()
    seen: list[list[Any]] = []
    stream.run.repository = Mock(emit_message=lambda _: seen.append(list(stream.noted.told)))
    list(TaskPartition(stream.run, stream.of_account("1")).read())

    assert seen == [[("count", 3)], [("count", 3), ("count", 4)]]
    assert stream.noted.told == [("count", 3), ("count", 4), ("commit", "1", "finding 1")]
    assert (stream.noted.failed, stream.ended) == ([], ["1"])


@pytest.mark.parametrize(
    "error",
    [LOST, IN_DOUBT, FATAL, NothingLeftError("lead_forms", 2, "Gone")],
)
def test_a_cursor_is_told_why_what_was_tried_in_vain_has_failed(error: PinterestError) -> None:
    stream, without_cursor = Accounts({"1": error}), Accounts({"1": error}, has_cursor=False)

    assert stream.read("1") == without_cursor.read("1") == [error]
    assert stream.noted.told == [("count", 3), ("count", 4), ("failure", "1", error)]
    assert stream.noted.failed == stream.ended == without_cursor.ended == ["1"]


@pytest.mark.parametrize("error", [REFUSED, GoneError("lead_forms: not there")])
def test_a_task_that_is_left_out_neither_fails_nor_counts_as_read(error: PinterestError) -> None:
    stream = Accounts({"1": error})

    assert stream.read("12") == []
    assert stream.usage.left_out == 1
    assert stream.noted.told[2:] == [("count", 3), ("count", 4), ("commit", "2", "finding 2")]
    assert stream.noted.failed == []


@pytest.mark.parametrize("last", ["", "2"])
def test_a_refused_slice_of_an_account_that_was_read_is_a_failure(last: str) -> None:
    stream = Accounts()

    def tasks() -> Generator[Task, None, None]:
        yield stream.of_account("1")
        stream.errors = {"1": REFUSED}
        yield from map(stream.of_account, f"1{last}")

    assert [str(error.message).partition(".")[0] for error in stream.read_tasks(tasks())] == [
        "A part of ad account 1 can't be read"
    ]
    assert stream.noted.failed == ["1"]
    assert stream.usage.left_out == 0


def test_a_slice_that_stands_for_a_failure_raises_it_without_being_read() -> None:
    stream = Accounts()

    assert stream.read_tasks([Task.failed({"ad_account_id": "1"}, LOST)]) == [LOST]
    assert stream.read_accounts == []
    assert stream.noted.told == [("failure", "1", LOST)]
    assert stream.noted.failed == ["1"]


def test_an_account_that_failed_often_is_not_read_and_its_slices_have_failed() -> None:
    stream = Accounts({"1": LOST})
    accounts = ["1"] * (FAILURES_IN_A_ROW + 1)

    assert stream.read([*accounts, "2"]) == [LOST] * FAILURES_IN_A_ROW
    assert stream.read_accounts == [*accounts[1:], "2"]
    assert stream.noted.failed == accounts
    assert stream.noted.told.count(("failure", "1", LOST)) == FAILURES_IN_A_ROW, "it was not tried again"
    assert stream.ended == [*accounts, "2"]


def test_after_a_fatal_error_nothing_is_read_and_nothing_more_is_planned() -> None:
    stream = Accounts({"1": FATAL})
    planned = stream.plan(map(stream.of_account, "123"))
    first, second = next(planned), next(planned)
    with pytest.raises(ConfigError):
        list(stream.run.read(first))

    assert list(stream.run.read(second)) == []
    assert list(planned) == []
    assert stream.read_accounts == ["1"]
    assert stream.noted.failed == stream.ended == ["1", "2"]


@pytest.mark.parametrize("listed_first", [False, True])
@pytest.mark.parametrize("others", [{"2": FATAL, "accounts": "1234"}, {"2": LOST, "accounts": "1222222"}], ids=str)
def test_a_refusal_is_judged_though_other_slices_are_not_read(others: dict[str, Any], *, listed_first: bool) -> None:
    stream = Accounts({"1": REFUSED, "2": others["2"]}, access=beta("lead forms"))

    assert set(stream.read(others["accounts"], listed_first=listed_first)) == {others["2"]}
    assert stream.usage.left_out == 1


def test_a_plan_that_breaks_off_keeps_nobody_waiting_and_its_refusals_are_judged() -> None:
    def breaking() -> Generator[Task, None, None]:
        yield stream.of_account("1")
        raise LOST

    stream = Accounts({"1": REFUSED}, access=beta("lead forms"))
    stream.ids.announce()

    assert stream.read_tasks(breaking()) == [LOST]
    assert stream.usage.left_out == 1
    assert stream.usage.is_planned
    assert in_thread(lambda: list(stream.ids.of(("2",)))).result(PATIENCE_SECONDS) == ["7"]


def test_a_plan_that_is_closed_with_the_sync_keeps_nobody_waiting_and_is_not_judged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stream = Accounts({"1": REFUSED, "2": LOST})
    stream.ids.announce()
    planned = stream.plan(map(stream.of_account, "123"))
    for _ in range(2):
        with suppress(UnavailableError):
            list(TaskPartition(stream.run, next(planned)).read())
    planned.close()

    assert in_thread(lambda: list(stream.ids.of(("4",)))).result(PATIENCE_SECONDS) == ["7"]
    assert (stream.usage.left_out, caplog.messages) == (0, [])


def test_a_task_that_is_closed_with_the_sync_keeps_nobody_waiting_and_is_not_judged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stream = Accounts({"1": REFUSED})
    stream.ids.announce()
    first, last = stream.plan(map(stream.of_account, "12"))
    assert [bundle.count for bundle in stream.run.read(first)] == [3, 4]
    bundles = stream.run.read(last)
    next(bundles)
    bundles.close()

    assert in_thread(lambda: list(stream.ids.of(("2",)))).result(PATIENCE_SECONDS) == ["7"]
    assert stream.noted.failed == ["2"]
    assert (stream.usage.left_out, caplog.messages) == (0, [])


def test_if_a_refusal_comes_last_only_the_error_of_all_refusals_is_raised() -> None:
    stream = Accounts({"1": REFUSED}, access=beta("lead forms"))
    [task] = stream.plan([stream.of_account("1")])
    with pytest.raises(RightMissingError) as raised:
        list(stream.run.read(task))

    assert stream.noted.is_incomplete
    assert stream.noted.failed == []
    assert raised.value.__cause__ is None


def test_a_second_failure_that_the_first_explains_is_not_told() -> None:
    """Two slices were on their way when the token was revoked."""
    stream = Accounts({"1": FATAL, "2": ConfigError("No token.")})
    on_their_way = [stream.run.read(stream.of_account(account)) for account in "12"]
    for bundles in on_their_way:
        next(bundles)

    with pytest.raises(ConfigError):
        list(on_their_way[0])
    assert [bundle.count for bundle in on_their_way[1]] == [4]
    assert stream.noted.failed == ["1", "2"]


def test_the_rows_of_a_plan_are_known_where_those_of_each_slice_are() -> None:
    account, window = {"ad_account_id": "1"}, DateWindow.from_pair(["2026-06-01", "2026-06-10"])
    known, unknown = Accounts(), Accounts()
    batches = [Task(account, known.bundles, window, rows=rows) for rows in (20, 10)]
    assert list(known.plan(batches)) == batches
    assert len(list(unknown.plan([*batches, unknown.of_account("1")]))) == 3

    assert list(known.api.usage.estimates) == [("lead_forms", 30)]
    assert list(unknown.api.usage.estimates) == []
    assert (known.usage.tasks, known.usage.is_planned) == (2, True)


def test_children_wait_for_the_slices_that_will_be_read_and_for_no_other() -> None:
    stream = Accounts()
    stream.ids.announce()
    list(stream.plan([stream.of_account("1"), Task.failed({"ad_account_id": "2"}, LOST)]))
    waiting, *others = (in_thread(lambda a=account: list(stream.ids.of((a,)))) for account in ("1", "2", "3"))

    assert [other.result(PATIENCE_SECONDS) for other in others] == [["7"], ["7"]]
    assert waits(waiting)
    stream.ids.release(("1",))
    assert waiting.result(PATIENCE_SECONDS) == ["7"]
