"""How does a stream remember what it has read? The part that all cursors share.

A slice counts once it was read whole. Its pages are in the record queue by then, so that the state that covers it goes
out after them, through the same queue.
"""

import threading
import time
from abc import abstractmethod
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from airbyte_cdk.models import ConfiguredAirbyteStream, SyncMode
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams import NO_CURSOR_STATE_KEY
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record, StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import ConfigError

MARK = "full_refresh"


@dataclass(frozen=True)
class FullRefresh:
    """One full refresh of a stream.

    Attributes:
        generation: the catalog's number for it; None where the platform gives none.
    """

    generation: int | None

    @classmethod
    def of(cls, configured: ConfiguredAirbyteStream | None) -> Self | None:
        """The refresh that a connection wants; None for a stream that is read incrementally, or not at all."""
        if configured is None or configured.sync_mode is not SyncMode.full_refresh:
            return None
        return cls(configured.generation_id)

    def has_ended(self, state: Mapping[str, Any]) -> bool:
        """Whether an earlier attempt of this same refresh has read the whole stream."""
        mark = _mark_of(state)
        return mark is not None and mark.ended and self._is(mark)

    def goes_on_from(self, state: Mapping[str, Any]) -> bool:
        """Whether the state is of an earlier attempt of this refresh, or may well be."""
        mark = _mark_of(state)
        if mark is None:
            return False
        are_known = self.generation is not None and mark.generation is not None
        return self._is(mark) or (not mark.ended and not are_known)

    def mark(self, *, ended: bool) -> dict[str, Any]:
        """What a state of this refresh says of it."""
        return {"generation": self.generation, "ended": ended}

    def _is(self, mark: "_Mark") -> bool:
        return self.generation is not None and self.generation == mark.generation


@dataclass(frozen=True)
class _Mark:
    generation: int | None
    ended: bool


def _mark_of(state: Mapping[str, Any]) -> _Mark | None:
    mark = state.get(MARK)
    if not isinstance(mark, Mapping) or not isinstance(mark.get("ended"), bool):
        return None
    generation = mark.get("generation")
    return _Mark(generation if isinstance(generation, int) else None, mark["ended"])


@contextmanager
def reading_state(stream_name: str) -> Generator[None, None, None]:
    """Explain a saved state that can't be read.

    Raises:
        ConfigError: it holds something that is no day or no time, or is of another shape.
    """
    try:
        yield
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError) as error:
        raise ConfigError(
            f"{stream_name}: the saved state can't be read ({error}). Reset the stream to start again.",
        ) from error


@dataclass(frozen=True)
class StateStore:
    """Where the state of one stream comes from and goes to.

    Attributes:
        stream_name: whose state it is.
        manager: knows the incoming state.
        repository: takes the outgoing ones.
        refresh: the full refresh whose state it is; None for an incremental sync.
    """

    stream_name: str
    manager: ConnectorStateManager
    repository: MessageRepository
    refresh: FullRefresh | None = None

    def incoming(self) -> Mapping[str, Any]:
        """The state that the sync starts from; empty at the first sync, and where a full refresh begins anew."""
        state = self.manager.get_stream_state(self.stream_name, None)
        return {} if self.refresh and not self.refresh.goes_on_from(state) else state

    def has_ended(self) -> bool:
        """Whether an earlier attempt of the full refresh has read the whole stream."""
        return self.refresh is not None and self.refresh.has_ended(
            self.manager.get_stream_state(self.stream_name, None)
        )

    def emit(self, state: Mapping[str, Any], *, ended: bool) -> None:
        """Send a state after everything that this thread has sent.

        Args:
            state: how far the stream has come.
            ended: whether it was read whole.
        """
        mark = {MARK: self.refresh.mark(ended=ended)} if self.refresh else {}
        self.manager.update_state_for_stream(self.stream_name, None, {**state, **mark})
        self.repository.emit_message(self.manager.create_state_message(self.stream_name, None))


class PinterestCursor(Cursor):
    """Moves past slices that were read whole, and emits states, at most so many a minute."""

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._stream_name = store.stream_name
        self._lock = threading.Lock()
        self._records_since_state = 0
        self._last_state_at = time.monotonic()
        self._entries = 0
        self._has_failed = False

    @property
    @abstractmethod
    def state(self) -> dict[str, Any]:
        """What to emit now."""

    @abstractmethod
    def _move(self, stream_slice: StreamSlice, finding: Any) -> None:
        """Move past a slice; called with the lock held."""

    def explain(self) -> None:
        """Log what a user may not expect of this sync."""

    def accounts(self) -> Iterable[str]:
        """Ad accounts that the incoming state names."""
        return ()

    def note_failure(self, stream_slice: StreamSlice) -> None:
        """Remember, where it matters to the next sync, that reading a slice was tried in vain."""

    def doubt(self, stream_slice: StreamSlice) -> None:
        """Take note, where days are kept, that rows of a slice came and can't be used."""

    def count(self, records: int, stream_slice: StreamSlice) -> None:
        """Count records of a slice that are about to be queued."""
        del stream_slice
        self._records_since_state += records

    def commit(self, stream_slice: StreamSlice, finding: Any = None) -> None:
        """Move past a slice that was read whole, and emit a state if it is time for one.

        Args:
            stream_slice: the slice, all of whose pages are queued.
            finding: what its reader found out for the cursor.
        """
        with self._lock:
            self._move(stream_slice, finding)
            if self._is_time_for_a_state():
                self._emit()

    def note_incomplete(self) -> None:
        """Take note that the stream can't be read whole."""
        self._has_failed = True

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the last state of the stream."""
        with self._lock:
            self._emit(ended=not self._has_failed)

    def observe(self, record: Record) -> None:
        """Nothing: records are counted by the page."""

    def close_partition(self, partition: Partition) -> None:
        """Nothing: a slice is committed where it was read."""

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

    def _emit(self, *, ended: bool = False) -> None:
        """Send the state while holding this stream's own lock, so that an older state never follows a newer one."""
        self._records_since_state, self._last_state_at = 0, time.monotonic()
        state = self.state
        self._entries = max((len(part) for part in state.values() if isinstance(part, list | dict)), default=0)
        self._store.emit(state, ended=ended)


class WholeCursor(PinterestCursor):
    """Of a stream that is read whole each time: there is no position in it."""

    @property
    def state(self) -> dict[str, Any]:
        """What to emit now: the framework's word for it."""
        return {NO_CURSOR_STATE_KEY: True}

    def _move(self, stream_slice: StreamSlice, finding: Any) -> None:
        """Nothing moves."""


class UnreadCursor(WholeCursor):
    """Of a stream whose saved state can't be read: it stays as it is."""

    def ensure_at_least_one_state_emitted(self) -> None:
        """Nothing is emitted."""
