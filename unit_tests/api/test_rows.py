"""Responses are parsed exactly, within bounds of size and work, and what is no JSON or no list of rows is refused."""

import contextlib
import json
import tracemalloc
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from source_pinterest import limits
from source_pinterest.api import rows as module
from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.api.rows import (
    ListPage,
    ListShape,
    holds_long_number,
    list_page,
    one_item,
    parse_json,
    rows_of,
    text_of,
    write_texts,
)
from source_pinterest.limits import ROW_BYTES
from unit_tests.api.connections import pieces_of

ROWS: list[dict[str, Any]] = [
    {"CAMPAIGN_ID": 626735000496123457, "DATE": "2026-06-01", "SPEND_IN_DOLLAR": 1.25, "CTR": None},
    {"CAMPAIGN_NAME": 'Sale: "50 %" [a, b] {c} \\ ü 🎄', "LONG": 123456789012345678901},
    {},
    {"TEXT": "]},{\u2028\n", "metrics": {"list": [1, [2, {"]": "}"}]], "more": {"a": {}}}},
    {"BRACES": "}" * 40, "QUOTE": 'a"}', "BACKSLASH": "\\"},
    {"A": 1},
    {"A": 2},
]
BODIES = [
    json.dumps(ROWS, ensure_ascii=False).encode(),
    json.dumps(ROWS, indent=4).encode(),
    json.dumps(ROWS, separators=(",", ":")).encode(),
]
WRAPPED = b' {"summary": {"data": [1, 2]}, "data" : %b, "more": [{}, "]"], "n": 1.5, "bookmark": null} '


def read(body: bytes, under: str = "") -> list[dict[str, Any]]:
    return list(rows_of([body], under))


@pytest.mark.parametrize("body", BODIES)
def test_the_rows_come_in_their_order(body: bytes) -> None:
    assert read(body) == ROWS


@pytest.mark.parametrize("body", BODIES)
def test_rows_may_lie_under_a_key_among_others(body: bytes) -> None:
    assert read(WRAPPED % body, "data") == ROWS


@pytest.mark.parametrize("body", BODIES)
def test_it_does_not_matter_where_the_body_is_cut(body: bytes) -> None:
    for position in range(len(body) + 1):
        assert list(rows_of([body[:position], body[position:]])) == ROWS, position


def test_it_does_not_matter_how_small_the_chunks_are() -> None:
    for size in [1, 2, 3, 7, 64]:
        for body in BODIES:
            assert list(rows_of([b"", *pieces_of(body, size), b""])) == ROWS, (body, size)
            assert list(rows_of(pieces_of(WRAPPED % body, size), "data")) == ROWS, (body, size)


@pytest.mark.parametrize(("template", "under"), [(b"%b", ""), (WRAPPED, "data")])
@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_cut_short_anywhere_is_never_taken_for_whole(body: bytes, template: bytes, under: str) -> None:
    whole = (template % body).rstrip()
    for length in range(len(whole)):
        with pytest.raises(MalformedResponseError, match=r"^The response is cut short\.$"):
            read(whole[:length], under)


@pytest.mark.parametrize(
    ("body", "under", "words"),
    [
        (b"[{} {}]", "", "The response is not the expected JSON: , is missing."),
        (b"{}", "", "The response is not the expected JSON: [ is missing."),
        (b"[1]", "", "The response is not the expected JSON: { is missing."),
        (b"[{}]]", "", "The response has more text after the end of its JSON."),
        (b'{1: 1, "data": []}', "data", 'The response is not the expected JSON: " is missing.'),
        (b'{"other": []}', "data", "The response has no list named data."),
    ],
)
def test_what_is_wrong_with_an_answer_is_told(body: bytes, under: str, words: str) -> None:
    with pytest.raises(MalformedResponseError) as raised:
        read(body, under)

    assert str(raised.value) == words


