"""How does no secret get into a log line, or into what anything else prints?"""

import copy
import io
import logging
import threading
from typing import Protocol

from airbyte_cdk.logger import AirbyteLogFormatter

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
