"""The credentials of configurations of every version are found; unusable ones are refused, and none is shown."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from airbyte_cdk.utils import AirbyteTracedException
from pendulum import datetime

from source_pinterest import masking
from source_pinterest.config import AccessTokenCredentials, AppCredentials, Config, OAuthCredentials
from source_pinterest.config.credentials import keep_secrets_of
from unit_tests.configs import BASIC_TOKEN, OAUTH, SECRETS, TODAY, config, sample, signed_in_with

OAUTH_CREDENTIALS = OAuthCredentials("1234567", "false-client-secret", "false-refresh-token")
ACCESS_TOKEN_CREDENTIALS = AccessTokenCredentials("false-access-token")


def test_credentials_of_any_age_are_found() -> None:
    for name, credentials in [
        ("oauth_nested", OAUTH_CREDENTIALS),
        ("oauth_nested_without_method", OAUTH_CREDENTIALS),
        (
            "oauth_nested_with_access_token",
            OAuthCredentials(
                "1234567", "false-client-secret", "false-refresh-token", "false-access-token", datetime(2024, 6, 1, 12)
            ),
        ),
        ("oauth_flat", OAUTH_CREDENTIALS),
        ("oauth_flat_with_nulls", OAUTH_CREDENTIALS),
        ("every_option", OAUTH_CREDENTIALS),
        ("custom_reports", OAUTH_CREDENTIALS),
        ("app_credentials", AppCredentials("1234567", "false-client-secret")),
        ("access_token_nested", ACCESS_TOKEN_CREDENTIALS),
        ("access_token_nested_without_method", ACCESS_TOKEN_CREDENTIALS),
        ("access_token_flat", ACCESS_TOKEN_CREDENTIALS),
    ]:
        assert Config.from_mapping(sample(name), TODAY).credentials == credentials, (name, credentials)


def test_a_nested_value_goes_before_a_flat_one() -> None:
    raw = {**signed_in_with(client_id="7", client_secret=None, refresh_token="false-nested"), **OAUTH}

    assert Config.from_mapping(raw, TODAY).credentials == OAuthCredentials("7", "false-client-secret", "false-nested")


def test_without_a_method_what_can_be_renewed_goes_first() -> None:
    fields = {key: value for key, value in OAUTH.items() if key != "auth_method"}
    raw = signed_in_with(**fields, access_token="false-access-token")

    assert isinstance(Config.from_mapping(raw, TODAY).credentials, OAuthCredentials)


def test_credentials_lose_what_came_with_copying_them() -> None:
    raw = signed_in_with(**{**OAUTH, "client_id": 1234567, "refresh_token": " false-refresh-token\n"})

    assert Config.from_mapping(raw, TODAY).credentials == OAUTH_CREDENTIALS


@pytest.mark.parametrize("expiry", [None, "", " "])
def test_an_access_token_whose_expiry_nobody_knows_is_not_usable(expiry: Any) -> None:
    raw = signed_in_with(**OAUTH, access_token="false-access-token", token_expiry_date=expiry)
    credentials = Config.from_mapping(raw, TODAY).credentials

    assert isinstance(credentials, OAuthCredentials)
    assert credentials.token_expiry_date is None
    assert credentials.usable_access_token() is None


NO_TIMES = ["soon", 1717243200, 20260101, "P1D", ["2026-01-01"], True, "99999-01-01T00:00:00Z", "1" * 400]
NO_TIMES += ["2026-01-01/P1D", "P99999999999D"]


@pytest.mark.parametrize("expiry", NO_TIMES)
def test_an_expiry_that_is_no_time_is_refused(expiry: Any) -> None:
    raw = signed_in_with(**OAUTH, access_token="false-access-token", token_expiry_date=expiry)

    with pytest.raises(AirbyteTracedException) as refused:
        Config.from_mapping(raw, TODAY)
    assert refused.value.message == (
        "Authorization Method: token_expiry_date must be a time such as 2026-01-31T12:00:00Z. Correct it, or remove "
        "it: the connector then gets a new access token."
    )


BROKEN = [f"false{what}secret" for what in ("\n", " ", "\t", "\x00", "ä", "\u00a0", "\u200b")]


@pytest.mark.parametrize("value", BROKEN)
@pytest.mark.parametrize(
    ("key", "title"),
    [("client_id", "Client ID"), ("client_secret", "Client Secret"), ("refresh_token", "Refresh Token")],
)
def test_a_credential_that_no_header_can_carry_is_refused_by_its_name_alone(key: str, title: str, value: str) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        Config.from_mapping(signed_in_with(**{**OAUTH, key: value}), TODAY)
    assert raised.value.message == (
        f"Authorization Method: {title} contains a space, a line break or a letter outside ASCII. Copy it again, "
        "without anything around it."
    )


@pytest.mark.parametrize("value", BROKEN)
def test_so_is_a_plain_access_token(value: str) -> None:
    with pytest.raises(AirbyteTracedException, match="Access Token contains a space, a line break"):
        Config.from_mapping(signed_in_with(auth_method="access_token", access_token=value), TODAY)


@pytest.mark.parametrize("around", ["{}", " {}\n"], ids=["alone", "with spaces around it"])
def test_no_refusal_quotes_a_secret_that_stands_in_the_wrong_place_too(around: str) -> None:
    secret = "false-client-secret"
    credentials = {**OAUTH, "client_secret": around.format(secret)}

    with pytest.raises(AirbyteTracedException, match="Status") as raised:
        Config.from_mapping({**signed_in_with(**credentials), "status": [secret]}, TODAY)
    assert secret not in str(raised.value.message) + str(raised.value.internal_message)


@pytest.mark.parametrize("echo", [repr, json.dumps, quote])
def test_a_short_secret_is_masked_as_it_was_typed_too(echo: Callable[[str], str]) -> None:
    """Whoever validates a config quotes it with its blanks, whose code is no border of a word."""
    keep_secrets_of(signed_in_with(client_secret="\nsevenly"))

    assert "sevenly" not in masking.SECRETS.mask(echo("\nsevenly"))


def test_an_access_token_is_usable_until_it_expires() -> None:
    expiry = datetime(2026, 7, 1, 12)
    credentials = OAuthCredentials("1", "false-secret", "false-refresh-token", "false-access-token", expiry)

    assert credentials.usable_access_token(expiry.subtract(seconds=1)) == "false-access-token"
    assert credentials.usable_access_token(expiry) is None


def test_every_secret_is_named_as_one_and_none_is_shown() -> None:
    credentials = OAuthCredentials("1234567", "false-client-secret", "false-refresh-token", "false-access-token")

    assert set(credentials.secrets()) == {
        "false-client-secret",
        "false-refresh-token",
        "false-access-token",
        BASIC_TOKEN,
    }
    assert ACCESS_TOKEN_CREDENTIALS.secrets() == ("false-access-token",)
    shown = f"{credentials!r} {credentials} {ACCESS_TOKEN_CREDENTIALS!r} {Config.from_mapping(config(), TODAY)!r}"
    assert not [secret for secret in SECRETS if secret in shown]
