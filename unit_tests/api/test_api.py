"""The API is put together as the config says, and talks only to where a token may go."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import requests_mock

from source_pinterest import __version__, limits
from source_pinterest.api import BASE_URL_VARIABLE, DEFAULT_BASE_URL, Api
from source_pinterest.api.errors import ConfigError, FatalError
from source_pinterest.api.retries import BackoffDelays
from source_pinterest.config import Config
from unit_tests.api.connections import connected
from unit_tests.configs import TODAY, config

HERE = "http://127.0.0.1:8899/v5"


def connect(pauses: BackoffDelays | None = None, **options: Any) -> Api:
    settings = Config.from_mapping(config(**options), TODAY)
    return Api.connect(settings, on_rotation=lambda _: None, pauses=pauses)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (BASE_URL_VARIABLE, "NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)


def calls_of(api: Api, mock: requests_mock.Mocker) -> Iterator[Any]:
    """One request of each session: for a token, for a response, for a file."""
    mock.post(requests_mock.ANY, json={"access_token": "false-access-token-1"})
    mock.get(requests_mock.ANY)
    api.session.get(f"{api.base_url}/boards")
    api.downloads.get("https://files.example/report")
    assert [call.method for call in mock.request_history] == ["POST", "GET", "GET"]
    yield from mock.request_history


PROXIES = ["http://proxy.example:3128", "proxy", "http://user:false-password@proxy:3128/", "socks5h://[::1]:9"]


@pytest.mark.parametrize(
    ("address", "proxy", "count"), [(HERE, PROXIES[0], 0), *((DEFAULT_BASE_URL, proxy, 1) for proxy in PROXIES)]
)
def test_pinterest_is_reached_through_a_proxy_and_this_machine_without(
    monkeypatch: pytest.MonkeyPatch, mock: requests_mock.Mocker, address: str, proxy: str, count: int
) -> None:
    monkeypatch.setenv(BASE_URL_VARIABLE, address)
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    for call in calls_of(connect(), mock):
        assert list(call.proxies.values()).count(proxy) == count
        assert call.verify is True


def test_a_file_is_downloaded_without_any_token(
    monkeypatch: pytest.MonkeyPatch, mock: requests_mock.Mocker, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login false-login password false-password\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))

    *_, response, file = [call.headers for call in calls_of(connect(), mock)]
    assert "Authorization" in response
    assert not {"Authorization", "Cookie"} & file.keys()


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("REQUESTS_CA_BUNDLE", "/no/such.pem", "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names /no/such.pem, which"),
        ("HTTPS_PROXY", ":3128", "HTTPS_PROXY or ALL_PROXY names a proxy without a host"),
        ("ALL_PROXY", "http://user:false-password@", "HTTPS_PROXY or ALL_PROXY names a proxy without a host"),
    ],
)
def test_an_environment_that_cant_be_used_is_rejected(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigError) as raised:
        connect()
    assert str(raised.value.message).startswith(words)


def test_the_config_sets_retries_timeouts_waits_and_connections(mock: requests_mock.Mocker) -> None:
    pauses = BackoffDelays(first_seconds=61, longest_seconds=61)
    api = connect(pauses, max_retries=2, request_timeout_seconds=4, num_workers=7, max_wait_minutes=1)

    assert api.retry_policy.max_retries == 2
    api.retry_policy.outage.end()
    assert not api.retry_policy.outage.is_too_long(59)
    assert api.retry_policy.outage.is_too_long(60)
    for call in calls_of(api, mock):
        assert call.timeout == (4, 4)
        assert call.headers["User-Agent"] == f"source-pinterest/{__version__}"
    api.budget.back_off("org_read", 60)
    with pytest.raises(FatalError):
        api.budget.back_off("org_read", 61)
    connections = [most_connections(session) for session in (api.session, api.downloads)]
    assert connections == [7 + 7 + limits.REPORT_THREADS, 7], "tasks, their planning, reports"


def most_connections(session: requests.Session) -> int:
    return int(session.get_adapter("https://").poolmanager.connection_pool_kw["maxsize"])


@pytest.mark.parametrize(
    ("address", "base_url"),
    [
        ("https://api-sandbox.pinterest.com/v5/", "https://api-sandbox.pinterest.com/v5"),
        ("http://127.0.0.1:8899/v5", "http://127.0.0.1:8899/v5"),
        ("http://[::1]:8899/v5", "http://[::1]:8899/v5"),
        ("  ", "https://api.pinterest.com/v5"),
    ],
)
def test_another_base_url_is_accepted(monkeypatch: pytest.MonkeyPatch, address: str, base_url: str) -> None:
    monkeypatch.setenv(BASE_URL_VARIABLE, address)

    assert connected().base_url == base_url


@pytest.mark.parametrize(
    "address",
    [
        "http://api.pinterest.com/v5",
        "http://127.0.0.1.elsewhere.invalid/v5",
        "ftp://127.0.0.1/v5",
        "http://127.0.0.2:1\\@127.0.0.1/v5",
        "https://somebody:false-password@api.pinterest.com/v5",
        "https://api.pinterest.com/v5?",
        "https://api.pinterest.com/v5#boards",
        "https://api.pinterest.com/v5\nHost: elsewhere",
        "https://[api.pinterest.com/v5",
    ],
)
def test_an_address_that_would_show_the_token_is_rejected(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(BASE_URL_VARIABLE, address)

    with pytest.raises(ConfigError, match=f"{BASE_URL_VARIABLE} must be") as raised:
        connected()
    assert "false-password" not in str(raised.value.message)
