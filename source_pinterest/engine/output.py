"""How do messages reach stdout? In whole lines, many at a time.

The framework's print buffer holds text, four bytes a letter once a record has an emoji in it, and takes a sixth of a
sync's processor time. Logs still go through it; its lock keeps their lines and ours apart.
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
from typing import Protocol

from airbyte_cdk.logger import PRINT_BUFFER, AirbyteLogFormatter

from source_pinterest.masking import SECRETS

LOGGER = logging.getLogger("airbyte")


class MaskedLogFormatter(AirbyteLogFormatter):
    """Log lines as the framework prints them, masked before they are serialised."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        shown = copy.copy(record)
        shown.msg, shown.args = SECRETS.mask(record.getMessage()), None
        if record.exc_info:
            shown.exc_text = SECRETS.mask(self.formatException(record.exc_info))
        return super().format(shown)


class _Stream(Protocol):
    def write(self, text: str, /) -> object: ...
    def flush(self) -> None: ...


class MaskedStream(io.TextIOBase):
    """Standard error, or what stands in for it, without secrets.

    Args:
        stream: takes the text.
    """

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Print."""
        self._stream.write(SECRETS.mask(text))
        return len(text)

    def flush(self) -> None:
        """Print at once."""
        self._stream.flush()


def mask_logs() -> None:
    """Have all log lines of the process masked, and log what a thread dies of, which would be printed otherwise."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(MaskedLogFormatter())
    threading.excepthook = _log


def _log(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None:
        LOGGER.error("Thread failed", exc_info=ended.exc_value)


_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Options of glibc's mallopt: https://man7.org/linux/man-pages/man3/mallopt.3.html."""

_ARENAS = 2
_LARGE_BYTES = 4 * 1024 * 1024
"""From this size on a block goes back to the system as soon as it is freed. What is made of a list's answer is smaller:
to map it anew for each page costs a hundred page faults."""

_COLLECT_EVERY_ALLOCATIONS = 50_000
"""Records are flat and short-lived; the default of 700 spends 40 % of the time on walking them."""


def tune_memory() -> None:
    """Tune the allocator, where the C library has that option, and the garbage collector."""
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


_PIECE_BYTES = 64 * 1024
_LONGEST_DELAY_SECONDS = 0.1


class MessageWriter:
    """Writes lines to stdout: the main thread's in pieces, and any thread's that can't wait for those."""

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque()
        self._start = 0  # of what is left of the first
        self._bytes = 0
        self._urgent: deque[bytes] = deque()
        self._written_at = time.monotonic()

    def write(self, lines: bytes) -> None:
        """Take whole lines; they are written with the next piece. For the main thread alone."""
        self._lines.append(lines)
        self._bytes += len(lines)
        if self._bytes >= _PIECE_BYTES or time.monotonic() - self._written_at >= _LONGEST_DELAY_SECONDS:
            self.flush()

    def write_now(self, lines: bytes) -> None:
        """Write whole lines before all that waits, from any thread; they are out when this returns."""
        self._urgent.append(lines)  # whoever has the lock writes them, and so does the end of the process
        with PRINT_BUFFER.lock:
            self._write_urgent()

    def flush(self) -> None:
        """Write out everything, the logs first; between two pieces a signal to end may be obeyed."""
        with PRINT_BUFFER.lock:
            self._write_urgent()
            flush_logs()
        self._written_at = time.monotonic()
        while self._lines:
            with PRINT_BUFFER.lock:
                self._write_urgent()
                write_whole(self._next_piece())

    def _write_urgent(self) -> None:
        while self._urgent:
            write_whole(self._urgent.popleft())

    def _next_piece(self) -> bytes | memoryview:
        """Whole lines, of some size, which are then no longer kept. Those of a page are cut, not copied."""
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


def write_whole(piece: bytes | memoryview) -> None:
    """Write all of it to stdout, even where stdout is set not to wait for its reader."""
    left = memoryview(piece)
    while left:
        if sys.__stdout__ is None:
            raise BrokenPipeError  # it was closed from the start
        descriptor = sys.__stdout__.fileno()
        try:
            left = left[os.write(descriptor, left) :]
        except BlockingIOError:
            select.select([], [descriptor], [])


def flush_logs() -> None:
    """Write out what is in the framework's print buffer, whose own flush loses what a full pipe does not take."""
    with PRINT_BUFFER.lock:
        text = PRINT_BUFFER.buffer.getvalue()
        PRINT_BUFFER.buffer = type(PRINT_BUFFER.buffer)()
        write_whole(text.encode())


MESSAGES = MessageWriter()


_TURN_SECONDS = 0.05
"""Python's 0.005 s wakes every waiting thread 200 times a second, only to find that it is not its turn."""


def tune_threads() -> None:
    """Let a thread that parses a page come to its end."""
    sys.setswitchinterval(_TURN_SECONDS)
