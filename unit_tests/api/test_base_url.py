"""The base URLs of the API that are taken; none would show the token."""

import pytest

from source_pinterest.api import BASE_URL_VARIABLE
from source_pinterest.api.errors import ConfigError
from unit_tests.api.connections import connected


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
def test_an_address_that_would_show_the_token_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(BASE_URL_VARIABLE, address)

    with pytest.raises(ConfigError, match=f"{BASE_URL_VARIABLE} must be") as raised:
        connected()
    assert "false-password" not in str(raised.value.message)
