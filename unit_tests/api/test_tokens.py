"""What a response of the token endpoint says."""

import json
from typing import Any

import pytest

from source_pinterest.api.auth import Tokens
from source_pinterest.api.errors import MalformedResponseError
from unit_tests.api.token_endpoint import issued

YEAR_SECONDS = 366 * 86_400


def parsed(**answer: Any) -> Tokens:
    return Tokens.parse(iter([json.dumps({"access_token": "false-access-token-1", **answer}).encode()]))


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (2_592_000, 2_592_000),
        (0.5, 0.5),
        ("3600", 3_600),
        (YEAR_SECONDS, YEAR_SECONDS),
        (1e300, YEAR_SECONDS),
        pytest.param(10**400, 3_600, id="10**400"),
        ("1e300", YEAR_SECONDS),
        ("Infinity", YEAR_SECONDS),
        ("-Infinity", 3_600),
        ("NaN", 3_600),
        (-5, 3_600),
        (0, 3_600),
        (None, 3_600),
        ("", 3_600),
        ("soon", 3_600),
        ([1], 3_600),
        ({}, 3_600),
    ],
)
def test_a_lifetime_is_sound_whatever_the_endpoint_says(expires_in: Any, seconds: float) -> None:
    assert parsed(expires_in=expires_in).lifetime_seconds == seconds


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        ("ads:read boards:read", {"ads:read", "boards:read"}),
        (" ads:read,boards:read ", {"ads:read", "boards:read"}),
        ("ads:read, boards:read", {"ads:read", "boards:read"}),
        ("", set()),
        (None, set()),
        (0, set()),
    ],
)
def test_scopes_are_taken_however_they_are_separated(scope: Any, scopes: set[str]) -> None:
    assert parsed(scope=scope).scopes == scopes


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"token"', b"{}", b'{"access_token": "a\tb"}'])
def test_an_answer_without_a_usable_access_token_is_none(body: bytes) -> None:
    with pytest.raises(MalformedResponseError):
        Tokens.parse(iter([body]))


def test_an_answer_comes_in_any_number_of_pieces() -> None:
    whole = json.dumps(issued(1, refresh_token="false-refresh-token-2")).encode()

    assert Tokens.parse(iter([whole[:9], whole[9:]])) == Tokens(
        "false-access-token-1", "false-refresh-token-2", 2_592_000, frozenset()
    )
