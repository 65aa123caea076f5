"""The chunks of a body do not matter, and any JSON is read as the standard library reads it."""

import itertools
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from source_pinterest.api.bodies import parse_json, rows_of
from source_pinterest.api.errors import MalformedResponseError

texts = st.text(st.characters(codec="utf-8")) | st.text('{}[]",:\\ 0123456789-', max_size=60)
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
rows = st.dictionaries(texts, values, max_size=4)
styles = st.sampled_from([{}, {"separators": (",", ":")}, {"indent": 1}, {"ensure_ascii": False}])


@st.composite
def chunked(draw: st.DrawFn, body: bytes) -> list[bytes]:
    edges = sorted({0, len(body), *draw(st.lists(st.integers(0, len(body)), max_size=8))})
    return [body[start:end] for start, end in itertools.pairwise(edges)]


def encoded(value: Any, style: dict[str, Any]) -> bytes:
    return json.dumps(value, **style).encode()


@given(values, styles)
def test_any_json_is_read_exactly(value: Any, style: dict[str, Any]) -> None:
    found = parse_json(encoded(value, style))

    assert found == value
    assert repr(found) == repr(json.loads(encoded(value, style)))


@given(st.data(), st.lists(rows, max_size=4), styles)
def test_rows_are_the_same_in_any_chunks(data: st.DataObject, expected: list[Any], style: dict[str, Any]) -> None:
    body = encoded(expected, style)
    assert list(rows_of(data.draw(chunked(body)))) == expected

    wrapped = b'{"a": %b, "data": %b, "b": %b}' % (body, body, body)
    assert list(rows_of(data.draw(chunked(wrapped)), "data")) == expected


@given(st.data(), st.binary(max_size=40) | st.text('{}[]",:1 \\', max_size=40).map(str.encode))
def test_a_body_without_rows_is_refused_in_any_chunks(data: st.DataObject, body: bytes) -> None:
    try:
        expected = json.loads(body.decode())
    except ValueError:
        expected = None
    is_rows = isinstance(expected, list) and all(isinstance(row, dict) for row in expected)
    try:
        found = list(rows_of(data.draw(chunked(body))))
    except MalformedResponseError:
        assert not is_rows
    else:
        assert found == expected
