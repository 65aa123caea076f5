"""No message of the connector, and no request to another host, holds a secret.

All output of failing commands is searched for every secret there is, plain and encoded. CONTROL messages are skipped:
by the protocol they carry the whole config.
"""

import base64
import json
import re
from pathlib import Path

import pytest
from airbyte_cdk.models import Type

from integration_tests.security_tests.servers import (
    AWKWARD_SECRET,
    CLIENT_SECRET_OF_OLD,
    FRESH,
    ROTATED,
    answering,
    echoing,
)
from integration_tests.simulator import Fault, FaultKind, Rotation
from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.commands import read_boards_from
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import clean_environment, run_to_its_end, with_short_pauses
from integration_tests.support.secrets import assert_no_secret_in
from integration_tests.support.syncs import read_arguments, run_sync, since_recently
from integration_tests.support.worlds import small_world

BOARDS = "boards/list_pins"
STREAMS = ("boards", "board_pins", "campaigns", "campaign_analytics")


def without_controls(text: str) -> str:
    return "".join(line for line in text.splitlines() if not line.startswith('{"type":"CONTROL"'))


@pytest.mark.parametrize("kind", [FaultKind.TOKEN_REVOKED, FaultKind.BAD_GATEWAY_HTML, FaultKind.DOWNLOAD_EXPIRED])
def test_debug_logs_have_no_query_and_no_secret(kind: FaultKind, tmp_path: Path) -> None:
    """The query of a link to a report, which signs it, is a secret too."""
    on = {FaultKind.TOKEN_REVOKED: {"on": "oauth/token", "times": None}, FaultKind.BAD_GATEWAY_HTML: {"on": BOARDS}}
    with Simulator(small_world(), faults=[Fault(kind, **on.get(kind, {}))]) as sim:
        streams = catalog_of([*STREAMS, "campaign_analytics_report"])
        arguments = read_arguments(tmp_path, streams, since_recently(sim, sim.config(max_retries=2)))
        done = run_to_its_end(["main.py", *arguments, "--debug"], clean_environment(sim.url), body=with_short_pauses)
        assert sim.fired(kind)
        out = done.stdout.decode()
        debug = [line["message"] for line in map(json.loads, out.splitlines()) if line["type"] == "DEBUG"]
        assert [line for line in debug if re.fullmatch(r"(GET|POST) /v5/[\w/]+: \d+", line)]
        assert not [line for line in debug if "?" in line]
        assert_no_secret_in(without_controls(out) + done.stderr.decode(), sim.secrets)


@pytest.mark.parametrize(
    ("command", "status", "field"),
    [(["check"], 403, "client_secret"), (["read"], 500, "client_id"), (["read", "--debug"], 400, "client_secret")],
)
def test_secrets_that_an_answer_echoes_are_masked(command: list[str], status: int, field: str, tmp_path: Path) -> None:
    with Simulator() as sim, echoing(status) as (url, echoed):
        config = sim.config(max_retries=1, client_secret=CLIENT_SECRET_OF_OLD)
        config["credentials"][field] = AWKWARD_SECRET
        arguments = read_arguments(tmp_path, catalog_of(STREAMS), config)[1:]
        if command == ["check"]:
            arguments = arguments[:2]
        done = run_to_its_end(
            ["main.py", *command[:1], *arguments, *command[1:]], clean_environment(url), body=with_short_pauses
        )
        secrets = [AWKWARD_SECRET, config["credentials"]["refresh_token"], FRESH, ROTATED]
        app = f"{config['credentials']['client_id']}:{config['credentials']['client_secret']}"
        secrets.append(base64.b64encode(app.encode()).decode())
    lines = [line for line in done.stdout.decode().splitlines() if json.loads(line)["type"] != "CONTROL"]
    assert "AS IT IS" in "".join(echoed)
    assert "AS IT IS" in "".join(lines)
    assert_no_secret_in("".join(lines) + done.stderr.decode(), [*secrets, CLIENT_SECRET_OF_OLD])


def test_records_states_and_configs_are_never_altered() -> None:
    world = World(ad_accounts=2, campaigns=3)
    with Simulator(world, refresh_rotation=Rotation.REVOKE) as sim:
        secret = world.account_id(0)
        sim.add_fault(Fault(FaultKind.FORBIDDEN, on="campaigns/list", account=secret, times=None))
        streams = ["ad_accounts", "campaigns"]
        output = run_sync(sim, streams, config=sim.config(client_secret=secret))
        assert_exact(output, sim, ["ad_accounts"])
        configs = [message.control for message in output.messages if message.type is Type.CONTROL]
        assert [dict(control.connectorConfig.config)["client_secret"] for control in configs if control] == [secret]
        assert any("ad_account_id ****" in text or "**** is skipped" in text for text in output.warnings())
        assert_no_secret_in("".join(text for _, text in output.logs), [secret])
        again = run_sync(sim, ["campaigns"], config=sim.config(client_secret=world.account_id(1)))
        assert [entry["partition"] for entry in again.states["campaigns"]["states"]] == [
            {"ad_account_id": world.account_id(1)}
        ]


def test_a_netrc_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    password = "false-netrc-password"
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine 127.0.0.1\nlogin somebody\npassword {password}\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    with Simulator() as sim, answering(503) as (url, seen):
        for config in (sim.config(max_retries=0), sim.access_token_config(max_retries=0)):
            read_boards_from(url, config)
    assert seen
    netrc_basic = base64.b64encode(f"somebody:{password}".encode()).decode()
    assert not [headers for headers in seen if netrc_basic in str(headers.get("Authorization"))]


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_is_not_followed_to_another_host(status: int) -> None:
    with Simulator() as sim, answering(200) as (elsewhere, seen_elsewhere):
        with answering(status, Location=f"{elsewhere.replace('127.0.0.1', 'localhost')}/boards") as (url, seen):
            output = read_boards_from(url, sim.access_token_config(max_retries=0))
        assert seen
        assert output.errors
        assert seen_elsewhere == []


def test_a_broken_proxy_does_not_stand_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Simulator(small_world()) as sim:
        output = run_sync(sim, STREAMS)
        assert_succeeded(output, STREAMS)
        assert_exact(output, sim, STREAMS)
