"""Is a report asked for as Pinterest wants it, and its file fetched whole, by nobody's name, or not at all?"""

import dataclasses
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
import requests
import requests_mock

from source_pinterest.api import DEFAULT_BASE_URL
from source_pinterest.api.chunks import Bounds
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import (
    AccessLostError,
    AccountUnreadableError,
    ConfigError,
    MalformedAnswerError,
    QuotaExhaustedError,
    RefusedError,
    RejectedError,
    RepeatedKeyError,
    UnavailableError,
)
from source_pinterest.api.retries import TryLaterError
from source_pinterest.api.rights import ScopeMissingError
from source_pinterest.engine.notices import Notices
from source_pinterest.engine.refused_names import RefusedNames
from source_pinterest.masking import SECRETS
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.endpoint import ReportEndpoint
from source_pinterest.reporting.errors import ReportRefusedError
from source_pinterest.reporting.job import JobStatus
from unit_tests.answers import refused
from unit_tests.api.connections import Wire, connected
from unit_tests.reporting.requests_for_reports import days, request

REPORTS = f"{DEFAULT_BASE_URL}/ad_accounts/11/reports"
FILE = "https://files.example/metrics_report.txt?signature=1"
FRESH_FILE = "https://files.example/metrics_report.txt?signature=2"
CREATED = {"json": {"token": "a token", "report_status": "IN_PROGRESS", "message": ""}}
ROWS = {"1": [{"CAMPAIGN_ID": "1"}, {"CAMPAIGN_ID": "2"}]}


def finished(url: str = FRESH_FILE) -> dict[str, Any]:
    return {"json": {"report_status": "FINISHED", "url": url, "size": 100}}


def read(chunks: Iterator[bytes]) -> Any:
    """What is in a file; nothing in an empty one."""
    body = b"".join(chunks)
    try:
        return json.loads(body or b"{}")
    except ValueError as error:
        raise MalformedAnswerError("The file is not JSON.") from error


class Client:
    """A client that pauses nowhere."""

    def __init__(self, mock: requests_mock.Mocker, bounds: Bounds | None = None, **options: Any) -> None:
        self.mock = mock
        api = connected(**options)
        self.api = dataclasses.replace(api, file_bounds=bounds or api.file_bounds)
        calls = PinterestClient(self.api, "campaign_report", ("ads:read",))
        self.reports = ReportClient(self.api, calls, "campaign_report", RefusedNames(Notices("campaign_report")))

    def content(self, url: str | None = None, read: Callable[[Iterator[bytes]], Any] = read) -> Any:
        return self.reports.fetch(request(), "a token", FILE if url is None else url, read)

    def asked(self, url: str) -> int:
        """How often a link was followed."""
        return sum(request.url == url for request in self.mock.request_history)


@pytest.fixture
def mock() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture
def client(mock: requests_mock.Mocker) -> Client:
    """Asks for everything once."""
    return Client(mock, max_retries=0)


@pytest.fixture
def patient(mock: requests_mock.Mocker) -> Client:
    """Asks for everything up to five times."""
    return Client(mock, max_retries=4)


# ---- Create


def test_a_report_is_asked_for_in_the_body_and_named_by_its_token(client: Client) -> None:
    client.mock.post(REPORTS, [CREATED])

    assert client.reports.create(request(days(3), columns=["CTR"])) == "a token"
    [sent] = client.mock.request_history
    assert sent.json() == request(days(3), columns=["CTR"]).as_json()
    assert sent.qs == {}
    assert sent.headers["Authorization"] == "Bearer false-access-token"


def test_the_id_of_an_account_is_one_piece_of_the_path(client: Client) -> None:
    reports = f"{DEFAULT_BASE_URL}/ad_accounts/..%2F11%3Fx%3D1%23y/reports"
    client.mock.post(reports, [CREATED])
    client.mock.get(reports, [finished(FILE)])
    strange = request(account="../11?x=1#y")

    assert client.reports.create(strange) == "a token"
    assert client.reports.poll(strange, "a token") == (JobStatus.FINISHED, FILE)


