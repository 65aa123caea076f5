"""How messages reach stdout: whole lines, after the logs, and all of them."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from airbyte_cdk.logger import PRINT_BUFFER

from source_pinterest.engine.stdout import MessageWriter


@pytest.fixture
def stdout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "stdout"
    with path.open("w", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "__stdout__", file)
        yield path


def test_lines_wait_for_a_flush_and_come_whole(stdout: Path) -> None:
    writer = MessageWriter()
    writer.write("one 🙂")
    writer.write("two")
    assert stdout.read_bytes() == b""

    writer.flush()
    assert stdout.read_text(encoding="utf-8") == "one 🙂\ntwo\n"


def test_a_large_batch_is_written_at_once(stdout: Path) -> None:
    MessageWriter().write("x" * 70_000)

    assert stdout.stat().st_size == 70_001


def test_logs_come_before_the_messages_of_the_same_moment(stdout: Path) -> None:
    writer = MessageWriter()
    PRINT_BUFFER.buffer.write("a log line\n")
    writer.write("a message")
    writer.flush()

    assert stdout.read_text(encoding="utf-8") == "a log line\na message\n"


def test_a_reader_that_takes_little_at_a_time_gets_everything(stdout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, batch: whole(descriptor, batch[:3]))
    writer = MessageWriter()
    writer.write("a line that is longer than three bytes")
    writer.flush()

    assert stdout.read_text(encoding="utf-8") == "a line that is longer than three bytes\n"


def test_nothing_is_written_twice(stdout: Path) -> None:
    writer = MessageWriter()
    writer.write("once")
    writer.flush()
    writer.flush()

    assert stdout.read_text(encoding="utf-8") == "once\n"
