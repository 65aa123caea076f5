"""Is a refused report judged by what becomes of its account's newest days, however late that is known?"""

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
from source_pinterest.state.day_cursor import END, START
from source_pinterest.streams.analytics.refused_history import Refusals
from source_pinterest.streams.base.slices import failed_slice, failure_of, partition_slice

DAYS = {START: "2025-01-01", END: "2025-06-30"}
NEWEST = partition_slice({"ad_account_id": "1"}, {START: "2026-01-01", END: "2026-03-30"}, ids=("7",))
REFUSED = RefusedError("no")
UNREADABLE = AccountUnreadableError("1", "no")


def report(error: PinterestError | None = None) -> StreamSlice:
    parents = {"ad_account_id": "1"}
    return failed_slice(parents, error, DAYS) if error else partition_slice(parents, DAYS)


@pytest.mark.parametrize("error", [REFUSED, UNREADABLE])
def test_a_report_of_an_account_that_is_left_out_is_no_loss(error: PinterestError) -> None:
    refusals = Refusals()
    refusals.begin(NEWEST)
    refusals.leave_out("1")
    refusals.end(NEWEST)
    assert list(refusals.judged([report(error)])) == []


@pytest.mark.parametrize("error", [REFUSED, UNREADABLE])
def test_a_report_of_an_account_whose_newest_days_are_read_is_one(error: PinterestError) -> None:
    refusals = Refusals()
    refusals.begin(NEWEST)
    refusals.end(NEWEST)
    [lost] = refusals.judged([report(error)])
    assert isinstance(failure_of(lost), AccountUnreadableError)
    assert lost.cursor_slice == DAYS


def test_the_others_go_first_and_a_wrong_request_is_a_loss_at_once() -> None:
    wrong, fine = report(ReportRefusedError("wrong column")), report()
    first, second, third = Refusals().judged([report(REFUSED), wrong, fine])
    assert isinstance(failure_of(first), HistoryRefusedError)
    assert failure_of(second) is None
    assert isinstance(failure_of(third), AccountUnreadableError)


def test_it_waits_for_the_newest_days() -> None:
    refusals, judged = Refusals(), threading.Event()
    refusals.begin(NEWEST)
    refusals.begin(NEWEST)
    found: list[StreamSlice] = []

    def reports() -> Iterator[StreamSlice]:
        yield report(REFUSED)

    def judge() -> None:
        found.extend(refusals.judged(reports()))
        judged.set()

    threading.Thread(target=judge, daemon=True).start()
    refusals.end(NEWEST)
    assert not judged.is_set()
    refusals.leave_out("1")
    refusals.end(NEWEST)
    assert judged.wait(10)
    assert found == []
