"""Is every row of a report read exactly, wherever the pieces of the file are cut, and nothing taken of a broken one?"""

import json
import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.reporting.reader import Filed, report_rows

ROWS: dict[str, list[dict[str, Any]]] = {
    "626735000496": [
        {"CAMPAIGN_ID": 626735000496123457, "DATE": "2026-06-01", "SPEND_IN_DOLLAR": 1.25, "CTR": None},
        {"CAMPAIGN_ID": 626735000496123457, "DATE": "2026-06-02", "CAMPAIGN_NAME": 'Sale: "50 %" [a, b] {c} \\ ü 🎄'},
    ],
    "nothing ran": [],
    'a "quoted" \\ id: [': [{}],
    "8": [{"DATE": "2026-06-01", "NESTED": {"list": [1, [2, {"]": "}"}]]}, "TEXT": "]},{\u2028\n"}],
}
FILED = [(entity, row) for entity, rows in ROWS.items() for row in rows]
BODIES = [
    pytest.param(json.dumps(ROWS, ensure_ascii=False).encode(), id="utf-8"),
    pytest.param(json.dumps(ROWS).encode(), id="escaped"),
    pytest.param(json.dumps(ROWS, indent=4).encode(), id="indented"),
    pytest.param(json.dumps(ROWS, separators=(",", ":"), ensure_ascii=False).encode(), id="dense"),
]


class Pieces(BytesIO):
    """A file that gives so many bytes at first, and then so many at a time, however many are asked for."""

    def __init__(self, body: bytes, first: int, each: int) -> None:
        super().__init__(body)
        self._first, self._each = first, each

    def read(self, size: int | None = -1) -> bytes:
        del size
        count = self._first if self.tell() == 0 else self._each
        return super().read(count)


def read(body: bytes) -> list[Filed]:
    return list(report_rows(BytesIO(body)))


@pytest.mark.parametrize("body", BODIES)
def test_the_rows_come_in_the_files_order_with_the_ids_they_are_filed_under(body: bytes) -> None:
    assert read(body) == FILED


@pytest.mark.parametrize("body", BODIES)
def test_it_does_not_matter_where_the_file_is_cut_into_pieces(body: bytes) -> None:
    for position in range(1, len(body)):
        assert list(report_rows(Pieces(body, position, len(body)))) == FILED, position


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_it_does_not_matter_how_small_the_pieces_are(body: bytes, size: int) -> None:
    assert list(report_rows(Pieces(body, size, size))) == FILED


@pytest.mark.parametrize("body", BODIES)
def test_a_file_that_is_cut_short_anywhere_is_never_taken_for_whole(body: bytes) -> None:
    for length in range(1, len(body)):
        with pytest.raises(MalformedAnswerError):
            read(body[:length])


@pytest.mark.parametrize("body", [b"", b" \n", b"{}", b" { } ", b'{"1": []}', b'{"1":[], "2" : [ ]}'])
def test_a_report_without_rows_is_empty(body: bytes) -> None:
    assert read(body) == []


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b'"text"',
        b"[]",
        b'[{"1": []}]',
        b"<html><body>Sorry</body></html>",
        b"<?xml version='1.0'?><Error><Code>ExpiredToken</Code></Error>",
        b'{"code": 1, "message": "Sorry"}',
        b'{"1": null}',
        b'{"1": {"DATE": "2026-06-01"}}',
        b'{"1": [1]}',
        b'{"1": [null]}',
        b'{"1": ["text"]}',
        b'{"1": [[{}]]}',
        b'{"1": [{"A": 1}]}x',
        b'{"1": [{"A": 1}]}{}',
        b'{"1": [{"A": 1}]]}',
        b'{"1": [{"A": 1,}]}',
        b'{"1": [{"A" 1}]}',
        b"{1: [{}]}",
        b"{'1': [{}]}",
        b'{"1": [{"A": "\xff"}]}',
        b'{"1": [{"A": "\xc3"}]}',
        b"\x1f\x8b\x08\x00",
        b"\xff\xfe",
        b'{"1": []}\xc3',
    ],
)
def test_what_is_no_report_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        read(body)


def test_numbers_keep_their_kind_and_ids_are_exact() -> None:
    [(_, row)] = read(b'{"1": [{"ID": 626736533506123457, "INT": 3, "FLOAT": 3.0, "SMALL": 1e-7, "NONE": null}]}')

    assert row == {"ID": 626736533506123457, "INT": 3, "FLOAT": 3.0, "SMALL": 1e-7, "NONE": None}
    assert [type(row[name]) for name in ("ID", "INT", "FLOAT", "SMALL")] == [int, int, float, float]


def test_an_id_that_comes_twice_has_the_rows_of_both() -> None:
    assert read(b'{"1": [{"A": 1}], "2": [{"A": 2}], "1": [{"A": 3}]}') == [
        ("1", {"A": 1}),
        ("2", {"A": 2}),
        ("1", {"A": 3}),
    ]


def test_rows_are_given_before_the_rest_is_read() -> None:
    rows = report_rows(Pieces(b'{"1": [{"A": 1}, {"A": 2}', 16, 1))

    assert next(rows) == ("1", {"A": 1})


class Endless(BytesIO):
    """A file with one id and so many rows, made as it is read."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._pieces = self._made(rows)

    def _made(self, rows: int) -> Iterator[bytes]:
        yield b'{"626735000496": [{"A": 0}'
        thousand = b',{"DATE": "2026-06-01", "TEXT": "%s"}' % (b"x" * 100) * 1_000
        for _ in range(rows // 1_000):
            yield thousand
        yield b"]}"

    def read(self, size: int | None = -1) -> bytes:
        del size
        return next(self._pieces, b"")


def test_memory_does_not_grow_with_the_file() -> None:
    def peak_of(rows: int) -> int:
        tracemalloc.start()
        try:
            assert sum(1 for _ in report_rows(Endless(rows))) == rows + 1
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak_of(20_000) < 1.5 * peak_of(2_000)
