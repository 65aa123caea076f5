"""What a response of the token endpoint says."""

import json
from typing import Any

import pytest

from source_pinterest.api.auth import Tokens
from source_pinterest.api.errors import MalformedResponseError

YEAR_SECONDS = 366 * 86_400


def parsed(**answer: Any) -> Tokens:
    body = json.dumps({"access_token": "false-access-token-1", **answer}).encode()
    return Tokens.parse(iter([body[:9], body[9:]]))


def test_a_lifetime_is_sound_whatever_the_endpoint_says() -> None:
    for sound, seconds in [(0.5, 0.5), ("3600", 3_600), (YEAR_SECONDS, YEAR_SECONDS), ("Infinity", YEAR_SECONDS)]:
        assert parsed(expires_in=sound).lifetime_seconds == seconds, sound
    for absurd in [10**400, "NaN", -5, 0, None, "soon", [1]]:
        assert parsed(expires_in=absurd).lifetime_seconds == 3_600, absurd
    assert parsed().lifetime_seconds == 3_600


@pytest.mark.parametrize("scope", ["ads:read boards:read", " ads:read,boards:read ", "ads:read, boards:read"])
def test_scopes_are_taken_however_they_are_separated(scope: str) -> None:
    assert parsed(scope=scope).scopes == {"ads:read", "boards:read"}
    assert parsed(scope=None).scopes == parsed(scope="").scopes == frozenset()


def test_a_response_without_a_usable_access_token_is_none() -> None:
    tokens = [None, 7, "", "a token", "a-token\n", "t\u00f6ken"]
    for body in ["", "<html>", "[]", "null", "{}", *(json.dumps({"access_token": token}) for token in tokens)]:
        with pytest.raises(MalformedResponseError):
            Tokens.parse(iter([body.encode()]))
