"""Is a report asked for as Pinterest wants it, and its file fetched whole, by nobody's name, or not at all?"""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import requests_mock

from source_pinterest.api import DEFAULT_BASE_URL, Api
from source_pinterest.api.errors import (
    AccessLostError,
    AccountUnreadableError,
    ConfigError,
    QuotaExhaustedError,
    RefusedError,
    RejectedError,
    RepeatedKeyError,
    ReportRefusedError,
    ScopeMissingError,
    UnavailableError,
)
from source_pinterest.config import Config
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import JobStatus
from unit_tests.configs import TODAY, signed_in_with
from unit_tests.reporting.requests_for_reports import days, request
from unit_tests.streams.pinterest import refused

REPORTS = f"{DEFAULT_BASE_URL}/ad_accounts/11/reports"
FILE = "https://files.example/metrics_report.txt?signature=1"
FRESH_FILE = "https://files.example/metrics_report.txt?signature=2"
CREATED = {"json": {"token": "a token", "report_status": "IN_PROGRESS", "message": ""}}
ROWS = {"1": [{"CAMPAIGN_ID": "1"}, {"CAMPAIGN_ID": "2"}]}
FILED = [("1", {"CAMPAIGN_ID": "1"}), ("1", {"CAMPAIGN_ID": "2"})]


def finished(url: str = FRESH_FILE) -> dict[str, Any]:
    return {"json": {"report_status": "FINISHED", "url": url, "size": 100}}


class Client:
    """A client whose pauses are noted, not slept."""

    def __init__(self, mock: requests_mock.Mocker, **options: Any) -> None:
        self.mock = mock
        self.pauses: list[float] = []
        signed_in = signed_in_with(auth_method="access_token", access_token="false-access-token")
        config = Config.from_mapping({**signed_in, "max_retries": 0, "max_wait_minutes": 0, **options}, TODAY)
        api = Api.connect(config, on_rotation=lambda _: None, before_wait=lambda: None)
        self.reports = ReportClient(api, "campaign_report", self.pauses.append)

    def rows(self, url: str = FILE, check: Callable[[str, dict[str, Any]], None] = lambda *_: None) -> list[Any]:
        with self.reports.rows("11", "a token", url, lambda: check) as rows:
            return list(rows)

    def asked(self, url: str) -> int:
        """How often a link was followed."""
        return sum(request.url == url for request in self.mock.request_history)


@pytest.fixture
def mock() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture
def client(mock: requests_mock.Mocker) -> Client:
    return Client(mock)


# ---- Create


def test_a_report_is_asked_for_in_the_body_and_named_by_its_token(client: Client) -> None:
    client.mock.post(REPORTS, [CREATED])

    assert client.reports.create(request(days(3), columns=["CTR"])) == "a token"
    [sent] = client.mock.request_history
    assert sent.json() == request(days(3), columns=["CTR"]).as_json()
    assert sent.qs == {}
    assert sent.headers["Authorization"] == "Bearer false-access-token"


def test_a_report_that_pinterest_calls_wrong_ends_the_stream_with_its_words(client: Client) -> None:
    client.mock.post(REPORTS, [refused(400, 1, "These columns do not go together")])

    with pytest.raises(ReportRefusedError, match="These columns do not go together"):
        client.reports.create(request())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused(403, 29), RefusedError),
        (refused(404, 1), AccountUnreadableError),
        (refused(401, 3), ScopeMissingError),
        (refused(503), UnavailableError),
        ({"exc": requests.ConnectionError}, UnavailableError),
        ({"text": "<html>"}, UnavailableError),
        ({"text": "[]"}, UnavailableError),
        ({"text": "{}"}, UnavailableError),
        ({"text": '{"token": "a tok'}, UnavailableError),
        (refused(429, 8), QuotaExhaustedError),
    ],
)
def test_an_answer_without_a_token_is_what_the_error_table_says(
    client: Client, answer: dict[str, Any], error: type[Exception]
) -> None:
    client.mock.post(REPORTS, [answer])

    with pytest.raises(error):
        client.reports.create(request())
    assert client.mock.call_count == 1


# ---- Poll


@pytest.mark.parametrize("status", list(JobStatus))
def test_a_report_is_asked_for_by_its_token(client: Client, status: JobStatus) -> None:
    client.mock.get(REPORTS, json={"report_status": status.value})

    assert client.reports.poll("11", "a token") == (status, None)
    assert client.mock.request_history[0].qs == {"token": ["a token"]}


