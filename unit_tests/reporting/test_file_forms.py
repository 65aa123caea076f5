"""Reports are read in each form of file. Broken files and files of another kind are rejected.

`properties/test_parsing.py` states that the chunks of a file do not matter, `api/test_bodies.py` what JSON is rejected.
"""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.reporting.file import Filed, rows_of_file

ROWS: list[dict[str, Any]] = [
    {"CAMPAIGN_ID": "626735000496", "CAMPAIGN_NAME": 'Käse, "frisch"\nund gut', "DATE": "2026"},
    {"CAMPAIGN_ID": "007", "TOTAL_CLICKTHROUGH": 3, "DATE": "2027"},
]
BY_ID = json.dumps({"1": [ROWS[0]], "2": [ROWS[1]]}).encode()
LIST = json.dumps(ROWS).encode()
FORMS = [(BY_ID, ["1", "2"]), (LIST, ["", ""])]


def read(body: bytes, *positions: int) -> list[Filed]:
    """The rows of a file that arrives in chunks which end at these positions."""
    edges = [0, *positions, len(body)]
    return list(rows_of_file(body[start:end] for start, end in itertools.pairwise(edges)))


@pytest.mark.parametrize("begins", [b"", b"\r\n "])
@pytest.mark.parametrize(("body", "ids"), FORMS)
def test_every_form_has_the_same_rows_wherever_the_file_is_cut(body: bytes, ids: list[str], begins: bytes) -> None:
    whole = begins + body

    for position in range(len(whole)):
        assert read(whole, position) == list(zip(ids, ROWS, strict=True)), position
    assert read(whole, *range(1, len(whole))) == list(zip(ids, ROWS, strict=True))


@pytest.mark.parametrize("body", [BY_ID, LIST])
def test_a_file_that_is_cut_short_anywhere_is_never_taken_for_whole(body: bytes) -> None:
    for length in range(1, len(body)):
        with pytest.raises(MalformedResponseError):
            read(body[:length])


@pytest.mark.parametrize("body", [b"{}", b" [ ]\n", b'{"1": []}'])
def test_a_report_without_rows_is_empty(body: bytes) -> None:
    assert read(body) == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (BY_ID[:-1], "The response is cut short."),
        (LIST + b"]", "The response has more text after the end of its JSON."),
        (BY_ID + b"{}", "The response has more text after the end of its JSON."),
        (b"", "The response is cut short."),
        (b"CAMPAIGN_ID,CAMPAIGN_NAME\r\n626735000496,Sale\r\n", "The response is not the expected JSON: [ is missing."),
        (b"null", "The response is not the expected JSON: [ is missing."),
        (b'{"code": 1, "message": "Sorry"}', "The response is not the expected JSON: [ is missing."),
        (b"[1]", "A row of the response is not an object."),
    ],
)
def test_a_broken_file_is_rejected(body: bytes, why: str) -> None:
    with pytest.raises(MalformedResponseError) as rejected:
        read(body)
    assert str(rejected.value) == why


def test_an_id_that_comes_twice_has_the_rows_of_both_and_ids_are_exact() -> None:
    body = b'{"1": [{"A": 626736533506123457}], "2": [{"A": 2.0}], "1": [{"A": 1234567890123456789}]}'

    assert list(rows_of_file([body])) == [
        ("1", {"A": 626736533506123457}),
        ("2", {"A": 2.0}),
        ("1", {"A": 1234567890123456789}),
    ]


def test_rows_are_given_before_the_rest_arrives() -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"1": [{"A": 1}, {"A'
        raise ConnectionError

    assert next(rows_of_file(chunks())) == ("1", {"A": 1})
