"""The credentials of configurations of every version are found; unusable ones are rejected, and none is shown."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from airbyte_cdk.utils import AirbyteTracedException
from pendulum import datetime

from source_pinterest import masking
from source_pinterest.config import Config
from source_pinterest.config.credentials import (
    AccessTokenCredentials,
    AppCredentials,
    Credentials,
    OAuthCredentials,
    keep_secrets_of,
)
from unit_tests.configs import OAUTH, SECRETS, TODAY, config, sample, signed_in_with

OAUTH_CREDENTIALS = OAuthCredentials("1234567", "false-client-secret", "false-refresh-token")
ACCESS_TOKEN_CREDENTIALS = AccessTokenCredentials("false-access-token")


def credentials_of(raw: dict[str, Any]) -> Credentials:
    return Config.from_mapping(raw, TODAY).credentials


def rejection_of(raw: dict[str, Any]) -> str:
    with pytest.raises(AirbyteTracedException) as rejected:
        Config.from_mapping(raw, TODAY)
    assert rejected.value.message == rejected.value.internal_message
    return str(rejected.value.message)


def test_credentials_of_any_age_are_found() -> None:
    with_token = OAuthCredentials(
        "1234567", "false-client-secret", "false-refresh-token", "false-access-token", datetime(2024, 6, 1, 12)
    )
    for name, credentials in [
        ("oauth_nested", OAUTH_CREDENTIALS),
        ("oauth_nested_without_method", OAUTH_CREDENTIALS),
        ("oauth_nested_with_access_token", with_token),
        ("oauth_flat", OAUTH_CREDENTIALS),
        ("oauth_flat_with_nulls", OAUTH_CREDENTIALS),
        ("every_option", OAUTH_CREDENTIALS),
        ("custom_reports", OAUTH_CREDENTIALS),
        ("app_credentials", AppCredentials("1234567", "false-client-secret")),
        ("access_token_nested", ACCESS_TOKEN_CREDENTIALS),
        ("access_token_nested_without_method", ACCESS_TOKEN_CREDENTIALS),
        ("access_token_flat", ACCESS_TOKEN_CREDENTIALS),
    ]:
        assert credentials_of(sample(name)) == credentials, name


def test_a_nested_value_goes_before_a_flat_one() -> None:
    raw = {**signed_in_with(client_id="7", client_secret=None, refresh_token="false-nested"), **OAUTH}

    assert credentials_of(raw) == OAuthCredentials("7", "false-client-secret", "false-nested")


@pytest.mark.parametrize("spelling", ["OAuth2.0", "oauth 2.0", "OAUTH2_0"])
def test_a_method_may_be_spelled_as_the_official_documents_spell_it(spelling: str) -> None:
    assert isinstance(credentials_of(signed_in_with(**{**OAUTH, "auth_method": spelling})), OAuthCredentials)


def test_an_access_token_is_usable_until_it_expires() -> None:
    expiry = datetime(2026, 7, 1, 12)
    credentials = OAuthCredentials("1", "false-secret", "false-refresh-token", "false-access-token", expiry)

    assert credentials.usable_access_token(expiry.subtract(seconds=1)) == "false-access-token"
    assert credentials.usable_access_token(expiry) is None
    for unknown in (None, " "):
        raw = signed_in_with(**OAUTH, access_token="false-access-token", token_expiry_date=unknown)
        found = credentials_of(raw)
        assert isinstance(found, OAuthCredentials)
        assert found.usable_access_token() is None


@pytest.mark.parametrize(
    ("key", "title"),
    [("client_id", "Client ID"), ("client_secret", "Client Secret"), ("access_token", "Access Token")],
)
def test_a_credential_that_no_header_can_carry_is_rejected_by_its_name_alone(key: str, title: str) -> None:
    for what in ("\n", " ", "\x00", "ä", "\u200b"):
        rejection = rejection_of(signed_in_with(**{**OAUTH, key: f"false{what}secret"}))

        assert rejection.startswith(f"Authorization Method (auth_method): {title} ({key}) contains a space"), what
        assert "false" not in rejection, what


@pytest.mark.parametrize(
    "options",
    [
        {"credentials": {"client_id": "{}"}},
        {"credentials": {"access_token": {"refresh_token": "{}"}}},
        {"credentials": {"tokens": ["{}"]}},
        {"credentials": {"token": "{}"}},
        {"credentials": "{}"},
        {"client_id": "{}"},
    ],
    ids=json.dumps,
)
def test_a_secret_is_masked_wherever_it_stands_in_the_credentials(options: dict[str, Any]) -> None:
    secret = f"false-{json.dumps(options)}".encode().hex()
    keep_secrets_of(json.loads(json.dumps(options).replace("{}", secret)))

    assert masking.SECRETS.mask(f"found {secret}.") == "found ****."


def test_the_method_and_the_expiry_are_no_secrets() -> None:
    keep_secrets_of(signed_in_with(auth_method="a_method_of_ours", token_expiry_date="2031-02-03T04:05:06Z"))

    assert masking.SECRETS.mask("a_method_of_ours 2031-02-03T04:05:06Z") == "a_method_of_ours 2031-02-03T04:05:06Z"


def test_a_short_secret_is_masked_as_it_was_typed_too() -> None:
    """A message about a config may quote a secret with its blanks, whose escaped form is no border of a word."""
    keep_secrets_of(signed_in_with(client_secret="\nsevenly"))

    for echo in (repr, json.dumps, quote):
        assert "sevenly" not in masking.SECRETS.mask(echo("\nsevenly"))


def test_credentials_show_no_secret() -> None:
    credentials = OAuthCredentials("1234567", "false-client-secret", "false-refresh-token", "false-access-token")
    shown = f"{credentials!r} {credentials} {ACCESS_TOKEN_CREDENTIALS!r} {Config.from_mapping(config(), TODAY)!r}"
    assert not [secret for secret in SECRETS if secret in shown]
