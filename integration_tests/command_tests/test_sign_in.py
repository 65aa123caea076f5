"""The command for the first token writes a config that works, and shows no secret."""

import json
import re
import stat
from pathlib import Path
from typing import Any

import pendulum
import pytest
import requests
from airbyte_cdk.models import Status

from integration_tests.command_tests.consent import SECRET, Desktop, agree, helping
from integration_tests.simulator import Rotation
from integration_tests.simulator.access.oauth import ACCESS_LIFETIME_SECONDS
from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.commands import run_here
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import read_arguments
from source_pinterest.cli import authorize


def test_the_config_works_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "config.json"
    with Simulator(World(boards=1)) as sim:
        with helping(sim, "--no-browser", "--client-id", "1234567", "--config", str(path)) as helper:
            answered = agree(helper.consent_url())
            assert (answered.status_code, "close this window" in answered.text) == (200, True)
            assert helper.end() == 0, helper.said
        assert_signed_in(sim, json.loads(path.read_text()))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert re.search(
            rf"^  PINTEREST_SAVE_TOKENS=1 \S+ check --config {path} \| grep -v CONTROL$", helper.said, re.MULTILINE
        )
        assert helper.said.endswith(f'campaign_analytics ad_group_analytics ad_analytics" CONFIG={path}\n')
        assert [secret for secret in sim.secrets if secret in helper.said] == []
        [exchange] = sim.calls("oauth/token")
        assert exchange.status == 200
        assert verdicts(run_here(sim, "check", "--config", str(path))) == [Status.SUCCEEDED]


def assert_signed_in(sim: Simulator, config: dict[str, Any], **options: Any) -> None:
    """The config holds the app, both tokens that it was given, and when the first of them ends, in UTC."""
    ends = config["credentials"].pop("token_expiry_date")
    [given] = [secret for secret in sim.secrets if secret.startswith("pina")]
    assert config["credentials"].pop("access_token") == given
    assert config == sim.config(**options)
    left = pendulum.parse(ends) - pendulum.now("UTC")
    assert ACCESS_LIFETIME_SECONDS - 300 < left.total_seconds() <= ACCESS_LIFETIME_SECONDS
    assert ends.endswith("Z")


def verdicts(output: Output) -> list[Status]:
    return [message.connectionStatus.status for message in output.messages if message.connectionStatus]


@pytest.fixture
def desktop(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desktop:
    monkeypatch.delenv("PINTEREST_CLIENT_SECRET", raising=False)
    return Desktop(capsys)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.json"


def test_other_options_stay_and_the_app_is_found_in_the_file(desktop: Desktop, path: Path) -> None:
    with Simulator() as sim:
        path.write_text(json.dumps(sim.config(start_date="2026-01-01")), encoding="utf-8")
        assert desktop.authorize(sim, path, secret=None) == 0, desktop.said
        assert_signed_in(sim, json.loads(path.read_text()), start_date="2026-01-01")


def test_the_first_commands_leave_the_refresh_token_as_it_is(desktop: Desktop, path: Path, tmp_path: Path) -> None:
    """Where each use revokes it, and nobody has asked to have the next one saved."""
    with Simulator(World(boards=2), refresh_rotation=Rotation.REVOKE) as sim:
        assert desktop.authorize(sim, path, "--client-id", "1234567") == 0, desktop.said
        assert verdicts(run_here(sim, "check", "--config", str(path))) == [Status.SUCCEEDED]
        reading = read_arguments(tmp_path, catalog_of(["boards"]), json.loads(path.read_text()))
        output = run_here(sim, *reading)
        assert_succeeded(output, ["boards"])
        assert_exact(output, sim, ["boards"])
        assert len(sim.calls("oauth/token")) == 1


def test_a_user_who_declines_gets_no_config(desktop: Desktop, path: Path) -> None:
    def decline(url: str) -> requests.Response:
        return requests.post(url, data={"answer": "decline"}, timeout=10)

    with Simulator() as sim:
        assert desktop.authorize(sim, path, "--client-id", "1234567", user=decline) == 1
    assert "access_denied" in desktop.said
    assert "It says whether you are signed in" in desktop.page
    assert not path.exists()


def test_wrong_arguments_are_rejected_before_the_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "list.json").write_text("[]", encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.delenv("PINTEREST_CLIENT_SECRET", raising=False)
    cases = [
        (["--config", str(tmp_path)], "can't be written"),
        (["--config", str(tmp_path / "broken.json")], "can't be read as JSON"),
        (["--config", str(tmp_path / "list.json")], "does not hold a JSON object"),
        (["--config", str(tmp_path / "file" / "config.json")], "can't be created"),
        (["--config", str(tmp_path / "new.json")], "--client-id"),
        (["--config", str(tmp_path / "new.json"), "--client-id", "1"], "PINTEREST_CLIENT_SECRET"),
    ]
    for arguments, words in cases:
        assert authorize.main([*arguments, "--no-browser"]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        [sentence] = said.err.splitlines()
        assert words in sentence


def test_a_user_at_a_terminal_reads_where_the_id_and_the_secret_are(
    desktop: Desktop, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda prompt: prompts.append(prompt) or "1234567")
    monkeypatch.setattr("getpass.getpass", lambda prompt: prompts.append(prompt) or SECRET)
    with Simulator(World(boards=0, ad_accounts=1)) as sim:
        assert desktop.authorize(sim, path, secret=None) == 0, desktop.said
    assert desktop.said.startswith("The app's page shows its App ID and its App secret.")
    assert desktop.said.splitlines()[0].endswith(" https://developers.pinterest.com/apps/")
    assert prompts == ["App ID: ", "App secret: "]