def test_a_finished_report_has_a_link(client: Client) -> None:
    client.mock.get(REPORTS, [finished(FILE)])

    assert client.reports.poll("11", "a token") == (JobStatus.FINISHED, FILE)


def test_a_poll_that_pinterest_calls_wrong_fails_that_report_alone(client: Client) -> None:
    client.mock.get(REPORTS, [refused(400, 1)])

    with pytest.raises(RejectedError):
        client.reports.poll("11", "a token")


def test_an_order_that_pinterest_took_and_does_not_know_is_lost(client: Client) -> None:
    client.mock.get(REPORTS, [refused(404, 1)])

    assert client.reports.poll("11", "a token") == (JobStatus.DOES_NOT_EXIST, None)


def test_an_order_that_pinterest_took_and_does_not_show_is_a_loss(client: Client) -> None:
    client.mock.get(REPORTS, [refused(403, 29)])

    with pytest.raises(AccessLostError, match="ad_accounts/11/reports and refuses the rest"):
        client.reports.poll("11", "a token")


# ---- The file


def test_the_rows_of_a_file_come_as_they_are(client: Client) -> None:
    client.mock.get(FILE, json=ROWS)

    assert client.rows() == FILED
    assert client.pauses == []


@pytest.mark.parametrize(("body", "size"), [("", None), ("", 0), ("", 2), ("{}", 2)])
def test_an_empty_file_is_an_empty_report(client: Client, body: str, size: int | None) -> None:
    client.mock.get(FILE, text=body)
    client.mock.get(REPORTS, json={"report_status": "FINISHED", "url": FILE, "size": size})

    assert client.rows() == []


def test_an_empty_file_of_a_report_that_has_a_size_is_fetched_again(client: Client) -> None:
    client.mock.get(FILE, [{"text": ""}, {"json": ROWS}])
    client.mock.get(REPORTS, json={"report_status": "FINISHED", "url": FILE, "size": 3})

    assert client.rows() == FILED


