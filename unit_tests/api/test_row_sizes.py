"""Is a row too large for memory refused, and do work and memory grow no faster than a body?"""

import contextlib
import tracemalloc
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from source_pinterest.api import rows as module
from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.api.rows import rows_of
from source_pinterest.limits import ROW_BYTES
from unit_tests.api.connections import pieces_of


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
