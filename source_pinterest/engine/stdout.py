"""How do messages reach stdout? In whole lines, many at a time.

The framework's print buffer holds text, four bytes a letter once a record has an emoji in it, and takes a sixth of a
sync's processor time. Logs still go through it; its lock keeps their lines and ours apart.
"""

import os
import sys
import time

from airbyte_cdk.logger import PRINT_BUFFER

_LARGEST_BATCH_BYTES = 64 * 1024
_LONGEST_DELAY_SECONDS = 0.1


class MessageWriter:
    """Writes lines to stdout, for the main thread alone."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._bytes = 0
        self._written_at = time.monotonic()

    def write(self, message: str) -> None:
        """Take a message; it is written with the next batch."""
        line = f"{message}\n".encode()
        self._lines.append(line)
        self._bytes += len(line)
        if self._bytes >= _LARGEST_BATCH_BYTES or time.monotonic() - self._written_at >= _LONGEST_DELAY_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write out everything, the logs first."""
        with PRINT_BUFFER.lock:
            PRINT_BUFFER.flush()
            batch = memoryview(b"".join(self._lines))
            self._lines.clear()
            self._bytes, self._written_at = 0, time.monotonic()
            while batch and sys.__stdout__:
                batch = batch[os.write(sys.__stdout__.fileno(), batch) :]


MESSAGES = MessageWriter()
