"""A URL that is too long and a response that is too large are noticed."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import requests
import requests_mock

from source_pinterest import limits
from source_pinterest.api import errors
from source_pinterest.api.bounds import Bounds
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import UrlTooLongError
from unit_tests.answers import refused
from unit_tests.api.calls import PAGE, PATH, SCOPES, URL, Calls, parse
from unit_tests.api.connections import Wire, connected


def of_length(calls: Calls, characters: int) -> dict[str, str]:
    """Parameters that make an address so long."""
    return {"ids": "1" * (characters - calls.client.url_length(PATH, {"ids": ""}))}


@pytest.mark.parametrize(("status", "short"), [(400, errors.RejectedError), (414, errors.ResponseTooLargeError)])
def test_a_long_url_that_is_refused_in_words_that_are_not_pinterests_is_too_long(
    mock: requests_mock.Mocker, status: int, short: type[errors.PinterestError]
) -> None:
    page = {"status_code": status, "text": "<html>", "reason": "No"}
    calls = Calls(mock, page, page, refused(status, 1, "Bad"))
    most = limits.SAFE_URL_CHARACTERS

    with pytest.raises(short) as raised:
        calls.client.get(PATH, of_length(calls, most), parse)
    assert type(raised.value) is short
    with pytest.raises(UrlTooLongError) as too_long:
        calls.client.get(PATH, of_length(calls, most + 1), parse)
    told = f'board_pins: Pinterest answered "No" (HTTP {status})'
    assert [str(error.value.message).partition(". ")[0] for error in (raised, too_long)] == [told, told]
    with pytest.raises(errors.PinterestError) as own:
        calls.client.get(PATH, of_length(calls, most + 1), parse)
    assert not isinstance(own.value, UrlTooLongError)


SILENCE = {"exc": requests.ReadTimeout}


def silence() -> dict[str, Any]:
    return SILENCE


def cut() -> dict[str, Any]:
    return {"body": Wire(b'{"items": [', breaks_off=True)}


@pytest.mark.parametrize("breaks", [(silence, silence), (cut, cut), (silence, cut)])
def test_two_answers_in_a_row_that_break_off_are_too_large(
    mock: requests_mock.Mocker, breaks: tuple[Callable[[], dict[str, Any]], ...]
) -> None:
    calls = Calls(mock, *(answer() for answer in breaks), PAGE, can_split=True)

    with pytest.raises(errors.ResponseTooLargeError, match="board_pins"):
        calls.get()
    assert calls.made == 2


def test_a_smaller_call_starts_anew(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, *[SILENCE] * 3, PAGE, can_split=True)
    with pytest.raises(errors.ResponseTooLargeError):
        calls.get()

    assert calls.get() == {"items": []}


@pytest.mark.parametrize("between", [refused(503), {"content": b"{"}])
def test_an_answer_between_two_that_break_off_shows_that_size_is_not_to_blame(
    mock: requests_mock.Mocker, between: dict[str, Any]
) -> None:
    calls = Calls(mock, SILENCE, between, SILENCE, between, PAGE, can_split=True, max_retries=5)

    assert calls.get() == {"items": []}


def test_an_outage_is_no_reason_for_a_smaller_call(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, *[{"exc": requests.ConnectionError}] * 4, PAGE, can_split=True, max_wait_minutes=1)

    assert calls.get() == {"items": []}


def test_what_can_not_be_split_is_asked_for_as_often_as_anything(mock: requests_mock.Mocker) -> None:
    mock.get(URL, [SILENCE, cut()])
    client = PinterestClient(connected(max_retries=1), "board_pins", SCOPES)

    with pytest.raises(errors.UnavailableError, match="breaks off"):
        client.get(PATH, {}, parse)
    assert mock.call_count == 2


def test_an_answer_beyond_the_bounds_is_too_large(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, {"content": b'{"items": "too many"}'}, can_split=True)
    api = dataclasses.replace(calls.api, response_bounds=Bounds(most_bytes=10))

    with pytest.raises(errors.ResponseTooLargeError, match="larger than 10 bytes"):
        PinterestClient(api, "board_pins", SCOPES, can_split=True).get(PATH, {}, parse)
    assert calls.made == 2
