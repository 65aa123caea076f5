"""The progress of a sync: records, errors, one log line at the end of each stream, and warnings given once."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStream,
    AirbyteStreamStatus,
    FailureType,
)
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message as stream_status_as_airbyte_message

from source_pinterest.api.usage import Usage
from source_pinterest.engine.record_batches import RecordBatch

LOGGER = logging.getLogger("airbyte")


_ENDS = (AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE)
_MOST_RETRYABLE_FIRST = (FailureType.transient_error, FailureType.system_error, FailureType.config_error)


class Progress:
    """Counts the records of the selected streams. Only the main thread changes it; other threads may read it.

    Args:
        usage: the requests of the streams.
        streams: the names of the selected streams.
    """

    def __init__(self, usage: Usage, streams: Sequence[str]) -> None:
        self.usage = usage
        self.streams = tuple(streams)
        self.records: Counter[str] = Counter()
        self.ended: dict[str, AirbyteStreamStatus] = {}
        self._has_ended = threading.Condition()
        self._failure_types: set[FailureType] = set()
        self._failed: dict[str, list[str]] = {}
        """The streams of each error."""

    def count_batch(self, batch: RecordBatch) -> bool:
        """Count the records of a batch. Return whether it is the first batch of its stream."""
        is_first = not self.records[batch.stream]
        self.records[batch.stream] += batch.count
        return is_first

    def observe(self, message: AirbyteMessage) -> None:
        """Record an error, or the end of a stream, and log a summary of it."""
        error = message.trace.error if message.trace else None
        if error and error.failure_type:
            self._failure_types.add(error.failure_type)
            if error.stream_descriptor:
                self._failed.setdefault(error.message, []).append(error.stream_descriptor.name)
        status = message.trace.stream_status if message.trace else None
        if status and status.status in _ENDS:
            name = status.stream_descriptor.name
            with self._has_ended:
                self.ended[name] = status.status
                self._has_ended.notify_all()
            usage = self.usage.stream(name)
            LOGGER.info(
                f"{name}: {_counted(self.records[name], 'record')}, {_counted(usage['sent'], 'request')} "
                f"({_counted(max(0, usage['sent'] - usage['requests']), 'retry', 'retries')}), "
                f"{_counted(usage['skipped'], 'account or board', 'accounts or boards')} skipped."
            )

    def wait_for(self, streams: set[str], is_needed: Callable[[], bool]) -> None:
        """Wait until these streams have ended, as long as that is needed."""
        with self._has_ended:
            self._has_ended.wait_for(lambda: not is_needed() or self.ended.keys() >= streams)

    def failure(self) -> AirbyteTracedException | None:
        """Return the last error of a sync that has failed, with the failure type for which a retry helps most."""
        if not self._failure_types:
            return None
        message = " ".join(
            f"{message} Not read to their end: {', '.join(dict.fromkeys(names))}."
            for message, names in self._failed.items()
        )
        kind = next(kind for kind in _MOST_RETRYABLE_FIRST if kind in self._failure_types)
        return AirbyteTracedException(message=message, internal_message=message, failure_type=kind)


def status_of(stream: str, status: AirbyteStreamStatus) -> AirbyteMessage:
    """Return the message of a stream's status. No stream has a namespace."""
    return stream_status_as_airbyte_message(AirbyteStream(stream, json_schema={}, supported_sync_modes=[]), status)


def _counted(count: int, noun: str, plural: str = "") -> str:
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


class WarnOnce:
    """Warnings that a stream gives once per subject.

    Args:
        stream: the stream's name.
    """

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._given: set[int] = set()
        self._lock = threading.Lock()

    def warn(self, about: str, message: str) -> bool:
        """Log a warning unless there was one about the same subject. Return whether it was logged."""
        with self._lock:
            if hash(about) in self._given:  # the text itself may quote a long answer
                return False
            self._given.add(hash(about))
        LOGGER.warning(f"{self._stream}: {message}")
        return True
