"""The source reads the platform's files, and only the streams that exist."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import (
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
)
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.source import SourcePinterest
from unit_tests.configs import config

LOGGER = logging.getLogger("airbyte")


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
