"""A list is read to its end, each record once, and a list without an end fails."""

from typing import Any

import pytest

from source_pinterest import limits
from source_pinterest.api.errors import AccessLostError, SliceError
from source_pinterest.engine.slices import partition_slice
from source_pinterest.streams.base.listing import BookmarkPaginator, SeenIds
from source_pinterest.streams.organic.boards import Boards, BoardSections
from unit_tests.streams.pinterest import Pinterest, page, records_of, refused

EVERYTHING = partition_slice({})
BOARD = partition_slice({"board_id": "5"})
MOST_EMPTY = limits.PAGES_WITHOUT_NEWS


def ids(records: list[dict[str, Any]]) -> list[str]:
    return [record["id"] for record in records]


# ---- From the first page to the last


@pytest.mark.parametrize("last", [{"items": []}, {"items": [], "bookmark": None}, {"items": [], "bookmark": ""}])
def test_a_missing_bookmark_ends_a_list(pinterest: Pinterest, last: dict[str, Any]) -> None:
    pinterest.answers("boards", page(["1"], "b"), {"json": last})

    assert ids(pinterest.read(Boards, EVERYTHING)) == ["1"]


def test_an_empty_page_with_a_bookmark_goes_on(pinterest: Pinterest) -> None:
    pinterest.answers("boards", page([], "b"), page(["1"], "c"), page([], "d"), page(["2"]))

    assert ids(pinterest.read(Boards, EVERYTHING)) == ["1", "2"]


@pytest.mark.parametrize("bookmarks", [["b", "b"], ["b", "c", "c"], ["b", "c", "b"]])
def test_an_empty_page_with_a_known_bookmark_is_requested_once_more(pinterest: Pinterest, bookmarks: list[str]) -> None:
    *full, last = bookmarks
    pages = [page([str(n)], bookmark) for n, bookmark in enumerate(full)]
    pinterest.answers("boards", *pages, page([], last), page(["9"]))

    assert ids(pinterest.read(Boards, EVERYTHING)) == [*map(str, range(len(full))), "9"]
    *_, first, second = [sent["bookmark"] for sent in pinterest.asked("boards") if "bookmark" in sent]
    assert first == second == [full[-1]]


def test_a_list_fails_at_the_second_empty_page_with_a_known_bookmark(pinterest: Pinterest) -> None:
    pinterest.answers("boards", page(["1"], "b"), page([], "b"), page([], "b"), page(["2"]))

    with pytest.raises(SliceError, match="boards"):
        pinterest.read(Boards, EVERYTHING)
    assert len(pinterest.asked("boards")) == 1 + 2


def test_known_items_under_ever_new_bookmarks_are_an_error(pinterest: Pinterest) -> None:
    pinterest.answers("boards", *[page(["1", "2"], f"b{number}") for number in range(2 * MOST_EMPTY)])

    with pytest.raises(SliceError, match="boards"):
        pinterest.read(Boards, EVERYTHING)
    assert len(pinterest.asked("boards")) == MOST_EMPTY + 1


@pytest.mark.parametrize("loop", [["b", "b"], ["b", "c", "b"]])
def test_a_bookmark_that_repeats_is_an_error(pinterest: Pinterest, loop: list[str]) -> None:
    pinterest.answers("boards", *[page([str(number)], bookmark) for number, bookmark in enumerate(loop)])

    with pytest.raises(SliceError, match="boards"):
        pinterest.read(Boards, EVERYTHING)
    assert len(pinterest.asked("boards")) == len(loop)


def test_empty_pages_for_ever_are_an_error(pinterest: Pinterest) -> None:
    pinterest.answers("boards", *[page([], f"b{number}") for number in range(2 * MOST_EMPTY)])

    with pytest.raises(SliceError, match="boards"):
        pinterest.read(Boards, EVERYTHING)
    assert len(pinterest.asked("boards")) == MOST_EMPTY


