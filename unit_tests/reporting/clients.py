"""A report client that never pauses, requests for it, and scripted responses."""

from collections.abc import Callable, Iterator
from typing import Any

import requests_mock
from pendulum import Date

from source_pinterest.api import DEFAULT_BASE_URL
from source_pinterest.api.client import PinterestClient
from source_pinterest.dates import DateWindow
from source_pinterest.engine.progress import WarnOnce
from source_pinterest.engine.request_splitting import RejectedNames
from source_pinterest.reporting.client import PollResult, ReadyReport, ReportClient, ReportRequest, ReportStatus
from source_pinterest.reporting.file import Filed
from unit_tests.api.connections import connected

REPORTS = f"{DEFAULT_BASE_URL}/ad_accounts/11/reports"
FILE = "https://files.example/metrics_report.txt?signature=1"
FRESH_FILE = "https://files.example/metrics_report.txt?signature=2"
CREATED = {"json": {"token": "a token", "report_status": "IN_PROGRESS", "message": ""}}
ROWS = {"1": [{"CAMPAIGN_ID": "1"}, {"CAMPAIGN_ID": "2"}]}


FIRST_DAY = Date(2026, 1, 1)


def days(count: int, first: Date = FIRST_DAY) -> DateWindow:
    return DateWindow(first, first.add(days=count - 1))


def request(window: DateWindow | None = None, account: str = "11", number: int = 0, **body: Any) -> ReportRequest:
    """A report on the campaigns of an account, by default of ten days."""
    whole = window or days(10)
    return ReportRequest(account, whole, {"level": "CAMPAIGN", "granularity": "DAY", **body}, number)


def finished(url: str = FRESH_FILE, size: Any = 100) -> dict[str, Any]:
    return {"json": {"report_status": "FINISHED", "url": url, "size": size}}


def read(rows: Iterator[Filed]) -> Any:
    """The rows by the id under which the file lists them."""
    filed: dict[str, list[Any]] = {}
    for entity, row in rows:
        filed.setdefault(entity, []).append(row)
    return filed


class Client:
    """A client that pauses nowhere."""

    def __init__(self, mock: requests_mock.Mocker, **options: Any) -> None:
        self.mock = mock
        self.api = connected(**options)
        self.reports = self.of_stream("campaign_report")

    def of_stream(self, stream: str) -> ReportClient:
        """The client of a stream. Those of all streams share the connection."""
        calls, notices = PinterestClient(self.api, stream, ("ads:read",)), WarnOnce(stream)
        return ReportClient(self.api, calls, stream, RejectedNames(notices))

    def content(self, url: str = FILE, read: Callable[[Iterator[Filed]], Any] = read) -> Any:
        return self.reports.fetch(ReadyReport(request(), "a token", PollResult(ReportStatus.FINISHED, url)), read)

    def asked(self, url: str) -> int:
        """How often a link was followed."""
        return sum(request.url == url for request in self.mock.request_history)
