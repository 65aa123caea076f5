"""Responses are parsed exactly, within bounds of size and work, and what is no JSON or no list of rows is refused."""

import json
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from source_pinterest.api.bodies import (
    ListPage,
    ListShape,
    list_page,
    one_item,
    parse_body,
    parse_json,
    rows_of,
    text_of,
    write_texts,
)
from source_pinterest.api.errors import FormError, MalformedResponseError, TooLargeToParseError
from source_pinterest.limits import ROW_BYTES
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


def refusal_of(parse: Callable[..., object], *arguments: Any) -> str:
    """The sentence with which a body is refused; empty if it is taken."""
    try:
        parse(*arguments)
    except MalformedResponseError as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize(("body", "under"), [(BODY, ""), (WRAPPED % BODY, "data")])
def test_rows_are_read_in_any_chunks_and_a_body_that_is_cut_short_is_refused(body: bytes, under: str) -> None:
    for size in (1, 7, len(body)):
        assert read(pieces_of(body, size), under) == ROWS, size
    whole = body.rstrip()
    for length in range(len(whole)):
        assert refusal_of(read, [whole[:length]], under) == "The response is cut short.", length


def test_without_a_list_under_the_key_it_is_refused() -> None:
    for body in [
        b"[]",
        b'{"other": []}',
        b'{"data": nil}',
        b'{"data": 0}',
        b'{"data": []} {}',
        b'{"data": [] "a": 1}',
        b'{"a": x, "data": []}',
        b'{1: 1, "data": []}',
        b'{"a: 1, "data": []}',
    ]:
        assert refusal_of(read, [body], "data"), body


ERROR = b'{"code": 12, "message": "Something went wrong"}'


@pytest.mark.parametrize(
    ("parse", "body", "field"),
    [
        (read, b'{"rows": []}', "the whole response"),
        (read, b'[{"A": 1}, 7]', "the whole response"),
        (lambda chunks: read(chunks, "data"), b'{"other": []}', "data"),
        (lambda chunks: read(chunks, "data"), b'{"data": {"A": 1}}', "data"),
        (list_page, b'{"boards": []}', "items"),
        (list_page, b'{"items": [{"name": 1}, {"name": 2}]}', "id"),
        (one_item, b'{"name": 1}', "id"),
        (read, b'[{"A": 1}, ,]', ""),
        (read, b'[{"A": 1}}', ""),
        (read, b'{"rows": [', ""),
        (read, b"<html>", ""),
        (list_page, b'{"items"', ""),
        (list_page, b"", ""),
        *((one, ERROR, "") for one in (read, lambda chunks: read(chunks, "data"), list_page, one_item)),
    ],
)
def test_json_of_another_form_differs_from_broken_json(
    parse: Callable[[list[bytes]], object], body: bytes, field: str
) -> None:
    """An error that comes with HTTP 200 has a form that is known."""
    with pytest.raises(MalformedResponseError) as raised:
        parse([body])
    assert (raised.value.field if isinstance(raised.value, FormError) else "") == field


@pytest.mark.parametrize(
    ("body", "shape", "bookmark"),
    [
        (b'{"items":[{"id":0,"name":1234567890123456789}],"bookmark":"b"}', ListShape(), "b"),
        (b'[{"id":0,"name":1234567890123456789}]', ListShape(("id", "name"), ""), ""),
        (b'{"rows":[{"id":0,"name":1234567890123456789}],"items":[],"bookmark":null}', ListShape(field="rows"), ""),
    ],
)
def test_a_page_holds_items_where_its_shape_says_and_a_bookmark(body: bytes, shape: ListShape, bookmark: str) -> None:
    assert list_page(pieces_of(body, 20), shape=shape) == ListPage([{"id": 0, "name": 1234567890123456789}], bookmark)


@pytest.mark.parametrize("item", [b'{"type":"a"}', b'{"type":"a","name":null}', b'{"type":"","name":0}', b"1"])
def test_an_item_has_its_whole_key(item: bytes) -> None:
    key = ("type", "name")

    assert one_item([b'{"type":"a",', b'"name":0}'], key) == ListPage([{"type": "a", "name": 0}])
    assert refusal_of(one_item, [item], key)


