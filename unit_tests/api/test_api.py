"""Is the bundle put together as the config says, and does it only talk to where a token may go?"""

from typing import Any

import pytest

from source_pinterest import __version__
from source_pinterest.api import BASE_URL_VARIABLE, DEFAULT_BASE_URL, Api
from source_pinterest.api.auth import AccessTokenAuthenticator, OAuthAuthenticator
from source_pinterest.api.errors import ConfigError
from source_pinterest.config import Config
from unit_tests.configs import TODAY, config, signed_in_with


def connect(**options: Any) -> Api:
    return Api.connect(
        Config.from_mapping(config(**options), TODAY), on_rotation=lambda _: None, before_wait=lambda: None
    )


@pytest.fixture(autouse=True)
def _no_override(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BASE_URL_VARIABLE, raising=False)


def test_pinterest_is_the_default() -> None:
    api = connect()

    assert api.base_url == DEFAULT_BASE_URL == "https://api.pinterest.com/v5"
    assert api.session.trust_env is True


@pytest.mark.parametrize(
    ("address", "base_url"),
    [
        ("https://api-sandbox.pinterest.com/v5", "https://api-sandbox.pinterest.com/v5"),
        ("https://api-sandbox.pinterest.com/v5/", "https://api-sandbox.pinterest.com/v5"),
        ("http://127.0.0.1:8899/v5", "http://127.0.0.1:8899/v5"),
        ("http://localhost:8899/v5", "http://localhost:8899/v5"),
        ("http://[::1]:8899/v5", "http://[::1]:8899/v5"),
    ],
)
def test_another_address_is_taken(monkeypatch: pytest.MonkeyPatch, address: str, base_url: str) -> None:
    monkeypatch.setenv(BASE_URL_VARIABLE, address)

    assert connect().base_url == base_url


@pytest.mark.parametrize(
    "address",
    [
        "http://api.pinterest.com/v5",
        "http://127.0.0.1.elsewhere.invalid/v5",
        "http://localhost@elsewhere.invalid/v5",
        "ftp://127.0.0.1/v5",
        "api.pinterest.com/v5",
        "",
    ],
)
def test_an_address_that_would_show_the_token_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(BASE_URL_VARIABLE, address)

    with pytest.raises(ConfigError, match=BASE_URL_VARIABLE):
        connect()


def test_this_machine_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BASE_URL_VARIABLE, "http://127.0.0.1:8899/v5")
    api = connect()

    assert api.session.trust_env is False
    assert isinstance(api.authenticator, OAuthAuthenticator)
    assert api.authenticator._session.trust_env is False


def test_calls_carry_name_and_version() -> None:
    api = connect()

    assert api.session.headers["User-Agent"] == f"source-pinterest/{__version__}"
    assert isinstance(api.authenticator, OAuthAuthenticator)
    assert api.authenticator._session.headers["User-Agent"] == f"source-pinterest/{__version__}"


def test_the_config_sets_retries_timeouts_and_connections() -> None:
    api = connect(max_retries=2, request_timeout_seconds=4, num_workers=7, max_wait_minutes=1)

    assert api.max_retries == 2
    assert api.session._timeout == (4, 4)
    assert (
        api.session.adapters["https://"]._pool_maxsize == 8
    )  # one more than workers: a single worker has a generator beside it
    assert api.session.budget._max_wait_seconds == 60


def test_the_kind_of_credentials_decides_the_authenticator() -> None:
    plain = signed_in_with(auth_method="access_token", access_token="false-plain-token")

    assert isinstance(connect().authenticator, OAuthAuthenticator)
    assert isinstance(connect(**plain).authenticator, AccessTokenAuthenticator)


def test_the_token_is_not_replaced_by_one_of_the_machines_netrc() -> None:
    api = connect()

    assert api.session.auth is api.authenticator
