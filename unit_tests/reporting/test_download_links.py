"""Only links to public hosts are followed, without credentials; `api/test_session.py` says which hosts are public."""

import re
from pathlib import Path

import pytest
import requests_mock

from source_pinterest.api.errors import UnavailableError
from unit_tests.reporting.clients import FILE, REPORTS, ROWS, Client, finished


def refused_without_a_call(client: Client, url: str, why: str) -> None:
    """Fetch a file whose link must not be followed."""
    client.mock.get(requests_mock.ANY, json=ROWS)
    client.mock.get(REPORTS, [finished(url)])

    with pytest.raises(UnavailableError, match=re.escape(why)):
        client.content(url)
    assert all(request.url.startswith(REPORTS) for request in client.mock.request_history)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "[::1]:8080", "2130706433", "10.0.0.1", "[fd00::1]", "LOCALHOST"])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_link_to_a_private_host_is_refused_without_a_request(client: Client, scheme: str, host: str) -> None:
    refused_without_a_call(client, f"{scheme}://{host}/report", "The report's link points to a private host.")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://files.example/report", "The report's link does not use https."),
        ("http://127.0.0.1.example/report", "The report's link does not use https."),
        ("ftp://files.example/report", "The report's link is not a valid URL."),
        ("report", "The report's link is not a valid URL."),
        ("https://127.0.0.2:1\\@files.example/report", "link"),
        ("https://somebody@files.example/report", "link"),
        ("https://files.example/a report", "link"),
        ("https://%6cocalhost/report", "link"),
    ],
)
def test_a_link_without_https_or_with_an_ambiguous_host_is_refused_without_a_request(
    client: Client, url: str, why: str
) -> None:
    refused_without_a_call(client, url, why)


def test_a_local_api_may_name_local_files_and_https_elsewhere(
    monkeypatch: pytest.MonkeyPatch, mock: requests_mock.Mocker
) -> None:
    monkeypatch.setenv("PINTEREST_API_URL", "http://127.0.0.1:8899/v5")
    mock.get(requests_mock.ANY, json=ROWS)
    mock.get("http://127.0.0.1:8899/v5/ad_accounts/11/reports", [finished(FILE)])
    client = Client(mock, max_retries=0)

    for url in (FILE, "http://127.0.0.1:8080/report", "http://localhost:8080/report"):
        assert client.content(url) == ROWS
    with pytest.raises(UnavailableError, match="does not use https"):
        client.content("http://files.example/report")
    assert client.asked("http://files.example/report") == 0


def test_a_file_is_downloaded_without_any_token(
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
