"""Failed and lost reports are created again. Reports that are too slow are halved.

The steps of the runner are taken one by one on a clock of the test's own; nothing waits.
"""

from collections import Counter

import pytest

from source_pinterest.api.errors import ConfigError, TaskError, UnavailableError
from source_pinterest.reporting.client import PollResult, ReadyReport, ReportStatus
from source_pinterest.reporting.runner import FailedReport, SplitReport
from unit_tests.reporting.scheduler import (
    BUSY,
    DONE,
    FAILED,
    TIMEOUT_SECONDS,
    NoMoreReports,
    Pinterest,
    Scheduler,
    days,
    outcomes,
    outcomes_of,
    request,
)

NOT_FOUND = ReportStatus.DOES_NOT_EXIST


@pytest.mark.parametrize(("status", "length"), [(ReportStatus.CANCELLED, 10), (FAILED, 1)])
def test_a_report_that_is_lost_or_can_not_be_split_is_created_four_times(status: ReportStatus, length: int) -> None:
    pinterest, report = Pinterest(status), request(days(length))
    failed, end = outcomes_of(pinterest, report, seconds=300)

    assert (pinterest.created, end) == ([report] * 4, NoMoreReports())
    assert isinstance(failed, FailedReport)
    assert f"does not finish the report of {report.window}: {status.value}, creations: 4." in str(failed.error)


@pytest.mark.parametrize(
    ("replies", "created"),
    [([NOT_FOUND] * 3 + [DONE], 1), ([NOT_FOUND], 2), ([BUSY, BUSY, BUSY, NOT_FOUND], 2), ([BUSY, NOT_FOUND, DONE], 1)],
)
def test_a_report_counts_as_lost_if_pinterest_does_not_know_it_at_the_fourth_poll(
    replies: list[ReportStatus], created: int
) -> None:
    pinterest = Pinterest(*replies)
    outcomes_of(pinterest, request(), seconds=76)

    assert len(pinterest.created) == created


def test_a_report_that_always_fails_is_created_down_to_its_eighths_and_each_twice() -> None:
    pinterest = Pinterest(FAILED)
    ended = outcomes_of(pinterest, request(days(80)), seconds=900)

    assert Counter(map(type, ended)) == {SplitReport: 7, FailedReport: 8, NoMoreReports: 1}
    assert Counter(report.window.days for report in pinterest.created) == {80: 2, 40: 2 * 2, 20: 4 * 2, 10: 8 * 2}


@pytest.mark.parametrize(
    ("status", "length", "timeouts", "created"),
    [(BUSY, 80, 4, 4 * 8), (BUSY, 1, 1, 8), (ReportStatus.UNKNOWN, 80, 1, 8)],
    ids=["an eighth", "a smallest window", "a window of unknown status"],
)
def test_a_stream_none_of_whose_reports_is_finished_stops(
    status: ReportStatus, length: int, timeouts: int, created: int
) -> None:
    """Forty accounts, eight at once: they would take dozens of timeouts, one after another."""
    scheduler, pinterest = Scheduler(jobs=8), Pinterest(status)
    stream = scheduler.open(pinterest, *(request(days(length), account=str(number)) for number in range(40)))
    scheduler.work(timeouts * (TIMEOUT_SECONDS + 10))
    *_, failed, end = outcomes(stream)

    assert isinstance(failed, FailedReport)
    assert "No report of this stream has finished in this sync" in str(failed.error)
    assert end == NoMoreReports()
    assert len(pinterest.created) == created


def test_beside_a_finished_report_parts_that_stay_too_slow_fail_each_by_itself() -> None:
    pinterest = Pinterest(BUSY)
    scheduler = Scheduler(jobs=100)
    stream = scheduler.open(pinterest, request(days(80)), request(account="12"))
    scheduler.work(1)
    pinterest.left["token-2"][:] = [DONE]
    scheduler.work(10 * TIMEOUT_SECONDS)
    ready, *ended = outcomes(stream)

    assert isinstance(ready, ReadyReport)
    assert Counter(map(type, ended)) == {SplitReport: 7, FailedReport: 8, NoMoreReports: 1}


def test_a_report_whose_polls_get_no_response_fails_at_its_deadline() -> None:
    pinterest, report, error = Pinterest(BUSY), request(), UnavailableError("Scripted")
    pinterest.poll = lambda *_: PollResult(BUSY, failure=error)  # type: ignore[method-assign]

    assert outcomes_of(pinterest, report, seconds=TIMEOUT_SECONDS - 1) == []
    assert outcomes_of(pinterest, report, seconds=2 * TIMEOUT_SECONDS) == [
        FailedReport(report, error, ends_stream=True),
        NoMoreReports(),
    ]


def test_a_failure_that_ends_the_stream_leaves_no_other_report_in_progress() -> None:
    pinterest, error, bad = Pinterest(BUSY), ConfigError("Scripted"), request(account="2")
    pinterest.rejects = lambda report: error if report == bad else None

    assert outcomes_of(pinterest, request(account="1"), bad) == [
        FailedReport(bad, error, ends_stream=True),
        NoMoreReports(),
    ]


def test_reports_of_a_stream_that_is_closed_have_no_outcome() -> None:
    scheduler = Scheduler()
    stream = scheduler.open(Pinterest(BUSY), request(account="1"), request(account="2"))
    scheduler.work(10)
    scheduler.runner.close(stream)

    assert outcomes(stream) == [NoMoreReports()]


def test_a_report_of_unknown_status_is_polled_until_its_time_is_up_and_not_split() -> None:
    pinterest, report = Pinterest(ReportStatus.UNKNOWN), request(days(80))
    failed, _ = outcomes_of(pinterest, report, seconds=2 * TIMEOUT_SECONDS)

    assert isinstance(failed, FailedReport)
    assert f"gives the report of {report.window} a status that this version" in str(failed.error)
    assert pinterest.created == [report]


def without_link(pinterest: Pinterest, *, seems_empty: bool) -> None:
    poll = pinterest.poll
    pinterest.poll = lambda report, token: poll(report, token)._replace(url="", seems_empty=seems_empty)  # type: ignore[method-assign]


def test_a_finished_report_without_link_and_size_is_empty_after_half_a_minute() -> None:
    pinterest, report = Pinterest(BUSY, DONE), request()
    without_link(pinterest, seems_empty=True)

    assert outcomes_of(pinterest, report, seconds=41) == [
        ReadyReport(report, "token-1", PollResult(DONE, seems_empty=True)),
        NoMoreReports(),
    ]


def test_a_finished_report_that_has_a_size_and_gets_no_link_fails() -> None:
    pinterest, report = Pinterest(), request()
    without_link(pinterest, seems_empty=False)
    failed, _ = outcomes_of(pinterest, report, seconds=2 * TIMEOUT_SECONDS)

    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, TaskError)
    assert f"The report of {report.window} is finished" in str(failed.error)
    assert pinterest.created == [report], "halves would be finished as well"
