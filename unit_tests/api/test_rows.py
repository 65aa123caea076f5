"""Is every row of an answer read exactly, wherever it is cut into chunks, and nothing taken of a broken one?"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.api.rows import rows_of
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
    pytest.param(json.dumps(ROWS, ensure_ascii=False).encode(), id="utf-8"),
    pytest.param(json.dumps(ROWS, indent=4).encode(), id="indented"),
    pytest.param(json.dumps(ROWS, separators=(",", ":")).encode(), id="dense"),
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


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_it_does_not_matter_how_small_the_chunks_are(body: bytes, size: int) -> None:
    assert list(rows_of([b"", *pieces_of(body, size), b""])) == ROWS
    assert list(rows_of(pieces_of(WRAPPED % body, size), "data")) == ROWS


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
