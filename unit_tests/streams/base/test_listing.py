"""A list is read to its end, each record once, and a list without an end fails."""

from typing import Any

import pytest

from source_pinterest import limits
from source_pinterest.api.errors import SliceError
from source_pinterest.streams.base.listing import BookmarkPaginator, unseen
from source_pinterest.streams.organic.boards import Boards
from unit_tests.streams.pinterest import Pinterest, page, slice_of

EVERYTHING = slice_of({})
MOST_EMPTY = limits.PAGES_WITHOUT_NEWS


def ids(records: list[dict[str, Any]]) -> list[str]:
    return [record["id"] for record in records]


def test_pages_are_followed_letter_for_letter_until_a_bookmark_is_missing(pinterest: Pinterest) -> None:
    for last in ({"items": []}, {"items": [], "bookmark": None}, {"items": [], "bookmark": ""}):
        pinterest.answers("boards", page(["1", "2"], "Bookmark=="), page([], "c"), page(["3"], "d"), {"json": last})

        assert ids(pinterest.read(Boards, EVERYTHING)) == ["1", "2", "3"], last
    size = {"page_size": ["250"]}
    later = [{**size, "bookmark": [bookmark]} for bookmark in ("Bookmark==", "c", "d")]
    assert pinterest.queries("boards") == [size, *later] * 3


@pytest.mark.parametrize(
    ("pages", "requests"),
    [
        ([page(["1"], "b"), page([], "b"), page(["2"])], 2),
        ([page([str(n)], bookmark) for n, bookmark in enumerate("bcb")], 3),
        ([page(["1", "2"], f"b{number}") for number in range(2 * MOST_EMPTY)], MOST_EMPTY + 1),
        ([page([], f"b{number}") for number in range(2 * MOST_EMPTY)], MOST_EMPTY),
    ],
    ids=["empty page twice", "known bookmark", "known items", "empty pages"],
)
def test_a_list_fails_if_it_repeats_a_bookmark_or_has_50_pages_without_a_new_item(
    pinterest: Pinterest, pages: list[dict[str, Any]], requests: int
) -> None:
    pinterest.answers("boards", *pages)

    with pytest.raises(SliceError, match="boards"):
        pinterest.read(Boards, EVERYTHING)
    assert len(pinterest.asked("boards")) == requests


def test_the_50_pages_without_a_new_item_are_counted_in_a_row() -> None:
    paginator = BookmarkPaginator("boards", "boards")
    pages = [*[0] * (MOST_EMPTY - 1), 1, *[0] * (MOST_EMPTY - 1)]
    for number, items in enumerate(pages):
        paginator.follow(f"b{number}", items)

    with pytest.raises(SliceError, match="boards"):
        paginator.follow("last", 0)


@pytest.mark.parametrize(
    ("pages", "new"),
    [
        ([["9", "1", "9"], ["1", "5"], []], [["9", "1"], ["5"], []]),
        ([["a", "b", "a"], ["12a", "12"]], [["a", "b"], ["12a", "12"]]),
        ([["9" * 5_000, "8"], ["8", "9" * 5_000]], [["9" * 5_000, "8"], []]),
        ([["7", "07", "007", "\u0667", "0", "00", ""]] * 2, [["7", "07", "007", "\u0667", "0", "00", ""], []]),
    ],
    ids=["numbers", "texts", "long numbers", "other digits"],
)
def test_only_new_records_are_let_through_in_their_order(pages: list[list[str]], new: list[list[str]]) -> None:
    seen = set[str]()

    assert [ids(unseen([{"id": name} for name in names], ("id",), seen)) for names in pages] == new
    assert len(seen) == len([name for names in new for name in names])


def test_a_key_of_several_fields_is_compared_whole() -> None:
    records = [{"code": code, "language": language} for code in (0, 1, 10) for language in (0, 1)]

    assert unseen([*records, *records], ("code", "language"), set()) == records
