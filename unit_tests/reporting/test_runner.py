"""Every report is created and polled in time, in an order in which none waits for ever, and has exactly one outcome.

The scheduler's steps are taken one by one on a clock of the test's own; nothing waits.
"""

import pytest

from source_pinterest.api.errors import UnavailableError
from source_pinterest.reporting.client import ReadyReport, ReportRequest, ReportStatus
from source_pinterest.reporting.life import FailedReport
from unit_tests.reporting.requests_for_reports import days, request
from unit_tests.reporting.scheduler import (
    BUSY,
    DONE,
    FAILED,
    NoMoreReports,
    Pinterest,
    Scheduler,
    kinds,
)


@pytest.mark.parametrize(
    ("requests_per_second", "times"), [(float("inf"), [1, 3, 7, 15, 25, 35, 45, 55]), (0.001, [120, 240])]
)
def test_a_report_is_polled_less_and_less_often_but_before_a_link_expires(
    requests_per_second: float, times: list[int]
) -> None:
    scheduler, polled = Scheduler(requests_per_second=requests_per_second, timeout_seconds=1_000), list[float]()

    def busy() -> ReportStatus:
        polled.append(scheduler.now)
        return BUSY

    scheduler.open(Pinterest(busy), request())
    scheduler.work(times[-1])

    assert polled == times


def several(count: int) -> list[ReportRequest]:
    return [request(days(number)) for number in range(1, count + 1)]


def test_with_a_scarce_quota_reports_in_progress_come_first() -> None:
    """What is only ordered is lost with the sync; each day would then order them all anew, and read none."""
    scheduler, pinterest = Scheduler(), Pinterest(BUSY)
    scheduler.requests_left = 8
    stream = scheduler.open(pinterest, *several(4))
    scheduler.work(30)
    assert len(stream.running) == 2

    scheduler.requests_left = 1
    pinterest.left["token-1"][:] = [DONE]
    scheduler.work(15)
    assert (len(pinterest.created), kinds(stream)) == (2, [ReadyReport])

    pinterest.left["token-2"][:] = [DONE]
    scheduler.work(15)
    assert len(pinterest.created) == 3, "with none in flight it is tried, and Pinterest tells"


def test_one_bound_holds_for_all_streams_which_take_turns() -> None:
    scheduler, first, second = Scheduler(jobs=4), Pinterest(BUSY), Pinterest(BUSY)
    first.refuses = second.refuses = lambda _: setattr(scheduler, "now", scheduler.now + 0.1)
    streams = [scheduler.open(first, *several(5)), scheduler.open(second, *several(5))]
    scheduler.work(60)

    assert [len(stream.running) for stream in streams] == [2, 2]


@pytest.mark.parametrize(("error", "kind"), [(None, ReadyReport), (UnavailableError("Scripted"), FailedReport)])
def test_a_report_takes_its_room_until_the_stream_has_handled_its_outcome(
    error: Exception | None, kind: type[object]
) -> None:
    """The stream's circuit breaker learns of failures before others are caused."""
    scheduler, pinterest = Scheduler(jobs=2), Pinterest()
    scheduler.fetches = False
    pinterest.refuses = lambda _: error
    stream = scheduler.open(pinterest, *several(5))
    scheduler.work(60)
    assert kinds(stream) == [kind] * 2
    assert len(pinterest.created) == 2

    scheduler.runner.release(stream)
    scheduler.work(60)
    assert kinds(stream) == [kind]
    assert len(pinterest.created) == 3


def test_no_report_is_polled_long_before_the_quickest_one_of_its_stream_was_finished() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(lambda: DONE if scheduler.now >= 50 else BUSY)
    stream = scheduler.open(pinterest, request())
    scheduler.work(60)
    assert stream.quickest == 55
    scheduler.runner.close(stream)
    scheduler.now = 0
    late = scheduler.open(pinterest, request())
    late.quickest = stream.quickest
    pinterest.polled.clear()
    scheduler.work(43)
    assert pinterest.polled == []
    scheduler.work(20)
    assert kinds(late) == [ReadyReport, NoMoreReports]


def test_a_hundred_reports_that_take_equally_long_cost_a_poll_each() -> None:
    scheduler = Scheduler(jobs=100, requests_per_second=5)
    scheduler.now = 1_000
    pinterest = Pinterest(lambda: DONE if scheduler.now >= 1_020 else BUSY)
    stream = scheduler.open(pinterest, *several(100))
    scheduler.work(30)

    assert kinds(stream) == [ReadyReport] * 100 + [NoMoreReports]
    assert len(pinterest.polled) == 100, "none was asked for in vain"


@pytest.mark.parametrize("status", [ReportStatus.EXPIRED, FAILED])
def test_a_report_that_is_lost_or_has_failed_is_created_again_after_a_minute(status: ReportStatus) -> None:
    scheduler, pinterest = Scheduler(jobs=1), Pinterest(BUSY)
    stream = scheduler.open(pinterest, *several(2))
    scheduler.work(0.5)
    pinterest.left["token-1"][:] = [status]
    scheduler.work(60)
    assert len(pinterest.created) == 1

    scheduler.work(0.5)
    assert pinterest.created == [request(days(1))] * 2, "it keeps its place"
    assert len(stream.running) == 1


def test_a_creation_holds_up_the_next_of_its_stream_for_a_second_at_most() -> None:
    scheduler, pinterest, neighbour = Scheduler(), Pinterest(BUSY), Pinterest(BUSY)
    stream = scheduler.open(pinterest, request(account="1"), request(account="2"), request(account="3"))
    hanging = scheduler.runner.pop_due()
    assert hanging
    scheduler.open(neighbour, request())
    scheduler.work(0.5)
    assert (pinterest.created, len(neighbour.created)) == ([], 1)

    scheduler.work(0.5)
    assert [wanted.ad_account_id for wanted in pinterest.created] == ["2", "3"]
    scheduler.runner.advance(hanging)
    assert len(stream.running) == 3
