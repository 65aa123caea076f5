"""The names, types, keys and forms of headers that `make live` may tell."""

import pytest

from integration_tests.tools.live.calls import Sighting
from integration_tests.tools.live.questions import page_size
from integration_tests.tools.live.quota_headers import (
    ABSENT,
    LISTS,
    NAMELESS,
    NAMES,
    PLAIN,
    RECORDED,
    UNKNOWN,
    form_of,
    picture_of,
)
from integration_tests.tools.live.seen import Seen
from integration_tests.tools.live.shapes import column_types, may_be_told, number, repeats, shape_of, smallest_key
from source_pinterest.api.verdicts import Verdict

SCHEMA = {
    "type": ["null", "object"],
    "properties": {
        "id": {"type": ["null", "string"]},
        "spend": {"type": ["null", "number"]},
        "tags": {"type": ["null", "array"], "items": {"type": "string"}},
        "owner": {"type": ["null", "object"], "properties": {"name": {"type": ["null", "string"]}}},
        "labels": {"type": ["null", "object"]},
        "ADE_SALE": {"type": ["null", "number"]},
    },
}


def test_a_name_in_pinterests_form_is_told_and_no_other() -> None:
    theirs = ("is_new", "SPEND_IN_DOLLAR", "VIDEO_15SEC_VIEWS", "a1234")
    others = (
        "ADE_SALE",
        "Jane",
        "jane doe",
        "is-new",
        "a12345",
        "COLUMN_12345",
        "12",
        "",
        "é",
        "a" * 90,
        "a\n",
        "is_New",
    )
    assert [name for name in theirs if not may_be_told(name)] == []
    assert [name for name in others if may_be_told(name)] == []


def test_a_shape_is_what_the_schema_does_not_say() -> None:
    record = {
        "id": 12,
        "spend": "3",
        "tags": ["a", 5],
        "owner": {"name": 7, "age": 8, "Jane": 9},
        "labels": {"summer_sale": 1},
        "ADE_SALE": "x",
        "new": None,
        "ADE_OTHER": 2,
        "jane.doe@example.com": 3,
        "https://example.com/a.b": 4,
    }
    shape = shape_of([record, {"new": [1], "spend": 4}], SCHEMA)
    assert shape.as_json() == {
        "records": 2,
        "fits_the_schema": False,
        "fields_the_schema_lacks": {"new": ["array", "null"], "owner.age": ["integer"]},
        "fields_of_another_type": {"owner.name": ["integer"], "spend": ["string"], "tags[]": ["integer"]},
        "fields_not_named_here": 5,
    }


def test_columns_stand_by_their_types() -> None:
    rows = [{"A": 1, "B": None, "ADE_X": 1}, {"A": 2, "B": 1.5, "C": True, "D": {}}]
    assert column_types(rows) == ({"integer": ["A"], "null or number": ["B"], "boolean": ["C"], "object": ["D"]}, 1)
    assert (number(9_999), number(10_000)) == (9_999, "10,000"), "a large count does not look like an ID"


def test_the_smallest_key_tells_all_rows_apart() -> None:
    rows = [{"E": 1, "AD": 1}, {"E": 1, "AD": 2}, {"E": 2, "AD": 1}, {"E": 2}]
    assert repeats(rows, ["E"]) == 2
    assert smallest_key(rows, ["E"], ["PIN", "AD"]) == ["E", "AD"]
    assert smallest_key([*rows, {"E": 2}], ["E"], ["PIN", "AD"]) is None


@pytest.mark.parametrize(
    ("limit", "remaining", "reset", "form"),
    [
        ('100, 100;w=1;name="safety_net", 1000;w=60;name="ads_read"', "99", "1", RECORDED),
        ("100, 100;w=1, 100;w=60", "98", "1", NAMELESS),
        ("100", "98", "1", PLAIN),
        ("100, 100;w=1, 100;w=60", "98, 97, 96", "1, 1, 1", LISTS),
        ("", "", "", ABSENT),
        ("100 per minute", "98", "1", UNKNOWN),
        ("100", "", "1", UNKNOWN),
    ],
)
def test_the_form_of_headers(limit: str, remaining: str, reset: str, form: str) -> None:
    assert form_of(dict(zip(NAMES, (limit, remaining, reset), strict=True))) == form


def test_a_list_that_refuses_the_size_of_a_page_is_named() -> None:
    taken = Sighting("boards", "org_read", 200, 80, body={"items": []})
    refused = Sighting("pins", "org_read", 400, 80, code=1, verdict=Verdict.REJECTED, named=frozenset({"page_size"}))
    assert page_size(Seen(sightings=[taken, refused])) == (
        {"taken_by": ["boards"], "refused_by": {"pins": "HTTP 400, code 1"}},
        "These lists can't be read: pins.",
    )


def test_an_unknown_form_is_shown_without_what_it_says() -> None:
    headers = dict(zip(NAMES, ("120000 per minute for jane_81", "98/100", "2026-11-25T10:00"), strict=True))
    assert list(picture_of(headers).values()) == ["n a a a an", "n/n", "n-n-nan:n"]