def test_a_token_is_enough_of_an_answer(client: Client) -> None:
    client.mock.post(REPORTS, json={"token": "a token"})

    assert client.reports.create(request()) == "a token"


def test_a_creation_that_fails_is_handed_back_before_each_further_try(patient: Client) -> None:
    patient.mock.post(REPORTS, [refused(503)] * 4 + [CREATED])

    tries = None
    for calls in range(1, 5):
        with pytest.raises(TryLaterError) as later:
            patient.reports.create(request(), tries)
        tries = later.value.tries
        assert patient.mock.call_count == calls
    assert patient.reports.create(request(), tries) == "a token"


def test_a_creation_that_was_handed_back_as_often_as_it_may_be_fails(patient: Client) -> None:
    patient.mock.post(REPORTS, [refused(503)])

    tries = None
    for _ in range(4):
        with pytest.raises(TryLaterError) as later:
            patient.reports.create(request(), tries)
        tries = later.value.tries
    with pytest.raises(UnavailableError, match=r"5 times in a row.* ad_accounts/\d+/reports"):
        patient.reports.create(request(), tries)


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
        ({"exc": requests.ReadTimeout}, UnavailableError),
        ({"text": "<html>"}, UnavailableError),
        ({"text": "[]"}, UnavailableError),
        ({"text": "{}"}, UnavailableError),
        ({"text": '{"token": "a tok'}, UnavailableError),
        ({"json": {"report_status": "IN_PROGRESS"}}, UnavailableError),
        ({"json": {"token": None}}, UnavailableError),
        ({"json": {"token": ""}}, UnavailableError),
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


def test_columns_that_pinterest_refuses_without_a_name_are_found_in_reports_of_one_day(client: Client) -> None:
    """A report of all days would keep Pinterest at work for nothing."""
    asked: list[dict[str, Any]] = []

    def create(sent: Any, context: Any) -> dict[str, Any]:
        asked.append(sent.json())
        if "SPEND" not in sent.json()["columns"]:
            return {"token": "a token", "report_status": "IN_PROGRESS"}
        context.status_code = 400
        return {"code": 1, "message": "This does not go together"}

    client.mock.post(REPORTS, json=create)

    assert client.reports.create(request(days(3), columns=["CTR", "SPEND"])) == "a token"
    first, *probes, last = asked
    assert (first["start_date"], first["end_date"]) == ("2026-01-01", "2026-01-03")
    assert {(probe["start_date"], probe["end_date"]) for probe in probes} == {("2026-01-03", "2026-01-03")}
    assert last == {**first, "columns": ["CTR"]}


def test_an_order_during_an_outage_is_not_placed(client: Client) -> None:
    client.mock.post(REPORTS, exc=requests.ConnectionError)

    with pytest.raises(UnavailableError, match="could not be reached"):
        client.reports.create(request())


# ---- Other endpoints

MMM = f"{DEFAULT_BASE_URL}/ad_accounts/11/mmm_reports"
AS_MMM = replace(request(days(3), columns=["CTR"]), endpoint=ReportEndpoint("ad_accounts/{ad_account_id}/mmm_reports"))


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_a_report_of_another_endpoint_is_asked_for_and_looked_for_there(client: Client, is_wrapped: bool) -> None:
    """Answers were wrapped before version 5.28 of the API."""

    def answer(**told: str) -> dict[str, Any]:
        return {"json": {"code": 0, "status": "success", "data": told} if is_wrapped else told}

    client.mock.post(MMM, [answer(token="a token", report_status="IN_PROGRESS")])
    client.mock.get(MMM, [answer(report_status="FINISHED", url=FILE)])

    assert client.reports.create(AS_MMM) == "a token"
    assert client.reports.poll(AS_MMM, "a token") == (JobStatus.FINISHED, FILE)
    assert client.mock.request_history[0].json() == AS_MMM.as_json()


def test_an_objective_that_pinterest_refuses_costs_itself(client: Client) -> None:
    client.mock.post(MMM, [refused(400, 1, "Not supported: CTV"), CREATED])
    wanted = replace(AS_MMM, body={**AS_MMM.body, "campaign_objective_types": ["SALES", "CTV"]})

    assert client.reports.create(wanted) == "a token"
    assert client.mock.request_history[-1].json()["campaign_objective_types"] == ["SALES"]


