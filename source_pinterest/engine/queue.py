"""In which order, and how clean, do messages leave the process?

A state must never overtake its records, nothing may sit in a buffer while the process waits, and no message about what
happens may carry a secret.
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
from source_pinterest.engine.output import MESSAGES
from source_pinterest.engine.pages import PageMessage
from source_pinterest.masking import SECRETS

QUEUE_BYTES = 4 * 1024**2
"""Between the workers and stdout: a handful of full pages."""

_SMALL_ITEM_BYTES = 1024
"""What anything else in the queue counts for."""


class _HalfFree(Signal):
    """Wakes who waits for room once half of a queue is free: one by one, each page would cost a change of threads."""

    def __init__(self, queue: "RecordQueue") -> None:
        super().__init__(queue.mutex)
        self._queue = queue

    def notify(self, n: int = 1) -> None:
        """Wake all, or none yet."""
        del n
        if 2 * self._queue.bytes <= self._queue.maxsize:
            super().notify(self._queue.maxsize)


class RecordQueue(Queue[QueueItem]):
    """The queue between the workers and stdout, bounded in bytes; before its reader waits, what it has is written out.

    Args:
        most_bytes: a page is taken as long as the queue holds less.
    """

    def __init__(self, most_bytes: int) -> None:
        super().__init__(most_bytes)
        self.bytes = 0
        self._urgent: deque[AirbyteMessage] = deque()
        self.not_full = _HalfFree(self)

    def get(self, block: bool = True, timeout: float | None = None) -> QueueItem:  # noqa: FBT001, FBT002 - the base's signature
        """Take the next item."""
        if not self.queue:  # a glance; `empty` takes a lock
            MESSAGES.flush()
        return super().get(block, timeout)

    def put_first(self, message: AirbyteMessage) -> None:
        """Put a message before all that waits, however full the queue is; several keep their order."""
        with self.mutex:
            self._urgent.append(message)
            self.bytes += _weight(message)
            self.not_empty.notify()

    def urgent(self) -> Iterator[AirbyteMessage]:
        """Take what was put first, for a reader who still works at an item."""
        while self._urgent:
            with self.mutex:
                message = self._urgent.popleft()
                self.bytes -= _weight(message)
            yield message

    def _qsize(self) -> int:
        return self.bytes

    def _put(self, item: QueueItem) -> None:
        self.bytes += _weight(item)
        super()._put(item)

    def _get(self) -> QueueItem:
        item = self._urgent.popleft() if self._urgent else super()._get()
        self.bytes -= _weight(item)
        return item


def _weight(item: QueueItem) -> int:
    return max(_SMALL_ITEM_BYTES, len(item.page.lines)) if isinstance(item, PageMessage) else _SMALL_ITEM_BYTES


class OrderedMessageRepository(MessageRepository):
    """Sends a worker's messages through the record queue, so that they keep their place among its records.

    Messages of the main thread are handed out at once: it is the queue's only reader and would block itself.
    """

    def __init__(self, queue: RecordQueue) -> None:
        self._queue = queue
        self._main_thread = threading.get_ident()
        self._pending: deque[AirbyteMessage] = deque()

    def emit_message(self, message: AirbyteMessage) -> None:
        """Send the message after everything that this thread has sent."""
        if threading.get_ident() == self._main_thread:
            self._pending.append(message)
        else:
            self._queue.put(message)

    def emit_next(self, message: AirbyteMessage) -> None:
        """Send the message before everything that waits."""
        if threading.get_ident() == self._main_thread:
            self._pending.append(message)
        else:
            self._queue.put_first(message)

    def log_message(self, level: Level, message_provider: Callable[[], Any]) -> None:
        """Send a log message of the framework."""
        framed = InMemoryMessageRepository(Level.INFO)
        framed.log_message(level, message_provider)
        for message in framed.consume_queue():
            self.emit_message(message)

    def consume_queue(self) -> Iterable[AirbyteMessage]:
        """Hand out the main thread's messages."""
        while self._pending:
            yield self._pending.popleft()


def clean(message: AirbyteMessage) -> AirbyteMessage:
    """Make a message fit to be shown: no secret stands in what it says. Data, states and configs stay as they are.

    A stack trace stays only where it helps, not beside a sentence that tells the user what to do.
    """
    if message.log:
        message.log.message = SECRETS.mask(message.log.message)
    if message.connectionStatus and message.connectionStatus.message:
        message.connectionStatus.message = SECRETS.mask(message.connectionStatus.message)
    if message.trace and message.trace.error:
        error = message.trace.error
        error.message = SECRETS.mask(error.message)
        error.internal_message = SECRETS.mask(error.internal_message) if error.internal_message else None
        told = error.failure_type is not FailureType.system_error
        error.stack_trace = SECRETS.mask(error.stack_trace) if error.stack_trace and not told else None
    return message


def as_trace(error: AirbyteTracedException) -> AirbyteMessage:
    """The error that ends the process, fit to be shown."""
    return clean(error.as_airbyte_message())


class _PlainErrors(logging.Filter):
    """Logs an error that carries a sentence for the user without the framework's stack trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, those of our own errors as their sentence alone."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, PinterestError):
            record.msg, record.args, record.exc_info = f"{record.getMessage()}: {error.message}", (), None
        return True


class FailureTypes:
    """Remembers the failures of a sync, which ends with the one that is most worth another try."""

    _MOST_RETRYABLE_FIRST = (FailureType.transient_error, FailureType.system_error, FailureType.config_error)

    def __init__(self) -> None:
        self._seen: set[FailureType] = set()

    def observe(self, message: AirbyteMessage) -> None:
        """Note the failure in an error trace."""
        if message.trace and message.trace.error and message.trace.error.failure_type:
            self._seen.add(message.trace.error.failure_type)

    def any_seen(self) -> bool:
        """Whether an error trace went by."""
        return bool(self._seen)

    def most_retryable(self) -> FailureType:
        """Transient before system before config."""
        return next((kind for kind in self._MOST_RETRYABLE_FIRST if kind in self._seen), FailureType.system_error)


class _TrueCounts(logging.Filter):
    """Keeps the framework's own count of records to itself: it knows nothing of pages."""

    _COUNT = re.compile(r"Read \d+ records from .* stream")

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass but that one; the stream's summary has the true number."""
        return not (isinstance(record.msg, str) and self._COUNT.fullmatch(record.msg))


PLAIN_ERRORS, TRUE_COUNTS = _PlainErrors(), _TrueCounts()
