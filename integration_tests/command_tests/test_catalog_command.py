"""The command that writes configured catalogs writes one that `read` takes, and rejects unknown streams."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.catalogs import ALL_STREAMS
from integration_tests.support.commands import run_here
from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import ROOT, clean_environment, run_to_its_end
from integration_tests.support.syncs import since_recently
from integration_tests.support.worlds import small_world
from source_pinterest.cli import catalog

Command = Callable[..., tuple[int, str, str]]
"""Takes arguments, and gives the exit code and what the command has said on standard output and standard error."""


@pytest.fixture
def catalog_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(ROOT)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = catalog.main(arguments)
        return code, *capsys.readouterr()

    return run


def modes(written: str) -> dict[str, tuple[str, str]]:
    streams = json.loads(written)["streams"]
    return {entry["stream"]["name"]: (entry["sync_mode"], entry["destination_sync_mode"]) for entry in streams}


def test_names_may_have_commas_between_and_in_them(catalog_command: Command, tmp_path: Path) -> None:
    report = {"name": "spend, weekly", "level": "CAMPAIGN", "granularity": "WEEK", "columns": ["SPEND_IN_DOLLAR"]}
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"credentials": {"access_token": "false"}, "custom_reports": [report]}))

    _, written, _ = catalog_command(" ,campaigns", "ads,", "custom_spend, weekly", "--config", str(config))
    assert list(modes(written)) == ["campaigns", "ads", "custom_spend, weekly"]


def test_read_takes_what_it_writes(tmp_path: Path) -> None:
    written, config = tmp_path / "catalog.json", tmp_path / "config.json"
    environment = clean_environment("http://127.0.0.1:9/v5")
    done = run_to_its_end(["-m", "source_pinterest.catalog", "boards", "campaigns"], environment)
    assert (done.returncode, done.stderr) == (0, b"")
    written.write_bytes(done.stdout)
    assert modes(done.stdout.decode()) == {
        "boards": ("full_refresh", "overwrite"),
        "campaigns": ("incremental", "append_dedup"),
    }
    with Simulator(small_world()) as sim:
        config.write_text(json.dumps(since_recently(sim)), encoding="utf-8")
        output = run_here(sim, "read", "--config", str(config), "--catalog", str(written))
        assert_succeeded(output, ["boards", "campaigns"])
        assert_exact(output, sim, ["boards", "campaigns"])
        assert output.states["campaigns"]["states"]


def test_without_names_the_catalog_has_every_stream(catalog_command: Command) -> None:
    _, printed, _ = catalog_command("--append")
    written = modes(printed)
    assert set(written) >= set(ALL_STREAMS)
    assert written["campaigns"] == ("incremental", "append")
    assert written["boards"] == ("full_refresh", "overwrite")
    [entry] = [one for one in json.loads(printed)["streams"] if one["stream"]["name"] == "campaign_analytics"]
    assert (entry["primary_key"], entry["cursor_field"]) == ([["CAMPAIGN_ID"], ["DATE"]], ["DATE"])
    assert "SPEND_IN_DOLLAR" in entry["stream"]["json_schema"]["properties"]


def test_a_rejection_is_one_sentence(catalog_command: Command) -> None:
    for arguments, words in (
        (["campains"], "There is no stream campains. Did you mean campaigns?"),
        (["boards", "zzz"], "There is no stream zzz. Choose among: ad_accounts, user_account,"),
        (
            ["yyy", "campains", "zzz,addds", "campains"],
            (
                "There is no stream campains. Did you mean campaigns? There is no stream addds. Did you mean ads? "
                "There is no stream yyy or zzz. Choose among: ad_accounts, "
            ),
        ),
        (["boards", "--config", "nowhere.json"], "nowhere.json can't be read (No such file"),
        (["boards", "--config", "integration_tests/invalid_config.json"], "Start Date"),
    ):
        code, said, complaint = catalog_command(*arguments)
        assert (code, said) == (1, "")
        assert words in complaint
        assert len(complaint.splitlines()) == 1
