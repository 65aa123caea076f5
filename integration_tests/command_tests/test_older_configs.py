"""Configs that older forms saved work in every command."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, Type

from integration_tests.simulator import Rotation
from integration_tests.support.assertions import assert_succeeded
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.commands import run_here
from integration_tests.support.outputs import Output
from integration_tests.support.pauses import SHORT_PAUSES
from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import ROOT
from integration_tests.support.syncs import run_main, run_sync
from integration_tests.support.worlds import small_world
from source_pinterest.run import PinterestEntrypoint
from source_pinterest.source import LOGGER, SourcePinterest

FORM = json.loads((ROOT / "source_pinterest/spec.json").read_text(encoding="utf-8"))["connectionSpecification"]
REPORT = {
    "name": "weekly",
    "level": "CAMPAIGN",
    "granularity": "WEEK",
    "columns": ["SPEND_IN_DOLLAR"],
    "click_window_days": [30],
    "engagement_window_days": [30],
    "view_window_days": [],
}


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(small_world(), refresh_rotation=Rotation.REVOKE) as simulator:
        yield simulator


def older(sim: Simulator) -> dict[str, Any]:
    """A config as older forms saved it: an ID as a number, attribution windows as lists."""
    return sim.config(account_id=int(account_of(sim)), custom_reports=[REPORT], num_threads=None)


def account_of(sim: Simulator) -> str:
    return str(next(iter(sim.expected("ad_accounts")))[0])


def arguments(folder: Path, command: str, config: Mapping[str, Any]) -> list[str]:
    path, catalog = folder / "config.json", folder / "catalog.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    catalog.write_text(json.dumps(ConfiguredAirbyteCatalogSerializer.dump(catalog_of(["ad_accounts"]))))
    return [command, "--config", str(path), *(["--catalog", str(catalog)] if command == "read" else [])]


def assert_worked(command: str, output: Output) -> None:
    assert output.errors == []
    if command == "check":
        [status] = [message.connectionStatus for message in output.messages if message.type is Type.CONNECTION_STATUS]
        assert (status.status.value, status.message) == ("SUCCEEDED", None)
    elif command == "discover":
        [catalog] = [message.catalog for message in output.messages if message.type is Type.CATALOG]
        assert "custom_weekly" in {stream.name for stream in catalog.streams}
    else:
        assert output.status("ad_accounts") == "COMPLETE"
        assert len(output.records["ad_accounts"]) == 1


@pytest.mark.parametrize("command", ["check", "discover", "read"])
def test_a_command_takes_an_older_config_also_where_the_framework_runs_it(
    command: str, sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_worked(command, run_here(sim, *arguments(tmp_path, command, older(sim))))
    monkeypatch.setenv("PINTEREST_API_URL", sim.url)
    entrypoint = AirbyteEntrypoint(SourcePinterest(SHORT_PAUSES))
    lines = list(entrypoint.run(entrypoint.parse_args(arguments(tmp_path, command, older(sim)))))

    assert_worked(command, Output.of_process(b"\n".join(map(str.encode, lines)), 0, ""))


def test_a_process_takes_it_and_says_which_hidden_option_is_set(sim: Simulator, tmp_path: Path) -> None:
    output = run_main(sim, *arguments(tmp_path, "check", older(sim)))

    assert_worked("check", output)
    [told] = [text for level, text in output.logs if level == "INFO" and "(account_id) is set" in text]
    assert told.startswith(f"Ad Account ID (account_id) is set to {account_of(sim)}. The form hides this option.")


def test_a_caller_of_the_entrypoint_may_validate_it(sim: Simulator) -> None:
    source = SourcePinterest()

    PinterestEntrypoint.validate_connection(source.spec(LOGGER), older(sim))


def test_a_read_in_process_is_of_the_account_it_names_and_hands_on_a_config_of_today(sim: Simulator) -> None:
    output = run_sync(sim, ["ad_accounts", "campaigns"], config=older(sim))

    assert_succeeded(output, ["ad_accounts", "campaigns"])
    assert [record["id"] for record in output.records["ad_accounts"]] == [account_of(sim)]
    campaigns = [record for record in sim.expected("campaigns").values() if record["ad_account_id"] == account_of(sim)]
    assert {record["id"] for record in output.records["campaigns"]} == {record["id"] for record in campaigns} != set()

    [handed_on] = [
        message.control.connectorConfig.config for message in output.messages if message.type is Type.CONTROL
    ]

    jsonschema.validate(orjson.loads(orjson.dumps(handed_on)), FORM)
    assert (handed_on["account_id"], handed_on["custom_reports"][0]["click_window_days"]) == (account_of(sim), 30)
