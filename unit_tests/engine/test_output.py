"""Lines leave whole, in large pieces and without secrets, from a process that is tuned for it."""

import errno
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets

from source_pinterest.engine.output import (
    MaskedLogFormatter,
    MaskedStream,
    MessageWriter,
    mask_logs,
)
from source_pinterest.masking import SECRETS
from unit_tests.clocks import Clock
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stands still, so that no line is written for having waited too long."""
    monkeypatch.setattr("time.monotonic", clock := Clock())
    return clock


@pytest.fixture
def stdout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[Path]:
    del clock
    path = tmp_path / "stdout"
    with path.open("w", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "__stdout__", file)
        yield path


PIECE_BYTES = 64 * 1024


def test_lines_wait_for_a_flush_and_come_whole_after_the_logs_and_once(stdout: Path) -> None:
    writer = MessageWriter()
    PRINT_BUFFER.buffer.write("a log line\n")
    writer.write("one 🙂\n".encode())
    writer.write(b"two\nthree\n")
    assert stdout.read_bytes() == b""

    for _ in range(2):
        writer.flush()
        assert stdout.read_text(encoding="utf-8") == "a log line\none 🙂\ntwo\nthree\n"


def test_a_line_does_not_wait_long_for_others(stdout: Path, clock: Clock) -> None:
    writer = MessageWriter()
    writer.write(b"one\n")
    clock.now += 0.09
    writer.write(b"two\n")
    assert stdout.read_bytes() == b""
    clock.now += 0.02
    writer.write(b"three\n")

    assert stdout.read_bytes() == b"one\ntwo\nthree\n"


def test_an_output_that_was_never_open_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "__stdout__", None)

    with pytest.raises(BrokenPipeError):
        MessageWriter().write_now(b"a line\n")


# ---- In pieces, between which a signal to end is obeyed


class Turns:
    """A lock that notes how much stood in stdout whenever it was let go, and may end the process then."""

    def __init__(self, stdout: Path, end_after: int | None = None) -> None:
        self._stdout = stdout
        self._end_after = end_after
        self.written: list[bytes] = []

    def __enter__(self) -> None:
        """Begin to print."""

    def __exit__(self, *_: object) -> None:
        """End, where a signal says so."""
        content = self._stdout.read_bytes()
        if content != b"".join(self.written):
            self.written.append(content[sum(map(len, self.written)) :])
        if self._end_after is not None and len(self.written) > self._end_after:
            self._end_after = None
            raise SystemExit(143)


def bundle(lines: int, line_bytes: int) -> bytes:
    return b"".join(b"%06d" % number + b"x" * (line_bytes - 7) + b"\n" for number in range(lines))


@pytest.mark.parametrize(
    ("bundles", "pieces", "most_bytes"),
    [
        ([bundle(1, 100)] * 2_000, 4, PIECE_BYTES + 100),
        ([bundle(900, 70), bundle(3_000, 90), bundle(1, 50)], 6, 2 * PIECE_BYTES + 100),
        ([bundle(3, 200_000)], 3, 200_000),
    ],
)
def test_each_piece_ends_at_a_line_and_is_no_longer_than_it_must_be(
    stdout: Path, monkeypatch: pytest.MonkeyPatch, bundles: list[bytes], pieces: int, most_bytes: int
) -> None:
    monkeypatch.setattr(PRINT_BUFFER, "lock", turns := Turns(stdout))
    writer = MessageWriter()
    for lines in bundles:
        writer.write(lines)
    writer.flush()

    assert stdout.read_bytes() == b"".join(bundles)
    assert len(turns.written) == pieces
    assert max(map(len, turns.written)) <= most_bytes
    assert all(piece.endswith(b"\n") for piece in turns.written)


@pytest.mark.parametrize("end_after", [0, 3])
def test_output_that_a_signal_interrupts_is_written_once_before_the_end(
    stdout: Path, monkeypatch: pytest.MonkeyPatch, end_after: int
) -> None:
    monkeypatch.setattr(PRINT_BUFFER, "lock", Turns(stdout, end_after))
    writer, whole = MessageWriter(), bundle(5_000, 100)
    with pytest.raises(SystemExit):
        writer.write(whole)
    assert 0 < stdout.stat().st_size < len(whole)
    writer.flush()

    assert stdout.read_bytes() == whole


# ---- Lines that can't wait


def test_a_line_that_can_not_wait_comes_before_all_that_waits(stdout: Path) -> None:
    writer = MessageWriter()
    writer.write(b"a record\n")
    writer.write_now(b"a token\n")
    assert stdout.read_bytes() == b"a token\n"

    writer.flush()
    assert stdout.read_bytes() == b"a token\na record\n"


class Stuck:
    """A writer of a line that can't wait, who never gets the lock of the output."""

    def __init__(self, writer: MessageWriter, monkeypatch: pytest.MonkeyPatch) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()
        monkeypatch.setattr(PRINT_BUFFER, "lock", self._lock)
        self._writing = in_thread(lambda: writer.write_now(b"a token\n"))
        assert waits(self._writing)
        monkeypatch.setattr(PRINT_BUFFER, "lock", nullcontext())

    def go_on(self) -> None:
        self._lock.release()
        self._writing.result(PATIENCE_SECONDS)


def test_a_line_whose_writer_never_gets_the_lock_is_written_by_who_has_it(
    stdout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = MessageWriter()
    writer.write(b"a record\n")
    stuck = Stuck(writer, monkeypatch)
    writer.flush()

    assert stdout.read_bytes() == b"a token\na record\n"
    stuck.go_on()
    assert stdout.read_bytes() == b"a token\na record\n"


# ---- Secrets

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


class FullStream(io.StringIO):
    """A stderr whose disk is full."""

    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_stderr_loses_text_without_an_error() -> None:
    print("a line", file=MaskedStream(FullStream()), flush=True)


def test_an_error_that_ends_a_thread_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    formatters = [(handler, handler.formatter) for handler in logging.getLogger().handlers]
    try:
        mask_logs()
        assert formatters
        for handler, _ in formatters:
            assert "Two: ****" in handler.format(record(logging.INFO, "Two: %s", SECRET))
        thread = threading.Thread(target=lambda: {}["id"])
        thread.start()
        thread.join(PATIENCE_SECONDS)
    finally:
        for handler, formatter in formatters:
            handler.setFormatter(formatter)

    [logged] = caplog.records
    assert logged.levelno == logging.ERROR
    assert logged.exc_info
    assert isinstance(logged.exc_info[1], KeyError)
