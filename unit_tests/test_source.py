"""Does the source understand what the platform hands it, and read parents before their children?"""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConfiguredAirbyteCatalogSerializer, Status
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest import source
from source_pinterest.config import Config
from source_pinterest.source import SourcePinterest
from source_pinterest.state.formats import SavedState, write_state
from source_pinterest.streams import STREAMS
from source_pinterest.streams.organic.boards import Boards
from source_pinterest.streams.reading_order import in_reading_order, warn_of_unknown_streams
from unit_tests.configs import config, signed_in_with
from unit_tests.report_configs import report

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


def test_no_state_file_is_no_state() -> None:
    assert SourcePinterest.read_state("") == []


def test_a_state_file_is_a_list_of_stream_states(written: Any) -> None:
    entry = {"stream_descriptor": {"name": "boards"}, "stream_state": {"a": 1}}

    assert states(written([{"type": "STREAM", "stream": entry}])) == {"boards": {"a": 1}}


def test_a_state_file_of_old_maps_streams_to_states(written: Any) -> None:
    old = {"campaigns": {"updated_time": 5}, "ad_analytics": {"DATE": "2021-06-09"}, "version": 2, "nothing": None}

    assert states(written(old)) == {"campaigns": {"updated_time": 5}, "ad_analytics": {"DATE": "2021-06-09"}}


def test_parents_come_first_whatever_the_catalogs_order() -> None:
    names = [stream.stream_name() for stream in STREAMS]
    ordered = in_reading_order(catalog_of(*reversed(names), "unknown"), ConnectorStateManager([]))

    assert [configured.stream.name for configured in ordered.streams] == [*names, "unknown"]


def test_of_daily_numbers_those_furthest_behind_come_first(written: Any) -> None:
    def state(*days: str) -> dict[str, Any]:
        return write_state(SavedState({str(account): {"DATE": day} for account, day in enumerate(days)}), "DATE")

    path = written(
        {
            "ad_account_analytics": state("2026-11-24", "2026-11-24"),
            "campaign_analytics": state("2026-11-24"),
            "ad_group_analytics": {"DATE": "2026-11-23"},
            "ad_analytics": state("2026-11-24", "2026-11-22"),
            "campaigns": {"updated_time": 1},
        }
    )
    daily = ["ad_account_analytics", "campaign_analytics", "ad_group_analytics", "ad_analytics", "advertiser_report"]
    manager = ConnectorStateManager(SourcePinterest.read_state(path))
    ordered = in_reading_order(catalog_of(*daily, "campaigns", "boards"), manager)

    assert [configured.stream.name for configured in ordered.streams] == [
        "boards",
        "campaigns",
        "advertiser_report",
        "ad_analytics",
        "ad_group_analytics",
        "campaign_analytics",
        "ad_account_analytics",
    ]


def test_discover_needs_no_call_and_no_state() -> None:
    found = SourcePinterest().discover(LOGGER, config())

    assert [stream.name for stream in found.streams] == [stream.stream_name() for stream in STREAMS]


def test_streams_that_are_not_selected_are_not_waited_for() -> None:
    subject = SourcePinterest()
    subject._catalog = {}
    streams = subject.streams(config())
    [boards] = [stream for stream in streams if stream.name == Boards.stream_name()]

    assert boards._legacy_stream.ids._sealed  # type: ignore[attr-defined]


def test_a_stream_that_does_not_exist_is_told(caplog: pytest.LogCaptureFixture) -> None:
    messages = SourcePinterest().read(LOGGER, config(), catalog_of("board_pins_of_old"), [])
    with caplog.at_level(logging.WARNING):
        statuses = [
            message.trace.stream_status.status.value
            for message in messages
            if message.trace and message.trace.stream_status
        ]

    assert "board_pins_of_old is not a stream" in caplog.text
    assert statuses == ["INCOMPLETE"]


def test_a_report_of_the_users_own_does_exist(caplog: pytest.LogCaptureFixture) -> None:
    warn_of_unknown_streams(
        catalog_of("custom__weekly", "boards"), Config.from_mapping(config(custom_reports=[report()]))
    )

    assert caplog.records == []


@pytest.mark.parametrize("command", ["check", "discover", "read"])
def test_a_bad_config_is_one_config_error(command: str) -> None:
    subject, bad = SourcePinterest(), config(start_date="yesterday")
    run = {
        "check": lambda: subject.check(LOGGER, bad),
        "discover": lambda: subject.discover(LOGGER, bad),
        "read": lambda: list(subject.read(LOGGER, bad, catalog_of("boards"), [])),
    }

    with pytest.raises(AirbyteTracedException, match="Start Date"):
        run[command]()


def test_what_the_config_clamps_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        SourcePinterest().streams(config(start_date="2001-01-01"))

    assert caplog.text.count("Start Date 2001-01-01 is older") == 1


def test_check_tells_what_it_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for is_fine, status in ((True, Status.SUCCEEDED), (False, Status.FAILED)):
        monkeypatch.setattr(source, "check_access", lambda *_, found=is_fine: (found, "because"))
        answer = SourcePinterest().check(LOGGER, config())
        assert (answer.status, answer.message) == (status, "because")


def test_the_config_file_is_remembered_for_tokens(written: Any) -> None:
    subject = SourcePinterest()
    path = written(signed_in_with(access_token="false-access-token"))

    assert subject.read_config(path) == signed_in_with(access_token="false-access-token")
    assert str(subject._config_path) == path


@pytest.mark.parametrize(("wanted", "workers"), [(1, 2), (2, 2), (10, 10)])
def test_there_is_always_a_worker_beside_the_one_that_waits(wanted: int, workers: int) -> None:
    concurrent = SourcePinterest()._concurrency(wanted)

    assert concurrent._threadpool._threadpool._max_workers == workers  # type: ignore[attr-defined]
    assert concurrent._initial_number_partitions_to_generate < workers or workers == 2
