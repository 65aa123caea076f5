"""The order in which reports are created and polled: none waits for ever behind others."""

from math import inf

from source_pinterest.api.errors import ResponseTooLargeError
from source_pinterest.reporting.job import JobStatus, ReportRequest
from source_pinterest.reporting.runner import NoMoreReports, ReadyReport, StreamReports
from unit_tests.reporting.requests_for_reports import days, request
from unit_tests.reporting.scheduler import BUSY, DONE, FAILED, Pinterest, Scheduler, kinds

A_CALL_SECONDS = 11
"""Longer than the longest pause between two polls, so that a report that was asked for is due again at once."""


def slow(scheduler: Scheduler, *wanted: ReportRequest) -> tuple[StreamReports, Pinterest]:
    """A stream's reports with a Pinterest that works on them for ever, and takes long for each answer."""

    def take_long(*_: object) -> None:
        scheduler.now += A_CALL_SECONDS

    def busy() -> JobStatus:
        take_long()
        return BUSY

    pinterest = Pinterest(busy)
    pinterest.refuses = take_long
    return scheduler.open(pinterest, *wanted), pinterest


def test_a_hundred_reports_that_take_equally_long_cost_little_more_than_a_poll_each() -> None:
    scheduler = Scheduler(jobs=100, requests_per_second=5)
    scheduler.now = 1_000
    pinterest = Pinterest(lambda: DONE if scheduler.now >= 1_020 else BUSY)
    reports = scheduler.open(pinterest, *(request(days(count)) for count in range(1, 101)))
    scheduler.work(25)

    assert kinds(reports) == [ReadyReport] * 100 + [NoMoreReports]
    assert len(pinterest.polled) == 100 + 4, "only the first was asked for in vain"


def test_a_report_that_was_lost_is_asked_for_early_whatever_else_is_in_flight() -> None:
    scheduler = Scheduler(jobs=100, requests_per_second=5)
    pinterest = Pinterest(BUSY)
    reports = scheduler.open(pinterest, *(request(days(count)) for count in range(1, 101)))
    scheduler.work(0.5)
    pinterest.left["token-1"][:] = [FAILED]
    scheduler.work(1)

    assert len(pinterest.created) == 101
    assert [job.token for job in reports.jobs if job.next_poll - job.created_at < 2] == ["token-101"]


def test_halves_are_asked_for_early_whatever_else_is_in_flight() -> None:
    scheduler, wanted = Scheduler(jobs=100, requests_per_second=5), [request(days(count)) for count in range(1, 101)]
    pinterest = Pinterest(BUSY)
    pinterest.refuses = lambda asked: ResponseTooLargeError("Scripted") if asked is wanted[-1] else None
    reports = scheduler.open(pinterest, *wanted)
    scheduler.work()

    early = [job.request.window.days for job in reports.jobs if job.next_poll - job.created_at < 2]
    assert early == [1, 50, 50]


def test_the_reports_of_one_window_are_asked_for_together() -> None:
    scheduler, pinterest = Scheduler(jobs=1), Pinterest(BUSY)
    reports = scheduler.open(pinterest, request(number=0), request(number=1), request(number=2))
    scheduler.work(0)

    assert len(reports.jobs) == 3


def test_slow_polls_keep_no_report_from_being_created() -> None:
    scheduler = Scheduler(timeout_seconds=inf)
    streams = [slow(scheduler, *(request(account=str(number)) for number in range(5))) for _ in range(4)]
    for _ in range(4 + 2 * 20):
        scheduler.step()

    assert [len(pinterest.created) for _, pinterest in streams] == [5, 5, 5, 5]


def test_slow_polls_keep_no_report_from_being_asked_for() -> None:
    scheduler = Scheduler(timeout_seconds=inf)
    streams = [slow(scheduler, request()) for _ in range(4)]
    for _ in range(4 + 4 + 12):
        scheduler.step()

    assert {len(pinterest.polled) for _, pinterest in streams} <= {2, 3, 4}


def test_slow_creations_keep_no_report_from_being_asked_for() -> None:
    scheduler = Scheduler(jobs=100)
    reports, pinterest = slow(scheduler, *(request(account=str(number)) for number in range(60)))
    pinterest.then(DONE)
    for _ in range(1 + 20):
        scheduler.step()

    assert kinds(reports) == [ReadyReport] * 9
    assert len(pinterest.created) == 11, "the first two before any is due, and then by turns"