@pytest.mark.parametrize("body", [b"[]", b" [ ] \n"])
def test_a_list_may_be_empty(body: bytes) -> None:
    assert read(body) == []
    assert read(b'{"data":%b}' % body, "data") == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"{}",
        b'{"data": []}',
        b"<html>Sorry</html>",
        b"[1]",
        b"[null]",
        b'["text"]',
        b"[[{}]]",
        b"[{}, 1]",
        b"[{},]",
        b"[,{}]",
        b"[{} {}]",
        b"[{},,{}]",
        b"[{}}",
        b"[{}]]",
        b"[{}]x",
        b"[{}][]",
        b'[{"A": 1,}]',
        b'[{"A" 1}]',
        b"[{'A': 1}]",
        b'[{"A": [1}]',
        b'[{"A": "\xff"}]',
        b'[{"A": 1}, \xff]',
        b'[{"A": ' + b"9" * 5_000 + b"}]",
        b'[{"A": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]",
        b"\xef\xbb\xbf[]",
    ],
    ids=range(28),
)
def test_what_is_no_list_of_rows_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedResponseError):
        read(body)
    with pytest.raises(MalformedResponseError):
        list(rows_of(pieces_of(body, 1)))


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"other": []}',
        b'{"data": null}',
        b'{"data": {}}',
        b'{"data": [1]}',
        b'{"data": []',
        b'{"data": []]',
        b'{"data": []} {}',
        b'{"data": [],}',
        b'{"data": [] "a": 1}',
        b'{"data" []}',
        b'{"a": }',
        b'{"a": x, "data": []}',
        b'{"a": [}, "data": []}',
        b'{a: 1, "data": []}',
        b'{1: 1, "data": []}',
        b'{"a: 1, "data": []}',
    ],
)
def test_without_a_list_under_the_key_it_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedResponseError):
        read(body, "data")


def test_rows_are_given_before_the_rest_arrives() -> None:
    def chunks() -> Iterator[bytes]:
        yield b'[{"A":1},{"A":2},{"A"'
        raise ConnectionError

    rows = rows_of(chunks())

    assert [next(rows), next(rows)] == [{"A": 1}, {"A": 2}]
    with pytest.raises(ConnectionError):
        next(rows)


def test_what_is_replaced_in_a_row_is_told() -> None:
    told: list[str] = []
    body = rb'[{"A":"\ud83d"},{"A":1e400,"B":"}"},{"A":"\ud83d\ude00"}]'

    assert list(rows_of([body], on_replacement=told.append)) == [{"A": "\ufffd"}, {"A": None, "B": "}"}, {"A": "😀"}]
    assert told == [
        "Pinterest sent broken characters; they are replaced by U+FFFD.",
        "Pinterest sent numbers out of range; they are replaced by null.",
    ]


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


WHOLE_NUMBERS = [
    0,
    -1,
    2**53 + 1,
    2**63 - 1,
    2**64 - 1,
    2**64,
    -(2**63),
    -(2**63) - 1,
    2**70,
    10**19,
    10**24 + 7,
    -(10**24) - 7,
    10**399 + 1,
]
PLACES = [
    (b"%d", lambda number: number),
    (b'{"id":%d}', lambda number: {"id": number}),
    (b'{"id": %d, "name": "x"}', lambda number: {"id": number, "name": "x"}),
    (b'{\n\t"id":\n%d\n}', lambda number: {"id": number}),
    (b"[1,%d]", lambda number: [1, number]),
    (b'{"a":{"b":[[%d,"x"]]}}', lambda number: {"a": {"b": [[number, "x"]]}}),
]


def test_whole_numbers_are_exact_wherever_they_stand() -> None:
    for number in WHOLE_NUMBERS:
        for place, expected in PLACES:
            assert parse_json(place % number) == expected(number), (place, expected, number)


def test_the_shortest_long_numbers_are_found_wherever_they_begin() -> None:
    for number in [2**64, -(2**63) - 1]:
        for offset in range(25):
            value = parse_json(b'{"%b":%d,"b":"%b"}' % (b"k" * offset, number, b"t" * 100))

            assert value == {"k" * offset: number, "b": "t" * 100}, (offset, number)
            assert [type(each) for each in value.values()] == [int, str], (offset, number)


@pytest.mark.parametrize(
    "body",
    [
        b'{"id":"12345678901234567890123"}',
        b'{"id":"1038220564099381459","board_id":"549755885100012345"}',
        b'{"rate":0.00012345678901234567,"share":0.00098765432109876543}',
        b'{"days":["2026-06-01","2026-06-02"],"zip":"20261-01020-30405-06070"}',
        b"[1,22,333,4444,55555,666666,7777777]",
    ],
)
def test_what_only_resembles_a_long_number_is_parsed_once(body: bytes) -> None:
    assert not holds_long_number(body)


