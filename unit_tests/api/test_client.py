"""A request is sent again when it should be, and an error says what is missing."""

import dataclasses
from typing import Any

import pytest
import requests
import requests_mock

from source_pinterest import limits
from source_pinterest.api import DEFAULT_BASE_URL, errors
from source_pinterest.api.auth import AccessTokenAuthenticator
from source_pinterest.api.bodies import parse_body
from source_pinterest.api.client import PinterestClient
from source_pinterest.config.credentials import AccessTokenCredentials
from unit_tests.api.connections import connected
from unit_tests.error_responses import mocked_error

PATH = "ad_accounts/1/ads"
URL = f"{DEFAULT_BASE_URL}/{PATH}"
PAGE = {"json": {"items": []}}
SCOPES = ("boards:read", "pins:read")


class Authenticator(AccessTokenAuthenticator):
    """Notes whether each new token is the last, and the tokens that Pinterest accepts."""

    def __init__(self, granted: frozenset[str] = frozenset()) -> None:
        super().__init__(AccessTokenCredentials("false-access-token"))
        self.granted = granted
        self.is_last: list[bool] = []
        self.accepted_tokens: list[str] = []

    def accepted(self, token: str) -> None:
        self.accepted_tokens.append(token)

    def replace(self, rejected: str, *, is_last: bool) -> None:
        del rejected
        self.is_last.append(is_last)


class Calls:
    """A client against responses that come one after the other, the last for ever."""

    def __init__(self, mock: requests_mock.Mocker, *responses: dict[str, Any], **options: Any) -> None:
        self.mock = mock
        self.mock.get(URL, list(responses))
        self.authenticator = Authenticator(options.pop("granted", frozenset()))
        api = dataclasses.replace(connected(**options), authenticator=self.authenticator)
        self.client = PinterestClient(api, "board_pins", SCOPES)

    def get(self, max_retries: int | None = None, **params: str) -> Any:
        return self.client.send(PATH, params, parse_body, max_retries).value


def test_a_token_is_accepted_with_a_good_response_alone(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, mocked_error(503), PAGE)
    with pytest.raises(errors.UnavailableError):
        calls.get(max_retries=0)
    assert calls.authenticator.accepted_tokens == []

    calls.get()
    assert calls.authenticator.accepted_tokens == ["false-access-token"]


@pytest.mark.parametrize(
    ("max_retries", "is_last"),
    [(0, [True, True]), (1, [False, True, True]), (3, [False, False, True, True, True])],
)
def test_a_request_takes_two_new_tokens_if_it_may_be_retried(
    mock: requests_mock.Mocker, max_retries: int, is_last: list[bool]
) -> None:
    calls = Calls(mock, mocked_error(401, 2, "Authentication failed."), max_retries=max_retries)

    with pytest.raises(errors.UnavailableError, match=r"Authentication failed\."):
        calls.get()
    assert calls.authenticator.is_last == is_last


def test_a_request_without_retries_waits_for_no_connection(mock: requests_mock.Mocker) -> None:
    """Any other request does, also if the option Retries per Request is 0."""
    calls = Calls(mock, {"exc": requests.ConnectionError}, PAGE, max_retries=0, max_wait_minutes=1)

    with pytest.raises(errors.UnavailableError, match="could not be reached"):
        calls.get(max_retries=0)
    assert calls.mock.call_count == 1

    calls = Calls(mock, {"exc": requests.ConnectionError}, PAGE, max_retries=0, max_wait_minutes=1)
    assert calls.get() == {"items": []}


INSUFFICIENT = "Your token does not have sufficient permissions to perform this operation."


@pytest.mark.parametrize(
    ("status", "message", "granted", "named"),
    [
        (401, "Not enough scopes", [], "boards:read and pins:read"),
        (401, "Not enough scopes", ["boards:read"], "pins:read"),
        (403, INSUFFICIENT, ["boards:read"], "pins:read"),
        (401, f"{INSUFFICIENT} Missing: ['catalogs:read']", [], "catalogs:read"),
        (403, f"{INSUFFICIENT} Missing: ['a:b', 'c:d']", [], "a:b and c:d"),
    ],
)
def test_the_permissions_are_named_that_are_missing(
    mock: requests_mock.Mocker, status: int, message: str, granted: list[str], named: str
) -> None:
    with pytest.raises(errors.MissingEntitlementError, match=rf"the permission {named}\."):
        Calls(mock, mocked_error(status, 3, message), granted=frozenset(granted)).get()


@pytest.mark.parametrize(
    ("suffix", "feature"), [(": conversion_insights.", "conversion_insights"), ("", "that serves board_pins")]
)
def test_a_restricted_feature_is_named(mock: requests_mock.Mocker, suffix: str, feature: str) -> None:
    message = f"Your application does not have access to this restricted feature{suffix}"
    with pytest.raises(errors.MissingEntitlementError, match=f"restricted feature {feature}"):
        Calls(mock, mocked_error(401, 3, message)).get()


@pytest.mark.parametrize(("status", "short"), [(400, errors.UnavailableError), (414, errors.ResponseTooLargeError)])
def test_a_long_url_that_is_rejected_in_words_that_are_not_pinterests_is_too_long(
    mock: requests_mock.Mocker, status: int, short: type[errors.PinterestError]
) -> None:
    page, own = {"status_code": status, "text": "<html>", "reason": "No"}, mocked_error(status, 1, "Bad")

    def error_of(response: dict[str, Any], characters: int) -> errors.PinterestError:
        calls = Calls(mock, response)
        ids = "1" * (characters - calls.client.url_length(PATH, {"ids": ""}))
        with pytest.raises(errors.PinterestError, match=r"^board_pins: ") as raised:
            calls.get(ids=ids)
        return raised.value

    assert type(error_of(page, limits.SAFE_URL_CHARACTERS)) is short
    assert type(error_of(page, limits.SAFE_URL_CHARACTERS + 1)) is errors.ResponseTooLargeError
    is_too_long = type(error_of(own, limits.SAFE_URL_CHARACTERS + 1)) is errors.ResponseTooLargeError
    assert is_too_long == (status == 414)
