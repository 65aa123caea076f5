"""A token endpoint that refuses or fails, and what its responses say."""

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
import requests_mock

from source_pinterest.api.auth import APP_SCOPES, Tokens
from source_pinterest.api.errors import ConfigError, FatalError, MalformedResponseError, QuotaExhaustedError
from source_pinterest.api.retries import Pauses
from unit_tests.api.token_endpoint import TRIES, Endpoint, issued
from unit_tests.configs import BASIC_TOKEN
from unit_tests.threads import in_threads


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_refresh_token_fails_at_once_and_for_good(endpoint: Endpoint, status: int) -> None:
    endpoint.answers({"status_code": status, "json": {"code": 283, "message": "no"}}, issued(1))

    for _ in range(3):
        with pytest.raises(ConfigError, match="Sign in again"):
            endpoint.token()
    assert endpoint.calls == 1


def test_an_app_that_pinterest_does_not_know_is_told_to_look_at_its_id_and_secret_first(endpoint: Endpoint) -> None:
    endpoint.answers({"status_code": 401, "json": {"code": 2, "message": "Authentication failed."}})

    with pytest.raises(ConfigError, match=r"^Pinterest refuses the Client ID or the Client Secret.*Sign in again: "):
        endpoint.token()


def test_app_credentials_get_a_token_and_later_the_next_one(mock: requests_mock.Mocker) -> None:
    endpoint = Endpoint(mock, auth_method="client_credentials")
    endpoint.answers(issued(1, refresh_token="false-other-token"), issued(2))

    assert endpoint.token() == endpoint.token() == "Bearer false-access-token-1"
    endpoint.clock.now += 2_592_000
    assert endpoint.token() == "Bearer false-access-token-2"
    forms = [dict(parse_qsl(request.text)) for request in mock.request_history]
    assert forms == [{"grant_type": "client_credentials", "scope": APP_SCOPES}] * 2
    assert mock.request_history[0].headers["Authorization"] == f"Basic {BASIC_TOKEN}"
    assert endpoint.rotations == []


def test_refused_app_credentials_say_what_to_check(mock: requests_mock.Mocker) -> None:
    endpoint = Endpoint(mock, auth_method="client_credentials")
    endpoint.answers({"status_code": 401, "json": {"code": 2, "message": "Authentication failed."}})

    with pytest.raises(ConfigError, match=r'"Authentication failed\." .* Copy Client ID and Client Secret again'):
        endpoint.token()


def test_app_credentials_whose_token_is_rejected_have_no_button_to_click(mock: requests_mock.Mocker) -> None:
    endpoint = Endpoint(mock, auth_method="client_credentials")
    endpoint.answers(*map(issued, range(1, 4)))
    endpoint.token()
    for number in (1, 2):
        endpoint.authenticator.replace(f"false-access-token-{number}", is_last=True)

    with pytest.raises(ConfigError, match=r"just issued\. Copy Client ID .*two-factor sign-in") as raised:
        endpoint.authenticator.replace("false-access-token-3", is_last=True)
    assert "click" not in str(raised.value)


@pytest.mark.parametrize(
    "trouble",
    [
        {"status_code": 500, "text": "<html>"},
        {"status_code": 403, "text": "<html>Access Denied</html>"},
        {"status_code": 403, "text": ""},
        {"status_code": 400, "json": {"code": 12, "message": "Try again."}},
        {"status_code": 400, "json": {"code": 2787, "message": "Something went wrong on our end."}},
        {"status_code": 302, "text": "elsewhere"},
        {"text": '{"access_token": "false-acc'},
        {"text": '{"access_token": "' + "x" * 100_000 + '"}'},
        {"exc": requests.ReadTimeout},
    ],
)
def test_trouble_of_the_token_endpoint_is_retried_after_pauses_and_then_told(
    mock: requests_mock.Mocker, slept: list[float], trouble: dict[str, Any]
) -> None:
    endpoint = Endpoint(mock, Pauses())
    endpoint.answers(trouble, issued(1))
    assert endpoint.token() == "Bearer false-access-token-1"
    assert slept == [1]

    endpoint.authenticator.accepted("false-access-token-1")
    endpoint.answers(trouble)
    with pytest.raises(FatalError, match=r"token endpoint.*failed 4 times in a row.*the next sync") as raised:
        endpoint.authenticator.replace("false-access-token-1", is_last=True)
    assert slept == [1, 1, 2, 4]
    assert "false-acc" not in str(raised.value)


def test_a_throttled_token_endpoint_is_no_throttled_api_whose_token_works(endpoint: Endpoint) -> None:
    endpoint.answers({"status_code": 429, "json": {"code": 8, "message": "Retry after 4000 seconds"}})

    for _ in range(2):
        with pytest.raises(FatalError, match="until") as raised:
            endpoint.token()
        assert not isinstance(raised.value, QuotaExhaustedError)
    assert endpoint.calls == 1


def test_a_throttled_refresh_is_sent_again_which_is_no_retry(endpoint: Endpoint) -> None:
    throttled = {"status_code": 400, "json": {"code": 8, "message": "Retry after 0.01 seconds"}}
    endpoint.answers(*[throttled] * TRIES, issued(1))

    assert endpoint.token() == "Bearer false-access-token-1"
    assert endpoint.calls == TRIES + 1


def test_callers_that_wait_for_a_token_share_one_failure(endpoint: Endpoint) -> None:
    endpoint.answers({"status_code": 500, "text": ""})
    errors = []

    def ask() -> None:
        with pytest.raises(FatalError) as raised:
            endpoint.token()
        errors.append(raised.value)

    in_threads(ask, 8)
    endpoint.answers(issued(1))
    ask()

    assert len(set(errors)) == 1
    assert endpoint.calls == TRIES


# ---- What a response says


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
