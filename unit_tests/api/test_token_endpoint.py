"""A token endpoint that refuses, fails or can't be reached."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
import requests_mock

from source_pinterest.api.auth import APP_SCOPES
from source_pinterest.api.errors import (
    ConfigError,
    FatalError,
)
from source_pinterest.api.retries import Pauses
from unit_tests.answers import refused
from unit_tests.api.connections import Wire
from unit_tests.api.token_endpoint import TRIES, Endpoint, issued
from unit_tests.configs import BASIC_TOKEN
from unit_tests.threads import in_threads


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_refresh_token_fails_at_once_and_for_good(endpoint: Endpoint, status: int) -> None:
    endpoint.answers({"status_code": status, "json": {"code": 283, "message": "no"}}, issued(1))

    for _ in range(3):
        with pytest.raises(ConfigError, match="Authenticate again"):
            endpoint.token()
    assert endpoint.calls == 1


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


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_page_of_what_stands_in_front_of_the_endpoint_refuses_no_token(endpoint: Endpoint, status: int) -> None:
    endpoint.answers({"status_code": status, "text": "<html>Access Denied</html>"}, issued(1))

    assert endpoint.token() == "Bearer false-access-token-1"


@pytest.mark.parametrize(
    "trouble",
    [
        {"status_code": 500, "text": "<html>"},
        {"text": "<html>Pinterest is back soon</html>"},
        {"text": '{"access_token": "false-acc'},
        {"text": ""},
        {"text": '["false-access-token"]'},
        {"text": "null"},
        {"text": '{"access_token": null}'},
        {"text": '{"token_type": "bearer"}'},
        {"text": '{"access_token": "a token"}'},
        {"text": '{"access_token": "a-token\\n"}'},
        {"text": '{"access_token": "t\\u00f6ken"}'},
        {"text": '{"access_token": ""}'},
        {"text": '{"access_token": 7}'},
        {"text": '{"access_token": "' + "x" * 100_000 + '"}'},
        {"status_code": 302, "text": "elsewhere"},
        {"status_code": 404, "text": ""},
        {"exc": requests.ReadTimeout},
    ],
)
def test_trouble_of_the_token_endpoint_is_retried_and_then_told(endpoint: Endpoint, trouble: dict[str, Any]) -> None:
    endpoint.answers(trouble, issued(1))
    assert endpoint.token() == "Bearer false-access-token-1"

    endpoint.authenticator.accepted("false-access-token-1")
    endpoint.answers(trouble)
    with pytest.raises(FatalError, match=r"token endpoint.*failed 4 times in a row.*the next sync") as raised:
        endpoint.authenticator.replace("false-access-token-1", is_last=True)
    assert endpoint.calls == 2 + TRIES
    assert "false-acc" not in str(raised.value)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({"status_code": 500, "text": ""}, "HTTP 500."),
        ({"text": "null"}, "The response has no access token."),
        ({"exc": requests.ReadTimeout}, "Pinterest did not respond in time."),
    ],
)
def test_a_token_is_asked_for_again_after_growing_pauses(
    mock: requests_mock.Mocker,
    slept: list[float],
    caplog: pytest.LogCaptureFixture,
    trouble: dict[str, Any],
    words: str,
) -> None:
    endpoint = Endpoint(mock, Pauses())
    endpoint.answers(*[trouble] * (TRIES - 1), issued(1))
    with caplog.at_level("INFO", "airbyte"):
        assert endpoint.token() == "Bearer false-access-token-1"

    assert slept == [1, 2, 4]
    assert caplog.messages == [f"Pinterest's token endpoint: {words} Retrying in {seconds:g} s." for seconds in slept]


def test_a_token_endpoint_whose_answer_breaks_off_is_asked_again(endpoint: Endpoint) -> None:
    endpoint.answers({"body": Wire(b'{"access_token": "false-acc', breaks_off=True)}, issued(1))

    assert endpoint.token() == "Bearer false-access-token-1"


@pytest.mark.parametrize("trouble", [requests.ConnectTimeout, requests.ConnectionError])
def test_an_outage_of_the_token_endpoint_is_waited_for_like_any(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture, trouble: type[requests.RequestException]
) -> None:
    endpoint.answers(*[{"exc": trouble}] * 10, issued(1))
    with caplog.at_level("INFO", "airbyte"):
        assert endpoint.token() == "Bearer false-access-token-1"
    assert caplog.messages == [f"Pinterest can't be reached ({trouble.__name__}). Retrying in 0 s."] * 10
    assert endpoint.outage.responses == 1

    def minute_after_minute(*_: Any) -> None:
        endpoint.clock.now += 50
        raise trouble

    endpoint.answers({"text": minute_after_minute})
    with pytest.raises(FatalError, match="could not be reached"):
        endpoint.authenticator.replace("false-access-token-1", is_last=True)


def test_a_throttled_token_endpoint_is_waited_for_as_told(endpoint: Endpoint) -> None:
    throttled = refused(429, 8, "slow down", Retry_After="0.01")
    endpoint.answers(*[throttled] * (TRIES + 1), issued(1))
    assert endpoint.token() == "Bearer false-access-token-1"

    endpoint.answers(refused(429, 8, "slow down", Retry_After="4000"))
    with pytest.raises(FatalError):
        endpoint.authenticator.replace("false-access-token-1", is_last=True)


def test_all_who_need_a_token_share_one_failure_of_the_endpoint(endpoint: Endpoint) -> None:
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


def test_a_refresh_counts_against_the_quota_of_its_category(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1))
    endpoint.token()

    assert [(quota.category, quota.used) for quota in endpoint.budget.quota_usage()] == [("org_read", 1)]