def test_the_file_is_asked_for_without_our_token_or_anybody_elses(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login false-login password false-password\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    client.mock.get(FILE, json=ROWS)
    client.rows()

    [sent] = client.mock.request_history
    assert "Authorization" not in sent.headers
    assert "Cookie" not in sent.headers
    assert sent.headers["User-Agent"].startswith("source-pinterest/")


@pytest.mark.parametrize("status", [403, 404, 410, 500, 503])
def test_a_link_that_fails_is_asked_for_again(client: Client, status: int) -> None:
    client.mock.get(FILE, status_code=status, text="<Error><Code>AccessDenied</Code></Error>")
    client.mock.get(FRESH_FILE, json=ROWS)
    client.mock.get(REPORTS, [finished()])

    assert client.rows() == FILED
    assert (client.asked(FILE), client.asked(FRESH_FILE)) == (1, 1)


@pytest.mark.parametrize("status", [204, 206, 301, 302, 304])
def test_an_answer_that_is_not_the_file_is_never_an_empty_report(client: Client, status: int) -> None:
    client.mock.get(FILE, status_code=status, headers={"Location": "https://elsewhere.example/"})
    client.mock.get(FRESH_FILE, json=ROWS)
    client.mock.get(REPORTS, [finished()])

    assert client.rows() == FILED
    assert client.asked("https://elsewhere.example/") == 0


@pytest.mark.parametrize(
    "broken",
    [
        {"text": '{"1": [{"CAMPAIGN_ID": "1"}, {"CAMPAIGN'},
        {"text": '{"1": [{"CAMPAIGN_ID": "1"}'},
        {"text": "<html>"},
        {"exc": requests.ConnectionError},
        {"exc": requests.ReadTimeout},
        {"exc": requests.exceptions.ChunkedEncodingError},
    ],
)
def test_a_file_that_is_cut_short_is_fetched_again_and_no_row_of_it_taken(
    client: Client, broken: dict[str, Any]
) -> None:
    client.mock.get(FILE, [broken])
    client.mock.get(FRESH_FILE, json=ROWS)
    client.mock.get(REPORTS, [finished()])

    assert client.rows() == FILED


def test_a_file_that_stays_broken_is_given_up_after_growing_pauses(client: Client) -> None:
    client.mock.get(requests_mock.ANY, status_code=503)
    client.mock.get(REPORTS, [finished(FILE)])

    with pytest.raises(UnavailableError, match=r"campaign_report.*HTTPError"):
        client.rows()
    assert client.pauses == [0.5, 1, 2, 4]
    assert client.asked(FILE) == 5


def test_a_link_that_is_not_given_anew_is_tried_again(client: Client) -> None:
    client.mock.get(FILE, [{"status_code": 503}, {"json": ROWS}])
    client.mock.get(REPORTS, json={"report_status": "IN_PROGRESS"})

    assert client.rows() == FILED


@pytest.mark.parametrize(
    "url", ["http://files.example/report", "http://127.0.0.1.example/report", "ftp://files.example/report", "report"]
)
def test_a_file_in_the_open_is_refused_without_a_call(client: Client, url: str) -> None:
    client.mock.get(requests_mock.ANY, json=ROWS)
    client.mock.get(REPORTS, [finished(url)])

    with pytest.raises(UnavailableError):
        client.rows(url)
    assert client.asked(url) == 0
    assert all(request.url.startswith(REPORTS) for request in client.mock.request_history)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"])
def test_a_file_on_this_machine_needs_no_https(client: Client, host: str) -> None:
    client.mock.get(f"http://{host}/report", json=ROWS)

    assert client.rows(f"http://{host}/report") == FILED


def test_every_row_is_looked_at_before_the_first_is_taken(client: Client) -> None:
    client.mock.get(FILE, json=ROWS)
    looked_at = []

    with client.reports.rows("11", "t", FILE, lambda: lambda entity, row: looked_at.append((entity, row))) as rows:
        assert looked_at == FILED
        assert next(rows) == FILED[0]


def test_each_file_is_looked_at_afresh(client: Client) -> None:
    """Otherwise the rows of a broken file would count as the first of two."""
    client.mock.get(FILE, text='{"1": [{"CAMPAIGN_ID": "1"}, ')
    client.mock.get(FRESH_FILE, json=ROWS)
    client.mock.get(REPORTS, [finished()])
    seen: list[list[str]] = []

    def new_check() -> Callable[[str, dict[str, Any]], None]:
        seen.append([])
        return lambda _, row: seen[-1].append(row["CAMPAIGN_ID"])

    with client.reports.rows("11", "t", FILE, new_check):
        assert seen == [["1"], ["1", "2"]]


def test_what_is_found_in_the_rows_is_no_reason_to_fetch_them_again(client: Client) -> None:
    client.mock.get(FILE, json=ROWS)

    def check(entity: str, row: dict[str, Any]) -> None:
        raise RepeatedKeyError("campaign_report", entity, tuple(row))

    with pytest.raises(RepeatedKeyError):
        client.rows(check=check)
    assert client.mock.call_count == 1


def test_an_error_of_whoever_takes_the_rows_is_his_own(client: Client) -> None:
    client.mock.get(FILE, json=ROWS)

    def take() -> None:
        with client.reports.rows("11", "t", FILE, lambda: lambda *_: None) as rows:
            next(rows)
            raise requests.ConnectionError

    with pytest.raises(requests.ConnectionError):
        take()
    assert client.mock.call_count == 1


def test_an_error_of_the_account_while_the_link_is_asked_for_again_is_told(client: Client) -> None:
    client.mock.get(FILE, status_code=403)
    client.mock.get(REPORTS, [refused(403, 29)])

    with pytest.raises(AccessLostError):
        client.rows()


def test_the_address_of_the_api_is_no_excuse_for_files_in_the_open(
    mock: requests_mock.Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINTEREST_API_URL", "http://api.example/v5")

    with pytest.raises(ConfigError):
        Client(mock)


# ---- Over a connection


class Cutting(BaseHTTPRequestHandler):
    """Promises more bytes than it sends; what it sends is a whole report."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "50")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def cutting_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = HTTPServer(("127.0.0.1", 0), Cutting)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/report"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_connection_that_breaks_is_noticed_even_where_what_came_looks_whole(
    client: Client, cutting_host: str
) -> None:
    client.mock.get(cutting_host, real_http=True)
    client.mock.get(FRESH_FILE, json=ROWS)
    client.mock.get(REPORTS, [finished()])

    assert client.rows(cutting_host) == FILED
