"""How do messages reach stdout? In whole lines, many at a time.

The framework's print buffer holds text, four bytes a letter once a record has an emoji in it, and takes a sixth of a
sync's processor time. Logs still go through it; its lock keeps their lines and ours apart.
"""

import os
import select
import sys
import time
from collections import deque

from airbyte_cdk.logger import PRINT_BUFFER

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
