"""How do messages reach stdout? In whole lines, many at a time.

The framework's print buffer holds text, four bytes a letter once a record has an emoji in it, and takes a sixth of a
sync's processor time. Logs still go through it; its lock keeps their lines and ours apart.
"""

import os
import sys
import time

from airbyte_cdk.logger import PRINT_BUFFER

_PIECE_BYTES = 64 * 1024
_LONGEST_DELAY_SECONDS = 0.1


class MessageWriter:
    """Writes lines to stdout, for the main thread alone."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._bytes = 0
        self._written_at = time.monotonic()

    def write(self, lines: bytes) -> None:
        """Take whole lines; they are written with the next piece."""
        self._lines.append(lines)
        self._bytes += len(lines)
        if self._bytes >= _PIECE_BYTES or time.monotonic() - self._written_at >= _LONGEST_DELAY_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write out everything, the logs first; between two pieces a signal to end may be obeyed."""
        with PRINT_BUFFER.lock:
            PRINT_BUFFER.flush()
        self._written_at = time.monotonic()
        while self._lines:
            with PRINT_BUFFER.lock:
                _write(self._next_piece())

    def _next_piece(self) -> bytes:
        """Whole lines, of some size, which are then no longer kept."""
        found, size = [], 0
        while self._lines and size < _PIECE_BYTES:
            lines = self._lines.pop(0)
            if len(lines) > _PIECE_BYTES:
                end = lines.find(b"\n", _PIECE_BYTES) + 1
                if 0 < end < len(lines):
                    self._lines.insert(0, lines[end:])
                    lines = lines[:end]
            found.append(lines)
            size += len(lines)
        self._bytes -= size
        return b"".join(found)


def _write(piece: bytes) -> None:
    left = memoryview(piece)
    while left and sys.__stdout__:
        left = left[os.write(sys.__stdout__.fileno(), left) :]


MESSAGES = MessageWriter()
