"""Is a report read whose form nobody has seen, and nothing taken of what is broken or no report?"""

import itertools
import json
from typing import Any

import pytest

from source_pinterest.api.errors import MalformedResponseError, UnknownFormError
from source_pinterest.limits import ROW_BYTES
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
CSV = (
    "CAMPAIGN_ID,CAMPAIGN_NAME,SPEND_IN_DOLLAR,TOTAL_CLICKTHROUGH,DATE\r\n"
    '626735000496,"Käse, ""frisch""\nund gut",1.25,,2026\r\n'
    "007,,,3,2027\r\n"
).encode()
BY_ID = json.dumps({"1": [ROWS[0]], "2": [ROWS[1]]}).encode()
BOM = b"\xef\xbb\xbf"
FORMS = [
    pytest.param(BY_ID, ["1", "2"], id="by id"),
    pytest.param(json.dumps(ROWS).encode(), ["", ""], id="list"),
    pytest.param(CSV, ["", ""], id="csv"),
    pytest.param(BOM + CSV, ["", ""], id="csv with a byte order mark"),
    pytest.param(CSV.replace(b"\r\n", b"\n"), ["", ""], id="csv with plain line ends"),
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


EMPTY = [b"", b" \n", b"{}", b"[]", b" [ ]\n", b'{"1": []}', CSV.splitlines(True)[0], BOM, BOM + b"\n"]


@pytest.mark.parametrize("body", EMPTY)
def test_a_report_without_rows_is_empty(body: bytes) -> None:
    assert read(body) == []


@pytest.mark.parametrize("body", [b'[{"cells": [1]}]', b'{"table": [{"cells": [1]}]}', b'[{"1": []}]'])
def test_what_has_none_of_the_columns_is_a_form_that_nobody_knows(body: bytes) -> None:
    with pytest.raises(UnknownFormError, match="a form that this version of the connector does not know"):
        read(body)


CUT_SHORT = "The answer is cut short."
NO_TABLE = "The report's file is neither JSON nor a CSV table with the requested columns."
BROKEN = "The report's file is cut short or is not a CSV table."
INSIDE_A_LINE = "The report's file ends inside a line."


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (BY_ID[:-1], CUT_SHORT),
        (json.dumps(ROWS).encode()[:-1], CUT_SHORT),
        (json.dumps(ROWS).encode() + b"]", "Something follows the end of the answer."),
        (CSV[:-1].rstrip(b"\r"), INSIDE_A_LINE),
        (CSV[:-10], INSIDE_A_LINE),
        (CSV[:90], INSIDE_A_LINE),
        (CSV[: CSV.index(b"und gut")], BROKEN),
        (CSV + b'7,"Sale" today,,,2026\n', BROKEN),
        (CSV + b"\xc3", BROKEN),
        (CSV + b"1,2\r\n", "A line of the report's file has more or fewer cells than its header."),
        (CSV.replace("ä".encode(), b"\xe4"), BROKEN),
        (b"<html><body>Sorry</body></html>", INSIDE_A_LINE),
        (b"null", INSIDE_A_LINE),
        (b'"text"', INSIDE_A_LINE),
        (b"PK\x03\x04", INSIDE_A_LINE),
        (b"<html>\n<body>Sorry</body></html>", NO_TABLE),
        (b"Spend,Clicks\r\n1,2\r\n", NO_TABLE),
        (b'{"code": 1, "message": "Sorry"}', "A [ is missing."),
        (b"[1]", "A { is missing."),
    ],
)
def test_what_is_broken_or_no_report_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(MalformedResponseError) as refused:
        read(body)
    assert str(refused.value) == why


def test_a_line_may_be_as_long_as_a_row_with_its_end_and_no_longer() -> None:
    longer = b"SPEND_IN_DOLLAR" + (b"," + b"x" * 99_999) * 11

    assert read(longer[: ROW_BYTES - 1] + b"\n", ROW_BYTES - 1) == []
    for whole in (longer[:ROW_BYTES] + b"\n", longer[: ROW_BYTES + 1]):
        with pytest.raises(MalformedResponseError) as refused:
            read(whole, len(whole))
        assert str(refused.value) == "A row of the report has more than 1,048,576 characters."


@pytest.mark.parametrize(
    ("body", "entity"),
    [(rb'{"7": [{"CAMPAIGN_NAME": "\ud83d"}]}', "7"), (rb'[{"CAMPAIGN_NAME": "\ud83d"}]', "")],
)
def test_what_is_replaced_in_a_row_is_told(body: bytes, entity: str) -> None:
    told: list[str] = []

    assert read(body, told=told.append) == [(entity, {"CAMPAIGN_NAME": "\ufffd"})]
    assert len(told) == 1


@pytest.mark.parametrize("cells", [b"x,", b'"\n",'], ids=["in one line", "over many lines"])
def test_a_row_that_does_not_end_is_let_go(cells: bytes) -> None:
    taken = [b"CAMPAIGN_ID\r\n", *[cells * 20_000] * (4 * ROW_BYTES // (20_000 * len(cells)))]
    left = iter(taken)

    with pytest.raises(MalformedResponseError, match="A row of the report has more than 1,048,576 characters"):
        list(rows_of_undocumented_file(left, COLUMNS))
    assert len(list(left)) > len(taken) // 2


def test_a_cell_that_should_be_a_number_and_is_none_is_left_out_with_a_word() -> None:
    told: list[str] = []
    found = read(b"CAMPAIGN_ID,SPEND_IN_DOLLAR\n7,much\n", told=told.append)

    assert found == [("", {"CAMPAIGN_ID": "7", "SPEND_IN_DOLLAR": None})]
    assert told == ["The report has a value in the column SPEND_IN_DOLLAR that is not a number. It is left out."]
