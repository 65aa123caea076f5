"""The process ends with the right exit code and its last messages, and never hangs."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    Status,
)
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

from integration_tests.support.processes import clean_environment, main, run_to_its_end, running
from source_pinterest import __version__
from source_pinterest import run as process
from source_pinterest.source import SourcePinterest
from unit_tests.configs import OAUTH, signed_in_with

COMMAND = ["main.py", "read", "--config", "config.json", "--catalog", "catalog.json"]

BODY = """
import logging, os, signal, sys, threading, weakref
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException
from source_pinterest import run
from source_pinterest.masking import SECRETS

def stuck_worker():
    threading.Thread(target=threading.Event().wait).start()

def lines(entrypoint, parsed):
    yield b"first words\\n"
    yield b"last words\\n"
    {body}

run.PinterestEntrypoint.lines = lines
run.run()
"""


def execute(body: str) -> None:
    exec(BODY.replace("{body}", body), {})  # noqa: S102 - the texts are those of this file


def run(body: str) -> subprocess.CompletedProcess[str]:
    """A process of ours whose command does this and that."""
    done = run_to_its_end(COMMAND, clean_environment(""), partial(execute, body))
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_mistyped_command_is_quoted_and_the_version_is_printed() -> None:
    mistyped, version = (
        run_to_its_end(["main.py", *arguments], clean_environment(""), main)
        for arguments in (["reed", "--config", "secrets/config.json"], ["--version"])
    )

    assert b"invalid choice: 'reed'" in mistyped.stderr
    assert mistyped.returncode == 2
    assert version.stdout == f"source-pinterest {__version__}\n".encode()
    assert version.returncode == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("pass", 0),
        ("sys.exit(3)", 3),
        ("sys.exit('in words')", 1),
        ("raise KeyboardInterrupt", 128 + signal.SIGINT),
        ("raise RuntimeError('nobody knows why')", 1),
        ("os.kill(os.getpid(), signal.SIGTERM); threading.Event().wait()", 128 + signal.SIGTERM),
    ],
)
def test_each_end_has_its_exit_code_and_writes_what_was_buffered(body: str, code: int) -> None:
    ended = run(body)

    assert ended.returncode == code, ended.stderr
    assert "last words" in ended.stdout


def test_ctrl_c_ends_with_one_sentence_unless_the_process_ignores_it() -> None:
    assert run("os.kill(os.getpid(), signal.SIGINT)").stderr == "The run was stopped before its end.\n"
    ignoring = partial(execute, "signal.getsignal(signal.SIGINT) is signal.SIG_IGN or sys.exit(3)")
    ended = run_to_its_end(COMMAND, clean_environment(""), partial(ignoring_ctrl_c, ignoring))
    assert ended.returncode == 0


def ignoring_ctrl_c(body: Callable[[], object]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    body()


def test_a_signal_whose_exception_is_swallowed_ends_the_process_at_the_next_message() -> None:
    lost = "thing = {1}; told = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGTERM)); del thing"

    assert run(lost).returncode == 0
    assert run(f"{lost}; yield b''; sys.exit(3)").returncode == 128 + signal.SIGTERM


def test_the_message_of_check_is_masked_but_for_words_that_contain_a_short_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = AirbyteConnectionStatus(status=Status.FAILED, message="Ask for boards, not false-refresh-token.")
    monkeypatch.setattr(SourcePinterest, "check", lambda *_: said)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(signed_in_with(**{**OAUTH, "client_secret": "oar"})), encoding="utf-8")
    entrypoint = process.PinterestEntrypoint(SourcePinterest())
    *_, line = entrypoint.lines(entrypoint.parse_args(["check", "--config", str(path)]))

    assert json.loads(line)["connectionStatus"]["message"] == "Ask for boards, not ****."
    assert filter_secrets("boards, false-refresh-token") == "boards, ****", "as the framework masks its own messages"


def test_a_process_ends_with_its_exit_code_even_if_a_worker_hangs() -> None:
    assert run("stuck_worker()").returncode == 0
    assert run("stuck_worker(); threading.Thread.start = None; sys.exit(3)").returncode == 3


def test_logs_and_messages_come_whole_through_a_pipe_in_non_blocking_mode() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    body = "[logging.getLogger('airbyte').warning(word * 5_000) for word in ('xy', 'uv')]; yield b'z' * 1_000_000"
    with (
        TemporaryFile() as errors,
        running(
            COMMAND, clean_environment(""), body=partial(execute, body), stdout=writing, stderr=errors.fileno()
        ) as process,
    ):
        os.close(writing)
        with os.fdopen(reading, "rb") as lines:
            said = lines.read().splitlines()
        assert process.wait() == 0
        errors.seek(0)
        assert errors.read() == b""
    logs = [json.loads(line)["log"]["message"] for line in said if line.startswith(b"{")]
    assert [text for text in logs if len(text) == 10_000] == ["xy" * 5_000, "uv" * 5_000]
    assert [line for line in said if not line.startswith(b"{")] == [b"first words", b"last words", b"z" * 1_000_000]


def test_every_command_but_read_may_end_when_its_output_is_closed() -> None:
    done = run_to_its_end(["main.py", "spec"], clean_environment(""), specify_until_ended)

    assert done.returncode == -signal.SIGTERM


def specify_until_ended() -> None:
    SourcePinterest.spec = lambda *_: os.kill(os.getpid(), signal.SIGTERM)  # type: ignore[method-assign]
    main()