@pytest.mark.parametrize("answer", [refused(403, 29), refused(404, 40), refused(401, 29)])
def test_a_refusal_with_a_bookmark_in_hand_is_a_broken_list(pinterest: Pinterest, answer: dict[str, Any]) -> None:
    """Never the end of it, and never a deletion."""
    pinterest.answers("boards/5/sections", page(["1"], "b"), answer)
    records = records_of(pinterest.stream(BoardSections).read_pages(BOARD))

    assert next(records)["id"] == "1"
    with pytest.raises(AccessLostError) as raised:
        next(records)
    told = str(raised.value.message)
    assert told.startswith("board_sections: Pinterest gave the beginning of boards/5/sections and refuses the rest.")
    assert "Scripted refusal" in told


def test_a_record_on_two_pages_comes_once(pinterest: Pinterest) -> None:
    """Somebody added a board while the list was paged."""
    first, second = {"id": 2, "name": "first"}, {"id": "2", "name": "second"}
    pinterest.answers("boards", page(["1", first], "b"), page([second, "3"]))

    assert pinterest.read(Boards, EVERYTHING) == [{"id": "1"}, {"id": "2", "name": "first"}, {"id": "3"}]


def test_each_reading_of_a_list_begins_anew(pinterest: Pinterest) -> None:
    pinterest.lists("boards", "1")

    assert [ids(pinterest.read(Boards, EVERYTHING)) for _ in range(2)] == [["1"], ["1"]]


def test_children_get_each_id_once(pinterest: Pinterest) -> None:
    pinterest.answers("boards", page(["1", "2"], "b"), page(["2", "3"]))

    assert list(pinterest.stream(Boards).ids.of(())) == ["1", "2", "3"]


# ---- Bookmarks


def test_an_endless_list_is_named_with_its_stream() -> None:
    paginator = BookmarkPaginator("board_sections", "boards/5/sections")
    paginator.follow("b", 1, 1)
    with pytest.raises(SliceError) as raised:
        paginator.follow("b", 1, 1)

    assert raised.value.message == (
        "board_sections: Pinterest's list boards/5/sections has no end: the same bookmark comes twice, or page after "
        "page has nothing new. The next sync reads it again."
    )


def test_a_page_with_a_new_item_begins_the_count_of_pages_anew() -> None:
    paginator = BookmarkPaginator("boards", "boards")
    pages = [*[0] * (MOST_EMPTY - 1), 1, *[0] * (MOST_EMPTY - 1)]
    for number, items in enumerate(pages):
        paginator.follow(f"b{number}", items, items)

    with pytest.raises(SliceError, match="boards"):
        paginator.follow("last", 0, 0)


# ---- Ids


def test_only_new_records_are_let_through_in_their_order() -> None:
    seen = SeenIds()

    assert ids(seen.new([{"id": "9"}, {"id": "1"}, {"id": "9"}])) == ["9", "1"]
    assert ids(seen.new([{"id": "1"}, {"id": "5"}])) == ["5"]
    assert seen.new([]) == []
    assert len(seen) == 3


def test_ids_that_are_no_numbers_are_told_apart_too() -> None:
    seen = SeenIds()

    assert ids(seen.new([{"id": "a"}, {"id": "b"}, {"id": "a"}])) == ["a", "b"]
    assert ids(seen.new([{"id": "12a"}, {"id": "12"}])) == ["12a", "12"]


def test_ids_that_are_the_same_number_in_other_digits_are_told_apart() -> None:
    records = [{"id": name} for name in ("7", "07", "007", "\u0667", "0", "00", "")]

    assert SeenIds().new(records) == records
    assert SeenIds().new([*records, *records]) == records


@pytest.mark.parametrize("key", [("item_number",), ("code", "language")])
def test_a_key_of_another_field_or_of_several_is_compared_whole(key: tuple[str, ...]) -> None:
    seen = SeenIds(key)
    records = [dict.fromkeys(key, number) for number in (0, 1, 10)]
    halves = [{"code": 0, "language": 1}, {"code": 1, "language": 0}] if len(key) > 1 else []

    assert seen.new([*records, *halves, *records]) == [*records, *halves]
