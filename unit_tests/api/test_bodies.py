"""Is a page taken for a page, and nothing else?"""

import tracemalloc
from collections.abc import Iterator

import pytest

from source_pinterest import limits
from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.api.rows import ListPage, ListShape, list_page, one_item


def test_a_page_holds_items_and_a_bookmark() -> None:
    body = b'{"items":[{"id":"1"},{"id":12345678901234567890}],"bookmark":"b"}'

    assert list_page([body[:20], body[20:]]) == ListPage([{"id": "1"}, {"id": 12345678901234567890}], "b")


def test_a_single_object_is_a_page_of_one() -> None:
    assert one_item([b'{"id": "1', b'2"}']) == ListPage([{"id": "12"}])
    with pytest.raises(MalformedResponseError):
        one_item([b'{"name": "no id"}'])


def test_what_is_replaced_in_a_page_is_told() -> None:
    told: list[str] = []

    page = list_page([rb'{"items":[{"id":"1","title":"\ud83d"}]}'], told.append)

    assert page == ListPage([{"id": "1", "title": "\ufffd"}])
    assert len(told) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"items":null}',
        b'{"items":{}}',
        b'{"items":[1]}',
        b'{"items":[{}]}',
        b'{"items":[{"id":""}]}',
        b"x",
    ],
)
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedResponseError):
        list_page([body])


@pytest.mark.parametrize(
    ("body", "field", "bookmark"),
    [
        (b'[{"type":"a","name":0}]', "", ""),
        (b'{"items":[{"type":"a","name":0}],"bookmark":"b"}', "", "b"),
        (b'{"rows":[{"type":"a","name":0}],"items":[],"bookmark":null}', "rows", ""),
    ],
)
def test_a_list_lies_where_its_shape_says(body: bytes, field: str, bookmark: str) -> None:
    page = list_page([body], shape=ListShape(("type", "name"), field))

    assert page == ListPage([{"type": "a", "name": 0}], bookmark)


@pytest.mark.parametrize("item", [b'{"type":"a"}', b'{"type":"a","name":null}', b'{"type":"","name":0}', b"1"])
def test_an_item_has_its_whole_key(item: bytes) -> None:
    key = ("type", "name")
    for read in (
        lambda: list_page([b'{"items":[{"type":"a","name":0},%b]}' % item], shape=ListShape(key)),
        lambda: one_item([item], key),
    ):
        with pytest.raises(MalformedResponseError, match=r"^The page is not a list of items with type and name\.$"):
            read()


# ---- Too large


def page_of(items: int, padding: int = 0) -> bytes:
    return b'{"bookmark":"b","items":[%b]}' % b",".join([b'{"id":1,"name":"%b"}' % (b"x" * padding)] * items)


def test_a_page_has_at_most_four_times_the_items_that_were_asked_for() -> None:
    assert len(list_page([page_of(1_000)], is_paged=True).items) == 1_000
    assert len(list_page([page_of(1_001)]).items) == 1_001
    with pytest.raises(MalformedResponseError, match=r"^A page has more than 1,000 items\.$"):
        list_page([page_of(1_001)], is_paged=True)


def test_a_large_page_of_large_items_is_read_whole() -> None:
    body = page_of(100, padding=100_000)

    assert len(body) > limits.LARGE_PAGE_BYTES
    assert list_page([body[:9_000_000], body[9_000_000:]], is_paged=True) == list_page([body])


def test_an_item_of_a_large_page_is_bounded_like_a_row() -> None:
    with pytest.raises(MalformedResponseError, match="has more than 1,048,576 bytes"):
        list_page([page_of(10, padding=limits.ROW_BYTES)], is_paged=True)


def test_a_page_of_millions_of_items_takes_no_more_memory_than_its_beginning() -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"items":['
        yield from [b'{"id":1},' * 100_000] * 100
        yield b'{"id":1}]}'

    tracemalloc.start()
    try:
        with pytest.raises(MalformedResponseError, match="more than 1,000 items"):
            list_page(chunks(), is_paged=True)
        assert tracemalloc.get_traced_memory()[1] < 5 * limits.LARGE_PAGE_BYTES
    finally:
        tracemalloc.stop()