def test_long_digits_in_texts_stay_as_they_are() -> None:
    body = b'{"title":"call: 123456789012345678901","a":[" 12345678901234567890 ","-1234567890123456789"],"b":1.5}'

    assert parse_json(body) == {
        "title": "call: 123456789012345678901",
        "a": [" 12345678901234567890 ", "-1234567890123456789"],
        "b": 1.5,
    }


def test_a_long_number_is_found_among_texts_that_look_like_one() -> None:
    for after in [b"", b',"c":"y12345678901234567890z"']:
        for before in [b"", b'"a":"x12345678901234567890",', b'"a":"x12345678901234567890 -12345678901234567890",']:
            assert parse_json(b'{%b"b":123456789012345678901%b}' % (before, after))["b"] == 123456789012345678901, (
                before,
                after,
            )


def test_a_text_that_is_cut_off_within_its_digits_holds_no_long_number() -> None:
    assert not holds_long_number(b'["x123456789012345678901234567890')


def test_numbers_keep_their_kind() -> None:
    value = parse_json(b'{"whole":3,"real":3.0,"small":1e-7,"large":1e25,"long":123456789012345678901}')

    assert value == {"whole": 3, "real": 3.0, "small": 1e-7, "large": 1e25, "long": 123456789012345678901}
    assert [type(number) for number in value.values()] == [int, float, float, float, int]


def test_a_whole_answer_is_not_lost_for_one_value() -> None:
    for body, value, characters, numbers in [
        (rb'{"title":"\ud83d"}', {"title": "\ufffd"}, 1, 0),
        (rb'{"\udc00":"a\uD83Db\ude00"}', {"\ufffd": "a\ufffdb\ufffd"}, 3, 0),
        (rb'["\ud83d\ud83d\ude00"]', ["\ufffd😀"], 1, 0),
        (b'{"a":1e400,"b":{"c":[-1e400]}}', {"a": None, "b": {"c": [None]}}, 0, 2),
        (b'{"a":NaN,"b":-Infinity,"c":1}', {"a": None, "b": None, "c": 1}, 0, 2),
        (
            rb'{"a":1e400,"b":"\ud83d","id":12345678901234567890}',
            {"a": None, "b": "\ufffd", "id": 12345678901234567890},
            1,
            1,
        ),
    ]:
        told: list[str] = []

        assert parse_json(body, told.append) == value, (body, value, characters, numbers)
        assert told == [
            *["Pinterest sent broken characters; they are replaced by U+FFFD."][:characters],
            *["Pinterest sent numbers out of range; they are replaced by null."][:numbers],
        ], (body, value, characters, numbers)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (rb'["\ud83d\ude00"]', ["😀"]),
        (rb'["\\ud83d", 123456789012345678901]', [r"\ud83d", 123456789012345678901]),
        (b'["NaN"]', ["NaN"]),
        (b"[123456789012345678901]", [123456789012345678901]),
    ],
)
def test_nothing_is_replaced_without_need(body: bytes, value: Any) -> None:
    told: list[str] = []

    assert parse_json(body, told.append) == value
    assert told == []


def test_nobody_needs_to_listen() -> None:
    assert parse_json(rb'["\ud83d"]') == ["\ufffd"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Sorry</html>",
        b'{"items": [{"id": "1"}',
        b'{"a": 1}x',
        b'{"a": 1,}',
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\xbd"}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b'{"a": "line\nbreak"}',
        rb'{"a": "\ud83d',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 5_000,
        b'{"id": ' + b"9" * 5_000 + b"}",
        b"-" + b"9" * 5_000,
    ],
    ids=range(16),
)
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedResponseError, match=r"^The response is not JSON that can be parsed\.$"):
        parse_json(body)


def row_of(size: int, letter: bytes = b"}") -> bytes:
    return b'{"TEXT":"%b"}' % (letter * (size - len('{"TEXT":""}')))


@pytest.mark.parametrize("chunk", [10_000, 3 * ROW_BYTES])
@pytest.mark.parametrize("letter", [b"}", b"x"])
def test_the_largest_row_is_read(chunk: int, letter: bytes) -> None:
    row = row_of(ROW_BYTES, letter)

    assert len(list(rows_of(pieces_of(b"[%b,%b,{}]" % (row, row), chunk)))) == 3


