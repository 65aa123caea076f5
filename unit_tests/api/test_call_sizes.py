"""A URL that is too long and a response that is too large are noticed."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
import requests_mock

from source_pinterest import limits
from source_pinterest.api import errors
from unit_tests.answers import refused
from unit_tests.api.calls import PAGE, PATH, Calls, parse
from unit_tests.api.connections import Wire


@pytest.mark.parametrize(("status", "short"), [(400, errors.RejectedError), (414, errors.ResponseTooLargeError)])
def test_a_long_url_that_is_refused_in_words_that_are_not_pinterests_is_too_long(
    mock: requests_mock.Mocker, status: int, short: type[errors.PinterestError]
) -> None:
    page, own = {"status_code": status, "text": "<html>", "reason": "No"}, refused(status, 1, "Bad")

    def error_of(response: dict[str, Any], characters: int) -> errors.PinterestError:
        calls = Calls(mock, response)
        ids = "1" * (characters - calls.client.url_length(PATH, {"ids": ""}))
        with pytest.raises(errors.PinterestError, match=r"^board_pins: ") as raised:
            calls.client.get(PATH, {"ids": ids}, parse)
        return raised.value

    assert type(error_of(page, limits.SAFE_URL_CHARACTERS)) is short
    assert type(error_of(page, limits.SAFE_URL_CHARACTERS + 1)) is errors.UrlTooLongError
    assert not isinstance(error_of(own, limits.SAFE_URL_CHARACTERS + 1), errors.UrlTooLongError)


SILENCE = {"exc": requests.ReadTimeout}


def silence() -> dict[str, Any]:
    return SILENCE


def cut() -> dict[str, Any]:
    return {"body": Wire(b'{"items": [', breaks_off=True)}


@pytest.mark.parametrize("breaks", [(silence, silence), (silence, cut)])
def test_two_responses_in_a_row_that_break_off_are_too_large(
    mock: requests_mock.Mocker, breaks: tuple[Callable[[], dict[str, Any]], ...]
) -> None:
    calls = Calls(mock, *(response() for response in breaks), PAGE, can_split=True)

    with pytest.raises(errors.ResponseTooLargeError, match="board_pins"):
        calls.get()
    assert calls.made == 2


@pytest.mark.parametrize("between", [refused(503), {"content": b"{"}])
def test_a_response_between_two_that_break_off_shows_that_size_is_not_to_blame(
    mock: requests_mock.Mocker, between: dict[str, Any]
) -> None:
    calls = Calls(mock, SILENCE, between, SILENCE, between, PAGE, can_split=True, max_retries=5)

    assert calls.get() == {"items": []}


def test_what_can_not_be_split_is_retried_as_often_as_anything(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, SILENCE, SILENCE, cut(), max_retries=2)

    with pytest.raises(errors.UnavailableError, match="breaks off"):
        calls.get()
    assert calls.made == 3
