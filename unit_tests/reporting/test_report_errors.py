"""Errors of one report and of all reports of a stream, and reports that are closed."""

import re
from collections.abc import Iterable
from typing import cast

import pytest

from source_pinterest.api.errors import (
    ConfigError,
    GoneError,
    ReportRefusedError,
    UnavailableError,
    quota_exhausted,
)
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import JobStatus, ReadyReport, ReportRequest
from source_pinterest.reporting.runner import FailedReport, NoMoreReports
from unit_tests.reporting.requests_for_reports import days, request
from unit_tests.reporting.scheduler import BUSY, DONE, FAILED, Pinterest, Scheduler, finished_report, kinds, outcomes

# ---- Errors


def test_an_error_of_one_report_fails_it_alone() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(DONE)
    bad, good = request(account="11"), request(account="12")
    error = GoneError("Scripted")
    pinterest.refuses = lambda wanted: error if wanted is bad else None
    reports = scheduler.open(pinterest, bad, good)
    scheduler.work(10)

    assert outcomes(reports) == [
        FailedReport(bad, error),
        finished_report(good, "token-2"),
        NoMoreReports(),
    ]


def test_an_error_while_polling_fails_the_report_alone() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(UnavailableError("s", "path", "", 6))
    reports = scheduler.open(pinterest, request())
    scheduler.work(60)

    assert kinds(reports) == [FailedReport, NoMoreReports]
    assert len(pinterest.created) == len(pinterest.polled) == 1


@pytest.mark.parametrize("error", [quota_exhausted("ads_analytics", 4_000, 900), ReportRefusedError("Scripted")])
def test_a_fatal_error_ends_the_reports_of_its_stream_alone(error: Exception) -> None:
    scheduler, pinterest, other = Scheduler(), Pinterest(), Pinterest()
    pinterest.refuses = lambda _: error
    wanted = [request(days(count)) for count in range(1, 4)]
    reports, neighbour = scheduler.open(pinterest, *wanted), scheduler.open(other, request())
    scheduler.work(60)

    assert outcomes(reports) == [*(FailedReport(one, error) for one in wanted), NoMoreReports()]  # type: ignore[arg-type]
    assert len(pinterest.created) == 1, "no other report is created"
    assert kinds(neighbour) == [ReadyReport, NoMoreReports]


def test_a_quota_that_ends_while_polling_ends_the_reports() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(quota_exhausted("ads_analytics", 4_000, 900))
    reports = scheduler.open(pinterest, request(days(1)), request(days(2)))
    scheduler.work(60)

    assert kinds(reports) == [FailedReport, FailedReport, NoMoreReports]
    assert len(pinterest.polled) == 1
    assert reports.jobs == []


def test_an_unforeseen_error_ends_the_reports_without_its_details() -> None:
    unforeseen = KeyError("false-client-secret")
    scheduler, pinterest = Scheduler(), Pinterest(unforeseen)
    reports = scheduler.open(pinterest, request())
    scheduler.work(60)
    failed, end = outcomes(reports)

    assert isinstance(failed, FailedReport)
    assert failed.error.__cause__ is unforeseen
    assert re.match("campaign_report: .*KeyError", str(failed.error.message))
    assert "false-client-secret" not in str(failed.error.message)
    assert end == NoMoreReports()


def test_a_failed_plan_is_raised_and_touches_no_other_stream() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    error = ConfigError("Scripted")

    def plan() -> Iterable[ReportRequest]:
        yield request()
        raise error

    reports = scheduler.runner.open(cast("ReportClient", pinterest), plan)
    neighbour = scheduler.open(pinterest, request())
    scheduler.work(10)

    assert outcomes(reports) == [NoMoreReports(error)]
    assert kinds(neighbour) == [ReadyReport, NoMoreReports]
    assert len(pinterest.created) == 1, "half a plan is none"


# ---- Closed reports


def test_closed_reports_are_left_alone() -> None:
    scheduler, pinterest = Scheduler(jobs=1), Pinterest(BUSY)
    reports = scheduler.open(pinterest, request(days(1)), request(days(2)))
    scheduler.work(1)
    reports.close()
    calls = (len(pinterest.created), len(pinterest.polled))
    scheduler.work(1_000)

    assert (len(pinterest.created), len(pinterest.polled)) == calls


@pytest.mark.parametrize("status", [DONE, FAILED, BUSY])
def test_reports_that_are_closed_during_a_request_get_no_outcome(status: JobStatus) -> None:
    scheduler, pinterest = Scheduler(), Pinterest(status)
    reports = scheduler.open(pinterest, request(days(1)), request(days(2)))
    scheduler.work(0.5)
    poll = pinterest.poll

    def closing(account: str, token: str) -> tuple[JobStatus, str | None]:
        reports.close()
        return poll(account, token)

    pinterest.poll = closing  # type: ignore[method-assign]
    scheduler.work(1_000)
    assert outcomes(reports) == [NoMoreReports()]
    assert (len(pinterest.created), len(pinterest.polled)) == (2, 1)


def test_a_report_that_is_created_while_its_stream_closes_is_not_waited_for() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    reports = scheduler.open(pinterest, request())
    pinterest.refuses = lambda _: reports.close()
    scheduler.work(60)

    assert reports.jobs == []
    assert pinterest.polled == []
