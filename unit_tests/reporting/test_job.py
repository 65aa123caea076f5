"""Requests for reports, and their halves; `test_dates.py` says which buckets have any."""

from source_pinterest.dates import merge_windows
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


def test_halves_cover_the_same_days() -> None:
    whole = request(days(7), number=3)
    halves = whole.halves()
    assert halves

    assert [half.window.days for half in halves] == [4, 3]
    assert merge_windows([half.window for half in halves]) == [whole.window]
    for half in (*halves, *(halves[0].halves() or ())):
        assert (half.number, half.body) == (3, whole.body)
