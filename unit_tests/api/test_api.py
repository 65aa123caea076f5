"""The API is put together as the config says, and talks only to where a token may go."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import requests_mock

from source_pinterest import __version__, limits
from source_pinterest.api import BASE_URL_VARIABLE, DEFAULT_BASE_URL, Api
from source_pinterest.api.auth import AccessTokenAuthenticator, OAuthAuthenticator, Tokens
from source_pinterest.api.bounds import Bounds
from source_pinterest.api.errors import ConfigError, FatalError
from source_pinterest.api.retries import Pauses
from source_pinterest.api.session import ApiResponse, PinterestSession
from source_pinterest.api.usage import Usage
from source_pinterest.config import Config
from unit_tests.configs import BASIC_TOKEN, TODAY, config, signed_in_with


class FlushedError(Exception):
    """What was printed is written out."""


def flush() -> None:
    raise FlushedError


def connect(pauses: Pauses | None = None, **options: Any) -> Api:
    settings = Config.from_mapping(config(**options), TODAY)
    return Api.connect(settings, on_rotation=lambda _: None, before_wait=flush, pauses=pauses)


@pytest.fixture(autouse=True)
def _no_override(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BASE_URL_VARIABLE, raising=False)


HERE = "http://127.0.0.1:8899/v5"


def calls_of(api: Api, mock: requests_mock.Mocker) -> Iterator[Any]:
    """One call of each session: for a token, for an answer, for a file."""
    mock.post(requests_mock.ANY, json={"access_token": "false-access-token-1"})
    mock.get(requests_mock.ANY)
    api.session.get(f"{api.base_url}/boards")
    api.downloads.get("https://files.example/report")
    assert [call.method for call in mock.request_history] == ["POST", "GET", "GET"]
    yield from mock.request_history


@pytest.mark.parametrize(("address", "proxies"), [(HERE, 0), (DEFAULT_BASE_URL, 1)])
def test_this_machine_is_reached_without_a_proxy(
    monkeypatch: pytest.MonkeyPatch, mock: requests_mock.Mocker, address: str, proxies: int
) -> None:
    monkeypatch.setenv(BASE_URL_VARIABLE, address)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    for call in calls_of(connect(), mock):
        assert list(call.proxies.values()).count("http://proxy.example:3128") == proxies


@pytest.mark.parametrize("address", [HERE, DEFAULT_BASE_URL])
@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_certificates_that_the_environment_names_hold_everywhere(
    monkeypatch: pytest.MonkeyPatch, mock: requests_mock.Mocker, address: str, variable: str, tmp_path: Path
) -> None:
    (certificates := tmp_path / "certificates.pem").touch()
    monkeypatch.setenv(BASE_URL_VARIABLE, address)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(variable, str(certificates))

    assert {call.verify for call in calls_of(connect(), mock)} == {str(certificates)}


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("REQUESTS_CA_BUNDLE", "/no/such.pem", "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names /no/such.pem, which"),
        ("HTTPS_PROXY", "http://", "HTTPS_PROXY or ALL_PROXY names a proxy without a host"),
        ("HTTPS_PROXY", ":3128", "HTTPS_PROXY or ALL_PROXY names a proxy without a host"),
        ("ALL_PROXY", "http://user:false-password@", "HTTPS_PROXY or ALL_PROXY names a proxy without a host"),
    ],
)
def test_an_environment_that_cant_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigError) as raised:
        connect()
    assert str(raised.value.message).startswith(words)


@pytest.mark.parametrize(
    "proxy", ["proxy", "proxy:3128", "http://user:false-password@proxy:3128/", "socks5h://[::1]:9"]
)
def test_a_proxy_with_a_host_is_taken(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    assert connect().session.trust_env


@pytest.mark.parametrize("address", [HERE, DEFAULT_BASE_URL])
def test_certificates_are_looked_at_where_the_environment_names_none(
    monkeypatch: pytest.MonkeyPatch, mock: requests_mock.Mocker, address: str
) -> None:
    monkeypatch.setenv(BASE_URL_VARIABLE, address)
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)

    assert [call.verify for call in calls_of(connect(), mock)] == [True] * 3


def test_calls_carry_name_and_version(mock: requests_mock.Mocker) -> None:
    for call in calls_of(connect(), mock):
        assert call.headers["User-Agent"] == f"source-pinterest/{__version__}"


def test_the_config_sets_retries_timeouts_and_connections(mock: requests_mock.Mocker) -> None:
    api = connect(max_retries=2, request_timeout_seconds=4, num_workers=7, max_wait_minutes=1)

    assert api.retry_policy.max_retries == 2
    assert {call.timeout for call in calls_of(api, mock)} == {(4, 4)}
    api.budget.throttled("org_read", 60)
    with pytest.raises(FatalError):
        api.budget.throttled("org_read", 61)


def test_there_is_a_connection_for_each_thread_that_sends_requests() -> None:
    api = connect(num_workers=7)

    assert most_connections(api.session) == 7 + 1 + limits.REPORT_THREADS, "workers, a generator of slices, reports"
    assert most_connections(api.downloads) == 7


def most_connections(session: requests.Session) -> int:
    return int(session.get_adapter("https://").poolmanager.connection_pool_kw["maxsize"])


def test_whoever_waits_less_for_an_answer_waits_less_for_its_end() -> None:
    patient, hasty = connect(request_timeout_seconds=600), connect(request_timeout_seconds=12)

    assert patient.response_bounds.seconds == limits.RESPONSE_SECONDS
    assert hasty.response_bounds.seconds == limits.RESPONSE_SECONDS / 10
    assert hasty.file_bounds.pace_seconds == patient.file_bounds.pace_seconds / 10
    assert {api.response_bounds.most_bytes for api in (patient, hasty)} == {limits.RESPONSE_BYTES}
    assert {api.file_bounds.most_bytes for api in (patient, hasty)} == {limits.REPORT_BYTES}


@pytest.mark.parametrize(
    ("timeout_seconds", "seconds"), [(600, limits.TOKEN_RESPONSE_SECONDS), (12, limits.TOKEN_RESPONSE_SECONDS / 10)]
)
def test_so_it_is_with_a_token(monkeypatch: pytest.MonkeyPatch, timeout_seconds: float, seconds: float) -> None:
    asked: list[Bounds] = []

    def paced_exchange(
        _: PinterestSession, __: requests.Request, ___: object, bounds: Bounds, ____: object
    ) -> ApiResponse[Tokens]:
        asked.append(bounds)
        return ApiResponse(Tokens("false-access-token", None, 3_600, frozenset()), 0)

    monkeypatch.setattr(PinterestSession, "paced_exchange", paced_exchange)
    connect(request_timeout_seconds=timeout_seconds).authenticator(requests.Request("GET", HERE).prepare())

    assert [(bounds.seconds, bounds.most_bytes) for bounds in asked] == [(seconds, limits.ERROR_BYTES)]


def test_the_sums_of_a_sync_know_the_quotas() -> None:
    api = connect()
    api.budget.acquire("org_read")

    assert [(quota.category, quota.used) for quota in api.usage.quota_usage()] == [("org_read", 1)]


def test_the_kind_of_credentials_decides_the_authenticator() -> None:
    plain = signed_in_with(auth_method="access_token", access_token="false-plain-token")

    assert isinstance(connect().authenticator, OAuthAuthenticator)
    assert isinstance(connect(**plain).authenticator, AccessTokenAuthenticator)


def test_the_token_is_not_replaced_by_one_of_the_machines_netrc(
    monkeypatch: pytest.MonkeyPatch, mock: requests_mock.Mocker, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login false-login password false-password\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    token, answer, file = calls_of(connect(), mock)

    assert token.headers["Authorization"] == f"Basic {BASIC_TOKEN}"
    assert answer.headers["Authorization"] == "Bearer false-access-token-1"
    assert "Authorization" not in file.headers


def test_what_was_printed_is_written_out_before_a_wait_for_a_quota() -> None:
    api = connect()
    api.budget.throttled("org_read", 30)

    with pytest.raises(FlushedError):
        api.budget.acquire("org_read")


def test_what_was_printed_is_written_out_before_the_end_of_an_outage_is_waited_for() -> None:
    with pytest.raises(FlushedError):
        connect().retry_policy.outage.wait("ConnectTimeout")


def test_an_outage_is_waited_for_as_long_as_the_config_says() -> None:
    pauses = Pauses(first_seconds=61, longest_seconds=61)
    hasty, patient = (connect(pauses, max_wait_minutes=minutes).retry_policy.outage for minutes in (1, 2))
    for outage in (hasty, patient):
        outage.end()

    assert not hasty.wait("ConnectTimeout")
    with pytest.raises(FlushedError):
        patient.wait("ConnectTimeout")


def test_whoever_connects_counts_the_calls_and_is_told_of_a_rotated_token(mock: requests_mock.Mocker) -> None:
    usage, told = Usage(), []
    settings = Config.from_mapping(config(), TODAY)
    api = Api.connect(settings, on_rotation=told.append, before_wait=flush, usage=usage)
    mock.post(requests_mock.ANY, json={"access_token": "false-access-token-1", "refresh_token": "false-token-2"})
    api.authenticator(requests.Request("GET", f"{DEFAULT_BASE_URL}/boards").prepare())

    assert api.usage is usage
    assert [tokens.refresh_token for tokens in told] == ["false-token-2"]


def test_a_token_is_asked_for_again_after_the_pauses_of_any_call(
    mock: requests_mock.Mocker, slept: list[float]
) -> None:
    mock.post(f"{DEFAULT_BASE_URL}/oauth/token", [{"status_code": 503}, {"json": {"access_token": "false-token"}}])
    api = connect(Pauses(first_seconds=3))
    api.authenticator(requests.Request("GET", f"{DEFAULT_BASE_URL}/boards").prepare())

    assert slept == [3]
