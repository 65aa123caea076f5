"""Only links to public hosts are followed."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from source_pinterest.api import DEFAULT_BASE_URL, Api
from source_pinterest.api.errors import UnavailableError
from source_pinterest.api.retries import BackoffDelays, Outage, RetryPolicy
from source_pinterest.api.session import ApiResponse
from source_pinterest.engine.progress import WarnOnce
from source_pinterest.engine.request_splitting import RejectedNames
from source_pinterest.reporting.client import PollResult, ReadyReport, ReportClient, ReportStatus
from unit_tests.clocks import Clock
from unit_tests.reporting.scheduler import request


def followed(link: str, base_url: str = DEFAULT_BASE_URL) -> list[str]:
    """The URLs that are requested for the file of a report."""
    urls: list[str] = []

    def exchange(download: Any, *_: Any) -> ApiResponse[None]:
        urls.append(download.url)
        return ApiResponse(None, 0)

    api = SimpleNamespace(
        base_url=base_url,
        downloads=SimpleNamespace(exchange=exchange),
        retry_policy=RetryPolicy(0, BackoffDelays(), Outage(0, Clock())),
    )
    client: Any = SimpleNamespace(is_worth_retrying=lambda: True)
    reports = ReportClient(cast("Api", api), client, "ads_report", RejectedNames(WarnOnce("ads_report")))
    reports.fetch(ReadyReport(request(), "a token", PollResult(ReportStatus.FINISHED, link)), list)
    return urls


@pytest.mark.parametrize(
    "url",
    [
        *(
            f"https://{host}/report"
            for host in (
                *("127.0.0.1:8080", "[::1]:8080", "2130706433", "0x7f.1", "10.0.0.1", "8.8.8.8", "[fd00::1]"),
                *("LOCALHOST", "files", "files.local", "files.internal.", "files.localhost:80"),
                *("127.0.0.2:1\\@files.example", "somebody@files.example", "%6cocalhost", "127%2e0.0.1"),
            )
        ),
        "http://files.example/report",
        "ftp://files.example/report",
        "report",
        "https://files.example/a report",
    ],
)
def test_a_link_to_another_than_a_public_host_by_https_is_not_followed(url: str) -> None:
    with pytest.raises(UnavailableError, match="not an https URL of a public host"):
        followed(url)


@pytest.mark.parametrize("host", ["Files.EXAMPLE.", "pinterest-waterloo.s3.us-east-1.amazonaws.com:443"])
def test_a_link_to_a_public_host_is_followed(host: str) -> None:
    url = f"https://{host}/report?X-Amz-Signature=a%2Fb&b=1"
    assert followed(url) == [url]


def test_a_local_api_may_name_local_files_and_https_elsewhere() -> None:
    for url in ("https://files.example/report", "http://127.0.0.1:8080/report", "http://localhost:8080/report"):
        assert followed(url, "http://127.0.0.1:8899/v5") == [url]
    with pytest.raises(UnavailableError):
        followed("http://files.example/report", "http://127.0.0.1:8899/v5")
