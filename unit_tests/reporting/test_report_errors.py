"""Errors of one report and of all reports of a stream, and reports that are closed."""

from collections.abc import Iterable
from typing import cast

import pytest

from source_pinterest.api.errors import (
    ConfigError,
    GoneError,
    PinterestError,
    QuotaExhaustedError,
    SliceError,
    UnavailableError,
)
from source_pinterest.reporting.client import JobStatus, Polled, ReadyReport, ReportClient, ReportRequest
from source_pinterest.reporting.life import FailedReport, NoMoreReports
from unit_tests.reporting.requests_for_reports import days, request
from unit_tests.reporting.scheduler import (
    DONE,
    FAILED,
    Pinterest,
    Scheduler,
    came,
    finished_report,
    kinds,
    outcomes,
)


def test_an_error_of_one_report_fails_it_alone() -> None:
    pinterest, bad, good, error = Pinterest(), request(account="11"), request(account="12"), GoneError("Scripted")
    pinterest.refuses = lambda wanted: error if wanted is bad else None

    assert came(pinterest, bad, good) == [
        FailedReport(bad, error),
        finished_report(good, "token-2"),
        NoMoreReports(),
    ]


def test_an_error_while_polling_fails_the_report_alone() -> None:
    pinterest, error = Pinterest(UnavailableError("Scripted")), request()

    assert [type(outcome) for outcome in came(pinterest, error)] == [FailedReport, NoMoreReports]
    assert len(pinterest.created) == len(pinterest.polled) == 1


QUOTA = QuotaExhaustedError("Scripted")


@pytest.mark.parametrize("error", [QUOTA, ConfigError("Scripted")])
def test_a_fatal_error_ends_the_reports_of_its_stream_alone(error: PinterestError) -> None:
    scheduler, pinterest, other = Scheduler(), Pinterest(), Pinterest()
    pinterest.refuses = lambda _: error
    wanted = [request(days(count)) for count in range(1, 4)]
    stream, neighbour = scheduler.open(pinterest, *wanted), scheduler.open(other, request())
    scheduler.work(60)

    assert outcomes(stream) == [FailedReport(wanted[0], error, ends_stream=True), NoMoreReports()]
    assert len(pinterest.created) == 1, "no other report is created"
    assert kinds(neighbour) == [ReadyReport, NoMoreReports]


def test_a_quota_that_ends_while_polling_ends_the_reports() -> None:
    pinterest, wanted = Pinterest(QUOTA), [request(days(1)), request(days(2))]

    assert came(pinterest, *wanted) == [FailedReport(wanted[0], QUOTA, ends_stream=True), NoMoreReports()]
    assert len(pinterest.polled) == 1


def test_a_response_of_another_form_fails_its_report_alone() -> None:
    pinterest = Pinterest()
    pinterest.refuses = lambda wanted: KeyError("Scripted") if wanted.ad_account_id == "11" else None
    failed, ready, _ = came(pinterest, request(), request(account="12"))

    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, SliceError)
    assert isinstance(ready, ReadyReport)


def test_an_error_of_the_connector_is_raised_in_the_stream() -> None:
    bug = RuntimeError("Scripted")

    assert came(Pinterest(bug), request()) == [NoMoreReports(bug)]


def test_a_failed_plan_is_raised_and_touches_no_other_stream() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    error = ConfigError("Scripted")

    def plan() -> Iterable[ReportRequest]:
        yield request()
        raise error

    stream = scheduler.runner.open(cast("ReportClient", pinterest), plan)
    neighbour = scheduler.open(pinterest, request())
    scheduler.work(10)

    assert outcomes(stream) == [NoMoreReports(error)]
    assert kinds(neighbour) == [ReadyReport, NoMoreReports]
    assert len(pinterest.created) == 1, "half a plan is none"


# ---- Closed reports


@pytest.mark.parametrize("status", [DONE, FAILED])
def test_reports_that_are_closed_during_a_request_get_no_outcome(status: JobStatus) -> None:
    scheduler, pinterest = Scheduler(), Pinterest(status)
    stream = scheduler.open(pinterest, request(days(1)), request(days(2)))
    scheduler.work(0.5)
    poll = pinterest.poll

    def closing(account: str, token: str) -> Polled:
        stream.close()
        return poll(account, token)

    pinterest.poll = closing  # type: ignore[method-assign]
    scheduler.work(1_000)
    assert outcomes(stream) == [NoMoreReports()]
    assert (len(pinterest.created), len(pinterest.polled)) == (2, 1)


def test_a_report_that_is_created_while_its_stream_closes_is_not_waited_for() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    stream = scheduler.open(pinterest, request())
    pinterest.refuses = lambda _: stream.close()
    scheduler.work(60)

    assert stream.running == []
    assert pinterest.polled == []
