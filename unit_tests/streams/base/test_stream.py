"""Records are made of what Pinterest sends, and a stream stops where it must and goes on where it can."""

import pytest
import requests
import requests_mock
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import MalformedResponseError, RightMissingError, SliceError
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.base.declaration import Parent
from source_pinterest.streams.organic.boards import Boards, BoardSections
from unit_tests.answers import refused
from unit_tests.streams.pinterest import Pinterest, page, slice_of
from unit_tests.threads import PATIENCE_SECONDS, in_thread

EVERYTHING = slice_of({})


def of_board(board: str) -> StreamSlice:
    return slice_of({"board_id": board})


def test_read_records_without_a_slice_reads_everything(pinterest: Pinterest) -> None:
    pinterest.lists("boards", "1", "2")

    assert list(pinterest.stream(Boards).read_records()) == [{"id": "1"}, {"id": "2"}]


def response_with(body: str) -> requests.Response:
    response = requests.Response()
    response._content = body.encode()
    return response


def test_the_frameworks_methods_take_a_response(pinterest: Pinterest) -> None:
    sections = pinterest.stream(BoardSections)
    first, last = response_with('{"items": [{"id": 1}], "bookmark": "b"}'), response_with('{"items": [{"id": 2}]}')

    assert sections.parse_response(first, stream_slice=of_board("5")) == [{"id": "1", "board_id": "5"}]
    assert sections.next_page_token(first) == {"bookmark": "b"}
    assert sections.next_page_token(last) is None
    with pytest.raises(MalformedResponseError):
        sections.next_page_token(response_with("<html>"))


def test_after_a_fatal_error_children_list_the_ids_that_their_parent_does_not(pinterest: Pinterest) -> None:
    pinterest.lists("boards", "5", "6")
    pinterest.answers("boards/5/sections", refused(401, 3))
    listed = pinterest.lists("boards/6/sections", "8")
    sections = pinterest.stream(BoardSections)
    sections.ids.announce()
    pinterest.sync.children[BoardSections].add(Parent(BoardSections))
    first, second = pinterest.tasks(BoardSections)
    waiting = in_thread(lambda: list(sections.ids.get(("6",))))
    with pytest.raises(RightMissingError):
        pinterest.read(BoardSections, first)

    assert pinterest.read(BoardSections, second) == []
    assert waiting.result(PATIENCE_SECONDS) == ["8"]
    assert listed.call_count == 1


def test_an_answer_that_records_cant_be_made_of_ends_in_a_sentence(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True)
    pinterest.answers("ad_accounts", page([{"id": "11", "owner": ["somebody"]}]))
    pinterest.sync.select(pinterest.stream(Boards))
    [only] = pinterest.tasks(AdAccounts)

    with pytest.raises(
        SliceError,
        match=r"^ad_accounts: the connector has an error, or a response of Pinterest has an unknown form",
    ):
        pinterest.read(AdAccounts, only)


def test_slices_that_cant_be_made_of_an_answer_end_in_a_sentence(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True)
    pinterest.answers("ad_accounts", page([{"id": "no number", "owner": {"id": "1"}}, {"id": "11"}]))
    with pytest.raises(
        SliceError, match="boards: the connector has an error, or a response of Pinterest has an unknown form"
    ):
        pinterest.tasks(Boards)
