"""Writes messages to stdout, in whole lines and large pieces, and log lines without secrets.

Also tunes the process for this work: memory, garbage collection and the switching of threads. Messages don't pass the
framework's print buffer, which holds text (four bytes a character as soon as a record has an emoji) and takes a sixth
of a sync's processor time. Logs still pass it. Its lock keeps log lines and messages apart.
"""

import copy
import ctypes
import gc
import io
import logging
import os
import select
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Protocol

from airbyte_cdk.logger import PRINT_BUFFER, AirbyteLogFormatter

from source_pinterest.masking import SECRETS, printable
from source_pinterest.start import print_unwritable

LOGGER = logging.getLogger("airbyte")

_PIECE_BYTES = 64 * 1024
"""The size of a write to stdout. A Linux pipe holds as much."""

_LONGEST_DELAY_SECONDS = 0.1
"""The longest time that a message waits for a piece to fill while others follow it."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Options of glibc's mallopt: https://man7.org/linux/man-pages/man3/mallopt.3.html."""

_ARENAS = 2

_LARGE_BYTES = 4 * 1024 * 1024
"""Blocks of this size go back to the system as soon as they are freed. Objects made of a page of a list are smaller: to
map them anew for each page would cost a hundred page faults."""

_COLLECT_EVERY_ALLOCATIONS = 50_000
"""Records are flat and short-lived. With Python's default of 700, garbage collection takes 40 % of the time."""

_SWITCH_SECONDS = 0.05
"""The time for which a thread may run. With Python's 0.005 s, each waiting thread wakes 200 times a second in vain."""


class MessageWriter:
    """Writes lines to stdout: those of the main thread in pieces, urgent ones of any thread at once."""

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque()
        self._start = 0  # of the part of the first entry that is not yet written
        self._bytes = 0
        self._urgent: deque[bytes] = deque()
        self._written_at = time.monotonic()

    def write(self, lines: bytes) -> None:
        """Write whole lines with the next piece. Only the main thread may call this."""
        self._lines.append(lines)
        self._bytes += len(lines)
        if self._bytes >= _PIECE_BYTES or time.monotonic() - self._written_at >= _LONGEST_DELAY_SECONDS:
            self.flush()

    def write_now(self, lines: bytes) -> None:
        """Write whole lines before all waiting ones, from any thread. They have been written when this returns."""
        self._urgent.append(lines)  # any holder of the lock writes them, and so does the end of the process
        with PRINT_BUFFER.lock:
            self._write_urgent()

    def flush(self) -> None:
        """Write all waiting lines, logs first. A signal can end the process between two pieces."""
        with PRINT_BUFFER.lock:
            self._write_urgent()
            flush_logs()
        self._written_at = time.monotonic()
        while self._lines:
            with PRINT_BUFFER.lock:
                self._write_urgent()
                write_all(self._next_piece())

    def _write_urgent(self) -> None:
        while self._urgent:
            write_all(self._urgent.popleft())

    def _next_piece(self) -> bytes | memoryview:
        """Remove and return whole lines of about one piece. The lines of a bundle are sliced, not copied."""
        found, size = [], 0
        while self._lines and size < _PIECE_BYTES:
            lines, start = self._lines[0], self._start
            end = lines.find(b"\n", start + _PIECE_BYTES) + 1 or len(lines)
            found.append(memoryview(lines)[start:end])
            size += end - start
            self._start = end
            if end == len(lines):
                self._lines.popleft()
                self._start = 0
        self._bytes -= size
        return found[0] if len(found) == 1 else b"".join(found)


MESSAGES = MessageWriter()


_FAILURES: list[OSError] = []
"""The error after which stdout takes nothing more, since the line that it has cut would run into the next one."""


def write_all(piece: bytes | memoryview) -> None:
    """Write all bytes to stdout, even if stdout is in non-blocking mode.

    Raises:
        OSError: this write or an earlier one failed. The user is told once.
    """
    if _FAILURES:
        raise _FAILURES[0]
    rest = memoryview(piece)
    while rest:
        if sys.__stdout__ is None:
            raise BrokenPipeError  # stdout was closed when the process started
        descriptor = sys.__stdout__.fileno()
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            select.select([], [descriptor], [])
        except OSError as error:
            _FAILURES.append(error)
            print_unwritable(error)
            raise


def flush_logs() -> None:
    """Write the logs in the framework's print buffer, whose own flush loses what does not fit into a full pipe.

    Raises:
        OSError: stdout takes no more.
    """
    with PRINT_BUFFER.lock:
        text = PRINT_BUFFER.buffer.getvalue()
        PRINT_BUFFER.buffer = type(PRINT_BUFFER.buffer)()
        write_all(text.encode())


def flush_logs_if_possible() -> None:
    """Write the logs, on behalf of a logger. The next message meets the same error, and ends the process."""
    with suppress(OSError):
        flush_logs()


class MaskedLogFormatter(AirbyteLogFormatter):
    """Formats log lines as the framework does, printable and without secrets, before they are serialised."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line."""
        shown = copy.copy(record)
        shown.msg, shown.args = printable(SECRETS.mask(record.getMessage())), None
        if record.exc_info:
            shown.exc_text = printable(SECRETS.mask(self.formatException(record.exc_info)), "\n")
        return super().format(shown)


class _Stream(Protocol):
    def write(self, text: str, /) -> object: ...
    def flush(self) -> None: ...


class MaskedStream(io.TextIOBase):
    """A text stream that masks secrets, in the place of stdout and stderr.

    Args:
        stream: receives the masked text.
    """

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the masked text. A stream that takes none, such as a full stderr, spoils no sync."""
        with suppress(OSError):
            self._stream.write(SECRETS.mask(text))
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        with suppress(OSError):
            self._stream.flush()


def mask_logs() -> None:
    """Mask all log lines of the process. Also log the error that ends a thread, which Python would print unmasked."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(MaskedLogFormatter())
    threading.excepthook = _log_thread_error


def _log_thread_error(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None:
        LOGGER.error("Thread failed", exc_info=ended.exc_value)


def tune_memory() -> None:
    """Tune the garbage collector, and the allocator if the C library has `mallopt`."""
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune:
        for option, value in (
            (_ARENA_MAX, _ARENAS),
            (_MMAP_THRESHOLD, _LARGE_BYTES),
            (_TRIM_THRESHOLD, _LARGE_BYTES),
        ):
            tune(option, value)
    gc.set_threshold(_COLLECT_EVERY_ALLOCATIONS, 20, 100)
    gc.freeze()


def tune_threads() -> None:
    """Lengthen the time for which a thread may run, so that it parses a page without interruption."""
    sys.setswitchinterval(_SWITCH_SECONDS)
