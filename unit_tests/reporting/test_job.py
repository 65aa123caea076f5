"""Requests for reports can be halved without changing the meaning of their rows."""

import pytest
from pendulum import Date

from source_pinterest.dates import DateWindow, Granularity, merge_windows
from source_pinterest.reporting.job import JobStatus
from unit_tests.reporting.requests_for_reports import days, request


def test_a_request_names_its_days_and_asks_for_json() -> None:
    assert request(days(3), columns=["CTR"]).as_json() == {
        "start_date": "2026-01-01",
        "end_date": "2026-01-03",
        "report_format": "JSON",
        "level": "CAMPAIGN",
        "granularity": "DAY",
        "columns": ["CTR"],
    }


@pytest.mark.parametrize(
    ("status", "is_lost"),
    [
        ("IN_PROGRESS", False),
        ("FINISHED", False),
        ("FAILED", True),
        ("CANCELLED", True),
        ("EXPIRED", True),
        ("DOES_NOT_EXIST", True),
    ],
)
def test_which_reports_have_to_be_created_anew(status: str, is_lost: bool) -> None:
    assert JobStatus(status).is_lost is is_lost


def test_halves_cover_the_same_days_for_the_same_planned_window() -> None:
    whole = request(days(7), number=3)
    halves = whole.halves()
    assert halves
    first, second = halves

    assert [first.window.days, second.window.days] == [4, 3]
    assert merge_windows([first.window, second.window]) == [whole.window]
    for half in halves:
        assert (half.planned, half.number, half.body) == (whole.planned, 3, whole.body)


def test_halves_of_halves_still_know_the_planned_window() -> None:
    whole = request(days(8))
    halves = whole.halves()
    assert halves
    quarters = halves[1].halves()
    assert quarters

    assert [quarter.window.days for quarter in quarters] == [2, 2]
    assert {quarter.planned for quarter in quarters} == {whole.planned}


@pytest.mark.parametrize("granularity", ["DAY", "HOUR"])
def test_a_single_day_has_no_halves(granularity: str) -> None:
    assert request(days(1), granularity=granularity).halves() is None


@pytest.mark.parametrize("granularity", [Granularity.WEEK, Granularity.MONTH])
def test_weeks_and_months_are_halved_between_two_of_them(granularity: Granularity) -> None:
    """Half a week would be a row that looks like a week."""
    whole = DateWindow(granularity.bucket_of(Date(2026, 1, 10)).start, granularity.bucket_of(Date(2026, 6, 10)).end)
    halves = request(whole, granularity=granularity.value).halves()
    assert halves

    assert merge_windows([half.window for half in halves]) == [whole]
    border = halves[0].window.end
    assert granularity.bucket_of(border).end == border
    assert max(half.window.days for half in halves) < 0.7 * whole.days


@pytest.mark.parametrize("granularity", ["WEEK", "MONTH"])
def test_a_single_week_or_month_has_no_halves(granularity: str) -> None:
    whole = Granularity(granularity).bucket_of(Date(2026, 3, 3))

    assert request(whole, granularity=granularity).halves() is None


def test_a_total_has_no_halves() -> None:
    """Two totals of half the days are not one of all."""
    assert request(days(186), granularity="TOTAL").halves() is None


def test_a_status_nobody_knows_is_work_in_progress() -> None:
    assert JobStatus("BREWING") is JobStatus.IN_PROGRESS
