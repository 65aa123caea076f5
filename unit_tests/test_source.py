"""The source reads the platform's files, and only the streams that exist."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests_mock
from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.models import (
    AirbyteLogMessage,
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
    FailureType,
    Level,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.sources.concurrent_source.concurrent_source_adapter import ConcurrentSourceAdapter
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.api import DEFAULT_BASE_URL
from source_pinterest.api.errors import ConfigError
from source_pinterest.engine.output import MESSAGES
from source_pinterest.source import SourcePinterest
from source_pinterest.streams import STREAMS
from unit_tests.answers import refused
from unit_tests.configs import config, signed_in_with
from unit_tests.report_configs import report

LOGGER = logging.getLogger("airbyte")
SIGNED_IN = signed_in_with(access_token="false-access-token")


def catalog_of(*names: str) -> ConfiguredAirbyteCatalog:
    entries = [
        {
            "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": "overwrite",
        }
        for name in names
    ]
    return ConfiguredAirbyteCatalogSerializer.load({"streams": entries})


Reading = Callable[..., list[str]]


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    """A read that ends before the framework's own begins; gives the streams in the order in which it gets them."""
    seen: list[ConfiguredAirbyteCatalog] = []

    def see(_: Any, __: Any, ___: Any, catalog: ConfiguredAirbyteCatalog, ____: Any) -> Iterator[AirbyteMessage]:
        seen.append(catalog)
        return iter(())

    monkeypatch.setattr(ConcurrentSourceAdapter, "read", see)

    def read(catalog: ConfiguredAirbyteCatalog, state: Any = None, **options: Any) -> list[str]:
        assert list(SourcePinterest().read(LOGGER, config(**options), catalog, state)) == []
        return [configured.stream.name for configured in seen[-1].streams]

    return read


@pytest.fixture
def mock() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(content: Any) -> str:
        path = tmp_path / "file.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)

    return write


def states(path: str) -> dict[str, dict[str, Any]]:
    return {
        state.stream.stream_descriptor.name: dict(vars(state.stream.stream_state))  # type: ignore[union-attr]
        for state in SourcePinterest.read_state(path)
    }


def test_a_state_file_is_a_list_of_stream_states_or_maps_streams_to_states(written: Any) -> None:
    assert SourcePinterest.read_state("") == []
    entry = {"stream_descriptor": {"name": "boards"}, "stream_state": {"a": 1}}
    assert states(written([{"type": "STREAM", "stream": entry}])) == {"boards": {"a": 1}}
    old = {"campaigns": {"updated_time": 5}, "ad_analytics": {"DATE": "2021-06-09"}, "foo": "bar", "nothing": None}

    assert states(written(old)) == {
        "campaigns": {"updated_time": 5},
        "ad_analytics": {"DATE": "2021-06-09"},
        "foo": {"state": "bar"},
    }


def test_discover_needs_no_call_and_no_state() -> None:
    found = SourcePinterest().discover(LOGGER, config())

    assert [stream.name for stream in found.streams] == [stream.stream_name() for stream in STREAMS]


def test_streams_that_are_not_selected_are_not_waited_for(mock: requests_mock.Mocker) -> None:
    mock.get(f"{DEFAULT_BASE_URL}/boards", json={"items": [{"id": "1"}]})
    mock.get(f"{DEFAULT_BASE_URL}/boards/1/sections", json={"items": [{"id": "8"}]})
    messages = SourcePinterest().read(LOGGER, SIGNED_IN, catalog_of("board_sections"))

    assert [message.record.data for message in messages if message.record] == [{"id": "8", "board_id": "1"}]


def test_a_stream_that_does_not_exist_is_one_config_error() -> None:
    messages: list[AirbyteMessage] = []
    with pytest.raises(AirbyteTracedException, match="board_pins_of_old is not a stream") as raised:
        messages.extend(SourcePinterest().read(LOGGER, config(), catalog_of("board_pins_of_old"), []))

    assert raised.value.failure_type is FailureType.config_error


@pytest.mark.parametrize("namespaces", [(None, None), ("one", "two")], ids=str)
def test_a_name_that_stands_twice_is_a_config_error(namespaces: tuple[str | None, ...]) -> None:
    catalog = catalog_of("ads", "boards", "ads")
    for configured, namespace in zip(catalog.streams[::2], namespaces, strict=True):
        configured.stream.namespace = namespace

    with pytest.raises(ConfigError, match="names ads more than once"):
        list(SourcePinterest().read(LOGGER, config(), catalog, []))


def test_a_report_of_the_users_own_does_exist(reading: Reading, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        reading(catalog_of("custom__weekly", "boards"), custom_reports=[report()])

    assert caplog.records == []


def test_a_bad_config_is_one_config_error_of_each_command() -> None:
    subject, bad = SourcePinterest(), config(start_date="yesterday")
    for command in (
        lambda: subject.check(LOGGER, bad),
        lambda: subject.discover(LOGGER, bad),
        lambda: list(subject.read(LOGGER, bad, catalog_of("boards"), [])),
    ):
        with pytest.raises(AirbyteTracedException, match="Start Date"):
            command()


def test_a_clamped_option_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        SourcePinterest().streams(config(start_date="2001-01-01"))

    assert caplog.text.count("Start Date 2001-01-01 is older") == 1


def test_logs_are_written_out_before_a_quota_is_waited_for(
    mock: requests_mock.Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FlushedError(Exception):
        pass

    def flush() -> None:
        raise FlushedError

    monkeypatch.setattr(PRINT_BUFFER, "flush", flush)
    mock.get(requests_mock.ANY, **refused(429, 8, Retry_After="20"))
    with pytest.raises(FlushedError):
        SourcePinterest().check(LOGGER, SIGNED_IN)


def test_a_state_is_written_out_before_anything_else_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever ends the process then has it."""
    of_stream = AirbyteStreamState(StreamDescriptor("boards"), AirbyteStateBlob())
    state = AirbyteMessage(Type.STATE, state=AirbyteStateMessage(AirbyteStateType.STREAM, of_stream))
    log = AirbyteMessage(Type.LOG, log=AirbyteLogMessage(Level.INFO, "something"))
    came: list[Type] = []
    written: list[list[Type]] = []
    monkeypatch.setattr(ConcurrentSourceAdapter, "read", lambda *_: iter([log, state, log]))
    monkeypatch.setattr(MESSAGES, "flush", lambda: written.append(list(came)))
    came.extend(one.type for one in SourcePinterest().read_bundles(LOGGER, config(), catalog_of("boards"), []))

    assert written == [[Type.LOG, Type.STATE]]