@pytest.mark.parametrize("chunk", [10_000, 3 * ROW_BYTES])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" + row_of(ROW_BYTES + 1) + b"]", id="braces"),
        pytest.param(b"[" + row_of(ROW_BYTES + 1, b"x") + b"]", id="a text"),
        pytest.param(b'[{"A":1},' + row_of(ROW_BYTES + 1, b"x") + b"]", id="not the first"),
        pytest.param(b'[{"TEXT":"' + b"x" * 2 * ROW_BYTES, id="never closed"),
        pytest.param(b"[" + b'{"":' * ROW_BYTES, id="ever deeper"),
    ],
)
def test_a_larger_row_is_refused(chunk: int, body: bytes) -> None:
    with pytest.raises(MalformedResponseError, match="has more than 1,048,576 bytes"):
        list(rows_of(pieces_of(body, chunk)))


@pytest.mark.parametrize("chunk", [10_000, 3 * ROW_BYTES])
@pytest.mark.parametrize(
    "value",
    [b"1." + b"0" * ROW_BYTES, b'"%b"' % (b"x" * ROW_BYTES), b"[%b]" % (b" " * ROW_BYTES)],
    ids=["a number", "a text", "a list"],
)
def test_no_value_beside_the_rows_is_larger_either(chunk: int, value: bytes) -> None:
    body = b'{"note": %b, "data": [{"A": 1}]}' % value
    with pytest.raises(MalformedResponseError, match="has more than 1,048,576 bytes"):
        list(rows_of(pieces_of(body, chunk), "data"))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" + row_of(ROW_BYTES) + b"]", id="braces in a text"),
        pytest.param(b'[{"A":' + b'{"A":1,"B":' * 9_000 + b"{}" + b"}" * 9_001 + b"]", id="braces in braces"),
        pytest.param(b'[{"A":"' + b"x" * ROW_BYTES + b"}" * ROW_BYTES, id="never closed"),
        pytest.param(b'[{"A":"' + b'\\"' * ROW_BYTES, id="only escaped quotes"),
        pytest.param(b"[" + b",".join([row_of(40)] * 4_000) + b"]", id="braces in every row"),
        pytest.param(b"[" + b",".join([b'{"A":{"A":1}}', b'{"A":1}'] * 4_000) + b"]", id="changing shapes"),
    ],
)
@pytest.mark.parametrize("chunk", [1_000, 32_768, 4 * ROW_BYTES])
def test_the_work_grows_no_faster_than_the_body(monkeypatch: pytest.MonkeyPatch, body: bytes, chunk: int) -> None:
    parsed = 0

    def loads(text: bytes) -> Any:
        nonlocal parsed
        parsed += len(text)
        return orjson.loads(text)

    monkeypatch.setattr(module, "orjson", SimpleNamespace(JSONDecodeError=orjson.JSONDecodeError, loads=loads))
    with contextlib.suppress(MalformedResponseError):
        list(rows_of(pieces_of(body, chunk)))

    assert parsed <= 2 * 17 * len(body)


def test_a_body_in_single_bytes_is_not_joined_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = 0

    def holds_long_number(text: bytes) -> bool:
        nonlocal searched
        searched += len(text)
        return False

    monkeypatch.setattr(module, "holds_long_number", holds_long_number)
    body = b'[{"TEXT":"%b"}]' % (b"x" * 100_000)

    assert len(list(rows_of(pieces_of(body, 1)))) == 1
    assert searched < 4 * len(body)


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

    assert peak_of(20_000) < 1.5 * peak_of(2_000)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (626736533506, "626736533506"),
        (626736533506.0, "626736533506"),
        (1.5, "1.5"),
        ("0012", "0012"),
        (True, "True"),
    ],
)
def test_a_whole_number_is_its_digits(value: Any, text: str) -> None:
    assert text_of(value) == text


def test_only_the_named_fields_that_have_a_value_become_text() -> None:
    record = {"id": 1, "count": 2, "parent_id": None}
    write_texts(record, ("id", "parent_id", "absent_id"))

    assert record == {"id": "1", "count": 2, "parent_id": None}
