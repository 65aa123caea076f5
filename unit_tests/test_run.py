"""Does the process end with the right code and its last words, whatever happens, and never hang?"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint

from source_pinterest import run as process
from source_pinterest.source import SourcePinterest

ROOT = Path(__file__).parents[1]
TIMEOUT_SECONDS = 30

PROLOGUE = """
import os, signal, sys, threading, weakref
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets
from source_pinterest import run
from source_pinterest.engine.stdout import MESSAGES

def stuck_worker():
    threading.Thread(target=threading.Event().wait).start()

def main(arguments, lines):
    MESSAGES.write("last words")
    {body}

run._print_messages = main
run.run()
"""


def run(body: str) -> subprocess.CompletedProcess[str]:
    """A process of ours whose command does this and that."""
    return subprocess.run(
        [sys.executable, "-c", PROLOGUE.replace("{body}", body)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("pass", 0),
        ("sys.exit(0)", 0),
        ("sys.exit(3)", 3),
        ("sys.exit('in words')", 1),
        ("raise KeyboardInterrupt", 128 + signal.SIGINT),
        ("raise BrokenPipeError", 1),
        ("raise MemoryError", 1),
        ("raise RuntimeError('no')", 1),
        ("os.kill(os.getpid(), signal.SIGTERM); threading.Event().wait()", 128 + signal.SIGTERM),
    ],
)
def test_the_code_and_the_last_words(body: str, code: int) -> None:
    ended = run(body)

    assert ended.returncode == code, ended.stderr
    assert "last words" in ended.stdout


def test_a_signal_whose_exception_is_swallowed_still_ends_the_process() -> None:
    lost = "thing = {1}; told = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGTERM)); del thing"

    assert run(lost).returncode == 0
    assert run(f"{lost}; lines.end_if_told()").returncode == 128 + signal.SIGTERM


def test_a_read_looks_for_such_a_signal_between_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_end_hard_later", lambda _: None)
    monkeypatch.setattr(AirbyteEntrypoint, "read", lambda _: iter(["one", "two"]))
    lines = process.WholeLines()
    messages = process.PinterestEntrypoint(SourcePinterest(), lines).read()

    assert next(messages) == "one"  # type: ignore[comparison-overlap]
    with pytest.raises(SystemExit):
        lines.terminate(signal.SIGTERM, None)
    with pytest.raises(SystemExit):
        next(messages)


@pytest.mark.parametrize(("body", "code"), [("pass", 0), ("sys.exit(3)", 3), ("raise RuntimeError('no')", 1)])
def test_a_worker_that_is_stuck_changes_nothing(body: str, code: int) -> None:
    assert run(f"stuck_worker(); {body}").returncode == code


def test_an_end_needs_no_memory_for_a_thread() -> None:
    ended = run("stuck_worker(); threading.Thread.start = None; sys.exit(3)")

    assert ended.returncode == 3


def test_last_words_that_cannot_be_said_are_no_success() -> None:
    ended = run("MESSAGES.flush = None")

    assert ended.returncode == 1


def test_a_config_error_is_one_sentence_without_secrets() -> None:
    ended = run(
        "add_to_secrets('false-client-secret'); raise AirbyteTracedException("
        "message='Start Date: enter a day, not false-client-secret.', failure_type=FailureType.config_error)"
    )

    assert ended.returncode == 1
    assert '"TRACE"' in ended.stdout
    assert "config_error" in ended.stdout
    assert "Start Date: enter a day" in ended.stdout
    assert "false-client-secret" not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_an_unforeseen_error_is_told_as_a_trace() -> None:
    ended = run("raise RuntimeError('nobody knows why')")

    assert '"TRACE"' in ended.stdout
    assert "nobody knows why" in ended.stdout


def test_a_reader_that_went_away_ends_the_process() -> None:
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            PROLOGUE.replace("{body}", "[MESSAGES.write('x' * 10_000) for _ in range(100_000)]"),
        ],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    os.close(reading)

    assert process.wait(TIMEOUT_SECONDS) == 1


def test_spec_runs_as_a_command() -> None:
    ended = subprocess.run(
        [sys.executable, "main.py", "spec"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )

    assert ended.returncode == 0
    assert '"SPEC"' in ended.stdout


def test_who_has_the_answer_it_wanted_may_end_any_command_but_read_at_once() -> None:
    script = """
import os, signal, sys
from source_pinterest import run
from source_pinterest.source import SourcePinterest

SourcePinterest.spec = lambda *_: os.kill(os.getpid(), signal.SIGTERM)
sys.argv = ["main.py", "spec"]
run.run()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
    )
    assert done.returncode == -signal.SIGTERM
