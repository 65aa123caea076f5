"""Only links to public hosts are followed, without credentials."""

import re
from pathlib import Path

import pytest
import requests_mock

from source_pinterest.api.errors import ConfigError, UnavailableError
from unit_tests.reporting.clients import FILE, REPORTS, ROWS, Client, finished

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
NEAR += ["[fec0::1]", "[64:ff9b::7f00:1]", "[::127.0.0.1]"]


@pytest.mark.parametrize(
    "host", HERE + NEAR + ["localhost.", "127.0.0.1.", "files.localhost", "LOCALHOST", "224.0.0.1"]
)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_file_that_is_not_in_the_internet_is_refused_without_a_call(client: Client, scheme: str, host: str) -> None:
    url = f"{scheme}://{host}/report"
    client.mock.get(requests_mock.ANY, json=ROWS)
    client.mock.get(REPORTS, [finished(FILE)])

    with pytest.raises(UnavailableError, match=r" The report's link points to a private host\."):
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

    with pytest.raises(UnavailableError, match="does not use https"):
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
        "https://%6cocalhost/report",
        "https://[fe80::1%25eth0]/report",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_not_followed(client: Client, url: str) -> None:
    client.mock.get(requests_mock.ANY, json=ROWS)
    client.mock.get(REPORTS, [finished(FILE)])

    with pytest.raises(UnavailableError):
        client.content(url)
    assert all(request.url.startswith(REPORTS) for request in client.mock.request_history)


def test_the_address_of_the_api_is_no_excuse_for_files_in_the_open(
    mock: requests_mock.Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINTEREST_API_URL", "http://api.example/v5")

    with pytest.raises(ConfigError):
        Client(mock)


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


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://files.example/report", "The report's link does not use https."),
        ("http://127.0.0.1.example/report", "The report's link does not use https."),
        ("ftp://files.example/report", "The report's link is not a valid URL."),
        ("report", "The report's link is not a valid URL."),
    ],
)
def test_a_file_in_the_open_is_refused_without_a_call(patient: Client, url: str, why: str) -> None:
    patient.mock.get(requests_mock.ANY, json=ROWS)
    patient.mock.get(REPORTS, [finished(url)])

    with pytest.raises(UnavailableError, match=rf" {re.escape(why)}"):
        patient.content(url)
    assert patient.asked(url) == 0
    assert all(request.url.startswith(REPORTS) for request in patient.mock.request_history)
