"""A list is read to its end, each record once, and a list without an end fails."""

from typing import Any

import pytest

from source_pinterest import limits
from source_pinterest.api.errors import TaskError
from source_pinterest.streams.base.listing import BookmarkPaginator, unseen

MOST_EMPTY = limits.PAGES_WITHOUT_NEWS


def ids(records: list[dict[str, Any]]) -> list[str]:
    return [record["id"] for record in records]


@pytest.mark.parametrize(
    ("pages", "requests"),
    [
        ([("b", 1), ("b", 0)], 2),
        ([("b", 1), ("c", 1), ("b", 1)], 3),
        ([("first", 2), *((f"b{number}", 0) for number in range(2 * MOST_EMPTY))], MOST_EMPTY + 1),
        ([(f"b{number}", 0) for number in range(2 * MOST_EMPTY)], MOST_EMPTY),
    ],
    ids=["bookmark twice", "known bookmark", "known items", "empty pages"],
)
def test_a_list_fails_if_it_repeats_a_bookmark_or_has_50_pages_without_a_new_item(
    pages: list[tuple[str, int]], requests: int
) -> None:
    paginator = BookmarkPaginator("boards", "boards")
    for bookmark, new in pages[: requests - 1]:
        paginator.follow(bookmark, new)

    with pytest.raises(TaskError, match="boards"):
        paginator.follow(*pages[requests - 1])


def test_the_50_pages_without_a_new_item_are_counted_in_a_row() -> None:
    paginator = BookmarkPaginator("boards", "boards")
    pages = [*[0] * (MOST_EMPTY - 1), 1, *[0] * (MOST_EMPTY - 1)]
    for number, items in enumerate(pages):
        paginator.follow(f"b{number}", items)

    with pytest.raises(TaskError, match="boards"):
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