# ---- Poll


@pytest.mark.parametrize("status", list(JobStatus))
def test_a_report_is_asked_for_by_its_token(client: Client, status: JobStatus) -> None:
    client.mock.get(REPORTS, json={"report_status": status.value})

    assert client.reports.poll(request(), "a token") == (status, None)
    assert client.mock.request_history[0].qs == {"token": ["a token"]}
    assert client.mock.request_history[0].url.startswith(f"{REPORTS}?token=")


def test_a_finished_report_has_a_link(client: Client) -> None:
    client.mock.get(REPORTS, [finished(FILE)])

    assert client.reports.poll(request(), "a token") == (JobStatus.FINISHED, FILE)


def test_a_poll_that_pinterest_calls_wrong_fails_that_report_alone(client: Client) -> None:
    client.mock.get(REPORTS, [refused(400, 1)])

    with pytest.raises(RejectedError):
        client.reports.poll(request(), "a token")


def test_an_order_that_pinterest_took_and_does_not_know_is_lost(client: Client) -> None:
    client.mock.get(REPORTS, [refused(404, 1)])

    assert client.reports.poll(request(), "a token") == (JobStatus.DOES_NOT_EXIST, None)


def test_an_order_that_pinterest_took_and_does_not_show_is_a_loss(client: Client) -> None:
    client.mock.get(REPORTS, [refused(403, 29)])

    with pytest.raises(AccessLostError) as lost:
        client.reports.poll(request(), "a token")
    assert str(lost.value.message).startswith(
        "campaign_report: Pinterest gave the beginning of ad_accounts/11/reports "
    )
    assert str(lost.value.message).endswith('Pinterest answered "Scripted refusal" (HTTP 403, code 29).')


def test_a_link_that_is_no_address_is_asked_for_again(patient: Client) -> None:
    patient.mock.get(REPORTS, [finished("https://[files.example/report"), finished(FILE)])

    assert patient.reports.poll(request(), "a token") == (JobStatus.FINISHED, FILE)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"json": []}, "A report is an object."),
        ({"json": {"message": "Soon"}}, "A report has a status."),
        ({"json": {"token": "a token"}}, "A report has a status."),
        ({"json": {"data": {"message": "Soon"}}}, "A report has a status."),
        (finished("https://[files.example/report"), "A report has an address."),
    ],
)
def test_an_answer_that_is_no_report_is_told(client: Client, answer: dict[str, Any], why: str) -> None:
    client.mock.get(REPORTS, [answer])

    with pytest.raises(UnavailableError, match=rf" {re.escape(why)}"):
        client.reports.poll(request(), "a token")


@pytest.mark.parametrize("status", [None, "in_progress", "ARCHIVED", 7])
def test_a_status_that_nobody_knows_is_no_end(client: Client, status: object) -> None:
    client.mock.get(REPORTS, json={"report_status": status})

    assert client.reports.poll(request(), "a token") == (JobStatus.IN_PROGRESS, None)


def test_a_token_may_be_a_number(client: Client) -> None:
    client.mock.post(REPORTS, json={"token": 2**70, "report_status": "IN_PROGRESS"})

    assert client.reports.create(request()) == str(2**70)


def test_an_answer_may_come_in_pieces(client: Client) -> None:
    client.mock.get(REPORTS, body=Wire(b'{"report_sta', b'tus": "FAILED"}'))

    assert client.reports.poll(request(), "a token") == (JobStatus.FAILED, None)


