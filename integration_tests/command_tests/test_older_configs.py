"""Configs that older forms saved work in every command."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import Type

from integration_tests.simulator import Rotation
from integration_tests.support.assertions import assert_succeeded
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.commands import run_here
from integration_tests.support.outputs import Output
from integration_tests.support.pauses import SHORT_PAUSES
from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import ROOT
from integration_tests.support.syncs import read_arguments, run_sync
from integration_tests.support.worlds import simulated, small_world
from source_pinterest.source import SourcePinterest

FORM = json.loads((ROOT / "source_pinterest/spec.json").read_text(encoding="utf-8"))["connectionSpecification"]
ANSWERS = (Type.CONNECTION_STATUS, Type.CATALOG, Type.RECORD)
REPORT = {
    "name": "weekly",
    "level": "CAMPAIGN",
    "granularity": "WEEK",
    "columns": ["SPEND_IN_DOLLAR"],
    "click_window_days": [30],
    "engagement_window_days": [30],
    "view_window_days": [],
}


sim = simulated(small_world, refresh_rotation=Rotation.REVOKE)


def older(sim: Simulator) -> dict[str, Any]:
    """A config as older forms saved it: an ID as a number, attribution windows as lists."""
    return sim.config(account_id=int(account_of(sim)), custom_reports=[REPORT], num_threads=None)


def account_of(sim: Simulator) -> str:
    return str(next(iter(sim.expected("ad_accounts")))[0])


@pytest.mark.parametrize("command", ["check", "discover", "read"])
def test_a_command_takes_an_older_config_also_where_the_framework_runs_it(
    command: str, sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = older(sim)
    arguments = read_arguments(tmp_path, catalog_of(["ad_accounts"]), config)[1 : 3 if command != "read" else None]
    ours = run_here(sim, command, *arguments)
    monkeypatch.setenv("PINTEREST_API_URL", sim.url)
    read_arguments(tmp_path, catalog_of(["ad_accounts"]), older(sim))
    entrypoint = AirbyteEntrypoint(SourcePinterest(SHORT_PAUSES))
    lines = list(entrypoint.run(entrypoint.parse_args([command, *arguments])))

    for output in (ours, Output.of_process(b"\n".join(map(str.encode, lines)), 0, "")):
        assert output.errors == []
        told = [message for message in output.messages if message.type in ANSWERS]
        assert [message.type for message in told] == [ANSWERS[["check", "discover", "read"].index(command)]]
        assert {"check": "SUCCEEDED", "discover": "custom_weekly", "read": account_of(sim)}[command] in str(told)


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
