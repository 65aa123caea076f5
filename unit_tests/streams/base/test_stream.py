"""The framework's methods of a stream take a response."""

import pytest
import requests

from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.streams.organic.boards import BoardSections
from unit_tests.streams.pinterest import Planned


def response_with(body: str) -> requests.Response:
    response = requests.Response()
    response._content = body.encode()
    return response


def test_the_frameworks_methods_take_a_response() -> None:
    sections = Planned().stream(BoardSections)
    first, last = response_with('{"items": [{"id": 1}], "bookmark": "b"}'), response_with('{"items": [{"id": 2}]}')

    assert sections.parse_response(first, stream_slice=sections.task({"board_id": "5"})) == [
        {"id": "1", "board_id": "5"}
    ]
    assert sections.next_page_token(first) == {"bookmark": "b"}
    assert sections.next_page_token(last) is None
    with pytest.raises(MalformedResponseError):
        sections.next_page_token(response_with("<html>"))
