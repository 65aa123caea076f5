"""Does a desk end once, and only when nothing is left?"""

from typing import cast

import pytest

from source_pinterest.api.errors import ConfigError
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import Job
from source_pinterest.reporting.orders import Desk, NoMoreReports
from unit_tests.reporting.requests_for_reports import request


@pytest.fixture
def desk() -> Desk:
    return Desk(cast("ReportClient", None), plan=list, is_planned=True)


def told(desk: Desk) -> list[object]:
    return [desk.told.get_nowait() for _ in range(desk.told.qsize())]


def test_a_desk_ends_when_nothing_is_left(desk: Desk) -> None:
    desk.close_if_done()

    assert desk.is_closed
    assert told(desk) == [NoMoreReports()]


def test_a_desk_that_is_not_planned_yet_is_not_done(desk: Desk) -> None:
    desk.is_planned = False
    desk.close_if_done()

    assert not desk.is_closed
    assert told(desk) == []


def test_a_desk_with_a_request_that_waits_is_not_done(desk: Desk) -> None:
    desk.waiting.append((request(), 0, 1))
    desk.close_if_done()

    assert not desk.is_closed


def test_a_desk_with_a_report_at_work_is_not_done(desk: Desk) -> None:
    desk.jobs.append(Job(request(), "token", created_at=0, deadline=1))
    desk.close_if_done()

    assert not desk.is_closed


def test_a_desk_that_is_closed_wants_nothing_more_and_says_so_once(desk: Desk) -> None:
    desk.waiting.append((request(), 0, 1))
    desk.jobs.append(Job(request(), "token", created_at=0, deadline=1))
    error = ConfigError("Scripted")
    desk.close(error)
    desk.close()
    desk.close_if_done()

    assert (list(desk.waiting), desk.jobs) == ([], [])
    assert told(desk) == [NoMoreReports(error)]
