"""Requests for reports can be halved without changing the meaning of their rows."""

import pytest
from pendulum import Date

from source_pinterest.dates import DateWindow, Granularity, merge_windows
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


def test_halves_cover_the_same_days_for_the_same_planned_window() -> None:
    whole = request(days(7), number=3)
    halves = whole.halves()
    assert halves

    assert [half.window.days for half in halves] == [4, 3]
    assert merge_windows([half.window for half in halves]) == [whole.window]
    for half in (*halves, *(halves[0].halves() or ())):
        assert (half.planned, half.number, half.body) == (whole.planned, 3, whole.body)


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


@pytest.mark.parametrize(
    ("window", "granularity"),
    [
        (days(1), "DAY"),
        (days(1), "HOUR"),
        (Granularity.MONTH.bucket_of(Date(2026, 3, 3)), "MONTH"),
        (days(186), "TOTAL"),  # two totals of half the days are not one of all
    ],
)
def test_a_single_bucket_or_a_total_has_no_halves(window: DateWindow, granularity: str) -> None:
    assert request(window, granularity=granularity).halves() is None
