"""What the platform and the other streams expect of each stream of the registry."""

import logging
import re
from collections.abc import Callable, Mapping
from functools import partial
from string import Formatter
from typing import Any

import jsonschema
import pytest
import requests_mock
from airbyte_cdk.models import AirbyteStream, SyncMode

from source_pinterest import limits
from source_pinterest.source import SourcePinterest
from source_pinterest.state.board_cursor import BoardCursor
from source_pinterest.state.cursor import PinterestCursor
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.entity_cursor import EntityCursor
from source_pinterest.streams import STREAMS
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.document import DocumentStream
from source_pinterest.streams.base.stream import PinterestStream
from unit_tests.configs import config
from unit_tests.streams.pinterest import Pinterest

DOCS = "https://developers.pinterest.com/docs/api/v5/"
SCOPES = {
    "ads:read",
    "billing:read",
    "biz_access:read",
    "boards:read",
    "catalogs:read",
    "pins:read",
    "user_accounts:read",
}

MockOf = Callable[..., Pinterest]


@pytest.fixture(scope="module")
def pinterest() -> Pinterest:
    return Pinterest(requests_mock.Mocker())


@pytest.fixture
def mock_of() -> MockOf:
    """A sync with other options."""
    return partial(Pinterest, requests_mock.Mocker())


@pytest.fixture(scope="module")
def catalog() -> Mapping[str, AirbyteStream]:
    found = SourcePinterest().discover(logging.getLogger("airbyte"), config())
    return {stream.name: stream for stream in found.streams}


def keys_of(stream: PinterestStream) -> list[str]:
    return [stream.primary_key] if isinstance(stream.primary_key, str) else list(stream.primary_key)


