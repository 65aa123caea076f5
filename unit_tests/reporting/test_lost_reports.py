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


@pytest.mark.parametrize(
    ("status", "length"), [(JobStatus.CANCELLED, 10), (JobStatus.EXPIRED, 10), (JobStatus.FAILED, 1)]
)
def test_a_lost_report_is_created_four_times(status: JobStatus, length: int) -> None:
    """One that has failed, too, where its days can't be split."""
    pinterest, wanted = Pinterest(status), request(days(length))
    failed, end = came(pinterest, wanted)

    assert pinterest.created == [wanted] * 4
    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, SliceError)
    for words in (status.value, "4 times", str(wanted.window)):
        assert words in str(failed.error.message)
    assert end == NoMoreReports()


def test_a_report_that_works_the_second_time_is_reported_once() -> None:
    scheduler, pinterest, wanted = Scheduler(), Pinterest(FAILED), request()
    stream = scheduler.open(pinterest, wanted)
    scheduler.work(0.5)
    pinterest.then(BUSY, DONE)
    scheduler.work(60)

    assert outcomes(stream) == [finished_report(wanted, "token-2"), NoMoreReports()]
    assert len(pinterest.created) == 2
    assert pinterest.polled == ["token-1", "token-2", "token-2"]


def test_a_lost_report_may_be_created_again_before_its_last_poll_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker has read another report at that moment, so that the stream has room."""
    scheduler, pinterest, wanted = Scheduler(), Pinterest(), [request(account="1"), request(account="2")]
    scheduler.fetches = False
    stream = scheduler.open(pinterest, *wanted)
    scheduler.work(0.5)
    pinterest.left["token-2"][:] = [FAILED]
    put_back, begun = stream.put_back, []

    def followed_at_once(job: Job, *instead: Job) -> None:
        put_back(job, *instead)
        scheduler.runner.release(stream, wanted[0])
        begun.append(scheduler.runner.pop_step())

    monkeypatch.setattr(stream, "put_back", followed_at_once)
    scheduler.now = 1
    scheduler.step()
    scheduler.step()
    assert scheduler.runner.pop_step() is None
    [create] = begun
    create()
    scheduler.work(5)

    assert kinds(stream) == [ReadyReport, ReadyReport, NoMoreReports]
    assert len(pinterest.created) == 3


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
    stream = scheduler.open(pinterest, wanted)
    scheduler.work(TIMEOUT_SECONDS - 1)
    assert outcomes(stream) == []

    pinterest.then(DONE)
    scheduler.work(20)
    split, first, second, end = outcomes(stream)
    assert (split, end) == (split_of(wanted), NoMoreReports())
    assert [outcome.request.window.days for outcome in (first, second)] == [5, 5]  # type: ignore[union-attr]
    assert {outcome.request.planned for outcome in (first, second)} == {wanted.planned}  # type: ignore[union-attr]
    assert len(pinterest.created) == 3


def sizes(pinterest: Pinterest) -> list[int]:
    return [wanted.window.days for wanted in pinterest.created]


def test_a_report_that_fails_twice_is_asked_for_in_halves() -> None:
    """As long reports fail at an account with much traffic."""
    pinterest = failing_above(60)
    found = came(pinterest, request(days(186)))

    assert [type(outcome) for outcome in found] == [SplitReport] * 3 + [ReadyReport] * 4 + [NoMoreReports]
    assert sorted(sizes(pinterest)) == [46, 46, 47, 47, 93, 93, 93, 93, 186, 186]


def failing_above(most: int) -> Pinterest:
    """Reports on more days than these fail, and all of a bad account."""
    pinterest = Pinterest()
    create = pinterest.create

    def create_one(wanted: ReportRequest) -> str:
        pinterest.then(FAILED if wanted.window.days > most or wanted.ad_account_id == "bad" else DONE)
        return create(wanted)

    pinterest.create = create_one  # type: ignore[method-assign]
    return pinterest


def test_short_windows_that_fail_keep_no_long_one_from_being_split() -> None:
    scheduler, pinterest = Scheduler(jobs=1), failing_above(60)
    stream = scheduler.open(pinterest, request(days(4), account="bad"), request(days(186)))
    scheduler.work(600)

    assert kinds(stream).count(ReadyReport) == 4


def test_once_an_eighth_has_failed_no_other_report_of_the_stream_is_split() -> None:
    scheduler, pinterest = Scheduler(jobs=1), Pinterest(FAILED)
    stream = scheduler.open(pinterest, request(days(80)), request(days(40)))
    scheduler.work(600)

    found = outcomes(stream)
    assert [type(outcome) for outcome in found[:7]] == [SplitReport] * 7
    assert [type(outcome) for outcome in found[7:]] == [FailedReport] * 9 + [NoMoreReports]
    assert sorted(sizes(pinterest)) == [10] * 16 + [20] * 8 + [40] * (4 + 4) + [80] * 2


def test_halves_are_halved_so_many_times_and_then_fail() -> None:
    scheduler, pinterest = Scheduler(jobs=100), Pinterest(BUSY)
    stream = scheduler.open(pinterest, request(days(80)), request(account="12"))
    scheduler.work(1)
    pinterest.left["token-2"][:] = [DONE]
    scheduler.work(10 * TIMEOUT_SECONDS)
    finished, *found = outcomes(stream)

    assert isinstance(finished, ReadyReport)
    assert [type(outcome) for outcome in found] == [SplitReport] * 7 + [FailedReport] * 8 + [NoMoreReports]
    failures = [outcome for outcome in found if isinstance(outcome, FailedReport)]
    assert {failed.request.window.days for failed in failures} == {10}
    assert all(isinstance(failed.error, SliceError) for failed in failures)
    assert all(f"the report of {failed.request.window} for more" in str(failed.error.message) for failed in failures)


# ---- Where no report is finished at all


@pytest.mark.parametrize(
    ("status", "length", "timeouts", "created"),
    [(BUSY, 80, 4, 8 + (2 + 7) + (4 + 7) + (8 + 7)), (BUSY, 1, 1, 8), (JobStatus.UNKNOWN, 80, 1, 8)],
    ids=["an eighth", "a smallest window", "a window of unknown status"],
)
def test_a_stream_none_of_whose_reports_is_finished_stops(
    status: JobStatus, length: int, timeouts: int, created: int
) -> None:
    """Forty accounts, eight at once: they would take dozens of timeouts, one after another."""
    scheduler, pinterest = Scheduler(jobs=8), Pinterest(status)
    stream = scheduler.open(pinterest, *(request(days(length), account=str(number)) for number in range(40)))
    scheduler.work(timeouts * (TIMEOUT_SECONDS + 10))
    *_, failed, end = outcomes(stream)

    assert isinstance(failed, FailedReport)
    assert "No report of this stream has finished in this sync" in str(failed.error.message)
    assert end == NoMoreReports()
    assert len(pinterest.created) == created


def test_a_stream_with_a_finished_report_goes_on_whatever_is_too_slow() -> None:
    scheduler, pinterest = Scheduler(jobs=2), Pinterest(BUSY)
    stream = scheduler.open(pinterest, *(request(days(1), account=str(number)) for number in range(4)))
    scheduler.work(1)
    pinterest.left["token-2"][:] = [DONE]
    scheduler.work(5 * TIMEOUT_SECONDS)

    assert kinds(stream) == [ReadyReport, *[FailedReport] * 3, NoMoreReports]


A_DAY, A_TOTAL = request(days(1)), request(days(30), granularity="TOTAL")
A_WEEK = request(days(7, Date(2026, 1, 5)), granularity="WEEK")


@pytest.mark.parametrize("wanted", [A_DAY, A_WEEK, A_TOTAL])
def test_a_report_that_can_not_be_halved_fails(wanted: ReportRequest) -> None:
    pinterest = Pinterest(BUSY)
    failed, _ = came(pinterest, wanted, seconds=10 * TIMEOUT_SECONDS)

    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, SliceError)
    assert pinterest.created == [wanted]


def test_a_report_of_unknown_status_is_polled_until_its_time_is_up_and_not_split() -> None:
    pinterest, wanted = Pinterest(JobStatus.UNKNOWN), request(days(80))
    failed, _ = came(pinterest, wanted, seconds=2 * TIMEOUT_SECONDS)

    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, SliceError)
    assert f"gives the report of {wanted.window} a status that this version" in str(failed.error.message)
    assert (pinterest.created, len(pinterest.polled)) == ([wanted], 13)
    assert isinstance(came(Pinterest(JobStatus.UNKNOWN, DONE), wanted)[0], ReadyReport)


def test_each_creation_has_a_deadline_of_its_own() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(*[BUSY] * 6, FAILED)
    stream = scheduler.open(pinterest, request(days(10)))
    scheduler.work(TIMEOUT_SECONDS / 4)
    pinterest.then(BUSY)
    scheduler.work(TIMEOUT_SECONDS)
    assert len(pinterest.created) == 2
    assert outcomes(stream) == []

    scheduler.work(TIMEOUT_SECONDS / 2)
    assert outcomes(stream)[0] == split_of(request(days(10)))


def test_a_report_that_is_finished_when_its_time_is_up_is_taken() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(BUSY)
    stream = scheduler.open(pinterest, request())
    scheduler.work(TIMEOUT_SECONDS - 1)
    pinterest.left["token-1"][:] = [DONE]
    scheduler.work(60)

    assert kinds(stream) == [ReadyReport, NoMoreReports]


def test_a_report_that_is_too_large_to_ask_for_is_asked_for_in_halves_or_fails_alone() -> None:
    pinterest, wanted, error = Pinterest(), request(), ResponseTooLargeError("Scripted")
    pinterest.refuses = lambda asked: error if asked in (wanted, A_DAY) else None
    split, failed, first, second, _ = came(pinterest, wanted, A_DAY)

    assert (split, failed) == (split_of(wanted), FailedReport(A_DAY, error))
    assert isinstance(first, ReadyReport)
    assert isinstance(second, ReadyReport)
    assert first.request.window.end.add(days=1) == second.request.window.start
