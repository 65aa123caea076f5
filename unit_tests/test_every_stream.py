"""Each stream of the registry is as the platform and the other streams expect it."""

import logging
import re
from collections.abc import Mapping
from string import Formatter

import jsonschema
import pytest
from airbyte_cdk.models import AirbyteStream, SyncMode

from source_pinterest import limits
from source_pinterest.source import SourcePinterest
from source_pinterest.state.cursor import StatelessCursor
from source_pinterest.streams import STREAMS
from source_pinterest.streams.base.document import DocumentStream
from source_pinterest.streams.base.stream import PinterestStream
from unit_tests.configs import config
from unit_tests.field_types import nodes
from unit_tests.streams.pinterest import Planned

SCOPES = {f"{what}:read" for what in ("ads", "billing", "biz_access", "boards", "catalogs", "pins", "user_accounts")}

# The questions and answers of a quiz are counted, not identified: Planned numbers them. The product of an audience
# rule is the advertiser's own number. The quality of events tells how many of them carry an id, not which.
NUMBERED = {
    "quality_components.advertiser_external_id",
    "quality_components.external_event_id",
    "quality_components.order_id",
    "quality_components.product_id",
    "rule.event_data.line_items.product_id",
    "quiz_pin_data.questions[].options[].id",
    "quiz_pin_data.questions[].question_id",
    "quiz_pin_data.results[].result_id",
    "quiz_pin_data.tie_breaker_custom_result.result_id",
}


@pytest.fixture(scope="module")
def pinterest() -> Planned:
    return Planned()


@pytest.fixture(scope="module")
def catalog() -> Mapping[str, AirbyteStream]:
    found = SourcePinterest().discover(logging.getLogger("airbyte"), config())
    return {stream.name: stream for stream in found.streams}


def keys_of(stream: PinterestStream) -> list[str]:
    return list(stream.key)


def test_discover_offers_the_registry_under_names_in_snake_case(catalog: Mapping[str, AirbyteStream]) -> None:
    assert list(catalog) == [stream.stream_name() for stream in STREAMS]
    assert len(catalog) == len(STREAMS), "names are unique"
    assert [name for name in catalog if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []


def test_discover_lists_keys_cursors_and_resumable_full_refreshes(
    pinterest: Planned, catalog: Mapping[str, AirbyteStream]
) -> None:
    """To a later attempt the platform hands a state where this is so; else it begins a new generation."""
    for stream in STREAMS:
        instance, entry = pinterest.stream(stream), catalog[stream.stream_name()]
        is_incremental = bool(instance.cursor_field)

        assert entry.source_defined_primary_key == [[key] for key in keys_of(instance)], stream
        assert SyncMode.full_refresh in entry.supported_sync_modes, stream
        assert (SyncMode.incremental in entry.supported_sync_modes) is is_incremental, stream
        assert (not isinstance(instance.state_cursor, StatelessCursor)) is entry.is_resumable is is_incremental, stream
        assert (instance.cursor, instance.is_resumable) == (None, False), (
            "the framework's own reader has no end with it"
        )
        if is_incremental:
            assert entry.default_cursor_field == [instance.cursor_field], stream
            assert entry.source_defined_cursor is True, stream


def test_a_schema_is_nullable_and_open_and_free_of_what_destinations_can_not_read(
    catalog: Mapping[str, AirbyteStream],
) -> None:
    banned = {"$ref", "definitions", "enum", "const", "allOf", "anyOf", "oneOf", "not", "required"}
    for name, entry in catalog.items():
        schema = dict(entry.json_schema)
        jsonschema.Draft7Validator.check_schema(schema)
        assert schema["$schema"] == "http://json-schema.org/draft-07/schema#", name
        for path, node in nodes(schema).items():
            assert node["type"][0] == "null", (name, path)
            assert len(node["type"]) == 2, (name, path)
            assert ("object" in node["type"]) == (node.get("additionalProperties") is True), (name, path)
            assert not node.keys() & banned, (name, path)


def test_ids_are_text_in_the_schema(catalog: Mapping[str, AirbyteStream]) -> None:
    for name, entry in catalog.items():
        for path, node in nodes(dict(entry.json_schema)).items():
            last = path.lower().split(".")[-1]
            if (last == "id" or last.removesuffix("[]").endswith(("_id", "_ids"))) and path not in NUMBERED:
                assert node["type"][1] in {"string", "array"}, (name, path)


def test_a_path_names_the_innermost_ids_of_a_slice_and_counts_against_a_known_quota(pinterest: Planned) -> None:
    """Where the path names none, a parameter does."""
    for stream in STREAMS:
        names = [name for _, name, _, _ in Formatter().parse(stream.path_template) if name]
        named = (*names, *(stream.query_fields if issubclass(stream, DocumentStream) else ()))
        fields = pinterest.sync.stream(stream).parent_fields
        path = stream.path_template.format(**dict.fromkeys(fields, "7"))

        assert named == fields[len(fields) - len(named) :], stream
        assert not stream.path_template.startswith("/"), stream
        assert limits.rate_category(f"/v5/{path}") in limits.REQUESTS_PER_MINUTE, stream


def test_scopes_and_costs_are_declared_and_the_docstring_links_to_the_operation(pinterest: Planned) -> None:
    link = r"https://developers\.pinterest\.com/docs/api/v5/[a-z_]+-[a-z_-]+\.?"
    for stream in STREAMS:
        assert stream.scopes, stream
        assert set(stream.scopes) <= SCOPES, stream
        assert re.match(r"(one|two|four|\d+) requests? (for each|in a sync)", pinterest.sync.stream(stream).cost), (
            stream
        )
        assert re.search(link, stream.__doc__ or ""), stream
