"""A stream gets what it asked for, a request is sent again when it should be, and an error says what is rejected."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import requests_mock

from source_pinterest import limits
from source_pinterest.api import DEFAULT_BASE_URL, Api, errors
from source_pinterest.api.auth import AccessTokenAuthenticator
from source_pinterest.api.client import PinterestClient
from source_pinterest.config.credentials import AccessTokenCredentials
from unit_tests.api.connections import Wire, connected
from unit_tests.error_responses import mocked_error

PATH = "ad_accounts/1/ads"
URL = f"{DEFAULT_BASE_URL}/{PATH}"
PAGE = {"json": {"items": []}}
SCOPES = ("boards:read", "pins:read")


class Authenticator(AccessTokenAuthenticator):
    """Notes what it is told."""

    def __init__(self, granted: frozenset[str] = frozenset()) -> None:
        super().__init__(AccessTokenCredentials("false-access-token"))
        self.granted = granted
        self.is_last: list[bool] = []
        self.taken: list[str] = []

    def replace(self, rejected: str, *, is_last: bool) -> None:
        del rejected
        self.is_last.append(is_last)

    def accepted(self, token: str) -> None:
        self.taken.append(token)


def parse(chunks: Iterator[bytes]) -> Any:
    """A body is an object with items."""
    body = b"".join(chunks)
    try:
        content = json.loads(body)
    except ValueError as error:
        raise errors.MalformedResponseError("The response is not JSON.") from error
    if "items" not in content:
        raise errors.FormError("The page has no list of items.")
    return content


class Calls:
    """A client against answers that come one after the other, the last for ever."""

    def __init__(self, mock: requests_mock.Mocker, *answers: dict[str, Any], **options: Any) -> None:
        self.mock = mock
        self.mock.get(URL, list(answers))
        self.authenticator = Authenticator(options.pop("granted", frozenset()))
        self.api: Api = dataclasses.replace(connected(**options), authenticator=self.authenticator)
        self.client = PinterestClient(self.api, "board_pins", SCOPES)

    def get(self, read: Callable[[Iterator[bytes]], Any] = parse) -> Any:
        return self.client.send(PATH, {"page_size": 250}, read).value

    @property
    def made(self) -> int:
        return int(self.mock.call_count)


def test_requests_are_counted_for_their_stream_and_tokens_that_were_accepted_noted(mock: requests_mock.Mocker) -> None:
    calls = Calls(
        mock, mocked_error(503), {**mocked_error(429), "headers": {"Retry-After": "0.01"}}, PAGE, max_wait_minutes=1
    )
    calls.get()
    calls.get()
    assert calls.authenticator.taken == ["false-access-token"] * 2
    cost = calls.api.usage.stream("board_pins")

    assert (cost["requests"], cost["sent"]) == (2, 4)


@pytest.mark.parametrize(
    ("trouble", "max_retries", "words"),
    [
        ({"content": b""}, 2, ("failed 3 times in a row for", "not JSON")),
        ({"exc": requests.ReadTimeout}, 2, ("failed 3 times in a row for", "did not respond in time")),
        (mocked_error(206), 1, ("failed 2 times in a row for", "HTTP 206")),
        (mocked_error(500, 12, "Sorry", x_pinterest_rid="77"), 0, ("failed for", '"Sorry"', "request id 77")),
    ],
)
def test_server_errors_are_retried_as_often_as_the_config_says(
    mock: requests_mock.Mocker, trouble: dict[str, object], max_retries: int, words: tuple[str, ...]
) -> None:
    calls = Calls(mock, trouble, max_retries=max_retries)

    with pytest.raises(errors.UnavailableError) as raised:
        calls.get()
    assert calls.made == max_retries + 1
    assert calls.authenticator.taken == []
    assert [word for word in ("board_pins", PATH, *words) if word not in str(raised.value.message)] == []


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
        calls.client.send(PATH, {}, parse, 0)
    assert calls.made == 1

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


RESTRICTED = "Your application does not have access to this restricted feature"


@pytest.mark.parametrize(
    ("message", "feature"),
    [(f"{RESTRICTED}: conversion_insights.", "conversion_insights"), (RESTRICTED, "that serves board_pins")],
)
def test_a_restricted_feature_is_named_and_no_permission(
    mock: requests_mock.Mocker, message: str, feature: str
) -> None:
    with pytest.raises(errors.MissingEntitlementError, match=f"restricted feature {feature}") as raised:
        Calls(mock, mocked_error(401, 3, message), granted=frozenset(SCOPES)).get()

    assert "Authenticate" not in str(raised.value.message)
    assert "permission" not in str(raised.value.message)


@pytest.mark.parametrize(("status", "short"), [(400, errors.UnavailableError), (414, errors.ResponseTooLargeError)])
def test_a_long_url_that_is_rejected_in_words_that_are_not_pinterests_is_too_long(
    mock: requests_mock.Mocker, status: int, short: type[errors.PinterestError]
) -> None:
    page, own = {"status_code": status, "text": "<html>", "reason": "No"}, mocked_error(status, 1, "Bad")

    def error_of(response: dict[str, Any], characters: int) -> errors.PinterestError:
        calls = Calls(mock, response)
        ids = "1" * (characters - calls.client.url_length(PATH, {"ids": ""}))
        with pytest.raises(errors.PinterestError, match=r"^board_pins: ") as raised:
            calls.client.send(PATH, {"ids": ids}, parse)
        return raised.value

    assert type(error_of(page, limits.SAFE_URL_CHARACTERS)) is short
    assert type(error_of(page, limits.SAFE_URL_CHARACTERS + 1)) is errors.ResponseTooLargeError
    is_too_long = type(error_of(own, limits.SAFE_URL_CHARACTERS + 1)) is errors.ResponseTooLargeError
    assert is_too_long == (status == 414)


def test_a_request_that_can_not_be_split_has_all_retries(mock: requests_mock.Mocker) -> None:
    silence, cut = {"exc": requests.ReadTimeout}, {"body": Wire(b'{"items": [', breaks_off=True)}
    calls = Calls(mock, silence, silence, cut, max_retries=2)

    with pytest.raises(errors.UnavailableError, match="breaks off"):
        calls.get()
    assert calls.made == 3