def test_whoever_has_the_link_has_the_report_so_that_it_is_a_secret(client: Client) -> None:
    secrets = {
        "X-Amz-Credential": "AKIAFALSE/20260101/us-east-1/s3/aws4_request",
        "X-Amz-Security-Token": "false+token/" + "8" * 400,
        "X-Amz-Signature": "false-signature-" + "7" * 32,
        "AWSAccessKeyId": "AKIAFALSE0000",
        "Signature": "false/short=",
        "sig": "another-false-signature-of-more-than-32-characters",
        "h": "0123456789abcdef" * 2,
    }
    harmless = {"X-Amz-Date": "20260101T000000Z", "X-Amz-Expires": "300", "X-Amz-SignedHeaders": "host"}
    link = f"https://files.example/report?{urlencode({**harmless, **secrets})}"
    client.mock.get(REPORTS, [finished(link)])
    client.reports.poll(request(), "a token")

    shown = SECRETS.mask(f"{link} {json.dumps(secrets)}")
    assert [value for value in secrets.values() if value in shown or quote_plus(value) in shown] == []
    assert [value for value in harmless.values() if value not in shown] == []


@pytest.mark.parametrize(
    "name", ["Signature", "credential", "X-Amz-Security-Token", "AWSAccessKeyId", "secret", "Policy"]
)
def test_what_is_called_a_secret_is_one_however_short_it_is(client: Client, name: str) -> None:
    client.mock.get(REPORTS, [finished(f"https://files.example/report?{name}=false-one")])
    client.reports.poll(request(), "a token")

    assert SECRETS.mask("false-one") == "****"


# ---- The file


def test_a_file_is_read_as_it_comes(client: Client) -> None:
    client.mock.get(FILE, body=Wire(b'{"1": [{"CAMPAIGN_ID": "1"}, ', b'{"CAMPAIGN_ID": "2"}]}'))
    came: list[bytes] = []

    assert client.content(read=lambda chunks: came.extend(chunks) or json.loads(b"".join(came))) == ROWS
    assert len(came) == 2
    assert client.mock.call_count == 1


@pytest.mark.parametrize(("body", "size"), [("", None), ("", 0), ("", 2), ("", "many"), ("{}", 2)])
def test_an_empty_file_is_an_empty_report(client: Client, body: str, size: Any) -> None:
    client.mock.get(FILE, text=body)
    client.mock.get(REPORTS, json={"report_status": "FINISHED", "url": FILE, "size": size})

    assert client.content() == {}
    assert [sent.qs for sent in client.mock.request_history[1:]] == [{"token": ["a token"]}] * (not body)


def test_an_empty_file_of_a_report_that_stays_so_is_given_up_with_the_reason(client: Client) -> None:
    client.mock.get(FILE, text="")
    client.mock.get(REPORTS, json={"report_status": "FINISHED", "url": FILE, "size": 3})

    with pytest.raises(UnavailableError, match=r" The file is empty, and the report is not\."):
        client.content()


def test_an_empty_file_of_a_report_that_has_a_size_is_fetched_again(patient: Client) -> None:
    patient.mock.get(FILE, [{"text": ""}, {"json": ROWS}])
    patient.mock.get(REPORTS, json={"report_status": "FINISHED", "url": FILE, "size": 3})

    assert patient.content() == ROWS


