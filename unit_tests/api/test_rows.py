"""Is every row of an answer read exactly, wherever it is cut into chunks, and nothing taken of a broken one?"""

import contextlib
import json
import tracemalloc
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from source_pinterest.api import rows as module
from source_pinterest.api.bodies import rows_of
from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.limits import ROW_BYTES

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
    pytest.param(json.dumps(ROWS, ensure_ascii=False).encode(), id="utf-8"),
    pytest.param(json.dumps(ROWS, indent=4).encode(), id="indented"),
    pytest.param(json.dumps(ROWS, separators=(",", ":")).encode(), id="dense"),
]
WRAPPED = b' {"summary": {"data": [1, 2]}, "data" : %b, "more": [{}, "]"], "n": 1.5, "bookmark": null} '


def cut(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


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


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_it_does_not_matter_how_small_the_chunks_are(body: bytes, size: int) -> None:
    assert list(rows_of([b"", *cut(body, size), b""])) == ROWS
    assert list(rows_of(cut(WRAPPED % body, size), "data")) == ROWS


@pytest.mark.parametrize(("template", "under"), [(b"%b", ""), (WRAPPED, "data")])
@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_cut_short_anywhere_is_never_taken_for_whole(body: bytes, template: bytes, under: str) -> None:
    whole = (template % body).rstrip()
    for length in range(len(whole)):
        with pytest.raises(MalformedAnswerError, match=r"^The answer is cut short\.$"):
            read(whole[:length], under)


@pytest.mark.parametrize(
    ("body", "under", "words"),
    [
        (b"[{} {}]", "", "A , is missing."),
        (b"{}", "", "A [ is missing."),
        (b"[1]", "", "A { is missing."),
        (b"[{}]]", "", "Something follows the end of the answer."),
        (b'{1: 1, "data": []}', "data", 'A " is missing.'),
        (b'{"other": []}', "data", "The answer holds no list called data."),
    ],
)
def test_what_is_wrong_with_an_answer_is_told(body: bytes, under: str, words: str) -> None:
    with pytest.raises(MalformedAnswerError) as raised:
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
    with pytest.raises(MalformedAnswerError):
        read(body)
    with pytest.raises(MalformedAnswerError):
        list(rows_of(cut(body, 1)))


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
    with pytest.raises(MalformedAnswerError):
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


def row_of(size: int, letter: bytes = b"}") -> bytes:
    return b'{"TEXT":"%b"}' % (letter * (size - len('{"TEXT":""}')))


@pytest.mark.parametrize("chunk", [10_000, 3 * ROW_BYTES])
@pytest.mark.parametrize("letter", [b"}", b"x"])
def test_the_largest_row_is_read(chunk: int, letter: bytes) -> None:
    row = row_of(ROW_BYTES, letter)

    assert len(list(rows_of(cut(b"[%b,%b,{}]" % (row, row), chunk)))) == 3


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
    with pytest.raises(MalformedAnswerError, match="has more than 1,048,576 bytes"):
        list(rows_of(cut(body, chunk)))


@pytest.mark.parametrize("chunk", [10_000, 3 * ROW_BYTES])
@pytest.mark.parametrize(
    "value",
    [b"1." + b"0" * ROW_BYTES, b'"%b"' % (b"x" * ROW_BYTES), b"[%b]" % (b" " * ROW_BYTES)],
    ids=["a number", "a text", "a list"],
)
def test_no_value_beside_the_rows_is_larger_either(chunk: int, value: bytes) -> None:
    body = b'{"note": %b, "data": [{"A": 1}]}' % value
    with pytest.raises(MalformedAnswerError, match="has more than 1,048,576 bytes"):
        list(rows_of(cut(body, chunk), "data"))


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

    monkeypatch.setattr(module, "orjson", SimpleNamespace(loads=loads))
    with contextlib.suppress(MalformedAnswerError):
        list(rows_of(cut(body, chunk)))

    assert parsed <= 2 * 17 * len(body)


def test_a_body_in_single_bytes_is_not_joined_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = 0

    def holds_long_number(text: bytes) -> bool:
        nonlocal searched
        searched += len(text)
        return False

    monkeypatch.setattr(module, "holds_long_number", holds_long_number)
    body = b'[{"TEXT":"%b"}]' % (b"x" * 100_000)

    assert len(list(rows_of(cut(body, 1)))) == 1
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
