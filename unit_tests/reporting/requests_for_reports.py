"""Requests for reports."""

from typing import Any

from pendulum import Date

from source_pinterest.dates import DateWindow
from source_pinterest.reporting.client import ReportRequest

FIRST_DAY = Date(2026, 1, 1)


def days(count: int, first: Date = FIRST_DAY) -> DateWindow:
    return DateWindow(first, first.add(days=count - 1))


def request(window: DateWindow | None = None, account: str = "11", number: int = 0, **body: Any) -> ReportRequest:
    """A report on the campaigns of an account, by default of ten days."""
    whole = window or days(10)
    return ReportRequest(account, whole, {"level": "CAMPAIGN", "granularity": "DAY", **body}, number)