def test_the_file_is_asked_for_without_our_token_or_anybody_elses(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login false-login password false-password\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    client.mock.get(FILE, json=ROWS)
    client.content()

    [sent] = client.mock.request_history
    assert "Authorization" not in sent.headers
    assert "Cookie" not in sent.headers
    assert sent.headers["User-Agent"].startswith("source-pinterest/")


@pytest.mark.parametrize("status", [403, 404, 410, 429, 500, 503])
def test_a_link_that_fails_is_asked_for_again(patient: Client, status: int) -> None:
    patient.mock.get(FILE, status_code=status, text="<Error><Code>AccessDenied</Code></Error>")
    patient.mock.get(FRESH_FILE, json=ROWS)
    patient.mock.get(REPORTS, [finished()])

    assert patient.content() == ROWS
    assert (patient.asked(FILE), patient.asked(FRESH_FILE)) == (1, 1)
    assert patient.mock.request_history[1].qs == {"token": ["a token"]}


@pytest.mark.parametrize("status", [204, 206, 301, 302, 304])
def test_an_answer_that_is_not_the_file_is_never_an_empty_report(patient: Client, status: int) -> None:
    patient.mock.get(FILE, status_code=status, headers={"Location": "https://elsewhere.example/"})
    patient.mock.get(FRESH_FILE, json=ROWS)
    patient.mock.get(REPORTS, [finished()])

    assert patient.content() == ROWS
    assert patient.asked("https://elsewhere.example/") == 0


def cut() -> dict[str, Any]:
    return {"body": Wire(b"{}", breaks_off=True)}


@pytest.mark.parametrize(
    "broken",
    [
        {"text": '{"1": [{"CAMPAIGN_ID": "1"}, {"CAMPAIGN'},
        {"text": "<html>"},
        cut(),
        {"exc": requests.ConnectionError},
        {"exc": requests.ConnectTimeout},
        {"exc": requests.ReadTimeout},
        {"exc": requests.exceptions.SSLError},
    ],
)
def test_a_file_that_does_not_come_whole_is_fetched_again(patient: Client, broken: dict[str, Any]) -> None:
    patient.mock.get(FILE, [broken])
    patient.mock.get(FRESH_FILE, json=ROWS)
    patient.mock.get(REPORTS, [finished()])

    assert patient.content() == ROWS


@pytest.mark.parametrize(
    ("trouble", "last"), [({"status_code": 503}, "HTTP 503"), ({"exc": requests.ReadTimeout}, "in time")]
)
def test_a_file_that_stays_away_is_given_up(patient: Client, trouble: dict[str, Any], last: str) -> None:
    patient.mock.get(FILE, [trouble])
    patient.mock.get(REPORTS, [finished(FILE)])

    with pytest.raises(UnavailableError, match=rf"campaign_report.*5 times in a row for the file of a report.*{last}"):
        patient.content()
    assert patient.asked(FILE) == 5


def test_a_host_of_files_that_is_out_while_pinterest_answers_is_given_up_too(patient: Client) -> None:
    """Its outage is nobody else's, and has no end that could be waited for."""
    patient.mock.get(FILE, exc=requests.ConnectionError)
    patient.mock.get(REPORTS, [finished(FILE)])

    with pytest.raises(UnavailableError, match=r"for the file of a report.* could be made \(ConnectionError\)"):
        patient.content()
    assert patient.asked(FILE) == 7


def test_a_link_that_is_not_given_anew_is_tried_again(patient: Client) -> None:
    patient.mock.get(FILE, [{"status_code": 503}, {"json": ROWS}])
    patient.mock.get(REPORTS, json={"report_status": "IN_PROGRESS"})

    assert patient.content() == ROWS


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://files.example/report", "A report lies behind https."),
        ("http://127.0.0.1.example/report", "A report lies behind https."),
        ("ftp://files.example/report", "A report has an address."),
        ("report", "A report has an address."),
    ],
)
def test_a_file_in_the_open_is_refused_without_a_call(patient: Client, url: str, why: str) -> None:
    patient.mock.get(requests_mock.ANY, json=ROWS)
    patient.mock.get(REPORTS, [finished(url)])

    with pytest.raises(UnavailableError, match=rf" {re.escape(why)}"):
        patient.content(url)
    assert patient.asked(url) == 0
    assert all(request.url.startswith(REPORTS) for request in patient.mock.request_history)


