"""When reports are created and polled.

The steps of the runner are taken one by one on a clock of the test's own; nothing waits.
"""

import itertools
import math
import threading
from typing import Any, cast

import pytest

from source_pinterest import limits
from source_pinterest.api.errors import UnavailableError
from source_pinterest.reporting.client import ReadyReport, ReportClient, ReportRequest, ReportStatus
from source_pinterest.reporting.runner import FailedReport, ReportRunner
from unit_tests.reporting.scheduler import BUSY, DONE, Pinterest, Scheduler, days, kinds, request
from unit_tests.threads import PATIENCE_SECONDS, in_thread


@pytest.mark.parametrize(
    ("requests_per_second", "times"),
    [(float("inf"), [2, 4, 6, 11, 16, 21, 26, 31, 36, 41, 46.125]), (0.001, [120, 240])],
)
def test_a_report_is_polled_less_and_less_often_but_before_a_link_expires(
    requests_per_second: float, times: list[int]
) -> None:
    scheduler, poll_times = Scheduler(requests_per_second=requests_per_second, timeout_seconds=1_000), list[float]()

    def busy() -> ReportStatus:
        poll_times.append(scheduler.now)
        return BUSY

    scheduler.open(Pinterest(busy), request())
    scheduler.work(times[-1])

    assert poll_times == times


def several(count: int) -> list[ReportRequest]:
    return [request(days(number)) for number in range(1, count + 1)]


def test_with_a_scarce_quota_reports_in_progress_come_first() -> None:
    """What is only ordered is lost with the sync; each day would then order them all anew, and read none."""
    scheduler, pinterest = Scheduler(), Pinterest(BUSY)
    scheduler.requests_left = 13
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


def test_reports_are_created_first_and_the_first_poll_leaves_the_quota_time_for_a_poll_of_each() -> None:
    scheduler, pinterest = Scheduler(jobs=200, requests_per_second=5), Pinterest(BUSY)
    scheduler.open(pinterest, *several(200))
    scheduler.work(39)
    assert (len(pinterest.created), len(pinterest.polled)) == (200, 0)

    scheduler.work(40)
    assert sorted(pinterest.polled) == sorted(pinterest.left), "each has its turn"


@pytest.mark.parametrize(("error", "kind"), [(None, ReadyReport), (UnavailableError("Scripted"), FailedReport)])
def test_nothing_is_requested_while_too_many_outcomes_wait_for_their_stream(
    error: Exception | None, kind: type[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No link expires behind a slow destination, and a circuit breaker learns of failures before it causes others."""
    monkeypatch.setattr(limits, "REPORTS_TO_READ", 2)
    scheduler, pinterest = Scheduler(jobs=1), Pinterest()
    scheduler.fetches = False
    pinterest.rejects = lambda _: error
    stream = scheduler.open(pinterest, *several(5))
    scheduler.work(60)
    assert kinds(stream) == [kind] * 2
    assert len(pinterest.created) == 2

    scheduler.runner.release(stream)
    scheduler.work(60)
    assert kinds(stream) == [kind]
    assert len(pinterest.created) == 3


def test_a_creation_holds_up_the_next_of_its_stream_for_a_second_at_most() -> None:
    scheduler, pinterest, neighbour = Scheduler(), Pinterest(BUSY), Pinterest(BUSY)
    stream = scheduler.open(pinterest, request(account="1"), request(account="2"), request(account="3"))
    hanging = scheduler.runner.pop_due()
    assert hanging
    scheduler.open(neighbour, request())
    scheduler.work(0.5)
    assert (pinterest.created, len(neighbour.created)) == ([], 1)

    scheduler.work(0.5)
    assert [report.ad_account_id for report in pinterest.created] == ["2", "3"]
    scheduler.runner.advance(hanging)
    assert len(stream.running) == 3


def test_once_a_minute_the_log_says_what_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    scheduler = Scheduler(timeout_seconds=1_000)
    scheduler.open(Pinterest(BUSY), request())
    with caplog.at_level("INFO", "airbyte"):
        for _ in range(3):
            scheduler.work(50)
            scheduler.runner.log_waiting()
    assert caplog.messages == ["Waiting for Pinterest to finish 1 reports; 0 more are not created yet."]


@pytest.mark.parametrize("hanging", ["create", "poll"])
def test_fifteen_requests_that_hang_hold_up_no_sixteenth_report(monkeypatch: pytest.MonkeyPatch, hanging: str) -> None:
    hours = itertools.count(0.0, 3_600.0)
    runner, pinterest, end = ReportRunner(math.inf, clock=lambda: next(hours)), Pinterest(), threading.Event()
    respond = getattr(pinterest, hanging)

    def hang(report: ReportRequest, *token: str) -> Any:
        if report.ad_account_id != "15":
            assert end.wait(PATIENCE_SECONDS)
        return respond(report, *token)

    monkeypatch.setattr(pinterest, hanging, hang)
    requests = [request(account=str(number)) for number in range(16)]
    stream = runner.open(cast("ReportClient", pinterest), requests)
    outcomes = iter(runner.outcomes(stream))
    first = in_thread(lambda: next(outcomes)).result(PATIENCE_SECONDS)
    end.set()
    rest = in_thread(lambda: list(outcomes)).result(PATIENCE_SECONDS)
    runner.close(stream)
    for thread in threading.enumerate():
        if thread.name == "reports":
            thread.join(PATIENCE_SECONDS)  # it logs with each look at this clock: not into the next test

    assert first.request.ad_account_id == "15"
    assert len(rest) == 15
