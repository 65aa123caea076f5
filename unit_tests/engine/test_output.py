"""Lines leave whole and without secrets."""

import errno
import json
import logging
import os
import threading
from collections.abc import Iterator

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets

from source_pinterest.engine.output import MaskedLogFormatter, Output, mask_logs
from source_pinterest.masking import SECRETS
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits

PIECE_BYTES = 64 * 1024


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Both ends of a pipe, the reading end first."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def received(reading: int, count: int) -> bytes:
    came = b""
    while len(came) < count:
        came += os.read(reading, count - len(came))
    return came


def test_a_line_that_is_longer_than_a_piece_stays_whole(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    output = Output(writing)
    long = b"x" * 3 * PIECE_BYTES + b"\n"
    batch = in_thread(lambda: output.write(b"short\n" + long + long))
    came = received(reading, 7)
    other = in_thread(lambda: output.write(b"token\n"))
    assert waits(other)
    came += received(reading, 6 + 2 * len(long) + 6 - len(came))

    assert came == b"short\n" + long + b"token\n" + long
    batch.result(PATIENCE_SECONDS)


def test_nothing_follows_a_line_that_was_cut(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The user is told once."""
    disk = bytearray()

    def write(descriptor: int, piece: memoryview) -> int:
        if descriptor != 1:
            return write_to(descriptor, piece)
        if disk:
            raise OSError(errno.ENOSPC, "No space left on device")
        disk.extend(piece[:3])
        return 3

    write_to = os.write
    monkeypatch.setattr(os, "write", write)
    output = Output()
    for _ in range(2):
        with pytest.raises(OSError, match="No space left"):
            output.write(b"a line\n")

    assert disk == b"a l"
    assert capfd.readouterr().err.count("No space left on device") == 1


SECRET = 'false "secret" 8675309'


@pytest.fixture(autouse=True)
def _known() -> None:
    SECRETS.keep(SECRET, "message")


def record(level: int, text: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    exc_info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("airbyte", level, "file", 1, text, arguments, exc_info)


def test_a_log_line_is_masked_and_still_a_message_and_its_record_stays_as_it_was() -> None:
    update_secrets([])  # the framework's own list, which is replaced at the beginning of each command
    logged = record(logging.ERROR, "A message about %s", SECRET, error=ValueError(f"{SECRET}, a message"))
    line = json.loads(MaskedLogFormatter().format(logged))

    assert line["type"] == "LOG"
    assert line["log"]["message"].startswith("A **** about ****\n")
    assert line["log"]["message"].endswith("ValueError: ****, a ****")
    assert "8675309" not in json.dumps(line)
    assert logged.getMessage() == f"A message about {SECRET}"


def test_a_log_line_is_one_line_of_printable_characters_and_its_trace_several() -> None:
    logged = record(logging.WARNING, "board \x1b[2J%s\n", "\u202e12\x07", error=ValueError("a\x9bb\nc"))
    shown = json.loads(MaskedLogFormatter().format(logged))["log"]["message"]

    assert shown.startswith("board \ufffd[2J\ufffd12\ufffd \n")
    assert shown.endswith("ValueError: a\ufffdb\nc")


def test_an_error_that_ends_a_thread_is_logged_without_secrets(
    monkeypatch: pytest.MonkeyPatch, pipe: tuple[int, int]
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    reading, writing = pipe
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.StreamHandler()])
    mask_logs(Output(writing))
    thread = threading.Thread(target=lambda: {}[SECRET])
    thread.start()
    thread.join(PATIENCE_SECONDS)

    logged = json.loads(os.read(reading, 64 * 1024))["log"]
    assert logged["level"] == "ERROR"
    assert logged["message"].startswith("Thread failed\nTraceback")
    assert logged["message"].endswith("KeyError: '****'")