@pytest.mark.parametrize(
    "without",
    [
        b'{"a":1}',
        b'{"a":1,"id":null}',
        b'{"a":1,"id":""}',
        b'{"a":1,"id":1e16}',
        b'{"id":%b}' % (b"9" * 4_301),
        b'{"id":%b}' % (b"9" * 101),
        b'{"id":"%b"}' % (b"x" * 101),
        b"null",
    ],
)
@pytest.mark.parametrize(("items", "most"), [(0, 1), (1, 1), (17, 1), (18, 2), (90, 10)])
def test_one_item_of_a_page_or_one_in_ten_may_lack_its_key(without: bytes, items: int, most: int) -> None:
    def page_with(lacking: int) -> ListPage:
        return list_page([b'{"items":[%b],"bookmark":"b"}' % b",".join([b'{"id":1}'] * items + [without] * lacking)])

    for lacking in {1, most}:
        left_out = parse_json(without) or {}
        assert page_with(lacking) == ListPage([{"id": 1}] * items, "b", (left_out,) * lacking)
    with pytest.raises(FormError):
        page_with(most + 1)


def page_of(items: int) -> bytes:
    return b'{"bookmark":"b","items":[%b]}' % b",".join([b'{"id":1}'] * items)


def test_a_page_has_at_most_four_times_the_requested_items() -> None:
    assert len(list_page([page_of(1_000)], is_paged=True).items) == 1_000
    assert len(list_page([page_of(1_001)]).items) == 1_001
    with pytest.raises(MalformedResponseError, match=r"^A page has more than 1,000 items\.$"):
        list_page([page_of(1_001)], is_paged=True)


def padded(size: int) -> Iterator[bytes]:
    """A page and an item of this size."""
    return pieces_of(b'{"id":"1","items":[]%b}' % (b" " * (size - 21)), 1024**2)


@pytest.mark.parametrize("parse", [parse_body, one_item, list_page])
def test_a_body_that_is_parsed_as_a_whole_has_at_most_8_mib(parse: Callable[[Iterable[bytes]], Any]) -> None:
    parse(padded(8 * 1024**2))
    with pytest.raises(TooLargeToParseError, match=r"^The response is larger than 8,388,608 bytes\.$"):
        parse(padded(8 * 1024**2 + 1))


@pytest.mark.parametrize("value", [b"[]", b"[" * 90 + b"]" * 90, b'{"a":' * 90 + b"1" + b"}" * 90, b"1.5", b'"abc"'])
def test_a_body_takes_at_most_32_mib_when_it_is_parsed(value: bytes) -> None:
    def page(mebibytes: float) -> list[bytes]:
        values = b",".join([value] * int(mebibytes * 1024**2 / (len(value) + 1)))
        return [b'{"items":[{"id":"1","values":[%b]}]}' % values]

    assert list_page(page(0.1)).items
    with pytest.raises(TooLargeToParseError, match=r"^The response takes more than 33,554,432 bytes of memory\.$"):
        list_page(page(7))