HERE = [
    "127.0.0.1:8080",
    "localhost:8080",
    "[::1]:8080",
    "127.1:8080",
    "2130706433",
    "0x7f000001",
    "[::ffff:127.0.0.1]",
]
NEAR = ["10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "[fe80::1]", "[fd00::1]", "0.0.0.1", "100.64.0.1"]
NEAR += ["[fe80::1%25eth0]", "[fe80::1%25a%25b]"]


@pytest.mark.parametrize(
    "host", HERE + NEAR + ["localhost.", "127.0.0.1.", "files.localhost", "LOCALHOST", "224.0.0.1"]
)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_file_that_is_not_in_the_internet_is_refused_without_a_call(client: Client, scheme: str, host: str) -> None:
    url = f"{scheme}://{host}/report"
    client.mock.get(requests_mock.ANY, json=ROWS)
    client.mock.get(REPORTS, [finished(FILE)])

    with pytest.raises(UnavailableError, match=r" A report lies in the internet\."):
        client.content(url)
    assert all(request.url.startswith(REPORTS) for request in client.mock.request_history)


@pytest.mark.parametrize("host", HERE)
def test_a_file_on_this_machine_is_for_who_rehearses_on_it(
    monkeypatch: pytest.MonkeyPatch, mock: requests_mock.Mocker, host: str
) -> None:
    monkeypatch.setenv("PINTEREST_API_URL", "http://127.0.0.1:8899/v5")
    mock.get(f"http://{host}/report", json=ROWS)

    assert Client(mock, max_retries=0).content(f"http://{host}/report") == ROWS


def test_a_file_elsewhere_lies_behind_https_for_who_rehearses_too(
    monkeypatch: pytest.MonkeyPatch, mock: requests_mock.Mocker
) -> None:
    monkeypatch.setenv("PINTEREST_API_URL", "http://127.0.0.1:8899/v5")
    mock.get(requests_mock.ANY, json=ROWS)
    mock.get("http://127.0.0.1:8899/v5/ad_accounts/11/reports", [finished(FILE)])
    client = Client(mock, max_retries=0)

    with pytest.raises(UnavailableError, match="behind https"):
        client.content("http://files.example/report")
    assert client.asked("http://files.example/report") == 0
    assert client.content(FILE) == ROWS


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.2:1\\@files.example/report",
        "https://somebody@files.example/report",
        "https://files.example/report#part",
        "https://files.example/a report",
        "https://files.example/report\n",
        "https://[files.example/report",
        "https://files.example:99999/report",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_not_followed(client: Client, url: str) -> None:
    client.mock.get(requests_mock.ANY, json=ROWS)
    client.mock.get(REPORTS, [finished(FILE)])

    with pytest.raises(UnavailableError):
        client.content(url)
    assert all(request.url.startswith(REPORTS) for request in client.mock.request_history)


def test_each_file_is_read_afresh(patient: Client) -> None:
    """Otherwise the rows of a broken file would count as the first of two."""
    patient.mock.get(FILE, text='{"1": [{"CAMPAIGN_ID": "1"}, ')
    patient.mock.get(FRESH_FILE, json=ROWS)
    patient.mock.get(REPORTS, [finished()])
    seen: list[bytes] = []

    def noting(chunks: Iterator[bytes]) -> Any:
        seen.append(b"".join(chunks))
        return read(iter(seen[-1:]))

    assert patient.content(read=noting) == ROWS
    assert seen == [b'{"1": [{"CAMPAIGN_ID": "1"}, ', json.dumps(ROWS).encode()]


def test_what_is_found_in_the_rows_is_no_reason_to_fetch_them_again(patient: Client) -> None:
    patient.mock.get(FILE, json=ROWS)

    def refuse(_: Iterator[bytes]) -> None:
        raise RepeatedKeyError("campaign_report", ("CAMPAIGN_ID",), ("1",))

    with pytest.raises(RepeatedKeyError):
        patient.content(read=refuse)
    assert patient.mock.call_count == 1


def test_a_file_beyond_the_bounds_is_given_up(mock: requests_mock.Mocker) -> None:
    client = Client(mock, bounds=Bounds(most_bytes=20), max_retries=1)
    mock.get(FILE, json=ROWS)
    mock.get(REPORTS, [finished(FILE)])

    with pytest.raises(UnavailableError, match="larger than 20 bytes"):
        client.content()
    assert client.asked(FILE) == 2


def test_an_error_of_the_account_while_the_link_is_asked_for_again_is_told(patient: Client) -> None:
    patient.mock.get(FILE, status_code=403)
    patient.mock.get(REPORTS, [refused(403, 29)])

    with pytest.raises(AccessLostError):
        patient.content()


def test_a_file_counts_against_no_quota(client: Client) -> None:
    client.mock.get(FILE, json=ROWS)
    client.content()

    assert client.api.budget.quota_usage() == []
    assert client.api.usage.of("campaign_report").sent == 0


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
    patient: Client, cutting_host: str
) -> None:
    patient.mock.get(cutting_host, real_http=True)
    patient.mock.get(FRESH_FILE, json=ROWS)
    patient.mock.get(REPORTS, [finished()])

    assert patient.content(cutting_host) == ROWS
