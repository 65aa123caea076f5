"""Only links to public hosts are followed, and without credentials."""

from pathlib import Path

import pytest
import requests_mock

from source_pinterest.api.errors import UnavailableError
from unit_tests.reporting.clients import FILE, REPORTS, ROWS, Client, finished


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
def test_a_link_to_another_than_a_public_host_by_https_is_not_followed(client: Client, url: str) -> None:
    client.mock.get(requests_mock.ANY, json=ROWS)
    client.mock.get(REPORTS, [finished(url)])

    with pytest.raises(UnavailableError, match="not an https URL of a public host"):
        client.content(url)
    assert all(request.url.startswith(REPORTS) for request in client.mock.request_history)


@pytest.mark.parametrize("host", ["Files.EXAMPLE.", "pinterest-waterloo.s3.us-east-1.amazonaws.com:443"])
def test_a_link_to_a_public_host_is_followed(client: Client, host: str) -> None:
    url = f"https://{host}/report?X-Amz-Signature=a%2Fb&b=1"
    client.mock.get(requests_mock.ANY, json=ROWS)
    client.mock.get(REPORTS, [finished(url)])

    assert client.content(url) == ROWS


def test_a_local_api_may_name_local_files_and_https_elsewhere(
    monkeypatch: pytest.MonkeyPatch, mock: requests_mock.Mocker
) -> None:
    monkeypatch.setenv("PINTEREST_API_URL", "http://127.0.0.1:8899/v5")
    mock.get(requests_mock.ANY, json=ROWS)
    mock.get("http://127.0.0.1:8899/v5/ad_accounts/11/reports", [finished(FILE)])
    client = Client(mock, max_retries=0)

    for url in (FILE, "http://127.0.0.1:8080/report", "http://localhost:8080/report"):
        assert client.content(url) == ROWS
    with pytest.raises(UnavailableError):
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
