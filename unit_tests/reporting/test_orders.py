"""Do a stream's orders end once, and only when nothing is left?"""

from typing import cast

import pytest

from source_pinterest.api.errors import ConfigError
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import Job, ReportRequest
from source_pinterest.reporting.runner import FailedReport, NoMoreReports, Orders, ReadyReport, SplitReport, Waiting
from unit_tests.reporting.requests_for_reports import days, request

END = NoMoreReports()


@pytest.fixture
def orders() -> Orders:
    return Orders(cast("ReportClient", None), plan=list)


def outcomes(orders: Orders) -> list[object]:
    return [orders.outcomes.get_nowait() for _ in range(orders.outcomes.qsize())]


def job(wanted: ReportRequest, **fields: float) -> Job:
    return Job(wanted, "token", created_at=0, deadline=1, **fields)  # type: ignore[arg-type]


def ready(wanted: ReportRequest) -> ReadyReport:
    return ReadyReport(wanted, "token", "https://files.example/1")


def created(orders: Orders, *wanted: ReportRequest) -> list[Job]:
    """Reports that Pinterest works on, all that the stream ordered."""
    orders.place(wanted)
    jobs = [job(waiting.request) for _ in wanted if (waiting := orders.next_to_create(100, 0))]
    for each in jobs:
        orders.start(each)
    return jobs


def test_orders_of_nothing_end_once_they_are_planned(orders: Orders) -> None:
    orders.close_if_done()
    assert (orders.is_closed, outcomes(orders)) == (False, [])
    orders.place([])

    assert orders.is_closed
    assert outcomes(orders) == [END]


def test_orders_with_a_request_that_waits_are_not_done(orders: Orders) -> None:
    orders.place([request()])
    orders.close_if_done()

    assert not orders.is_closed


def test_orders_with_a_report_at_work_are_not_done(orders: Orders) -> None:
    created(orders, request())
    orders.close_if_done()

    assert not orders.is_closed


def test_orders_end_with_the_last_report_whether_or_not_it_is_fetched(orders: Orders) -> None:
    first, second = created(orders, request(days(1)), request(days(2)))
    orders.end(ready(first.request))
    assert not orders.is_closed
    orders.end(FailedReport(second.request, ConfigError("Scripted")))

    assert orders.is_closed
    assert [type(outcome) for outcome in outcomes(orders)] == [ReadyReport, FailedReport, NoMoreReports]


def test_a_report_that_is_ordered_again_is_created_once_more(orders: Orders) -> None:
    [lost] = created(orders, request())
    orders.create_again(lost)

    assert orders.next_to_create(1, 0) == Waiting(lost.request, 0, 2)
    assert orders.next_to_create(1, 0) is None
    assert outcomes(orders) == []


def test_halves_take_the_place_of_their_whole(orders: Orders) -> None:
    [whole] = created(orders, request(days(4)))
    halves = whole.request.halves()
    assert halves
    orders.split(whole.request, halves, splits=1)

    assert outcomes(orders) == [SplitReport(whole.request)]
    assert [orders.next_to_create(1, 0), orders.next_to_create(1, 0)] == [Waiting(halves[0], 2), Waiting(halves[1], 2)]


def test_no_report_is_due_before_the_stream_takes_outcomes(orders: Orders) -> None:
    early, late = created(orders, request(days(1)), request(days(2)))
    early.next_poll, late.next_poll = 5, 3
    assert orders.due(10) is None
    orders.serve()

    assert [orders.due(2.9), orders.due(3)] == [None, late]
    assert orders.due(10) == late, "it has been due for longest"


def test_a_report_makes_room_when_its_file_is_fetched_and_only_once(orders: Orders) -> None:
    first, second = request(days(1)), request(days(2))
    orders.place([first, second])
    waiting = orders.next_to_create(1, 0)
    assert waiting
    orders.start(job(waiting.request))
    orders.end(ready(first))
    assert orders.next_to_create(1, 0) is None
    assert not orders.release(second)

    assert [orders.release(first), orders.release(first)] == [True, False]
    assert orders.next_to_create(1, 0) == Waiting(second)


def test_the_requests_of_one_window_are_created_together(orders: Orders) -> None:
    orders.place([request(number=0), request(number=1), request(days(3)), request(account="12")])
    for expected in (0, 1):
        waiting = orders.next_to_create(1, 0)
        assert waiting
        assert waiting.request.number == expected
        orders.start(job(waiting.request))

    assert orders.next_to_create(1, 0) is None


def test_a_failure_that_all_share_ends_them_all(orders: Orders) -> None:
    at_work = created(orders, request(days(1)), request(days(2)))
    orders.place([request(days(3))])
    error = ConfigError("Scripted")
    orders.fail(at_work[1].request, error)
    orders.fail(at_work[0].request, error)

    wanted = [at_work[1].request, at_work[0].request, request(days(3))]
    assert outcomes(orders) == [*(FailedReport(each, error) for each in wanted), END]


def test_orders_that_are_closed_want_nothing_more_and_say_so_once(orders: Orders) -> None:
    [report] = created(orders, request(days(1)))
    orders.place([request(days(2))])
    orders.serve()
    error = ConfigError("Scripted")
    orders.close(error)
    orders.close()
    orders.close_if_done()
    orders.start(job(request(days(3))))
    orders.end(ready(report.request))

    assert (orders.next_to_create(10, 0), orders.due(1_000), orders.jobs) == (None, None, [])
    assert outcomes(orders) == [NoMoreReports(error)]
    assert not orders.release(report.request)
