"""A refused report is a loss only if the newest days of its account can be read."""

import threading
from collections.abc import Iterator

import pytest
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import (
    AccountUnreadableError,
    HistoryRefusedError,
    PinterestError,
    RefusedError,
    ReportRefusedError,
)
from source_pinterest.dates import DateWindow
from source_pinterest.engine.failures import RefusedHistory
from source_pinterest.engine.slices import batch_slice, failed_slice, failure_of, window_slice
from source_pinterest.state.day_cursor import planned_window
from source_pinterest.state.history import PlannedWindow

ACCOUNT = {"ad_account_id": "1"}
OLD = PlannedWindow(DateWindow.from_pair(["2025-01-01", "2025-06-30"]), 1)
NEWEST = batch_slice(ACCOUNT, PlannedWindow(DateWindow.from_pair(["2026-01-01", "2026-03-30"])), ("7",), 0)
REFUSED = RefusedError("no")
UNREADABLE = AccountUnreadableError("1", "no")


def report(error: PinterestError | None = None) -> StreamSlice:
    return failed_slice(ACCOUNT, error, OLD) if error else window_slice(ACCOUNT, OLD, {})


@pytest.mark.parametrize("error", [REFUSED, UNREADABLE])
def test_a_report_of_an_account_that_is_left_out_is_no_loss(error: PinterestError) -> None:
    history = RefusedHistory()
    history.begin(NEWEST)
    history.leave_out("1")
    history.end(NEWEST)
    assert list(history.resolve([report(error)])) == []


@pytest.mark.parametrize("error", [REFUSED, UNREADABLE])
def test_a_report_of_an_account_whose_newest_days_are_read_is_one(error: PinterestError) -> None:
    history = RefusedHistory()
    history.begin(NEWEST)
    history.end(NEWEST)
    [lost] = history.resolve([report(error)])
    failure = failure_of(lost)
    assert isinstance(failure, AccountUnreadableError)
    assert str(failure.message).startswith("Ad account 1 can't be read. no. Ask its owner for access, or, ")
    assert (lost["ad_account_id"], planned_window(lost)) == ("1", OLD)


def test_the_others_go_first_and_a_wrong_request_is_a_loss_at_once() -> None:
    wrong, fine = report(ReportRefusedError("There is no CTR")), report()
    first, second, third = RefusedHistory().resolve([report(REFUSED), wrong, fine])
    loss = failure_of(first)
    assert isinstance(loss, HistoryRefusedError)
    assert loss.message == (
        "The days 2025-01-01 to 2025-06-30 of ad account 1 can't be read, because Pinterest refuses the report on "
        "them: There is no CTR. Newer days are not affected. Remove the column that it names from Analytics Columns, "
        "or set a Start Date within the last 89 days."
    )
    assert (first["ad_account_id"], planned_window(first)) == ("1", OLD)
    assert failure_of(second) is None
    assert isinstance(failure_of(third), AccountUnreadableError)


def test_it_waits_for_the_newest_days() -> None:
    history, judged = RefusedHistory(), threading.Event()
    history.begin(NEWEST)
    history.begin(NEWEST)
    found: list[StreamSlice] = []

    def reports() -> Iterator[StreamSlice]:
        yield report(REFUSED)

    def judge() -> None:
        found.extend(history.resolve(reports()))
        judged.set()

    threading.Thread(target=judge, daemon=True).start()
    history.end(NEWEST)
    assert not judged.is_set()
    history.leave_out("1")
    history.end(NEWEST)
    assert judged.wait(10)
    assert found == []
