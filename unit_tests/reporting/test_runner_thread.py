"""The runner's thread serves every stream and ends after the last one."""

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import pytest

from source_pinterest import limits
from source_pinterest.api.errors import GoneError
from source_pinterest.reporting.client import ReadyReport, ReportClient, ReportRequest
from source_pinterest.reporting.life import FailedReport, Outcome
from source_pinterest.reporting.runner import ReportRunner, StreamReports
from unit_tests.reporting.requests_for_reports import request
from unit_tests.reporting.scheduler import BUSY, DONE, Pinterest
from unit_tests.threads import PATIENCE_SECONDS, in_thread


@pytest.fixture(autouse=True)
def _no_thread_of_another_test() -> Iterator[None]:
    """Threads of a runner end after its last stream. Until then, they write log lines."""
    yield
    for thread in threading.enumerate():
        if thread.name == "reports":
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive()


def leaping() -> Callable[[], float]:
    """A clock on which everything is due when it is looked at."""
    hours = itertools.count(0, 3_600)
    return lambda: float(next(hours))


def runner_of(jobs: int = 10) -> ReportRunner:
    return ReportRunner(jobs, float("inf"), clock=leaping())


def opened(runner: ReportRunner, pinterest: Pinterest, count: int = 1) -> StreamReports:
    wanted = [request(account=str(number)) for number in range(count)]
    return runner.open(cast("ReportClient", pinterest), wanted)


def outcomes_of(runner: ReportRunner, stream: StreamReports) -> list[Outcome]:
    return in_thread(lambda: list(fetching(runner, stream))).result(PATIENCE_SECONDS)


def fetching(runner: ReportRunner, stream: StreamReports) -> Iterable[Outcome]:
    """As a stream does, which has a task for each finished report."""
    try:
        for outcome in runner.outcomes(stream):
            if isinstance(outcome, ReadyReport):
                runner.release(stream)
            yield outcome
    finally:
        runner.close(stream)


def test_a_stream_that_opens_late_is_served_and_no_thread_stays_behind() -> None:
    before = set(threading.enumerate())
    runner, pinterest, daemons = runner_of(), Pinterest(), list[bool]()
    pinterest.refuses = lambda _: daemons.append(threading.current_thread().daemon)
    for count in (1, 2):
        assert len(outcomes_of(runner, opened(runner, pinterest, count))) == count

    assert daemons == [True] * 3, "no thread holds the process"
    for thread in set(threading.enumerate()) - before:
        assert thread.daemon
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def test_a_report_is_polled_when_its_pause_is_over() -> None:
    """The clock goes on by less than a report's first pause between two looks, and by more in all that follow."""
    looks = itertools.count()
    runner = ReportRunner(10, float("inf"), clock=lambda: 0.4 * next(looks))

    assert [type(outcome) for outcome in outcomes_of(runner, opened(runner, Pinterest()))] == [ReadyReport]


def test_a_failed_report_makes_room_for_the_next_one() -> None:
    runner, pinterest = runner_of(jobs=1), Pinterest()
    pinterest.refuses = lambda _: GoneError("Scripted")

    assert [type(outcome) for outcome in outcomes_of(runner, opened(runner, pinterest, 3))] == [FailedReport] * 3


def test_a_stream_without_reports_ends_and_starts_no_thread() -> None:
    before = set(threading.enumerate())
    runner = runner_of()
    stream = opened(runner, Pinterest(), 0)

    assert set(threading.enumerate()) <= before
    assert outcomes_of(runner, stream) == []


def test_a_stream_that_stops_listening_closes_its_reports() -> None:
    runner, pinterest, stopped = runner_of(jobs=1), Pinterest(), threading.Event()

    def hold_all_after_the_second(_: ReportRequest) -> None:
        if len(pinterest.created) > 2:
            stopped.wait(PATIENCE_SECONDS)

    pinterest.refuses = hold_all_after_the_second
    stream = opened(runner, pinterest, 100)
    next(iter(runner.outcomes(stream)))
    runner.close(stream)
    stopped.set()

    assert len(outcomes_of(runner, opened(runner, Pinterest()))) == 1
    assert len(pinterest.created) <= 2 + limits.REPORT_THREADS


def test_once_a_minute_the_log_says_what_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    looks = itertools.count(step=130)
    runner = ReportRunner(10, timeout_seconds=1_000_000, clock=lambda: next(looks))
    stream = opened(runner, Pinterest(*[BUSY] * 20, DONE))
    with caplog.at_level("INFO", "airbyte"):
        assert [type(outcome) for outcome in outcomes_of(runner, stream)] == [ReadyReport]

    assert set(caplog.messages) == {"Waiting for Pinterest to finish 1 reports; 0 more are not created yet."}
    assert len(caplog.messages) <= next(looks) // 60


@pytest.mark.parametrize("hanging", ["create", "poll"])
def test_fifteen_requests_that_hang_hold_up_no_sixteenth_report(monkeypatch: pytest.MonkeyPatch, hanging: str) -> None:
    runner, pinterest, end = runner_of(jobs=16), Pinterest(), threading.Event()
    respond = getattr(pinterest, hanging)

    def hang(asked: ReportRequest, *token: str) -> Any:
        if asked.ad_account_id != "15":
            assert end.wait(PATIENCE_SECONDS)
        return respond(asked, *token)

    monkeypatch.setattr(pinterest, hanging, hang)
    stream = opened(runner, pinterest, 16)
    outcomes = fetching(runner, stream)
    first = in_thread(lambda: next(iter(outcomes))).result(PATIENCE_SECONDS)
    end.set()

    assert first.request.ad_account_id == "15"
    assert len(list(outcomes)) == 15