def nested(levels: int, filler: bytes = b"") -> bytes:
    """An object in which objects and lists stand within each other, each beside a list that is closed at once."""
    opening, closing = b'{"b":[],"a":[', b"]}"
    odd = (b"[", b"]") if levels % 2 else (b"", b"")
    return opening * (levels // 2) + odd[0] + b"0" + odd[1] + closing * (levels // 2 - 1) + filler + closing


@pytest.mark.parametrize(
    "filler",
    [
        pytest.param(b"", id="short"),
        pytest.param(b"," + b"0," * 50_000 + b"0", id="long"),
        pytest.param(b",1e400", id="a number out of range"),
        pytest.param(b',"' + b"]}" * 200 + b'"', id="brackets in a text"),
    ],
)
def test_a_hundred_levels_are_read_and_more_are_refused(filler: bytes) -> None:
    for levels in (100, 101, 102, 900):
        deep = nested(levels, filler)
        for parse in (parse_json, lambda body: read([b"[%b,%b]" % (body, body)])):
            refused = refusal_of(parse, deep)
            assert refused == ("" if levels == 100 else "The response is nested deeper than 100 levels."), levels


def test_a_body_can_not_close_the_lists_that_are_put_around_it() -> None:
    for body in (b"1],[2", b"1]]],[[[2", b"]" * 924 + b"," + b"[" * 924, b" " * 300):
        assert refusal_of(parse_json, body + b" " * 100_000), body[:20]


@pytest.mark.parametrize("beside", [b"1", rb'"\ud83d"'])
def test_a_longer_whole_number_is_a_float(beside: bytes) -> None:
    for number in [2**64, -(2**63) - 1, 10**24 + 7, 10**300]:
        [found, _] = parse_json(b"[%d,%b]" % (number, beside))
        assert type(found) is float
        assert found == float(number)


CHARACTERS = "Pinterest sent broken characters; they are replaced by U+FFFD."
NUMBERS = "Pinterest sent numbers out of range; they are replaced by null."


@pytest.mark.parametrize(
    ("body", "value", "replaced"),
    [
        (rb'{"\udc00":"a\uD83Db\ude00"}', {"\ufffd": "a\ufffdb\ufffd"}, [CHARACTERS]),
        (rb'["\ud83d\ud83d\ude00"]', ["\ufffd😀"], [CHARACTERS]),
        (b'{"a":1e400,"b":{"c":[-1e400]}}', {"a": None, "b": {"c": [None]}}, [NUMBERS]),
        (b'{"a":NaN,"b":-Infinity,"c":1}', {"a": None, "b": None, "c": 1}, [NUMBERS]),
        (b'{"a":%b,"b":1}' % (b"9" * 5_000), {"a": None, "b": 1}, [NUMBERS]),
        (rb'[1e400,"\ud83d",1234567890123456789]', [None, "\ufffd", 1234567890123456789], [CHARACTERS, NUMBERS]),
        (rb'["\ud83d\ude00", "NaN"]', ["😀", "NaN"], []),
        (rb'["\\ud83d", 123456789012345678901]', [r"\ud83d", 1.2345678901234568e20], []),
    ],
)
def test_a_whole_response_is_not_lost_for_one_value(body: bytes, value: Any, replaced: list[str]) -> None:
    told: list[str] = []

    assert parse_json(body, told.append) == parse_json(body) == value
    assert told == replaced


def test_replaced_values_are_warned_of() -> None:
    told: list[str] = []
    body = rb'[{"id":"\ud83d"},{"id":1e400,"B":"}"},{"id":"\ud83d\ude00"}]'

    assert list(rows_of([body], on_replacement=told.append)) == [{"id": "\ufffd"}, {"id": None, "B": "}"}, {"id": "😀"}]
    assert list_page([rb'{"items":[{"id":"\ud83d"}]}'], told.append) == ListPage([{"id": "\ufffd"}])
    assert told == [CHARACTERS, NUMBERS, CHARACTERS]


def row_of(size: int, letter: bytes = b"}") -> bytes:
    return b'{"TEXT":"%b"}' % (letter * (size - len('{"TEXT":""}')))


@pytest.mark.parametrize("chunk", [10_000, 3 * ROW_BYTES])
def test_the_largest_row_is_read_and_a_larger_one_is_refused(chunk: int) -> None:
    for letter in (b"}", b"x"):
        row = row_of(ROW_BYTES, letter)
        assert len(read(pieces_of(b"[%b,%b,{}]" % (row, row), chunk))) == 3
    for body, under in [
        (b"[" + row_of(ROW_BYTES + 1) + b"]", ""),
        (b'[{"A":1},' + row_of(ROW_BYTES + 1, b"x") + b"]", ""),
        (b'[{"TEXT":"' + b"x" * 2 * ROW_BYTES, ""),
        (b'{"note": 1.%b, "data": []}' % (b"0" * ROW_BYTES), "data"),
        (b'{"note": [%b], "data": []}' % (b" " * ROW_BYTES), "data"),
    ]:
        assert "has more than 1,048,576 bytes" in refusal_of(read, pieces_of(body, chunk), under), body[:20]


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


def test_ids_become_text_and_whole_floats_their_digits() -> None:
    record = {"id": 1, "count": 2, "parent_id": None, "bid": 626736533506.0}
    write_texts(record, ("id", "parent_id", "absent_id", "bid"))

    assert record == {"id": "1", "count": 2, "parent_id": None, "bid": "626736533506"}
    assert [text_of(value) for value in (1.5, "0012")] == ["1.5", "0012"]
