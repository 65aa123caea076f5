"""Reports are read in each form of file. Broken files and files of another kind are rejected."""

import itertools
import json
from typing import Any

import pytest

from source_pinterest.api.errors import MalformedResponseError, SliceError
from source_pinterest.reporting.file import Filed, rows_of_undocumented_file

COLUMNS = ("CAMPAIGN_ID", "CAMPAIGN_NAME", "SPEND_IN_DOLLAR", "TOTAL_CLICKTHROUGH")
ROWS: list[dict[str, Any]] = [
    {
        "CAMPAIGN_ID": "626735000496",
        "CAMPAIGN_NAME": 'Käse, "frisch"\nund gut',
        "SPEND_IN_DOLLAR": 1.25,
        "DATE": "2026",
    },
    {"CAMPAIGN_ID": "007", "TOTAL_CLICKTHROUGH": 3, "DATE": "2027"},
]
CSV = b"CAMPAIGN_ID,CAMPAIGN_NAME,SPEND_IN_DOLLAR,DATE\r\n626735000496,Sale,1.25,2026\r\n"
BY_ID = json.dumps({"1": [ROWS[0]], "2": [ROWS[1]]}).encode()
BOM = b"\xef\xbb\xbf"
FORMS = [
    pytest.param(BY_ID, ["1", "2"], id="by id"),
    pytest.param(json.dumps(ROWS).encode(), ["", ""], id="list"),
    pytest.param(BOM + BY_ID, ["1", "2"], id="by id with a byte order mark"),
    pytest.param(BOM + json.dumps(ROWS).encode(), ["", ""], id="list with a byte order mark"),
]


def read(body: bytes, *positions: int, told: Any = None) -> list[Filed]:
    edges = [0, *positions, len(body)]
    return list(rows_of_undocumented_file((body[start:end] for start, end in itertools.pairwise(edges)), COLUMNS, told))


@pytest.mark.parametrize(("body", "ids"), FORMS)
def test_every_form_has_the_same_rows_wherever_the_file_is_cut(body: bytes, ids: list[str]) -> None:
    for position in range(len(body)):
        assert read(body, position) == list(zip(ids, ROWS, strict=True)), position
    assert read(body, *range(1, len(body))) == list(zip(ids, ROWS, strict=True))


@pytest.mark.parametrize("blank", [b" ", b"\n", b"\r\n\t"])
@pytest.mark.parametrize(("body", "ids"), FORMS[:2])
def test_a_file_that_begins_with_a_chunk_of_spaces_is_no_empty_one(body: bytes, ids: list[str], blank: bytes) -> None:
    assert read(blank + body, 1, len(blank)) == list(zip(ids, ROWS, strict=True))


EMPTY = [b"", b" \n", b"{}", b"[]", b" [ ]\n", b'{"1": []}', BOM, BOM + b"\n"]


@pytest.mark.parametrize("body", EMPTY)
def test_a_report_without_rows_is_empty(body: bytes) -> None:
    assert read(body) == []


@pytest.mark.parametrize("body", [b'[{"cells": [1]}]', b'{"table": [{"cells": [1]}]}', b'[{"1": []}]'])
def test_what_has_none_of_the_columns_is_a_form_that_nobody_knows(body: bytes) -> None:
    with pytest.raises(SliceError, match="a form that this version of the connector does not know"):
        read(body)


CUT_SHORT = "The response is cut short."
NOT_JSON = "The file of the report is not JSON."


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (BY_ID[:-1], CUT_SHORT),
        (json.dumps(ROWS).encode()[:-1], CUT_SHORT),
        (json.dumps(ROWS).encode() + b"]", "The response has more text after the end of its JSON."),
        (CSV, NOT_JSON),
        (BOM + CSV, NOT_JSON),
        (b"<html><body>Sorry</body></html>", NOT_JSON),
        (b"null", NOT_JSON),
        (b'"text"', NOT_JSON),
        (b"PK\x03\x04", NOT_JSON),
        (b'{"code": 1, "message": "Sorry"}', "The response is not the expected JSON: [ is missing."),
        (b"[1]", "The response is not the expected JSON: { is missing."),
    ],
)
def test_what_is_broken_or_no_report_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(MalformedResponseError) as refused:
        read(body)
    assert str(refused.value) == why


@pytest.mark.parametrize(
    ("body", "entity"),
    [(rb'{"7": [{"CAMPAIGN_NAME": "\ud83d"}]}', "7"), (rb'[{"CAMPAIGN_NAME": "\ud83d"}]', "")],
)
def test_a_replaced_value_is_warned_of(body: bytes, entity: str) -> None:
    told: list[str] = []

    assert read(body, told=told.append) == [(entity, {"CAMPAIGN_NAME": "\ufffd"})]
    assert len(told) == 1
