"""Does the framework's client take, repeat or refuse an answer as the error table says?"""

import pytest
import requests
from airbyte_cdk.sources.streams.http.error_handlers import ResponseAction

from source_pinterest.api import errors
from source_pinterest.api.auth import PinterestAuthenticator
from source_pinterest.api.handler import PinterestErrorHandler, SplittingErrorHandler
from unit_tests.answers import answer, refusal


class Authenticator(PinterestAuthenticator):
    """Notes what it is told."""

    def __init__(self) -> None:
        self.rejected: list[str] = []
        self.taken: list[str] = []

    def replace(self, rejected: str) -> None:
        self.rejected.append(rejected)

    def accepted(self, token: str) -> None:
        self.taken.append(token)


def parse(response: requests.Response) -> None:
    """A body is an object with items."""
    if "items" not in response.json():
        raise errors.MalformedAnswerError("A page holds items.")


@pytest.fixture
def authenticator() -> Authenticator:
    return Authenticator()


@pytest.fixture
def handler(authenticator: Authenticator) -> PinterestErrorHandler:
    return PinterestErrorHandler("board_pins", ("boards:read", "pins:read"), authenticator, 3, parse)


@pytest.fixture
def splitter(authenticator: Authenticator) -> SplittingErrorHandler:
    return SplittingErrorHandler("ad_analytics", ("ads:read",), authenticator, 3, parse)


def action(handler: PinterestErrorHandler, outcome: requests.Response | Exception | None) -> ResponseAction:
    return handler.interpret_response(outcome).response_action


def test_a_page_is_taken_and_proves_its_token(handler: PinterestErrorHandler, authenticator: Authenticator) -> None:
    assert action(handler, answer(200, {"items": []}, token="false-token-1")) is ResponseAction.SUCCESS
    assert authenticator.taken == ["false-token-1"]


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"items": [', b"{}"])
def test_a_broken_body_is_asked_for_again(
    handler: PinterestErrorHandler, authenticator: Authenticator, body: bytes
) -> None:
    assert action(handler, answer(200, body)) is ResponseAction.RETRY
    assert authenticator.taken == []


@pytest.mark.parametrize("status", [408, 409, 425, 500, 502, 503, 504])
def test_server_trouble_is_asked_for_again(handler: PinterestErrorHandler, status: int) -> None:
    resolution = handler.interpret_response(refusal(status, 12, "Sorry", x_pinterest_rid="77"))

    assert resolution.response_action is ResponseAction.RETRY
    assert "request id 77" in str(resolution.error_message)


@pytest.mark.parametrize("outcome", [requests.ConnectionError(), requests.ReadTimeout(), None])
def test_silence_is_asked_for_again(handler: PinterestErrorHandler, outcome: Exception | None) -> None:
    for _ in range(5):
        assert action(handler, outcome) is ResponseAction.RETRY


def test_a_rejected_token_is_replaced_and_the_call_repeated(
    handler: PinterestErrorHandler, authenticator: Authenticator
) -> None:
    response = refusal(401, 2, "Authentication failed.")

    assert action(handler, response) is ResponseAction.RETRY
    assert authenticator.rejected == ["false-access-token"]
    assert authenticator.taken == []


@pytest.mark.parametrize(
    ("status", "code", "message", "error"),
    [
        (401, 3, "", errors.ScopeMissingError),
        (401, 7, "", errors.RefusedError),
        (403, None, "", errors.RefusedError),
        (404, 40, "", errors.GoneError),
        (413, None, "", errors.AnswerTooLargeError),
        (414, None, "", errors.AnswerTooLargeError),
        (431, None, "", errors.AnswerTooLargeError),
        (400, 1, "Pagination beyond 100000", errors.ListingCappedError),
        (400, 1, "Bad", errors.RejectedError),
        (302, None, "", errors.RejectedError),
    ],
)
def test_a_refusal_is_raised_with_the_stream_and_pinterests_words(
    handler: PinterestErrorHandler, status: int, code: int | None, message: str, error: type[errors.PinterestError]
) -> None:
    with pytest.raises(error) as raised:
        handler.interpret_response(refusal(status, code, message, x_pinterest_rid="77"))

    assert type(raised.value) is error
    assert "board_pins" in str(raised.value.message)
    assert "request id 77" in str(raised.value.message)


def test_a_missing_scope_is_named(handler: PinterestErrorHandler) -> None:
    with pytest.raises(errors.ScopeMissingError, match="boards:read and pins:read"):
        handler.interpret_response(refusal(401, 3))


def test_an_error_of_the_parser_that_no_retry_heals_goes_through(authenticator: Authenticator) -> None:
    def refuse(_: requests.Response) -> None:
        raise errors.RepeatedKeyError("ad_analytics", "AD_ID", ("1", "2026-01-01"))

    handler = PinterestErrorHandler("ad_analytics", (), authenticator, 3, refuse)

    with pytest.raises(errors.RepeatedKeyError):
        handler.interpret_response(answer(200, []))


def test_two_broken_connections_in_a_row_split_the_call(splitter: SplittingErrorHandler) -> None:
    assert action(splitter, requests.ReadTimeout()) is ResponseAction.RETRY
    with pytest.raises(errors.AnswerTooLargeError, match=r"ad_analytics.*ReadTimeout"):
        splitter.interpret_response(requests.ReadTimeout())
    assert action(splitter, requests.ReadTimeout()) is ResponseAction.RETRY, "the half call starts anew"
    assert action(splitter, answer(200, {"items": []})) is ResponseAction.SUCCESS


@pytest.mark.parametrize("between", [answer(200, {"items": []}), refusal(503), answer(200, b"{")])
def test_an_answer_between_two_broken_connections_splits_nothing(
    splitter: SplittingErrorHandler, between: requests.Response
) -> None:
    for outcome in (requests.ConnectionError(), between, requests.ConnectionError(), between):
        splitter.interpret_response(outcome)


def test_the_number_of_tries_is_the_configured_one(handler: PinterestErrorHandler) -> None:
    assert handler.max_retries == 3
    assert handler.max_time >= 3600, "waits for a quota happen within"
