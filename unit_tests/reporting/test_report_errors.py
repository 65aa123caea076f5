"""Errors of one report and of all reports of a stream, and reports that are closed."""

from typing import cast

import pytest

from source_pinterest.api.errors import ConfigError, NotFoundError, QuotaExhaustedError, TaskError, UnavailableError
from source_pinterest.reporting.client import PollResult, ReadyReport
from source_pinterest.reporting.runner import FailedReport, StreamReports
from unit_tests.reporting.clients import days, request
from unit_tests.reporting.scheduler import (
    DONE,
    NoMoreReports,
    Pinterest,
    Scheduler,
    came,
    finished_report,
    kinds,
    outcomes,
)


def failing(error: Exception, account: str, step: str) -> Pinterest:
    """Pinterest fails the creation, or each poll, of the reports of an account."""
    pinterest = Pinterest()
    if step == "create":
        pinterest.refuses = lambda wanted: error if wanted.ad_account_id == account else None
    else:
        pinterest.refuses = lambda wanted: pinterest.then(error if wanted.ad_account_id == account else DONE)
    return pinterest


@pytest.mark.parametrize("step", ["create", "poll"])
@pytest.mark.parametrize("error", [NotFoundError("Scripted"), UnavailableError("Scripted")])
def test_an_error_of_one_report_fails_it_alone(error: TaskError, step: str) -> None:
    pinterest, bad, good = failing(error, "11", step), request(account="11"), request(account="12")

    assert came(pinterest, bad, good) == [FailedReport(bad, error), finished_report(good, "token-2"), NoMoreReports()]
    assert pinterest.created == [bad, good]


def test_a_response_of_another_form_fails_its_report_alone() -> None:
    failed, ready, _ = came(failing(KeyError("Scripted"), "11", "create"), request(), request(account="12"))

    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, TaskError)
    assert isinstance(ready, ReadyReport)


@pytest.mark.parametrize("step", ["create", "poll"])
@pytest.mark.parametrize("error", [QuotaExhaustedError("Scripted"), ConfigError("Scripted")])
def test_a_fatal_error_ends_the_reports_of_its_stream_alone(error: ConfigError, step: str) -> None:
    scheduler, pinterest, other = Scheduler(jobs=1), failing(error, "11", step), Pinterest()
    wanted = [request(days(count)) for count in range(1, 4)]
    stream, neighbour = scheduler.open(pinterest, *wanted), scheduler.open(other, request())
    scheduler.work(60)

    assert outcomes(stream) == [FailedReport(wanted[0], error, ends_stream=True), NoMoreReports()]
    assert len(pinterest.created) == 1, "no other report is created"
    assert kinds(neighbour) == [ReadyReport, NoMoreReports]


def test_an_error_of_the_connector_ends_the_reports_of_its_stream() -> None:
    """The stream raises it."""
    bug = RuntimeError("Scripted")

    assert came(Pinterest(bug), request()) == [FailedReport(request(), bug, ends_stream=True), NoMoreReports()]


@pytest.mark.parametrize(("step", "polled"), [("create", 0), ("poll", 1)])
def test_reports_that_are_closed_during_a_request_get_no_outcome(
    step: str, polled: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler, pinterest, stream = Scheduler(), Pinterest(), list[StreamReports]()
    respond = getattr(pinterest, step)

    def closing(*asked: str) -> str | PollResult:
        scheduler.runner.close(stream[0])
        return cast("str | PollResult", respond(*asked))

    monkeypatch.setattr(pinterest, step, closing)
    stream.append(scheduler.open(pinterest, request(days(1)), request(days(2))))
    scheduler.work(1_000)

    assert outcomes(stream[0]) == [NoMoreReports()]
    assert len(pinterest.polled) == polled
