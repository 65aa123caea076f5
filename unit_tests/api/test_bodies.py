"""Responses are parsed exactly, within bounds of size and work, and what is no JSON or no list of rows is rejected."""

import json
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from source_pinterest.api.bodies import (
    Page,
    list_page,
    one_item,
    parse_body,
    parse_json,
    rows_of,
    write_strings,
)
from source_pinterest.api.errors import BrokenResponseError, FormError, MalformedResponseError
from source_pinterest.limits import JOINED_BYTES, ROW_BYTES
from unit_tests.api.connections import pieces_of

ROWS: list[dict[str, Any]] = [
    {"CAMPAIGN_ID": 626735000496123457, "DATE": "2026-06-01", "CTR": None, "LONG": 1.2345678901234568e20},
    {"TEXT": "]},{\u2028\n", "metrics": {"list": [1, [2, {"]": "}"}]], "more": {"a": {}}}},
    {"BRACES": "}" * 20, "QUOTE": 'a"}', "BACKSLASH": "\\"},
    {"A": 1},
    {"A": 2},
]
BODY = json.dumps(ROWS, ensure_ascii=False).encode()
WRAPPED = b' {"summary": {"data": [1, 2]}, "data" : %b, "more": [{}, "]"], "n": 1.5, "bookmark": null} '


def read(chunks: Iterable[bytes], under: str = "") -> list[dict[str, Any]]:
    return list(rows_of(chunks, under))


def rejection_of(parse: Callable[..., object], *arguments: Any) -> str:
    """The sentence with which a body is rejected; empty if it is taken."""
    try:
        parse(*arguments)
    except MalformedResponseError as rejected:
        return str(rejected)
    return ""


@pytest.mark.parametrize(("body", "under"), [(BODY, ""), (WRAPPED % BODY, "data")])
def test_rows_are_read_in_any_chunks_and_a_body_that_is_cut_short_is_rejected(body: bytes, under: str) -> None:
    for size in (1, 7, len(body)):
        assert read(pieces_of(body, size), under) == ROWS, size
    whole = body.rstrip()
    for length in range(len(whole)):
        assert rejection_of(read, [whole[:length]], under) == "The response is cut short.", length


def test_a_body_that_is_parsed_in_memory_has_at_most_16_mib() -> None:
    assert parse_body(pieces_of(b"{}" + b" " * (JOINED_BYTES - 2), JOINED_BYTES // 16)) == {}
    with pytest.raises(BrokenResponseError, match="larger than 16,777,216 bytes"):
        parse_body(pieces_of(b"{}" + b" " * (JOINED_BYTES - 1), JOINED_BYTES // 16))


@pytest.mark.parametrize(
    ("parse", "body", "is_form"),
    [
        (read, b'{"rows": []}', True),
        (read, b'[{"A": 1}, 7]', True),
        (lambda chunks: read(chunks, "data"), b'{"other": []}', True),
        (lambda chunks: read(chunks, "data"), b'{"data": {"A": 1}}', True),
        (list_page, b'{"boards": []}', True),
        (lambda chunks: read(chunks, "data"), b'{"data": nope}', False),
        (read, b"null", True),
        (list_page, b'{"items": [{"name": 1}, {"id": 2}]}', True),
        (one_item, b'{"name": 1}', True),
        (read, b'{"rows": [', True),
        (read, b'[{"A": 1e400}]', False),
        (read, b"", False),
        (list_page, b'{"items"', False),
        (list_page, b"", False),
    ],
)
def test_json_of_another_form_differs_from_broken_json(
    parse: Callable[[list[bytes]], object], body: bytes, *, is_form: bool
) -> None:
    with pytest.raises(MalformedResponseError) as raised:
        parse([body])
    assert isinstance(raised.value, FormError) == is_form


@pytest.mark.parametrize(
    ("body", "shape", "bookmark"),
    [
        (b'{"items":[{"id":0,"name":1234567890123456789}],"bookmark":"b"}', {}, "b"),
        (b'[{"id":0,"name":1234567890123456789}]', {"key": ("id", "name"), "field": ""}, ""),
        (b'{"rows":[{"id":0,"name":1234567890123456789}],"items":[],"bookmark":null}', {"field": "rows"}, ""),
    ],
)
def test_a_page_holds_items_where_its_shape_says_and_a_bookmark(
    body: bytes, shape: dict[str, Any], bookmark: str
) -> None:
    assert list_page(pieces_of(body, 20), **shape) == Page([{"id": 0, "name": 1234567890123456789}], bookmark)


@pytest.mark.parametrize("item", [b'{"type":"a"}', b'{"type":"a","name":null}', b'{"type":"","name":0}', b"1"])
def test_an_item_has_its_whole_key(item: bytes) -> None:
    key = ("type", "name")

    assert one_item([b'{"type":"a",', b'"name":0}'], key) == Page([{"type": "a", "name": 0}])
    assert rejection_of(one_item, [item], key)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (rb'{"\udc00":"a\uD83Db\ude00"}', {"\ufffd": "a\ufffdb\ufffd"}),
        (rb'["\ud83d\ud83d\ude00"]', ["\ufffd😀"]),
        (rb'["\\ud83d", "\ud83d"]', [r"\ud83d", "\ufffd"]),
    ],
)
def test_half_an_emoji_is_replaced(body: bytes, value: Any) -> None:
    assert parse_json(body) == value
    assert list(rows_of([b'[{"A":1},{"B":%b},{"A":2}]' % body])) == [{"A": 1}, {"B": value}, {"A": 2}]


def row_of(size: int, letter: bytes = b"x") -> bytes:
    return b'{"TEXT":"%b"}' % (letter * (size - len('{"TEXT":""}')))


@pytest.mark.parametrize("chunk", [10_000, 3 * ROW_BYTES])
def test_the_largest_row_is_read_and_a_larger_one_is_rejected(chunk: int) -> None:
    row = row_of(ROW_BYTES)
    assert len(read(pieces_of(b"[%b,%b,{}]" % (row, row), chunk))) == 3
    for body in (b"[" + row_of(ROW_BYTES + 1) + b"]", b'[{"TEXT":"' + b"x" * 2 * ROW_BYTES):
        assert "ends within 1,048,576 bytes" in rejection_of(read, pieces_of(body, chunk)), body[:20]


def test_memory_does_not_grow_with_the_body() -> None:
    def endless(rows: int) -> Iterator[bytes]:
        yield b'[{"A":0}'
        hundred = b',{"DATE": "2026-06-01", "TEXT": "%b"}' % (b"x" * 100) * 100
        for _ in range(rows // 100):
            yield hundred
        yield b"]"

    def peak_of(rows: int) -> int:
        tracemalloc.start()
        try:
            assert sum(1 for _ in rows_of(endless(rows))) == rows + 1
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak_of(10_000) < 1.5 * peak_of(1_000)


def test_ids_become_text_in_any_spelling_that_has_all_their_digits() -> None:
    record = {"id": 1, "count": 2, "parent_id": None, "owner_id": 549755885175.0, "name": 1.5}
    write_strings(record, ("id", "parent_id", "owner_id", "absent_id", "name"))

    assert record == {"id": "1", "count": 2, "parent_id": None, "owner_id": "549755885175", "name": "1.5"}
    for inexact in (2.0**53, 1.5, [5], True):
        with pytest.raises(FormError, match="not an exact id"):
            write_strings({"id": inexact}, ("id",))
