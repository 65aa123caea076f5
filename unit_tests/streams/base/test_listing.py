"""A list is read to its end, each record once, and a list without an end fails."""

from typing import Any

import pytest

from source_pinterest import limits
from source_pinterest.api.errors import SliceError
from source_pinterest.streams.ads.lists import ConversionTags
from source_pinterest.streams.base.listing import BookmarkPaginator, SeenKeys
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
        ([page(["1"], "b"), page([], "b"), page([], "b"), page(["2"])], 3),
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


def test_a_bookmark_that_fits_into_no_url_fails_its_list(pinterest: Pinterest) -> None:
    pinterest.answers(
        "boards", page(["1"], "b" * limits.URL_CHARACTERS), page(["2"], "b" * (limits.URL_CHARACTERS + 1))
    )

    with pytest.raises(SliceError, match="gives a bookmark of 8,001 characters"):
        pinterest.read(Boards, EVERYTHING)
    assert len(pinterest.asked("boards")) == 2


def test_a_page_that_is_too_large_is_requested_in_smaller_ones(
    pinterest: Pinterest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "JOINED_BYTES", 10_000)
    boards = [{"id": str(number), "name": "x" * 100} for number in range(300)]

    def listed(request: Any, _: Any) -> dict[str, Any]:
        start = int(request.qs.get("bookmark", ["0"])[0])
        end = start + int(request.qs["page_size"][0])
        return {"items": boards[start:end], "bookmark": str(end) if end < len(boards) else None}

    pinterest.answers("boards", {"json": listed})
    assert pinterest.read(Boards, EVERYTHING) == boards
    sizes = [int(sent["page_size"][0]) for sent in pinterest.asked("boards")]
    assert sizes == [250, 125, 62, 62, 62, 62, 62]


def test_a_list_that_is_requested_without_a_page_size_gets_one_if_it_is_too_large(
    pinterest: Pinterest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "JOINED_BYTES", 10_000)
    path = "ad_accounts/11/conversion_tags"
    pinterest.answers(path, page([{"id": "1", "name": "x" * 10_000}]), page(["1"]))

    assert ids(pinterest.read(ConversionTags, slice_of({"ad_account_id": "11"}))) == ["1"]
    assert [sent.get("page_size") for sent in pinterest.asked(path)] == [None, ["125"]]


def test_a_list_whose_smallest_page_is_too_large_fails(pinterest: Pinterest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "JOINED_BYTES", 10_000)
    pinterest.answers("boards", page([{"id": "1", "name": "x" * 10_000}]))

    with pytest.raises(SliceError, match="boards: The response is larger than 10,000 bytes"):
        pinterest.read(Boards, EVERYTHING)
    assert [int(sent["page_size"][0]) for sent in pinterest.asked("boards")] == [250, 125, 62, 31, 15, 7, 3, 1]


def test_the_50_pages_without_a_new_item_are_counted_in_a_row() -> None:
    paginator = BookmarkPaginator("boards", "boards")
    pages = [*[0] * (MOST_EMPTY - 1), 1, *[0] * (MOST_EMPTY - 1)]
    for number, items in enumerate(pages):
        paginator.follow(f"b{number}", items, items)

    with pytest.raises(SliceError, match="boards"):
        paginator.follow("last", 0, 0)


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
    seen = SeenKeys()

    assert [ids(seen.new([{"id": name} for name in names])) for names in pages] == new
    assert len(seen) == len([name for names in new for name in names])


def test_a_key_of_several_fields_is_compared_whole() -> None:
    records = [{"code": code, "language": language} for code in (0, 1, 10) for language in (0, 1)]

    assert SeenKeys(("code", "language")).new([*records, *records]) == records
