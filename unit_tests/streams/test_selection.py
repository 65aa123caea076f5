"""Is every entry of a catalog either read or refused in a sentence, and is none of them doubtful?"""

import logging
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, ConfiguredAirbyteCatalog, FailureType, Type
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.api.errors import ConfigError
from source_pinterest.config import Config
from source_pinterest.streams.selection import Selection
from unit_tests.configs import TODAY, config
from unit_tests.report_configs import report
from unit_tests.streams.pinterest import configured

UNKNOWN = (
    " is not a stream of this connector, so nothing is read for it. Refresh the schema of the connection, or "
    "leave the stream out."
)


def catalog_of(*names: str) -> ConfiguredAirbyteCatalog:
    return ConfiguredAirbyteCatalog(streams=[configured(name=name) for name in names])


def selection_of(*names: str, **options: Any) -> Selection:
    return Selection.of(catalog_of(*names), Config.from_mapping(config(**options), TODAY))


def names_of(streams: Any) -> list[str]:
    return [one.stream.name for one in streams]


def test_what_exists_is_told_from_what_does_not() -> None:
    found = selection_of("old_pins", "ads", "custom__weekly", "boards", "custom__gone", custom_reports=[report()])

    assert names_of(found.known) == ["ads", "custom__weekly", "boards"]
    assert names_of(found.unknown) == ["old_pins", "custom__gone"]


def test_a_report_of_a_user_who_has_none_does_not_exist() -> None:
    assert names_of(selection_of("custom__weekly").unknown) == ["custom__weekly"]


def test_reports_of_one_table_are_refused_where_both_are_read() -> None:
    streams = ("custom_weekly _spend", "custom_weekly__spend")
    reports = {"custom_reports": [report(name="weekly _spend"), report(name="weekly__spend")]}
    assert [report.stream_name for report in Config.from_mapping(config(**reports), TODAY).custom_reports] == [*streams]

    assert names_of(selection_of(streams[0], **reports).known) == [streams[0]]
    with pytest.raises(AirbyteTracedException, match="would both become the table custom_weekly__spend"):
        selection_of(*streams, **reports)


def test_names_that_stand_twice_are_all_named() -> None:
    with pytest.raises(ConfigError) as raised:
        selection_of("ads", "boards", "pins", "boards", "ads", "boards")

    assert raised.value.message == (
        "The catalog names ads, boards more than once. Name each stream once, whatever its namespace."
    )


def test_a_namespace_is_warned_of_and_the_stream_is_read(caplog: pytest.LogCaptureFixture) -> None:
    catalog = catalog_of("ads", "boards", "pins")
    catalog.streams[1].stream.namespace = "ours"
    with caplog.at_level(logging.WARNING, "airbyte"):
        found = Selection.of(catalog, Config.from_mapping(config(), TODAY))

    assert names_of(found.known) == ["ads", "boards", "pins"]
    [told] = caplog.messages
    assert told == (
        "boards: the catalog has it in the namespace ours. Pinterest has no namespaces, so its records come "
        "without one."
    )


def test_each_unknown_stream_ends_incomplete_and_says_why() -> None:
    messages = list(selection_of("old_pins", "ads", "older_pins").refusals())

    assert {message.type for message in messages} == {Type.TRACE}
    traces = [message.trace for message in messages]
    ends = [trace.stream_status for trace in traces[::2]]  # type: ignore[union-attr]
    errors = [trace.error for trace in traces[1::2]]  # type: ignore[union-attr]
    for name, end, error in zip(["old_pins", "older_pins"], ends, errors, strict=True):
        assert end
        assert error
        assert (end.stream_descriptor.name, end.status) == (name, AirbyteStreamStatus.INCOMPLETE)
        assert error.stream_descriptor
        assert error.stream_descriptor.name == name
        assert error.message == f"{name}{UNKNOWN}"
        assert error.failure_type is FailureType.config_error


def test_a_sync_ends_with_the_names_of_all_unknown_streams() -> None:
    failure = selection_of("old_pins", "ads", "older_pins").failure()

    assert failure
    assert failure.message
    assert failure.message.startswith("During the sync, the following streams did not sync successfully: ")
    for name in ("old_pins", "older_pins"):
        assert f"{name}: " in failure.message
        assert f"{name}{UNKNOWN}" in failure.message


def test_where_every_stream_exists_nothing_is_refused() -> None:
    found = selection_of("ads", "boards")

    assert list(found.refusals()) == []
    assert found.failure() is None
