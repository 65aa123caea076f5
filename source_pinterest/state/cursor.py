"""How does a stream remember what it has read? The part that all cursors share.

A slice counts only when the stream says that it is complete; the state that covers it goes out when the framework
closes the slice, through the same queue as its records and therefore after them.
"""

import threading
import time
from abc import abstractmethod
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any

from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record, StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import ConfigError


@contextmanager
def reading_state(stream_name: str) -> Generator[None, None, None]:
    """Tell the user of a saved state that can't be read.

    Raises:
        ConfigError: it holds something that is no day or no time.
    """
    try:
        yield
    except (ValueError, TypeError) as error:
        raise ConfigError(
            f"{stream_name}: the saved state can't be read ({error}). Reset the stream, so that it starts anew.",
        ) from error


SliceKey = tuple[tuple[str, str], ...]


def key_of(stream_slice: Mapping[str, Any]) -> SliceKey:
    """Tells one slice of a stream from another."""
    return tuple(sorted((name, str(value)) for name, value in stream_slice.items()))


class PinterestCursor(Cursor):
    """Completes slices and hands out states, at most so many a minute."""

    def __init__(self, stream_name: str, state_manager: ConnectorStateManager, repository: MessageRepository) -> None:
        self._stream_name = stream_name
        self._state_manager = state_manager
        self._repository = repository
        self._lock = threading.Lock()
        self._complete: dict[SliceKey, Any] = {}
        self._records_since_state = 0
        self._last_state_at = time.monotonic()
        self._entries = 0

    @property
    @abstractmethod
    def state(self) -> dict[str, Any]:
        """What to hand out now."""

    @abstractmethod
    def _commit(self, stream_slice: StreamSlice, finding: Any) -> None:
        """Move past a complete slice; called with the lock held."""

    def accounts(self) -> Iterable[str]:
        """Ad accounts that the incoming state names."""
        return ()

    def complete(self, stream_slice: StreamSlice, finding: Any = None) -> None:
        """Tell that a slice was read whole, with what its reader found out for the cursor."""
        with self._lock:
            self._complete[key_of(stream_slice)] = finding

    def observe(self, record: Record) -> None:
        """Count a record that was queued."""
        del record
        self._records_since_state += 1

    def close_partition(self, partition: Partition) -> None:
        """Move past the slice if it was read whole, and hand out a state if it is time for one."""
        stream_slice = partition.to_slice()
        if not isinstance(stream_slice, StreamSlice):
            return
        with self._lock:
            key = key_of(stream_slice)
            if key in self._complete:
                self._commit(stream_slice, self._complete.pop(key))
                if self._is_time_for_a_state():
                    self._emit()

    def ensure_at_least_one_state_emitted(self) -> None:
        """Hand out the last state of the stream."""
        with self._lock:
            self._emit()

    def should_be_synced(self, record: Record) -> bool:
        """Let every record pass: streams filter themselves."""
        del record
        return True

    def _is_time_for_a_state(self) -> bool:
        """Every so often; a state that names very many accounts or boards comes as much more rarely."""
        rarity = max(1, self._entries / limits.ENTRIES_OF_A_FREQUENT_STATE)
        return (
            self._records_since_state >= rarity * limits.STATE_EVERY_RECORDS
            or time.monotonic() - self._last_state_at >= rarity * limits.STATE_EVERY_SECONDS
        )

    def _emit(self) -> None:
        """Send the state while holding this stream's own lock, so that an older state never follows a newer one."""
        self._records_since_state, self._last_state_at = 0, time.monotonic()
        state = self.state
        self._entries = max((len(part) for part in state.values() if isinstance(part, list | dict)), default=0)
        self._state_manager.update_state_for_stream(self._stream_name, None, state)
        self._repository.emit_message(self._state_manager.create_state_message(self._stream_name, None))
