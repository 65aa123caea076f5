"""The reports of a stream end once, when nothing is left."""

from typing import cast

import pytest

from source_pinterest.api.errors import ConfigError
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import Job, ReportRequest
from source_pinterest.reporting.runner import (
    FailedReport,
    NoMoreReports,
    ReadyReport,
    SplitReport,
    StreamReports,
    Waiting,
)
from unit_tests.reporting.requests_for_reports import days, request

END = NoMoreReports()


@pytest.fixture
def reports() -> StreamReports:
    return StreamReports(cast("ReportClient", None), plan=list)


def outcomes(reports: StreamReports) -> list[object]:
    return [reports.outcomes.get_nowait() for _ in range(reports.outcomes.qsize())]


def job(wanted: ReportRequest, **fields: float) -> Job:
    return Job(wanted, "token", created_at=0, deadline=1, **fields)  # type: ignore[arg-type]


def ready(wanted: ReportRequest) -> ReadyReport:
    return ReadyReport(wanted, "token", "https://files.example/1")


def created(reports: StreamReports, *wanted: ReportRequest) -> list[Job]:
    """Reports that Pinterest works on, all that the stream ordered."""
    reports.add_planned(wanted)
    jobs = [job(waiting.request) for _ in wanted if (waiting := reports.next_to_create(100, 0))]
    for each in jobs:
        reports.start(each)
    return jobs


def test_a_stream_without_reports_ends_once_it_is_planned(reports: StreamReports) -> None:
    reports.close_if_done()
    assert (reports.is_closed, outcomes(reports)) == (False, [])
    reports.add_planned([])

    assert reports.is_closed
    assert outcomes(reports) == [END]


def test_a_stream_with_a_waiting_request_is_not_done(reports: StreamReports) -> None:
    reports.add_planned([request()])
    reports.close_if_done()

    assert not reports.is_closed


def test_a_stream_with_a_report_in_flight_is_not_done(reports: StreamReports) -> None:
    created(reports, request())
    reports.close_if_done()

    assert not reports.is_closed


def test_a_stream_ends_with_its_last_report_whether_or_not_it_is_downloaded(reports: StreamReports) -> None:
    first, second = created(reports, request(days(1)), request(days(2)))
    reports.end(ready(first.request))
    assert not reports.is_closed
    reports.end(FailedReport(second.request, ConfigError("Scripted")))

    assert reports.is_closed
    assert [type(outcome) for outcome in outcomes(reports)] == [ReadyReport, FailedReport, NoMoreReports]


def test_a_lost_report_is_created_once_more(reports: StreamReports) -> None:
    [lost] = created(reports, request())
    reports.create_again(lost)

    assert reports.next_to_create(1, 0) == Waiting(lost.request, 0, 2)
    assert reports.next_to_create(1, 0) is None
    assert outcomes(reports) == []


def test_halves_take_the_place_of_their_whole(reports: StreamReports) -> None:
    [whole] = created(reports, request(days(4)))
    halves = whole.request.halves()
    assert halves
    reports.split(whole.request, halves, splits=1)

    assert outcomes(reports) == [SplitReport(whole.request)]
    assert [reports.next_to_create(1, 0), reports.next_to_create(1, 0)] == [
        Waiting(halves[0], 2),
        Waiting(halves[1], 2),
    ]


def test_no_report_is_due_before_the_stream_takes_outcomes(reports: StreamReports) -> None:
    early, late = created(reports, request(days(1)), request(days(2)))
    early.next_poll, late.next_poll = 5, 3
    assert reports.due(10) is None
    reports.allow_polls()

    assert [reports.due(2.9), reports.due(3)] == [None, late]
    assert reports.due(10) == late, "it has been due for longest"


def test_a_report_makes_room_when_its_file_is_fetched_and_only_once(reports: StreamReports) -> None:
    first, second = request(days(1)), request(days(2))
    reports.add_planned([first, second])
    waiting = reports.next_to_create(1, 0)
    assert waiting
    reports.start(job(waiting.request))
    reports.end(ready(first))
    assert reports.next_to_create(1, 0) is None
    assert not reports.release(second)

    assert [reports.release(first), reports.release(first)] == [True, False]
    assert reports.next_to_create(1, 0) == Waiting(second)


def test_the_requests_of_one_window_are_created_together(reports: StreamReports) -> None:
    reports.add_planned([request(number=0), request(number=1), request(days(3)), request(account="12")])
    for expected in (0, 1):
        waiting = reports.next_to_create(1, 0)
        assert waiting
        assert waiting.request.number == expected
        reports.start(job(waiting.request))

    assert reports.next_to_create(1, 0) is None


def test_a_failure_that_all_share_ends_them_all(reports: StreamReports) -> None:
    at_work = created(reports, request(days(1)), request(days(2)))
    reports.add_planned([request(days(3))])
    error = ConfigError("Scripted")
    reports.fail_all(at_work[1].request, error)
    reports.fail_all(at_work[0].request, error)

    wanted = [at_work[1].request, at_work[0].request, request(days(3))]
    assert outcomes(reports) == [*(FailedReport(each, error) for each in wanted), END]


def test_a_closed_stream_wants_no_report_and_ends_once(reports: StreamReports) -> None:
    [report] = created(reports, request(days(1)))
    reports.add_planned([request(days(2))])
    reports.allow_polls()
    error = ConfigError("Scripted")
    reports.close(error)
    reports.close()
    reports.close_if_done()
    reports.start(job(request(days(3))))
    reports.end(ready(report.request))

    assert (reports.next_to_create(10, 0), reports.due(1_000), reports.jobs) == (None, None, [])
    assert outcomes(reports) == [NoMoreReports(error)]
    assert not reports.release(report.request)
