"""Does the command that reads into a folder keep all that it reads, go on from there, and say what is wrong?"""

import json
import os
import signal
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.simulator.access.oauth import Rotation
from integration_tests.support.assertions import assert_exact, assert_lawful, assert_same, assert_succeeded
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator
from integration_tests.support.syncs import since_recently
from integration_tests.support.worlds import small_world
from source_pinterest.cli import read

STREAMS = ("boards", "campaigns", "campaign_analytics")


@dataclass
class Place:
    """Where a user runs the command.

    Attributes:
        folder: the working directory.
        capsys: takes what the command says.
    """

    folder: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def config(self) -> Path:
        return self.folder / "secrets" / "config.json"

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def configure(self, sim: Simulator, **options: Any) -> None:
        self.config.parent.mkdir(exist_ok=True)
        self.config.write_text(json.dumps({**since_recently(sim), **options}), encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, and what was said on standard output and on standard error."""
        code = read.main(arguments)
        return code, *self.capsys.readouterr()

    def runs(self) -> list[Output]:
        """What each run has left, the first one first; every line is whole."""
        return [Output.of_process(path.read_bytes(), 0, "") for path in sorted(self.output.glob("messages-*.jsonl"))]

    def states(self) -> dict[str, Any]:
        saved = orjson.loads((self.output / "state.json").read_bytes())
        return {entry["stream"]["stream_descriptor"]["name"]: entry["stream"]["stream_state"] for entry in saved}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Place:
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path, capsys)


def test_the_second_run_goes_on_from_the_first_though_tokens_are_revoked_and_a_stream_fails(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Simulator(small_world(), refresh_rotation=Rotation.REVOKE) as sim:
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
        place.configure(sim)
        code, said, complaints = place.run(*STREAMS)
        assert (code, complaints) == (0, "")
        [first] = place.runs()
        assert_succeeded(first, STREAMS)
        assert_exact(first, sim, STREAMS)
        assert f"{sum(map(len, first.records.values()))} records are in output/messages-" in said

        sim.add_fault(Fault(FaultKind.MISSING_SCOPE, on="boards/list", times=None))
        code, _, complaints = place.run()
        assert code == 1
        [sentence] = complaints.splitlines()
        assert sentence.startswith("boards can't be read: ")
        assert "boards:read" in sentence
        second = place.runs()[1]
        assert len(second.records["campaigns"]) < len(first.records["campaigns"]), "it is incremental"
        assert_exact(second, sim, ["campaign_analytics"])
        assert place.states() == {**first.states, **second.states}
        assert_lawful(sim.log)
        secrets = [secret.encode() for secret in sim.secrets]
    for path in place.output.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not [secret for secret in secrets if secret in path.read_bytes()]


def test_an_interrupted_run_keeps_what_it_read_and_the_state_of_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def until_the_campaigns_are_read(lines: Iterable[bytes]) -> Iterator[bytes]:
        """As Ctrl-C does, but at a known moment."""
        for line in lines:
            yield line
            if line.startswith(b'{"type":"STATE"') and b'"campaigns"' in line:
                os.kill(os.getpid(), signal.SIGINT)

    fault = Fault(FaultKind.RATE_LIMITED, on="campaigns/analytics", times=None, seconds=600)
    with Simulator(small_world(), faults=[fault]) as sim:
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
        place.configure(sim, max_wait_minutes=60)
        with monkeypatch.context() as patch:
            patch.setattr(read, "without_secrets", until_the_campaigns_are_read)
            code, said, complaints = place.run("campaigns", "campaign_analytics")
        assert code == 128 + signal.SIGINT
        assert complaints == "The run was stopped before its end.\n"
        assert said.startswith(f"{len(sim.expected('campaigns'))} records are in output/messages-")
        [interrupted] = place.runs()
        assert_same("campaigns", interrupted.records["campaigns"], sim.expected("campaigns"))
        assert interrupted.states["campaigns"]["states"]
        assert place.states() == interrupted.states


def test_without_a_network_one_sentence_says_what_to_look_at(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(small_world()) as sim:
        place.configure(sim, max_wait_minutes=0)
    monkeypatch.setenv("PINTEREST_API_URL", "http://127.0.0.1:9/v5")
    code, said, complaints = place.run("boards", "campaigns")
    assert (code, said) == (1, "")
    [sentence] = complaints.splitlines()
    assert "could not be reached" in sentence
    assert "check the network" in sentence


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["campains"], "There is no stream campains. Did you mean campaigns?"),
        ([], 'Name the streams to read, such as campaigns and ads (with make: STREAMS="campaigns ads")'),
        (["boards", "--config", "nowhere.json"], f"There is no nowhere.json. Sign in with {sys.executable} -m "),
        (["boards", "--config", "output.json"], "output.json is empty."),
        (["boards", "--config", '{"client_secret": "false"}'], "--config takes the path of a file, not its contents."),
        (["boards", "--output", "output.json"], "output.json can't be written (File exists). Name another folder"),
        (["boards", "--output", "output.json/it"], "output.json/it can't be written (Not a directory). Name another"),
    ],
    ids=["misspelt", "no stream", "no config", "empty config", "no path", "a file", "in a file"],
)
def test_a_refusal_is_one_sentence_and_leaves_nothing(arguments: list[str], words: str, place: Place) -> None:
    with Simulator(small_world()) as sim:
        place.configure(sim)
    (place.folder / "output.json").touch()
    code, said, complaints = place.run(*arguments)
    assert (code, said) == (1, "")
    assert len(complaints.splitlines()) == 1
    assert complaints.startswith(words)
    assert not place.output.exists()


@pytest.mark.parametrize(
    ("signals", "code", "words"),
    [
        (signal.SIGKILL, 137, "The connector ended with exit code 137 and without an error message.\n"),
        (signal.SIGTERM, 143, "The run was stopped before its end.\n"),
    ],
    ids=["killed", "terminated"],
)
def test_a_connector_that_ends_without_a_word_is_no_success(
    signals: signal.Signals, code: int, words: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not Python that ends here, so that nothing can be said."""
    with Simulator(small_world()) as sim:
        place.configure(sim)
    script = place.folder / "python"
    script.write_text(f"#!/bin/sh\nkill -{signals.value} $$\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    assert place.run("boards") == (code, "", words)
    assert [path.name for path in place.output.iterdir()] == ["catalog.json"], "no file is empty"


def test_ctrl_c_before_the_first_record_leaves_no_file_and_is_told_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal sends it to both processes, here while the child has not begun to import anything."""
    with Simulator(small_world()) as sim:
        place.configure(sim)
    script = place.folder / "python"
    ignores = "kill -INT $$ && touch still-here"
    script.write_text(f"#!/bin/sh\n{ignores}\nkill -INT {os.getpid()}\nexec sleep 60\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    assert place.run("boards") == (128 + signal.SIGINT, "", "The run was stopped before its end.\n")
    assert (place.folder / "still-here").exists()
    assert [path.name for path in place.output.iterdir()] == ["catalog.json"]


def test_what_a_server_says_reaches_the_terminal_printable_and_on_one_line(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Simulator(small_world()) as sim:
        place.configure(sim)
    text = "\x1b[2J\x07 Sorry\r\n5,000 records are in \u202eoutput\x9b"
    log = {"type": "LOG", "log": {"level": "WARN", "message": text}}
    trace = {"type": "TRACE", "trace": {"type": "ERROR", "error": {"message": f"boards: {text}"}}}
    messages = place.folder / "messages"
    messages.write_text("".join(f"{json.dumps(line)}\n" for line in (log, trace)), encoding="utf-8")
    script = place.folder / "python"
    script.write_text(f"#!/bin/sh\ncat {messages}\nexit 1\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    _, said, complaints = place.run("boards")
    shown = "\ufffd[2J\ufffd Sorry  5,000 records are in \ufffdoutput\ufffd"
    assert (said, complaints) == ("", f"Warning: {shown}\nboards: {shown}\n")


def test_a_config_that_takes_no_new_token_is_not_used(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(small_world()) as sim:
        place.configure(sim)
    monkeypatch.setattr(os, "access", lambda path, _: path != place.config.parent)
    code, _, complaints = place.run("boards")
    assert code == 1
    assert complaints.startswith("secrets/config.json can't be written, but Pinterest replaces the refresh token")
