"""Failed and lost reports are created again. Reports that are too slow or too large are halved."""

import pytest
from pendulum import Date

from source_pinterest.api.errors import ResponseTooLargeError, SliceError
from source_pinterest.reporting.job import Job, JobStatus, ReadyReport, ReportRequest
from source_pinterest.reporting.runner import FailedReport, NoMoreReports, SplitReport
from unit_tests.reporting.requests_for_reports import days, request
from unit_tests.reporting.scheduler import (
    BUSY,
    DONE,
    FAILED,
    TIMEOUT_SECONDS,
    UNKNOWN,
    Pinterest,
    Scheduler,
    came,
    finished_report,
    kinds,
    outcomes,
)


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.EXPIRED])
def test_a_lost_report_is_created_four_times(status: JobStatus) -> None:
    pinterest, wanted = Pinterest(status), request()
    failed, end = came(pinterest, wanted)

    assert pinterest.created == [wanted] * 4
    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, SliceError)
    for words in (status.value, "4 times", str(wanted.window)):
        assert words in str(failed.error.message)
    assert end == NoMoreReports()


def test_a_report_that_works_the_second_time_is_reported_once() -> None:
    scheduler, pinterest, wanted = Scheduler(), Pinterest(FAILED), request()
    reports = scheduler.open(pinterest, wanted)
    scheduler.work(0.5)
    pinterest.then(BUSY, DONE)
    scheduler.work(60)

    assert outcomes(reports) == [finished_report(wanted, "token-2"), NoMoreReports()]
    assert len(pinterest.created) == 2
    assert pinterest.polled == ["token-1", "token-2", "token-2"]


def test_a_lost_report_may_be_created_again_before_its_last_poll_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler, pinterest = Scheduler(), Pinterest(FAILED)
    reports = scheduler.open(pinterest, request())
    scheduler.work(0.5)
    pinterest.then(DONE)
    put_back, begun = reports.put_back, []

    def followed_at_once(job: Job, *instead: Job) -> None:
        put_back(job, *instead)
        begun.append(scheduler.runner.next_step())

    monkeypatch.setattr(reports, "put_back", followed_at_once)
    scheduler.now = 1
    scheduler.step()
    assert scheduler.runner.next_step() is None
    [create] = begun
    create()
    scheduler.work(5)

    assert kinds(reports) == [ReadyReport, NoMoreReports]
    assert len(pinterest.created) == 2


def test_equal_requests_are_not_taken_for_one() -> None:
    assert [type(outcome) for outcome in came(Pinterest(), request(), request())] == [
        ReadyReport,
        ReadyReport,
        NoMoreReports,
    ]


def test_a_report_that_is_not_known_yet_is_asked_for_again_before_it_counts_as_lost() -> None:
    pinterest = Pinterest(UNKNOWN, UNKNOWN, UNKNOWN, DONE)
    ready, _ = came(pinterest, request())

    assert isinstance(ready, ReadyReport)
    assert len(pinterest.created) == 1


@pytest.mark.parametrize("replies", [[UNKNOWN], [BUSY, BUSY, BUSY, UNKNOWN]])
def test_a_report_that_stays_unknown_is_created_anew_at_its_fourth_poll(replies: list[JobStatus]) -> None:
    scheduler, pinterest = Scheduler(), Pinterest(*replies)
    scheduler.open(pinterest, request())
    scheduler.work(14)
    assert len(pinterest.created) == 1
    scheduler.work(1)

    assert len(pinterest.created) == 2


def split_of(wanted: ReportRequest) -> SplitReport:
    halves = wanted.halves()
    assert halves
    return SplitReport(wanted, halves)


def test_a_report_that_takes_too_long_is_asked_for_in_halves_of_its_window() -> None:
    scheduler, pinterest, wanted = Scheduler(), Pinterest(BUSY), request(days(10))
    reports = scheduler.open(pinterest, wanted)
    scheduler.work(TIMEOUT_SECONDS - 1)
    assert outcomes(reports) == []

    pinterest.then(DONE)
    scheduler.work(20)
    split, first, second, end = outcomes(reports)
    assert (split, end) == (split_of(wanted), NoMoreReports())
    assert [outcome.request.window.days for outcome in (first, second)] == [5, 5]  # type: ignore[union-attr]
    assert {outcome.request.planned for outcome in (first, second)} == {wanted.planned}  # type: ignore[union-attr]
    assert len(pinterest.created) == 3


def test_halves_are_halved_so_many_times_and_then_fail() -> None:
    found = came(Pinterest(BUSY), request(days(80)), seconds=10 * TIMEOUT_SECONDS, jobs=100)

    assert [type(outcome) for outcome in found] == [SplitReport] * 7 + [FailedReport] * 8 + [NoMoreReports]
    failures = [outcome for outcome in found if isinstance(outcome, FailedReport)]
    assert {failed.request.window.days for failed in failures} == {10}
    assert all(isinstance(failed.error, SliceError) for failed in failures)
    assert all(f"the report of {failed.request.window} for more" in str(failed.error.message) for failed in failures)


A_DAY, A_TOTAL = request(days(1)), request(days(30), granularity="TOTAL")
A_WEEK = request(days(7, Date(2026, 1, 5)), granularity="WEEK")


@pytest.mark.parametrize("wanted", [A_DAY, A_WEEK, A_TOTAL])
def test_a_report_that_can_not_be_halved_fails(wanted: ReportRequest) -> None:
    pinterest = Pinterest(BUSY)
    failed, _ = came(pinterest, wanted, seconds=10 * TIMEOUT_SECONDS)

    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, SliceError)
    assert pinterest.created == [wanted]


def test_each_creation_has_a_deadline_of_its_own() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(*[BUSY] * 6, FAILED)
    reports = scheduler.open(pinterest, request(days(10)))
    scheduler.work(TIMEOUT_SECONDS / 4)
    pinterest.then(BUSY)
    scheduler.work(TIMEOUT_SECONDS)
    assert len(pinterest.created) == 2
    assert outcomes(reports) == []

    scheduler.work(TIMEOUT_SECONDS / 2)
    assert outcomes(reports)[0] == split_of(request(days(10)))


def test_a_report_that_is_finished_when_its_time_is_up_is_taken() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(BUSY)
    reports = scheduler.open(pinterest, request())
    scheduler.work(TIMEOUT_SECONDS - 1)
    pinterest.left["token-1"][:] = [DONE]
    scheduler.work(60)

    assert kinds(reports) == [ReadyReport, NoMoreReports]


def test_a_report_that_is_too_large_to_ask_for_is_asked_for_in_halves_or_fails_alone() -> None:
    pinterest, wanted, error = Pinterest(), request(), ResponseTooLargeError("Scripted")
    pinterest.refuses = lambda asked: error if asked in (wanted, A_DAY) else None
    split, failed, first, second, _ = came(pinterest, wanted, A_DAY)

    assert (split, failed) == (split_of(wanted), FailedReport(A_DAY, error))
    assert isinstance(first, ReadyReport)
    assert isinstance(second, ReadyReport)
    assert first.request.window.end.add(days=1) == second.request.window.start
