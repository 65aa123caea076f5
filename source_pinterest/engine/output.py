"""Writes messages and log lines to stdout, in whole lines and without secrets in the log.

Also tunes the process for this work: memory, garbage collection and the switching of threads.
"""

import copy
import ctypes
import gc
import io
import logging
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Protocol

from airbyte_cdk.logger import AirbyteLogFormatter

from source_pinterest import masking
from source_pinterest.start import print_unwritable

LOGGER = logging.getLogger("airbyte")

_PIECE_BYTES = 64 * 1024
"""The size of a piece, which ends at the end of a line, unless a line is longer. A Linux pipe holds as much."""

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
    """Standard output: the one way for the lines of all threads. A signal ends the process between two lines.

    Lines leave in pieces. Between two pieces of a bundle come the lines of other threads, such as a rotated token.

    The framework's print buffer is not used. It holds text, which takes four bytes a character as soon as a record has
    an emoji; it took a sixth of a sync's processor time; and it loses what does not fit into a full non-blocking pipe.

    Args:
        descriptor: the descriptor of standard output.
    """

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._turn, self._lock = threading.RLock(), threading.RLock()
        """A thread waits for its turn, then for the lock. So a writer can't take the lock twice while others wait."""
        self._main_thread = threading.get_ident()
        self._main_thread_writes = False
        self._exit_code: int | None = None
        self._failure: OSError | None = None

    def write(self, lines: bytes) -> None:
        """Write whole lines. They have been written when this returns. After a signal, the main thread begins no line.

        Raises:
            OSError: this write or an earlier one failed. The user is told once.
            SystemExit: a signal came, and this is the main thread.
        """
        is_main = threading.get_ident() == self._main_thread
        self._main_thread_writes |= is_main
        try:
            start = 0
            while start < len(lines) and not (is_main and self._exit_code):
                end = lines.rfind(b"\n", start, start + _PIECE_BYTES) + 1 or lines.find(b"\n", start) + 1 or len(lines)
                self._write_piece(lines, start, end)
                start = end
        finally:
            self._main_thread_writes &= not is_main
        if is_main and self._exit_code:
            raise SystemExit(self._exit_code)

    def _write_piece(self, lines: bytes, start: int, end: int) -> None:
        with self._turn:
            self._lock.acquire()
        try:
            if self._failure:
                raise self._failure  # the line that was cut would run into this one
            while start < end:
                start += os.write(self._descriptor, memoryview(lines)[start:end])
                if self._exit_code:
                    end = lines.find(b"\n", start - 1) + 1
        except OSError as error:
            if not self._failure:
                print_unwritable(error)
            self._failure = error
            raise
        finally:
            self._lock.release()

    def close(self) -> None:
        """Wait for the end of a line that a thread is writing. No other is begun."""
        with self._turn:
            self._lock.acquire()

    def end(self, signum: int, frame: FrameType | None) -> None:
        """End the process at the end of a line: the handler of a signal, which Python calls in the main thread.

        If the rest of the line can't be written within seconds, the process ends in the middle of the line.
        """
        del frame
        if self._exit_code is None:
            self._exit_code = 1 if self._failure else 128 + signum
            end_hard_later(self._exit_code)
            if not self._main_thread_writes:
                raise SystemExit(self._exit_code)

    def end_with_its_reader(self) -> None:
        """End the process with code 1 once nobody reads its output any more, also while it has nothing to print."""
        threading.Thread(target=self._wait_for_end_of_reader, name="reader", daemon=True).start()

    def _wait_for_end_of_reader(self) -> None:
        reader = select.poll()
        reader.register(self._descriptor, 0)
        reader.poll()
        self._failure = BrokenPipeError()
        os.kill(os.getpid(), signal.SIGTERM)


def end_hard_later(code: int) -> None:
    """End the process in any case after some seconds, by a signal: a thread could not be started without memory."""
    signal.signal(signal.SIGALRM, lambda *_: os._exit(code))
    signal.setitimer(signal.ITIMER_REAL, _EXIT_SECONDS)


class LogHandler(logging.Handler):
    """Writes log lines as the framework formats them, short, printable and without secrets.

    Args:
        write: writes a line.
    """

    def __init__(self, write: Callable[[bytes], None]) -> None:
        super().__init__()
        self._write = write
        self.setFormatter(MaskedLogFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Write a log line. If the output takes no more, the next message raises the same error."""
        with suppress(OSError):
            self._write(f"{self.format(record)}\n".encode())


class MaskedLogFormatter(AirbyteLogFormatter):
    """Formats log lines as the framework does, short, printable and without secrets, before they are serialised."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line."""
        shown = copy.copy(record)
        shown.msg, shown.args = masking.shown(record.getMessage()), None
        if record.exc_info:
            shown.exc_text = masking.shown(self.formatException(record.exc_info), "\n")
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
            self._stream.write(masking.SECRETS.mask(text))
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
    logging.getLogger().handlers[:] = [LogHandler(output.write)]  # in the place of the framework's print buffer
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
