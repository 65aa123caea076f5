"""The way of messages from the workers to the main thread, and the filters for messages that leave it.

Two rules hold: a state never overtakes its records, and no log, status or error shows a secret.
"""

import logging
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable
from queue import Queue
from typing import Any

from airbyte_cdk.models import AirbyteMessage, FailureType, Level
from airbyte_cdk.sources.message import InMemoryMessageRepository, MessageRepository
from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.api.errors import PinterestError
from source_pinterest.masking import shown

QUEUE_ITEMS = 16
"""The size of the queue between the workers and stdout. A bundle is one item, of at most a mebibyte."""


class OrderedMessageRepository(MessageRepository):
    """Sends a worker's messages through the record queue, so that they keep their place among its records.

    Messages of the main thread don't pass the queue: it is the queue's only reader and would block itself.

    Args:
        queue: the record queue.
    """

    def __init__(self, queue: Queue[QueueItem]) -> None:
        self._queue = queue
        self._main_thread = threading.get_ident()
        self._pending: deque[AirbyteMessage] = deque()

    def emit_message(self, message: AirbyteMessage) -> None:
        """Send the message after all earlier messages of this thread."""
        if threading.get_ident() == self._main_thread:
            self._pending.append(message)
        else:
            self._queue.put(message)

    def log_message(self, level: Level, message_provider: Callable[[], Any]) -> None:
        """Send a log message of the framework."""
        converter = InMemoryMessageRepository(Level.INFO)
        converter.log_message(level, message_provider)
        for message in converter.consume_queue():
            self.emit_message(message)

    def consume_queue(self) -> Iterable[AirbyteMessage]:
        """Remove and return the main thread's messages."""
        while self._pending:
            yield self._pending.popleft()


def clean(message: AirbyteMessage) -> AirbyteMessage:
    """Make a log, a connection status or an error printable, short and without secrets. Records and states stay.

    The stack trace of an error is kept only for a `system_error`. Other errors tell the user what to do.
    """
    if message.log:
        message.log.message = shown(message.log.message)
    if message.connectionStatus and message.connectionStatus.message:
        message.connectionStatus.message = shown(message.connectionStatus.message)
    if error := message.trace and message.trace.error:
        error.message = shown(error.message or "")
        error.internal_message = shown(error.internal_message or "")
        needs_trace = error.failure_type is FailureType.system_error
        error.stack_trace = shown(error.stack_trace or "", "\n") if needs_trace else None
    return message


def as_trace(error: AirbyteTracedException) -> AirbyteMessage:
    """Return an error as a message without secrets."""
    return clean(error.as_airbyte_message())


_REPEATED = re.compile(
    r"During the sync, the following streams did not sync successfully: .*|Read \d+ records from .* stream", re.DOTALL
)
"""Log lines of the framework: its list of all errors, which the last error has in shorter words, and its count of the
records of a stream, which takes each bundle for one record."""


def is_worth_logging(record: logging.LogRecord) -> bool:
    """Return False for the log lines of the framework that repeat others: the filter of the log.

    The message of a `PinterestError` is enough for the user, so it takes the place of the stack trace.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, PinterestError):
        record.msg, record.args, record.exc_info = f"{record.getMessage()}: {error.message}", (), None
    return not (isinstance(record.msg, str) and _REPEATED.fullmatch(record.msg))
