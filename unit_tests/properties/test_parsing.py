"""The chunks of a body do not matter, JSON is read as the standard library does, and any config is read or rejected."""

import itertools
import json
from pathlib import Path
from typing import Any

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException
from hypothesis import given
from hypothesis import strategies as st

from source_pinterest.api.bodies import parse_json, rows_of
from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.config import STATUSES, Config
from unit_tests.configs import TODAY, config
from unit_tests.properties.test_states import json_values

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
def test_a_body_without_rows_is_rejected_in_any_chunks(data: st.DataObject, body: bytes) -> None:
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


SECRET = "false-secret-somewhere"
FORM = json.loads(Path(__file__).parents[2].joinpath("source_pinterest", "spec.json").read_text(encoding="utf-8"))[
    "connectionSpecification"
]
OPTIONS = sorted(
    {*FORM["properties"], "account_id", "num_threads", "max_retries", "request_timeout_seconds", "client_id"}
)
inputs = json_values | st.floats() | st.sampled_from([*STATUSES, "2026-01-01", "30/30/1", "7", 7, SECRET])


def read(raw: Any) -> Config:
    return Config.from_mapping(raw, TODAY)


def rejection_of(raw: Any) -> AirbyteTracedException | None:
    try:
        read(raw)
    except AirbyteTracedException as rejected:
        return rejected
    return None


@given(
    st.dictionaries(st.sampled_from(OPTIONS), inputs | st.lists(inputs, max_size=3), max_size=4),
    st.booleans(),
)
def test_a_config_is_read_or_rejected_in_a_sentence(options: dict[str, Any], is_signed_in: bool) -> None:
    rejected = rejection_of({**options, **config()} if is_signed_in else options)

    assert rejected is None or rejected.failure_type is FailureType.config_error
    assert rejected is None or str(rejected.message).endswith(".")