def names_in(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


def test_the_name_is_snake_case(pinterest: Pinterest) -> None:
    for stream in STREAMS:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", stream.stream_name()), stream
        assert pinterest.sync.stream(stream).name == stream.stream_name(), stream


def test_names_are_unique() -> None:
    names = [stream.stream_name() for stream in STREAMS]

    assert len(names) == len(set(names))


def test_the_schema_is_valid_and_open(pinterest: Pinterest) -> None:
    for stream in STREAMS:
        schema = pinterest.sync.stream(stream).get_json_schema()

        jsonschema.Draft7Validator.check_schema(schema)
        assert schema["additionalProperties"] is True, stream
        assert all("null" in field["type"] for field in schema["properties"].values()), stream


def test_the_schema_is_loaded_once(pinterest: Pinterest) -> None:
    """The framework asks for it with every record."""
    for stream in STREAMS:
        instance = pinterest.sync.stream(stream)

        assert instance.get_json_schema() is instance.get_json_schema(), stream


def test_keys_and_cursor_are_in_the_schema_as_the_platform_needs_them(pinterest: Pinterest) -> None:
    for stream in STREAMS:
        instance = pinterest.sync.stream(stream)
        properties = instance.get_json_schema()["properties"]

        for key in keys_of(instance):
            assert set(properties[key]["type"]) in ({"null", "string"}, {"null", "integer"}), (stream, key)
        if instance.cursor_field:
            assert instance.cursor_field in properties, stream


def test_ids_are_text_in_the_schema(pinterest: Pinterest) -> None:
    for stream in STREAMS:
        properties = pinterest.sync.stream(stream).get_json_schema()["properties"]
        ids = {
            name: field for name, field in properties.items() if name.lower() == "id" or name.lower().endswith("_id")
        }

        assert {name: field for name, field in ids.items() if set(field["type"]) != {"null", "string"}} == {}, stream


def test_the_path_names_the_innermost_of_what_a_slice_is_called_by() -> None:
    """Where it names none, a parameter does."""
    for stream in STREAMS:
        names = names_in(stream.path_template)
        parameters = stream.query_keys if issubclass(stream, DocumentStream) else ()
        named = (*names, *parameters)

        assert named == stream.partition_keys[len(stream.partition_keys) - len(named) :], stream
        assert not stream.path_template.startswith("/"), stream


def test_the_parents_ids_are_fields_of_a_record(pinterest: Pinterest) -> None:
    for stream in STREAMS:
        properties = {name.lower() for name in pinterest.sync.stream(stream).get_json_schema()["properties"]}

        assert set(stream.partition_keys) <= properties, stream


def test_the_path_counts_against_a_known_quota() -> None:
    for stream in STREAMS:
        path = stream.path_template.format(**dict.fromkeys(stream.partition_keys, "7"))

        assert limits.rate_category(f"/v5/{path}") in limits.REQUESTS_PER_MINUTE, stream


def test_scopes_are_declared() -> None:
    for stream in STREAMS:
        assert stream.scopes, stream
        assert set(stream.scopes) <= SCOPES, stream


def test_a_right_beyond_the_permissions_is_told_in_words() -> None:
    for stream in STREAMS:
        if stream.access:
            assert stream.access.needs, stream
            assert stream.access.advice, stream


def test_what_a_sync_costs_is_told(pinterest: Pinterest) -> None:
    for stream in STREAMS:
        assert re.match(r"\d+ ", pinterest.sync.stream(stream).cost), stream


def test_the_docstring_links_to_the_operation() -> None:
    for stream in STREAMS:
        assert re.search(rf"{re.escape(DOCS)}[a-z_]+-[a-z_-]+\.?", stream.__doc__ or ""), stream


def test_a_parent_comes_before_its_children() -> None:
    for stream in STREAMS:
        if issubclass(stream, ChildStream):
            assert STREAMS.index(stream.parent) < STREAMS.index(stream), stream
            assert stream.partition_keys[:-1] == stream.parent.partition_keys, stream


def test_entities_come_before_their_analytics() -> None:
    entities = [(stream, getattr(stream, "entities", None)) for stream in STREAMS]

    assert all(STREAMS.index(parent) < STREAMS.index(stream) for stream, parent in entities if parent)


def test_the_frameworks_own_cursor_is_off(pinterest: Pinterest) -> None:
    """It would read one page of each slice, and its sequential reader would never end."""
    for stream in STREAMS:
        instance = pinterest.sync.stream(stream)

        assert instance.cursor is None, stream
        assert instance.is_resumable is False, stream


def test_discover_offers_the_registry(catalog: Mapping[str, AirbyteStream]) -> None:
    assert list(catalog) == [stream.stream_name() for stream in STREAMS]


def test_discover_tells_keys_and_cursor(pinterest: Pinterest, catalog: Mapping[str, AirbyteStream]) -> None:
    for stream in STREAMS:
        instance, entry = pinterest.sync.stream(stream), catalog[stream.stream_name()]

        assert entry.source_defined_primary_key == [[key] for key in keys_of(instance)], stream
        assert SyncMode.full_refresh in entry.supported_sync_modes, stream
        assert (SyncMode.incremental in entry.supported_sync_modes) is bool(instance.cursor_field), stream
        if instance.cursor_field:
            assert entry.default_cursor_field == [instance.cursor_field], stream
            assert entry.source_defined_cursor is True, stream


def test_discover_says_whose_full_refresh_can_be_resumed(
    pinterest: Pinterest, catalog: Mapping[str, AirbyteStream]
) -> None:
    """To a later attempt the platform hands a state where this is so; else it begins a new generation."""
    for stream in STREAMS:
        has_cursor = pinterest.stream(stream).checkpoint is not None

        assert catalog[stream.stream_name()].is_resumable is has_cursor, stream


def test_discover_leaves_no_reference_open(catalog: Mapping[str, AirbyteStream]) -> None:
    for stream in STREAMS:

        def references(node: Any) -> bool:
            if isinstance(node, Mapping):
                return "$ref" in node or any(map(references, node.values()))
            return isinstance(node, list) and any(map(references, node))

        assert not references(catalog[stream.stream_name()].json_schema), stream


# ---- Cursors and days


def test_a_stream_has_a_cursor_exactly_if_it_is_incremental(pinterest: Pinterest) -> None:
    for stream in STREAMS:
        instance = pinterest.stream(stream)

        assert (instance.checkpoint is not None) is bool(instance.cursor_field), stream


KINDS: Mapping[str, tuple[type[PinterestCursor], int]] = {
    "campaigns": (EntityCursor, 913),
    "board_pins": (BoardCursor, 913),
    "campaign_analytics": (DayCursor, 913),
    "campaign_targeting_analytics": (DayCursor, 89),
    "ad_group_report": (DayCursor, 913),
    "product_item_report": (DayCursor, 91),
    "user_account_analytics": (DayCursor, 89),
    "pin_analytics": (DayCursor, 89),
}


def test_the_kind_of_stream_decides_cursor_and_days(pinterest: Pinterest) -> None:
    by_name = {stream.stream_name(): stream for stream in STREAMS}
    for name, kind in KINDS.items():
        instance = pinterest.stream(by_name[name])

        assert (type(instance.checkpoint), instance.days.history_days) == kind, name


def test_a_selected_stream_says_what_is_special_of_its_days(mock_of: MockOf, caplog: pytest.LogCaptureFixture) -> None:
    """Only one that has fewer days than the option allows, and only if it is selected."""
    pinterest = mock_of(start_date="2023-12-31")
    instances = [pinterest.stream(stream) for stream in STREAMS]
    assert caplog.messages == []
    with caplog.at_level(logging.INFO):
        for instance in instances:
            instance.select()
            if isinstance(instance.checkpoint, DayCursor):
                list(instance.checkpoint.unread_windows("11"))

    with_fewer_days = [
        stream.name
        for stream in instances
        if stream.days.history_days < limits.ASYNC_HISTORY_DAYS and stream.checkpoint
    ]
    assert [message.partition(":")[0] for message in caplog.messages] == with_fewer_days
