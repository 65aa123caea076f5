"""The command that reads into a folder keeps what it reads, continues from there, and says what is wrong."""

import json
import os
import re
import signal
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
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
from source_pinterest.api.auth import SIGN_IN_AGAIN
from source_pinterest.cli import read
from unit_tests.cli.page_folder import text_of

STREAMS = ("boards", "campaigns", "campaign_analytics")
PAGE = "A page to look at:\noutput/page.html\n"
BESIDE = {"catalog.json", "options.json"}
NOTHING_READ = (
    "The run was stopped before its end. It has read no record, and the next run begins where this one did.\n"
)
CONFIG = {
    "credentials": {
        "auth_method": "oauth2.0",
        "client_id": "1234567",
        "client_secret": "false-client-secret",
        "refresh_token": "false-refresh-token",
    }
}


@dataclass
class Place:
    """Where a user runs the command.

    Attributes:
        folder: the working directory.
        capsys: takes what the command says.
        patch: of the test.
    """

    folder: Path
    capsys: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    @contextmanager
    def pinterest(self, sim: Simulator) -> Iterator[Simulator]:
        """A simulator that the command reads."""
        with sim:
            self.patch.setenv("PINTEREST_API_URL", sim.url)
            yield sim

    @property
    def config(self) -> Path:
        return self.folder / "secrets" / "config.json"

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def configure(self, config: Mapping[str, Any] = CONFIG) -> None:
        self.config.parent.mkdir(exist_ok=True)
        self.config.write_text(json.dumps(config), encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, and what was said on standard output and on standard error."""
        code = read.main(arguments)
        return code, *self.capsys.readouterr()

    def connect(self, messages: Iterable[Any], code: int) -> None:
        """Put a connector in place that prints these messages, and ends with this code."""
        (self.folder / "messages").write_bytes(b"".join(orjson.dumps(message) + b"\n" for message in messages))
        self.run_instead(f"cat messages\nexit {code}")

    def run_instead(self, commands: str, page: str = "echo output/page.html") -> None:
        """Put commands of a shell instead of the connector, and of the command that makes a page."""
        script = self.folder / "python"
        made = f'if [ "$3" = source_pinterest.page ]; then {page}; exit; fi'
        script.write_text(f"#!/bin/sh\n{made}\n{commands}\n", encoding="utf-8")
        script.chmod(0o755)
        self.patch.setattr(sys, "executable", str(script))

    def runs(self) -> list[Output]:
        """What each run has left, the first one first; every line is whole."""
        return [Output.of_process(path.read_bytes(), 0, "") for path in sorted(self.output.glob("messages-*.jsonl"))]

    def states(self) -> dict[str, Any]:
        saved = orjson.loads((self.output / "state.json").read_bytes())
        return {entry["stream"]["stream_descriptor"]["name"]: entry["stream"]["stream_state"] for entry in saved}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Place:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_PROGRESS", "1")
    return Place(tmp_path, capsys, monkeypatch)


def test_the_second_run_goes_on_from_the_first_after_revoked_tokens_and_failures(place: Place) -> None:
    with place.pinterest(Simulator(small_world(), refresh_rotation=Rotation.REVOKE)) as sim:
        place.configure(since_recently(sim))
        code, said, complaints = place.run(*STREAMS)
        assert (code, complaints) == (0, "")
        [first] = place.runs()
        assert_succeeded(first, STREAMS)
        assert_exact(first, sim, STREAMS)
        assert f"{sum(map(len, first.records.values()))} records are in output/messages-" in said
        assert re.search(r"^campaign_analytics: \d+ records$", said, re.MULTILINE)
        assert said.endswith(PAGE)
        assert "No day is missing." in text_of((place.output / "page.html").read_text(encoding="utf-8"))

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


def test_a_read_shows_its_page_and_notes(place: Place) -> None:
    place.configure({**CONFIG, "start_date": "2019-01-01"})
    place.connect([record_of("boards", 1, {"id": "1"})], 0)
    code, said, complaints = place.run("boards")
    assert (code, complaints) == (0, "")
    assert said.endswith(PAGE)
    assert "boards: 1 record\n" in said
    assert "Note: Start Date 2019-01-01 is older than the 913 days that Pinterest keeps" in said
    place.patch.setattr(read, "_PAGE_MESSAGES_BYTES", 10)
    reason = place.run("boards")[1].splitlines()[-1]
    assert reason.startswith("No page was made, because the messages in output have more than 1 GB. To make it: ")
    assert reason.endswith(" -P -m source_pinterest.page --output output")


def test_the_page_never_changes_how_a_read_ends(place: Place) -> None:
    place.configure()
    place.connect([record_of("boards", 1, {"id": "1"})], 0)
    place.run_instead("cat messages", page="echo 'DuckDB is missing.' >&2; exit 1")
    code, _, complaints = place.run("boards")
    assert code == 0
    assert complaints.startswith("Warning: the page about output could not be made. DuckDB is missing.")
    assert len(complaints.splitlines()) == 1


def test_the_page_is_made_of_any_number_of_reads(place: Place) -> None:
    """DuckDB reserves address space for each file."""
    place.configure()
    line = orjson.dumps(record_of("boards", 1, {"id": "1"})) + b"\n"
    place.output.mkdir()
    for number in range(60):
        (place.output / f"messages-2026-01-01T00-00-00-{number:06}Z.jsonl").write_bytes(line)
    (place.folder / "messages").write_bytes(line)
    place.run_instead("cat messages", page=f"{sys.executable} -m source_pinterest.page --output output")
    code, said, complaints = place.run("boards")
    assert (code, complaints, said.endswith(PAGE)) == (0, "", True)


def record_of(stream: str, at: int, data: Any) -> Any:
    return {"type": "RECORD", "record": {"stream": stream, "emitted_at": at, "data": data}}


def test_an_interrupted_run_keeps_what_it_read_and_the_state_of_it(place: Place) -> None:
    def until_the_campaigns_are_read(lines: Iterable[bytes]) -> Iterator[bytes]:
        """As Ctrl-C does, but at a known moment."""
        for line in lines:
            yield line
            if line.startswith(b'{"type":"STATE"') and b'"campaigns"' in line:
                os.kill(os.getpid(), signal.SIGINT)

    fault = Fault(FaultKind.RATE_LIMITED, on="campaigns/analytics", times=None, seconds=600)
    with place.pinterest(Simulator(small_world(), faults=[fault])) as sim:
        place.configure({**since_recently(sim), "max_wait_minutes": 60})
        with place.patch.context() as patch:
            patch.setattr(read, "without_secrets", until_the_campaigns_are_read)
            code, said, complaints = place.run("campaigns", "campaign_analytics")
        assert code == 128 + signal.SIGINT
        assert complaints == (
            "The run was stopped before its end. What it has read is kept. The next run continues from the last state, "
            "so a few records come twice.\n"
        )
        assert said.startswith(f"{len(sim.expected('campaigns'))} records are in output/messages-")
        assert "reads what is new" not in said
        [interrupted] = place.runs()
        assert_same("campaigns", interrupted.records["campaigns"], sim.expected("campaigns"))
        assert interrupted.states["campaigns"]["states"]
        assert place.states() == interrupted.states


def test_without_a_terminal_the_log_is_shown_and_at_most_one_message_a_second(place: Place) -> None:
    place.configure()
    messages = [("DEBUG", "a request"), ("INFO", "the first"), ("INFO", "the second"), ("WARN", "the third")]
    place.connect(({"type": "LOG", "log": {"level": level, "message": text}} for level, text in messages), 0)
    place.patch.delenv("NO_PROGRESS")
    times = iter([0.0, 0.0, 0.0, 0.9, 1.0, 1.0])
    place.patch.setattr(read, "monotonic", lambda: next(times))
    assert place.run("boards")[2] == "the first\nthe third\nWarning: the third\n"


def test_another_configuration_in_a_folder_is_warned_of(place: Place) -> None:
    place.configure()
    place.connect([], 0)
    assert place.run("boards")[2] == ""
    place.config.rename(place.config.with_name("second.json"))
    told = "Warning: output was read with secrets/config.json so far, and is read with secrets/second.json now."
    assert place.run("boards", "--config", "secrets/second.json")[2].startswith(told)
    assert place.run("boards", "--config", str(place.config.with_name("second.json")))[2] == ""


def test_the_name_of_a_custom_report_may_have_spaces(place: Place) -> None:
    report = {"name": "of march", "level": "CAMPAIGN", "granularity": "DAY", "columns": ["SPEND_IN_DOLLAR"]}
    place.configure({**CONFIG, "custom_reports": [report]})
    place.connect([], 0)
    code, said, complaints = place.run("custom_of march", "boards, pins")
    assert (code, complaints) == (0, "")
    assert [line.partition(":")[0] for line in said.splitlines()[1:4]] == ["custom_of march", "boards", "pins"]


def test_a_rejection_is_one_sentence_and_leaves_nothing(place: Place) -> None:
    code, _, complaints = place.run("boards")
    assert (code, " -m source_pinterest.authorize" in complaints) == (1, True), "there is no configuration"
    place.configure()
    (place.folder / "output.json").touch()
    for arguments, words in (
        ([], 'Name the streams to read, such as campaigns and ads (with make: STREAMS="campaigns ads")'),
        (["boards,campains, ads"], "There is no stream campains. Did you mean campaigns?"),
        (["boards", "--config", "output.json"], "output.json is empty."),
        (["boards", "--config", '{"client_secret": "false"}'], "--config takes the path of a file, not its contents."),
        (["boards", "--output", "output.json/it"], "output.json/it can't be written (Not a directory). Name another"),
    ):
        code, said, complaints = place.run(*arguments)
        assert (code, said) == (1, "")
        assert len(complaints.splitlines()) == 1
        assert complaints.startswith(words)
        assert not place.output.exists()


def test_a_rejected_token_and_a_broken_state_are_errors_in_the_connectors_words(place: Place) -> None:
    place.configure()
    error = {"message": f"Pinterest rejects the refresh token. {SIGN_IN_AGAIN}"}
    place.connect([{"type": "TRACE", "trace": {"type": "ERROR", "error": error}}], 1)
    assert place.run("boards") == (1, PAGE, f"{error['message']}\n")
    (place.output / "state.json").write_text("null", encoding="utf-8")
    assert place.run("boards") == (
        1,
        "",
        "output/state.json does not hold a state. Fix it, or move it away to read everything again.\n",
    )


def test_a_path_is_not_broken_at_the_edge_of_a_terminal(place: Place) -> None:
    place.patch.setenv("COLUMNS", "80")
    place.patch.setattr(sys.stderr, "isatty", lambda: True)
    folder = "a-folder/" * 12
    *_, complaints = place.run("boards", "--config", f"{folder}config.json")
    assert [line for line in complaints.splitlines() if len(line) > 79] == [f"{folder}config.json"] * 2


@pytest.mark.parametrize(
    ("signals", "code", "words"),
    [
        (signal.SIGKILL, 137, "The connector ended with exit code 137 and without an error message.\n"),
        (signal.SIGTERM, 143, NOTHING_READ),
    ],
)
def test_a_connector_that_ends_without_a_word_is_no_success(
    signals: signal.Signals, code: int, words: str, place: Place
) -> None:
    place.configure()
    place.run_instead(f"kill -{signals.value} $$")
    assert place.run("boards") == (code, "", words)
    assert {path.name for path in place.output.iterdir()} == BESIDE, "no file is empty"


def test_ctrl_c_before_the_first_record_leaves_no_file_and_one_message(place: Place) -> None:
    """A terminal sends it to both processes, here while the child has not begun to import anything."""
    place.configure()
    parent = os.getpid()
    ignored = f"$((0x$(sed -n 's/^SigIgn:[[:space:]]*//p' /proc/{parent}/status) & 2))"
    still_ignores = f"[ -r /proc/{parent}/status ] && [ {ignored} -ne 0 ]"
    until_it_listens = f"while {still_ignores}; do :; done"
    place.run_instead(f"kill -INT $$ && touch still-here\n{until_it_listens}\nkill -INT {parent}\nexec sleep 60")
    assert place.run("boards") == (128 + signal.SIGINT, "", NOTHING_READ)
    assert (place.folder / "still-here").exists()
    assert {path.name for path in place.output.iterdir()} == BESIDE


def test_a_servers_words_are_printed_on_one_line_without_control_characters(place: Place) -> None:
    place.configure()
    text = "\x1b[2J\x07 Sorry\r\n5,000 records are in \u202eoutput\x9b"
    log = {"type": "LOG", "log": {"level": "WARN", "message": text}}
    trace = {"type": "TRACE", "trace": {"type": "ERROR", "error": {"message": f"boards: {text}"}}}
    place.connect((log, trace), 1)
    _, said, complaints = place.run("boards")
    shown = "\ufffd[2J\ufffd Sorry  5,000 records are in \ufffdoutput\ufffd"
    assert (said, complaints) == (PAGE, f"Warning: {shown}\nboards: {shown}\n")


def test_a_config_that_takes_no_new_token_is_not_used(place: Place) -> None:
    place.configure()
    place.patch.setattr(os, "access", lambda path, _: path != place.config.parent)
    code, _, complaints = place.run("boards")
    assert code == 1
    assert complaints.startswith("secrets/config.json can't be written, but Pinterest replaces the refresh token")
