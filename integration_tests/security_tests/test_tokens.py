"""What becomes of tokens: renewed once for all, handed on when they rotate, and patiently requested."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import Type

from integration_tests.simulator import Fault, FaultKind, Rotation
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.commands import run_here
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import read_arguments, run_sync

TOKEN = "oauth/token"


def flat(config: dict[str, Any]) -> dict[str, Any]:
    """The shape that configs had before credentials were nested."""
    credentials = dict(config["credentials"])
    del credentials["auth_method"]
    return credentials


def nested(config: dict[str, Any]) -> dict[str, Any]:
    return config


@pytest.mark.parametrize("shape", [nested, flat])
def test_a_rotated_refresh_token_is_handed_to_the_platform(shape: Any, tmp_path: Path) -> None:
    with Simulator(refresh_rotation=Rotation.REVOKE) as sim:
        config = shape(sim.config(start_date="2026-01-01"))
        output = run_sync(sim, ["boards", "campaigns"], config=config)
        assert_succeeded(output, ["boards", "campaigns"])
        [handed_on] = handed_on_configs(output)
        newest = shape(sim.config(start_date="2026-01-01"))
        assert newest != config
        start = {"start_date": handed_on["start_date"]}  # each sync of these tests is given one
        assert handed_on == {**newest, **start}
        path = written(tmp_path, handed_on)
        before = path.read_bytes()
        checked = run_here(sim, "check", "--config", str(path))
        [handed_on] = handed_on_configs(checked)
        assert handed_on == {**shape(sim.config(start_date="2026-01-01")), **start}
        assert path.read_bytes() == before


def test_nothing_is_handed_on_where_nothing_rotates() -> None:
    with Simulator(refresh_rotation=Rotation.NONE) as sim:
        output = run_sync(sim, ["boards"])
        assert_succeeded(output, ["boards"])
        assert handed_on_configs(output) == []


@pytest.mark.parametrize(("shape", "command"), [(nested, "read"), (flat, "check")])
def test_a_rotated_token_is_written_into_the_config_file_if_the_setting_is_on(
    shape: Any, command: str, tmp_path: Path
) -> None:
    with Simulator(refresh_rotation=Rotation.REVOKE) as sim:
        path = written(tmp_path, shape(sim.config(status=["ACTIVE"])))
        path.chmod(0o644)
        arguments = [command, "--config", str(path)]
        if command == "read":
            arguments = [*read_arguments(tmp_path, catalog_of(["boards"]), json.loads(path.read_text()))]
        output = run_here(sim, *arguments, environment={"PINTEREST_SAVE_TOKENS": "1"})
        assert not output.errors, output.text()
        assert json.loads(path.read_text()) == shape(sim.config(status=["ACTIVE"]))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not [other for other in tmp_path.iterdir() if other.name not in {"config.json", "catalog.json"}]


def test_ten_workers_renew_an_expired_token_once() -> None:
    world = World(boards=30, pins_per_board=2)
    with Simulator(world, faults=[Fault(FaultKind.TOKEN_EXPIRED, on="boards/list_pins", after=12)]) as sim:
        output = run_sync(sim, ["board_pins"], config=sim.config(num_workers=10))
        assert_succeeded(output, ["board_pins"])
        assert_exact(output, sim, ["board_pins"])
        assert len(sim.calls(TOKEN)) == 2


@pytest.mark.parametrize("kind", [FaultKind.RESET_BEFORE_BODY, FaultKind.NEVER_ANSWERS])
def test_a_token_endpoint_that_is_down_gets_one_request_for_all_streams(kind: FaultKind) -> None:
    with Simulator(faults=[Fault(kind, on=TOKEN, times=None)]) as sim:
        config = sim.config(max_retries=2, request_timeout_seconds=0.2, max_wait_minutes=0, num_workers=4)
        streams = ("boards", "campaigns", "campaign_analytics", "campaign_analytics_report")
        output = run_sync(sim, streams, config=config)
        advice = "check the network" if kind is FaultKind.RESET_BEFORE_BODY else "the next sync tries again"
        for stream in streams:
            assert_failed(output, stream, "transient_error", "gave no access token (it ", advice)
            assert len(output.errors_of(stream)) == 1
        assert len(sim.calls(TOKEN)) == (1 if kind is FaultKind.RESET_BEFORE_BODY else 3)
        assert len(sim.log) == len(sim.calls(TOKEN))


def test_an_access_token_that_is_rejected_cannot_be_renewed() -> None:
    with Simulator(faults=[Fault(FaultKind.TOKEN_EXPIRED, on="boards/list_pins", after=1)]) as sim:
        output = run_sync(sim, ["boards", "board_pins"], config=sim.access_token_config())
        assert_failed(output, "board_pins", "config_error", "access token", "choose OAuth2.0")
        assert output.status("boards") == "COMPLETE"
        assert sim.calls(TOKEN) == []


def handed_on_configs(output: Output) -> list[dict[str, Any]]:
    """The configs that went to the platform in control messages."""
    controls = [message.control for message in output.messages if message.type is Type.CONTROL]
    return [dict(control.connectorConfig.config) for control in controls]


def written(folder: Path, config: dict[str, Any]) -> Path:
    """The config in a file."""
    path = folder / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    return path
