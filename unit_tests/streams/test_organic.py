"""Are boards read on behalf of the right account, and is a board with too many pins read as far as it goes?"""

import pytest
import requests_mock
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import ListingCappedError, UnavailableError
from source_pinterest.streams import STREAMS
from source_pinterest.streams.base.slices import partition_slice
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.boards import Boards, BoardSections, OrganicStream
from source_pinterest.streams.organic.pins import BoardPins, BoardSectionPins
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


def accounts(pinterest: Pinterest, *pairs: tuple[str, str]) -> None:
    """Script the list of ad accounts: the id of each, and of its owner."""
    listed = [{"id": account, "owner": {"id": owner, "username": "a name"}} for account, owner in pairs]
    pinterest.answers("ad_accounts", page(listed))


def test_each_owner_of_ad_accounts_has_a_slice_under_the_lowest_account(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True)
    accounts(pinterest, ("100", "1"), ("30", "2"), ("9", "1"), ("40", "2"))

    assert [dict(each) for each in pinterest.slices(Boards)] == [{"ad_account_id": "9"}, {"ad_account_id": "30"}]


def test_accounts_whose_owner_is_not_told_stand_for_themselves(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True)
    pinterest.answers("ad_accounts", page(["1", {"id": "2", "owner": None}, {"id": "3", "owner": {}}]))

    assert [each["ad_account_id"] for each in pinterest.slices(Boards)] == ["1", "2", "3"]


@pytest.mark.parametrize(("stream", "path", "stream_slice"), CALLS)
def test_the_account_is_asked_for_and_stamped(
    mock: requests_mock.Mocker, stream: type[PinterestStream], path: str, stream_slice: StreamSlice
) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True, account_id="7")
    pinterest.lists(path, "5")
    account_slice = partition_slice({"ad_account_id": "549", **stream_slice.partition})
    (record,) = pinterest.read(stream, account_slice)

    assert record == {"id": "5", **account_slice.partition}
    assert pinterest.asked(path)[0]["ad_account_id"] == ["549"]


@pytest.mark.parametrize("stream", [stream for stream in STREAMS if issubclass(stream, OrganicStream)])
def test_the_account_is_part_of_key_and_schema_only_if_the_option_is_on(
    mock: requests_mock.Mocker, stream: type[OrganicStream]
) -> None:
    plain, per_account = (Pinterest(mock, organic_per_ad_account=on).stream(stream) for on in (False, True))
    own_key = [plain.primary_key] if isinstance(plain.primary_key, str) else plain.primary_key

    assert per_account.primary_key == ["ad_account_id", *own_key]
    assert "ad_account_id" not in plain.get_json_schema()["properties"]
    (name, schema), *others = per_account.get_json_schema()["properties"].items()
    assert (name, schema["type"]) == ("ad_account_id", ["null", "string"])
    assert dict(others) == plain.get_json_schema()["properties"]
    assert per_account.get_json_schema() is per_account.get_json_schema()
