"""The order in which reports are created and polled: none waits for ever behind others."""

import pytest

from source_pinterest.api.errors import ResponseTooLargeError, UnavailableError
from source_pinterest.reporting.job import ReadyReport, ReportRequest
from source_pinterest.reporting.runner import FailedReport, NoMoreReports
from unit_tests.reporting.requests_for_reports import days, request
from unit_tests.reporting.scheduler import BUSY, DONE, FAILED, Pinterest, Scheduler, kinds


def several(count: int) -> list[ReportRequest]:
    return [request(days(number)) for number in range(1, count + 1)]


def test_a_hundred_reports_that_take_equally_long_cost_little_more_than_a_poll_each() -> None:
    scheduler = Scheduler(jobs=100, requests_per_second=5)
    scheduler.now = 1_000
    pinterest = Pinterest(lambda: DONE if scheduler.now >= 1_020 else BUSY)
    reports = scheduler.open(pinterest, *several(100))
    scheduler.work(25)

    assert kinds(reports) == [ReadyReport] * 100 + [NoMoreReports]
    assert len(pinterest.polled) == 100 + 4, "only the first was asked for in vain"


def test_a_report_that_was_lost_is_asked_for_early_whatever_else_is_in_flight() -> None:
    scheduler = Scheduler(jobs=100, requests_per_second=5)
    pinterest = Pinterest(BUSY)
    reports = scheduler.open(pinterest, *several(100))
    scheduler.work(0.5)
    pinterest.left["token-1"][:] = [FAILED]
    scheduler.work(1)

    assert len(pinterest.created) == 101
    assert [job.token for job in reports.jobs if job.due - job.created_at < 2] == ["token-101"]


def test_halves_are_asked_for_early_whatever_else_is_in_flight() -> None:
    scheduler, wanted = Scheduler(jobs=100, requests_per_second=5), several(100)
    pinterest = Pinterest(BUSY)
    pinterest.refuses = lambda asked: ResponseTooLargeError("Scripted") if asked is wanted[-1] else None
    reports = scheduler.open(pinterest, *wanted)
    scheduler.work()

    early = [job.request.window.days for job in reports.jobs if job.due - job.created_at < 2]
    assert early == [1, 50, 50]


def test_the_reports_of_one_window_are_asked_for_together() -> None:
    scheduler, pinterest = Scheduler(jobs=1), Pinterest(BUSY)
    reports = scheduler.open(pinterest, request(number=0), request(number=1), request(number=2))
    scheduler.work(0)

    assert len(reports.jobs) == 3


def test_where_the_quota_is_tight_a_poll_waits_for_its_turn_among_all_reports() -> None:
    scheduler, pinterest = Scheduler(jobs=60, requests_per_second=5), Pinterest(BUSY)
    reports = scheduler.open(pinterest, *several(100))
    scheduler.work()

    assert len(reports.jobs) == 60
    assert reports.jobs[-1].due == pytest.approx((60 + 40) / (5 * 2 / 3))


def test_no_report_is_left_alone_for_longer_than_its_link_lives() -> None:
    scheduler, pinterest = Scheduler(requests_per_second=0.001), Pinterest(BUSY)
    reports = scheduler.open(pinterest, request())
    scheduler.work()

    assert reports.jobs[0].due == 120


def test_a_creation_holds_up_the_next_of_its_stream_for_a_second_at_most() -> None:
    scheduler, pinterest, neighbour = Scheduler(), Pinterest(BUSY), Pinterest(BUSY)
    reports = scheduler.open(pinterest, request(account="1"), request(account="2"), request(account="3"))
    scheduler.runner.next_step()()  # type: ignore[misc]
    hanging = scheduler.runner.next_step()
    assert hanging
    scheduler.open(neighbour, request())
    scheduler.work(0.5)
    assert (pinterest.created, len(neighbour.created)) == ([], 1)

    scheduler.work(0.5)
    assert [wanted.ad_account_id for wanted in pinterest.created] == ["2", "3"]
    hanging()
    assert len(reports.jobs) == 3


def test_a_failed_report_keeps_its_place_until_the_stream_handles_it() -> None:
    """The stream's circuit breaker then learns of failures before others are caused."""
    scheduler, pinterest = Scheduler(jobs=2), Pinterest()
    scheduler.fetches = False
    pinterest.refuses = lambda _: UnavailableError("s", "path", "", 6)
    reports = scheduler.open(pinterest, *several(5))
    scheduler.work(60)
    assert kinds(reports) == [FailedReport] * 2

    scheduler.runner.release(reports, request(days(1)))
    scheduler.work(60)
    assert kinds(reports) == [FailedReport]


def test_plans_that_hang_hold_up_no_report_of_another_stream() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    for _ in range(20):
        scheduler.open(Pinterest(), request())
        assert scheduler.runner.next_step()
    reports = scheduler.open(pinterest, request())
    scheduler.work(10)

    assert kinds(reports) == [ReadyReport, NoMoreReports]
