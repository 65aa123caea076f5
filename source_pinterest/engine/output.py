"""Writes messages and log lines to stdout, in whole lines and without secrets in the log.

Also tunes the process for this work: memory, garbage collection and the switching of threads.
"""

import copy
import ctypes
import gc
import io
import logging
import os
import signal
import sys
import threading
from collections import deque
from contextlib import suppress
from types import FrameType
from typing import Protocol

from airbyte_cdk.logger import AirbyteLogFormatter

from source_pinterest.masking import SECRETS, printable
from source_pinterest.start import print_unwritable

LOGGER = logging.getLogger("airbyte")

_PIECE_BYTES = 64 * 1024
"""The size of a system call that writes. A Linux pipe holds as much. A signal is obeyed between two of them."""

_EXIT_SECONDS = 5.0
"""The time that the process may take to end after a signal or its last message."""

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


class Output:
    """Standard output, to which any thread writes whole lines under one lock. A signal ends the process between lines.

    The framework's print buffer is not used. It holds text, which takes four bytes a character as soon as a record has
    an emoji; it took a sixth of a sync's processor time; and it loses what does not fit into a full non-blocking pipe.

    Args:
        descriptor: the descriptor of standard output.
    """

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._lock = threading.RLock()
        self._urgent: deque[bytes] = deque()
        self._main_thread = threading.get_ident()
        self._main_thread_writes = False
        self._exit_code: int | None = None
        self._failure: OSError | None = None

    def write(self, lines: bytes) -> None:
        """Write whole lines. After a signal, no line is begun.

        Raises:
            OSError: this write or an earlier one failed. The user is told once.
            SystemExit: a signal came, and this is the main thread.
        """
        if threading.get_ident() != self._main_thread:
            self._write(lines)
            return
        self._main_thread_writes = True
        try:
            self._write(lines)
        finally:
            self._main_thread_writes = False
        if self._exit_code is not None:
            raise SystemExit(self._exit_code)

    def write_now(self, lines: bytes) -> None:
        """Write whole lines before all others, from any thread. They have been written when this returns."""
        self._urgent.append(lines)  # the next thread that has the lock writes them, which may not be this one
        self.write(b"")

    def end(self, signum: int, frame: FrameType | None) -> None:
        """End the process at the end of a line: the handler of a signal, which Python calls in the main thread.

        If the rest of the line can't be written within seconds, the process ends in the middle of the line.
        """
        del frame
        if self._exit_code is None:
            self._exit_code = 128 + signum
            end_hard_later(self._exit_code)
            if not self._main_thread_writes:
                raise SystemExit(self._exit_code)

    def _write(self, lines: bytes) -> None:
        with self._lock:
            while self._urgent:
                self._write_all(self._urgent.popleft())
            self._write_all(lines)

    def _write_all(self, lines: bytes) -> None:
        if self._failure:
            raise self._failure  # the line that was cut would run into this one
        start, end = 0, len(lines)
        try:
            while start < end:
                start += os.write(self._descriptor, memoryview(lines)[start : min(start + _PIECE_BYTES, end)])
                if self._exit_code is not None:
                    end = lines.index(b"\n", start - 1) + 1
        except OSError as error:
            self._failure = error
            print_unwritable(error)
            raise


def end_hard_later(code: int) -> None:
    """End the process in any case after some seconds, by a signal: a thread could not be started without memory."""
    signal.signal(signal.SIGALRM, lambda *_: os._exit(code))
    signal.setitimer(signal.ITIMER_REAL, _EXIT_SECONDS)


class LogStream:
    """Takes the log lines of the process to stdout.

    Args:
        output: standard output.
    """

    def __init__(self, output: Output) -> None:
        self._output = output

    def write(self, text: str) -> None:
        """Write whole log lines. If stdout takes no more, the next message raises the same error."""
        with suppress(OSError):
            self._output.write(text.encode())


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


def mask_logs(output: Output) -> None:
    """Write all log lines of the process to stdout, masked, and with them the error that ends a thread.

    Args:
        output: standard output.
    """
    for handler in logging.getLogger().handlers:
        handler.setFormatter(MaskedLogFormatter())
        if isinstance(handler, logging.StreamHandler):
            handler.stream = LogStream(output)  # `setStream` would flush the framework's print buffer
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
