"""Are boards read on behalf of the right account, and is a board with too many pins read as far as it goes?"""

import pytest
import requests_mock

from source_pinterest.api.errors import ListingCappedError, UnavailableError
from source_pinterest.streams.base import PinterestStream
from source_pinterest.streams.organic import Boards, BoardSections
from source_pinterest.streams.partitions import partition_slice
from source_pinterest.streams.pins import BoardPins, BoardSectionPins
from unit_tests.streams.pinterest import Pinterest, page, refused

CAPPED = refused(400, 1, "Pagination beyond 100000 items is not supported")
BOARD = partition_slice({"board_id": "1"})
SECTION = partition_slice({"board_id": "1", "board_section_id": "8"})

CALLS = [
    (Boards, "boards", partition_slice({})),
    (BoardSections, "boards/1/sections", BOARD),
    (BoardPins, "boards/1/pins", BOARD),
    (BoardSectionPins, "boards/1/sections/8/pins", SECTION),
]


@pytest.mark.parametrize(("stream", "path", "stream_slice"), CALLS)
def test_account_id_reads_on_behalf_of_its_owner(
    mock: requests_mock.Mocker, stream: type[PinterestStream], path: str, stream_slice: object
) -> None:
    pinterest = Pinterest(mock, account_id="549")
    pinterest.lists(path)
    pinterest.read(stream, stream_slice)  # type: ignore[arg-type]

    assert pinterest.asked(path) == [{"page_size": ["250"], "ad_account_id": ["549"]}]


@pytest.mark.parametrize(("stream", "path", "stream_slice"), CALLS)
def test_account_ids_do_not(
    mock: requests_mock.Mocker, stream: type[PinterestStream], path: str, stream_slice: object
) -> None:
    pinterest = Pinterest(mock, account_ids=["549"])
    pinterest.lists(path)
    pinterest.read(stream, stream_slice)  # type: ignore[arg-type]

    assert pinterest.asked(path) == [{"page_size": ["250"]}]


def collect(pinterest: Pinterest) -> tuple[list[dict[str, str]], str]:
    records: list[dict[str, str]] = []
    sentence = ""
    try:
        for record in pinterest.stream(BoardPins).read_slice(BOARD):
            records.append(record)  # noqa: PERF402 - what came before the error counts
    except ListingCappedError as error:
        sentence = str(error.message)
    return records, sentence


def test_beyond_the_cap_sections_are_read_and_the_rest_is_told(pinterest: Pinterest) -> None:
    pinterest.answers("boards/1/pins", page(["1", "2"], "b"), CAPPED)
    pinterest.lists("boards/1/sections", "8", "9")
    pinterest.lists("boards/1/sections/8/pins", "2", "3")
    pinterest.answers("boards/1/sections/9/pins", page(["4"], "c"), page(["3", "5"]))
    records, sentence = collect(pinterest)

    assert [record["id"] for record in records] == ["1", "2", "3", "4", "5"]
    assert {record["board_id"] for record in records} == {"1"}
    assert "board 1" in sentence
    assert "5 were read" in sentence


def test_a_section_that_is_gone_meanwhile_is_no_matter(pinterest: Pinterest) -> None:
    pinterest.answers("boards/1/pins", page(["1"], "b"), CAPPED)
    pinterest.lists("boards/1/sections", "8", "9")
    pinterest.answers("boards/1/sections/8/pins", refused(404, 40))
    pinterest.lists("boards/1/sections/9/pins", "2")
    records, sentence = collect(pinterest)

    assert [record["id"] for record in records] == ["1", "2"]
    assert sentence


def test_a_section_that_fails_fails_the_board(pinterest: Pinterest) -> None:
    pinterest.answers("boards/1/pins", page(["1"], "b"), CAPPED)
    pinterest.lists("boards/1/sections", "8")
    pinterest.answers("boards/1/sections/8/pins", refused(503))

    with pytest.raises(UnavailableError):
        pinterest.read(BoardPins, BOARD)
