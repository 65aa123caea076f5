"""Is a page taken for a page, and nothing else?"""

import pytest

from source_pinterest.api.bodies import ListPage, ListShape, list_page, one_item
from source_pinterest.api.errors import MalformedAnswerError


def test_a_page_holds_items_and_a_bookmark() -> None:
    body = b'{"items":[{"id":"1"},{"id":12345678901234567890}],"bookmark":"b"}'

    assert list_page([body[:20], body[20:]]) == ListPage([{"id": "1"}, {"id": 12345678901234567890}], "b")


def test_a_single_object_is_a_page_of_one() -> None:
    assert one_item([b'{"id": "1', b'2"}']) == ListPage([{"id": "12"}])
    with pytest.raises(MalformedAnswerError):
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
    with pytest.raises(MalformedAnswerError):
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
        with pytest.raises(MalformedAnswerError, match=r"^A page holds items, each with type and name\.$"):
            read()
