"""Every row of a report is read under its id, wherever the file is split. Broken files are rejected."""

import itertools
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.reporting.file import Filed, rows_of_object
from source_pinterest.reporting.job import ANALYTICS_REPORTS

ROWS: dict[str, list[dict[str, Any]]] = {
    "626735000496": [
        {"CAMPAIGN_ID": 626735000496123457, "DATE": "2026-06-01", "SPEND_IN_DOLLAR": 1.25, "CTR": None},
        {"CAMPAIGN_ID": 12345678901234567890123, "DATE": "2026-06-02", "NAME": 'Sale: "50 %" [a, b] {c} \\ ü 🎄'},
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


def read(body: bytes, *positions: int) -> list[Filed]:
    """The rows of a report that arrives in chunks which end at these positions."""
    edges = [0, *positions, len(body)]
    return list(rows_of_object(body[start:end] for start, end in itertools.pairwise(edges)))


@pytest.mark.parametrize("body", BODIES)
def test_the_rows_come_in_the_files_order_with_the_ids_they_are_filed_under(body: bytes) -> None:
    assert read(body) == FILED


@pytest.mark.parametrize("body", BODIES)
def test_it_does_not_matter_where_the_file_is_cut(body: bytes) -> None:
    for position in range(len(body)):
        assert read(body, position) == FILED, position


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_it_does_not_matter_how_small_the_chunks_are(body: bytes, size: int) -> None:
    assert read(body, *range(size, len(body), size)) == FILED


@pytest.mark.parametrize("body", BODIES)
def test_a_file_that_is_cut_short_anywhere_is_never_taken_for_whole(body: bytes) -> None:
    for length in range(1, len(body)):
        with pytest.raises(MalformedResponseError):
            read(body[:length])


@pytest.mark.parametrize("body", [b"", b" \n", b"{}", b" { } ", b'{"1": []}', b'{"1":[], "2" : [ ]}', b"[]", b" [ ]\n"])
def test_a_report_without_rows_is_empty(body: bytes) -> None:
    assert read(body) == []
    assert read(body, *range(1, len(body))) == []


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b'"text"',
        b"[",
        b"[] x",
        b"[[]]",
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
        b'{"1": [{"A": 1} {"A": 1}]}',
        b'{"1": [] "2": []}',
        b'{"1": [],}',
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
    with pytest.raises(MalformedResponseError):
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


def test_rows_are_given_before_the_rest_arrives() -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"1": [{"A": 1}, {"A'
        raise ConnectionError

    assert next(rows_of_object(chunks())) == ("1", {"A": 1})


def test_a_replaced_value_is_warned_of() -> None:
    told: list[str] = []

    assert list(rows_of_object([rb'{"1":[{"A":"\ud83d"}]}'], told.append)) == [("1", {"A": "\ufffd"})]
    assert len(told) == 1


def test_reports_on_analytics_are_read_so() -> None:
    told: list[str] = []

    assert list(ANALYTICS_REPORTS.read([rb'{"1":[{"A":"\ud83d"}]}'], (), told.append)) == [("1", {"A": "\ufffd"})]
    assert len(told) == 1


def test_memory_does_not_grow_with_the_file() -> None:
    def endless(rows: int) -> Iterator[bytes]:
        yield b'{"626735000496": [{"A": 0}'
        hundred = b',{"DATE": "2026-06-01", "TEXT": "%s"}' % (b"x" * 100) * 100
        for _ in range(rows // 100):
            yield hundred
        yield b"]}"

    def peak_of(rows: int) -> int:
        tracemalloc.start()
        try:
            assert sum(1 for _ in rows_of_object(endless(rows))) == rows + 1
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak_of(20_000) < 1.5 * peak_of(2_000)
