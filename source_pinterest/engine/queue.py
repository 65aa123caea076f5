"""The queue between the workers and the main thread, and the filters for messages that leave it.

Three rules hold for messages: a state never overtakes its records, no message stays in a buffer while the process
waits, and no log, status or error shows a secret.
"""

import logging
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from queue import Queue
from typing import Any

from airbyte_cdk.models import AirbyteMessage, FailureType, Level
from airbyte_cdk.sources.message import InMemoryMessageRepository, MessageRepository
from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.api.errors import PinterestError
from source_pinterest.api.threads import Signal
from source_pinterest.engine.bundles import BundleMessage
from source_pinterest.engine.output import MESSAGES
from source_pinterest.masking import SECRETS, printable

QUEUE_BYTES = 4 * 1024**2
"""The size of the queue between the workers and stdout: about four full bundles."""

_SMALL_ITEM_BYTES = 1024
"""The size that the queue assumes for every item but a bundle."""


class _HalfFree(Signal):
    """Wakes the workers that wait for room once half of a queue is free.

    To wake one for each bundle would cost a switch of threads for each bundle.
    """

    def __init__(self, queue: "RecordQueue") -> None:
        super().__init__(queue.mutex)
        self._queue = queue

    def notify(self, n: int = 1) -> None:
        """Wake all waiting threads if half of the queue is free, else none."""
        del n
        if 2 * self._queue.bytes <= self._queue.maxsize:
            super().notify(self._queue.maxsize)


class RecordQueue(Queue[QueueItem]):
    """The queue between the workers and stdout, bounded in bytes. Its reader flushes stdout before it waits.

    Args:
        max_bytes: the queue accepts a bundle while it holds less than this.
    """

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self.bytes = 0
        self._urgent: deque[AirbyteMessage] = deque()
        self.not_full = _HalfFree(self)

    def get(self, block: bool = True, timeout: float | None = None) -> QueueItem:  # noqa: FBT001, FBT002 - the base's signature
        """Remove and return the next item."""
        if not self.queue:  # without a lock, which `empty` would take
            MESSAGES.flush()
        return super().get(block, timeout)

    def put_first(self, message: AirbyteMessage) -> None:
        """Put an urgent message before all other items, however full the queue is. Urgent messages keep their order."""
        with self.mutex:
            self._urgent.append(message)
            self.bytes += _size(message)
            self.not_empty.notify()

    def urgent(self) -> Iterator[AirbyteMessage]:
        """Remove and return the urgent messages, for a reader that is still working on an item."""
        while self._urgent:
            with self.mutex:
                message = self._urgent.popleft()
                self.bytes -= _size(message)
            yield message

    def _qsize(self) -> int:
        return self.bytes

    def _put(self, item: QueueItem) -> None:
        self.bytes += _size(item)
        super()._put(item)

    def _get(self) -> QueueItem:
        item = self._urgent.popleft() if self._urgent else super()._get()
        self.bytes -= _size(item)
        return item


def _size(item: QueueItem) -> int:
    return max(_SMALL_ITEM_BYTES, len(item.bundle.lines)) if isinstance(item, BundleMessage) else _SMALL_ITEM_BYTES


class OrderedMessageRepository(MessageRepository):
    """Sends a worker's messages through the record queue, so that they keep their place among its records.

    Messages of the main thread don't pass the queue: it is the queue's only reader and would block itself.
    """

    def __init__(self, queue: RecordQueue) -> None:
        self._queue = queue
        self._main_thread = threading.get_ident()
        self._pending: deque[AirbyteMessage] = deque()

    def emit_message(self, message: AirbyteMessage) -> None:
        """Send the message after all earlier messages of this thread."""
        if threading.get_ident() == self._main_thread:
            self._pending.append(message)
        else:
            self._queue.put(message)

    def emit_next(self, message: AirbyteMessage) -> None:
        """Send the message before all waiting ones."""
        if threading.get_ident() == self._main_thread:
            self._pending.append(message)
        else:
            self._queue.put_first(message)

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
    """Make a log, a connection status or an error printable, without secrets. Records, states and configs stay.

    The stack trace of an error is kept only for a `system_error`. Other errors tell the user what to do.
    """
    if message.log:
        message.log.message = printable(SECRETS.mask(message.log.message))
    if message.connectionStatus and message.connectionStatus.message:
        message.connectionStatus.message = printable(SECRETS.mask(message.connectionStatus.message))
    if message.trace and message.trace.error:
        error = message.trace.error
        error.message = printable(SECRETS.mask(error.message))
        error.internal_message = printable(SECRETS.mask(error.internal_message)) if error.internal_message else None
        needs_trace = error.failure_type is FailureType.system_error
        error.stack_trace = (
            printable(SECRETS.mask(error.stack_trace), "\n") if error.stack_trace and needs_trace else None
        )
    return message


def as_trace(error: AirbyteTracedException) -> AirbyteMessage:
    """Return an error as a message without secrets."""
    return clean(error.as_airbyte_message())


class FailureTypes:
    """Collects the failure types of a sync, which ends with the one for which a retry helps most."""

    _MOST_RETRYABLE_FIRST = (FailureType.transient_error, FailureType.system_error, FailureType.config_error)

    def __init__(self) -> None:
        self._seen: set[FailureType] = set()

    def observe(self, message: AirbyteMessage) -> None:
        """Record the failure type of an error trace."""
        if message.trace and message.trace.error and message.trace.error.failure_type:
            self._seen.add(message.trace.error.failure_type)

    def any_seen(self) -> bool:
        """Return whether there was an error trace."""
        return bool(self._seen)

    def most_retryable(self) -> FailureType:
        """Return the transient, else the system, else the config error among them."""
        return next((kind for kind in self._MOST_RETRYABLE_FIRST if kind in self._seen), FailureType.system_error)


class _PlainErrors(logging.Filter):
    """Removes the stack trace from log records of a `PinterestError`, whose message is enough for the user."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record; replace the stack trace by the message of the error."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, PinterestError):
            record.msg, record.args, record.exc_info = f"{record.getMessage()}: {error.message}", (), None
        return True


class _TrueCounts(logging.Filter):
    """Drops the framework's count of the records of a stream, which counts each bundle as one record."""

    _COUNT = re.compile(r"Read \d+ records from .* stream")

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop that log record alone; the stream's summary has the true number."""
        return not (isinstance(record.msg, str) and self._COUNT.fullmatch(record.msg))


PLAIN_ERRORS, TRUE_COUNTS = _PlainErrors(), _TrueCounts()
