"""What reports are made of: tokens, statuses, and links, which are followed to public hosts only."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from source_pinterest.api import DEFAULT_BASE_URL, Api
from source_pinterest.api.errors import BrokenResponseError, FormError, UnavailableError
from source_pinterest.api.retries import BackoffDelays, Outage, RetryPolicy
from source_pinterest.api.session import ApiResponse
from source_pinterest.engine.progress import WarnOnce
from source_pinterest.engine.request_splitting import RejectedNames
from source_pinterest.reporting.client import PollResult, ReadyReport, ReportClient, ReportStatus
from unit_tests.clocks import Clock
from unit_tests.reporting.scheduler import request

FILE, FRESH = (f"https://files.example/metrics_report.txt?signature={number}" for number in (1, 2))
HERE = "http://127.0.0.1:8899/v5"


def client_of(*bodies: Any, exchange: Any = None, base_url: str = DEFAULT_BASE_URL) -> ReportClient:
    """A client of a Pinterest that answers requests with these JSON bodies, and downloads by a function."""
    responses = list(bodies)

    def send(_path: str, _params: Any, parse: Any, **_: Any) -> Any:
        return SimpleNamespace(value=parse(iter([json.dumps(responses.pop(0)).encode()])))

    api = SimpleNamespace(
        base_url=base_url,
        downloads=SimpleNamespace(exchange=exchange),
        retry_policy=RetryPolicy(1, BackoffDelays(first_seconds=0), Outage(0, Clock())),
    )
    client: Any = SimpleNamespace(send=send, is_worth_retrying=lambda: True)
    return ReportClient(cast("Api", api), client, "ads_report", RejectedNames(WarnOnce("ads_report")))


def followed(link: str, *polls: Any, failures: int = 0, base_url: str = DEFAULT_BASE_URL) -> list[str]:
    """The URLs that are requested for the file of a report, of which the first ones fail."""
    urls: list[str] = []

    def exchange(download: Any, *_: Any) -> ApiResponse[None]:
        urls.append(download.url)
        if len(urls) <= failures:
            raise BrokenResponseError("It breaks off.")
        return ApiResponse(None, 0)

    client = client_of(*polls, exchange=exchange, base_url=base_url)
    client.fetch(ReadyReport(request(), "a token", PollResult(ReportStatus.FINISHED, link)), list)
    return urls


def finished(url: str, size: Any = 100) -> dict[str, Any]:
    return {"report_status": "FINISHED", "url": url, "size": size}


@pytest.mark.parametrize(
    ("body", "polled"),
    [
        ({"report_status": "in_progress", "url": FILE}, PollResult(ReportStatus.IN_PROGRESS)),
        (finished(FILE, "5000"), PollResult(ReportStatus.FINISHED, FILE)),
        (finished(FILE, None), PollResult(ReportStatus.FINISHED, FILE)),
        (finished("", 2), PollResult(ReportStatus.FINISHED, seems_empty=True)),
        (finished("", 3), PollResult(ReportStatus.FINISHED)),
        ({"data": finished(FILE)}, PollResult(ReportStatus.FINISHED, FILE)),
    ],
)
def test_the_status_of_a_report_is_understood_in_every_form(body: Any, polled: PollResult) -> None:
    assert client_of(body).poll(request(), "a token") == polled


def test_a_finished_report_without_a_link_has_no_rows_which_a_warning_says(caplog: pytest.LogCaptureFixture) -> None:
    empty = ReadyReport(request(), "a token", PollResult(ReportStatus.FINISHED, seems_empty=True))

    assert client_of().fetch(empty, list) == []
    assert "ads_report: The report of 2026-01-01 to 2026-01-10 has no link, so it has no rows" in caplog.text


@pytest.mark.parametrize("token", [None, "", "x" * 8_001, [1]])
def test_a_response_to_a_creation_needs_a_usable_token(token: Any) -> None:
    assert client_of({"token": 2**62}).create(request()) == str(2**62)
    with pytest.raises(FormError, match="no token of the report"):
        client_of({"token": token}).create(request())


@pytest.mark.parametrize(("poll", "second"), [(finished(FRESH), FRESH), ({"report_status": "IN_PROGRESS"}, FILE)])
def test_after_a_download_that_failed_the_new_link_is_followed_or_else_the_old_one(poll: Any, second: str) -> None:
    assert followed(FILE, poll, failures=1) == [FILE, second]


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
        followed(url, finished(url))


@pytest.mark.parametrize("host", ["Files.EXAMPLE.", "pinterest-waterloo.s3.us-east-1.amazonaws.com:443"])
def test_a_link_to_a_public_host_is_followed(host: str) -> None:
    url = f"https://{host}/report?X-Amz-Signature=a%2Fb&b=1"
    assert followed(url) == [url]


def test_a_local_api_may_name_local_files_and_https_elsewhere() -> None:
    for url in ("https://files.example/report", "http://127.0.0.1:8080/report", "http://localhost:8080/report"):
        assert followed(url, base_url=HERE) == [url]
    other = "http://files.example/report"
    with pytest.raises(UnavailableError):
        followed(other, finished(other), base_url=HERE)
