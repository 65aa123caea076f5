"""Writes messages and log lines to stdout, in whole lines and without secrets in the log.

Also tunes the process for this work: memory, garbage collection and the switching of threads.
"""

import copy
import ctypes
import gc
import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from airbyte_cdk.logger import AirbyteLogFormatter
from airbyte_cdk.models import AirbyteMessage, FailureType, StreamDescriptor
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest import masking

LOGGER = logging.getLogger("airbyte")

_PIECE_BYTES = 64 * 1024
"""The size of a piece, which ends at the end of a line, unless a line is longer. A Linux pipe holds as much."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Options of glibc's mallopt: https://man7.org/linux/man-pages/man3/mallopt.3.html."""

_ARENAS = 2

_LARGE_BYTES = 4 * 1024 * 1024
"""Blocks of this size go back to the system as soon as they are freed. Objects made of a page of a list are smaller: to
map them again for each page would cost a hundred page faults."""

_COLLECT_EVERY_ALLOCATIONS = 50_000
"""Records are flat and short-lived. With Python's default of 700, garbage collection takes 40 % of the time."""

_SWITCH_SECONDS = 0.05
"""The time for which a thread may run. With Python's 0.005 s, each waiting thread wakes 200 times a second in vain."""


class Output:
    """Standard output: the one way for the lines of all threads. A signal ends the process between two lines.

    Lines leave in pieces. Between two pieces of a batch come the lines of other threads, such as a rotated token.

    The framework's print buffer is not used. It holds text, which takes four bytes a character as soon as a record has
    an emoji; it took a sixth of a sync's processor time; and it loses what does not fit into a full non-blocking pipe.

    Args:
        descriptor: the descriptor of standard output.
    """

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._turn, self._lock = threading.RLock(), threading.RLock()
        """A thread waits for its turn, then for the lock, so that every writer gets the lock."""
        self._main_thread_writes = False
        self._exit_code: int | None = None
        self._failure: OSError | None = None

    def write(self, lines: bytes) -> None:
        """Write whole lines. They have been written when this returns.

        Raises:
            OSError: this write or an earlier one failed. A message says so once, unless the reader has ended.
            SystemExit: a signal came, and this is the main thread.
        """
        is_main = threading.current_thread() is threading.main_thread()
        self._main_thread_writes |= is_main
        try:
            start = 0
            while start < len(lines) and not (is_main and self._exit_code):
                end = lines.rfind(b"\n", start, start + _PIECE_BYTES) + 1 or lines.find(b"\n", start) + 1 or len(lines)
                with self._turn:
                    self._lock.acquire()
                try:
                    self._write(memoryview(lines)[start:end])
                finally:
                    self._lock.release()
                start = end
        finally:
            self._main_thread_writes &= not is_main
        if is_main and self._exit_code:
            raise SystemExit(self._exit_code)

    def _write(self, rest: memoryview) -> None:
        if self._failure:
            raise self._failure  # a line that was cut would run into this one
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            self._failure = error
            if not isinstance(error, BrokenPipeError):
                message = f"The output can't be written ({error.strerror}). Free some space and run it again.\n"
                with suppress(OSError):
                    os.write(2, message.encode())
            raise

    def close(self) -> None:
        """Wait for the end of a line that a thread is writing. No other is begun."""
        with self._turn:
            self._lock.acquire()

    def end(self, signum: int, frame: FrameType | None) -> None:
        """End the process at the end of a line, and immediately at a second signal: the signal handler."""
        del frame
        if self._exit_code is not None:
            os._exit(self._exit_code)
        self._exit_code = 128 + signum
        if not self._main_thread_writes:
            raise SystemExit(self._exit_code)


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
        masked = copy.copy(record)
        masked.msg, masked.args = masking.redact(record.getMessage()), None
        if record.exc_info:
            masked.exc_text = masking.redact(self.formatException(record.exc_info), "\n")
        return super().format(masked)


def mask_logs(output: Output) -> None:
    """Write all log lines of the process to stdout, masked, and with them the error that ends a thread.

    Args:
        output: standard output.
    """
    logging.getLogger().handlers[:] = [LogHandler(output.write)]  # instead of the framework's print buffer
    threading.excepthook = lambda ended: LOGGER.error("Thread failed", exc_info=ended.exc_value)


def tune_process() -> None:
    """Tune the garbage collector, the switching of threads, and the allocator if the C library has `mallopt`."""
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
    sys.setswitchinterval(_SWITCH_SECONDS)


def sanitize_message(message: AirbyteMessage) -> AirbyteMessage:
    """Make a log, a connection status or an error printable, short and without secrets. Records and states stay.

    The stack trace of an error is kept only for a `system_error`. The messages of other errors say what to do.
    """
    if message.log:
        message.log.message = masking.redact(message.log.message)
    if message.connectionStatus and message.connectionStatus.message:
        message.connectionStatus.message = masking.redact(message.connectionStatus.message)
    if error := message.trace and message.trace.error:
        error.message = masking.redact(error.message or "")
        error.internal_message = masking.redact(error.internal_message or "")
        needs_trace = error.failure_type is FailureType.system_error
        error.stack_trace = masking.redact(error.stack_trace or "", "\n") if needs_trace else None
    return message


def to_trace_message(error: Exception, stream: str | None = None) -> AirbyteMessage:
    """Return an error as a message without secrets.

    Args:
        error: the error.
        stream: the name of the stream that it is about; None for the whole command.
    """
    if not isinstance(error, AirbyteTracedException):
        where = f" in stream {stream}" if stream else ""
        message = f"An unexpected error occurred{where}: {type(error).__name__}"
        error = AirbyteTracedException.from_exception(error, message=message if stream else None)
    return sanitize_message(error.as_airbyte_message(StreamDescriptor(name=stream) if stream else None))
