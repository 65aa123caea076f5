"""The base of all cursors: it commits tasks, emits states and marks full refreshes.

A task is committed once all of its batches are in the record queue. A state goes through the same queue, so that it
leaves after the records that it covers.
"""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from airbyte_cdk.models import AirbyteMessage, ConfiguredAirbyteStream, DestinationSyncMode, SyncMode
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.streams import NO_CURSOR_STATE_KEY

from source_pinterest import limits
from source_pinterest.api.errors import ConfigError
from source_pinterest.engine.tasks import Task

LOGGER = logging.getLogger("airbyte")

_KEEPS_EVERY_ROW = (DestinationSyncMode.append, DestinationSyncMode.overwrite)

_MARK = "full_refresh"


@dataclass(frozen=True)
class FullRefresh:
    """One full refresh of a stream, which several attempts may share.

    Attributes:
        generation: its `generation_id` in the catalog; None where the platform gives none.
    """

    generation: int | None

    @classmethod
    def in_catalog(cls, configured: ConfiguredAirbyteStream | None) -> Self | None:
        """Return the refresh that a connection requests; None for a stream that is incremental or not selected."""
        if configured is None or configured.sync_mode is not SyncMode.full_refresh:
            return None
        return cls(configured.generation_id)

    def has_ended(self, state: Mapping[str, Any]) -> bool:
        """Return whether an earlier attempt of this refresh has read the whole stream."""
        mark = _mark_in(state)
        return self._is(mark) and mark["ended"]

    def continues(self, state: Mapping[str, Any]) -> bool:
        """Return whether an earlier attempt of this refresh wrote the state.

        Where one of the two generations is unknown, a refresh that has not ended counts as this one.
        """
        mark = _mark_in(state)
        is_other = self.generation is not None and isinstance(mark.get("generation"), int)
        return self._is(mark) or not (mark.get("ended", True) or is_other)

    def mark(self, *, ended: bool) -> dict[str, Any]:
        """Return the mark that a state of this refresh carries."""
        return {"generation": self.generation, "ended": ended}

    def _is(self, mark: Mapping[str, Any]) -> bool:
        return self.generation is not None and self.generation == mark.get("generation")


def _mark_in(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the mark of a refresh in a state; empty without a readable one."""
    mark = state.get(_MARK)
    return mark if isinstance(mark, Mapping) and isinstance(mark.get("ended"), bool) else {}


@contextmanager
def reading_state(stream_name: str) -> Generator[None, None, None]:
    """Turn the errors of reading a saved state into one that advises the user.

    Raises:
        ConfigError: the state has another shape, or a value that is not a day or a time.
    """
    try:
        yield
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError) as error:
        raise ConfigError(
            f"{stream_name}: the saved state can't be read ({error}). Reset the stream to start again.",
        ) from error


def merges_by_key(configured: ConfiguredAirbyteStream | None) -> bool:
    """Return whether the destination replaces rows by their key; True for a stream that is not selected."""
    return configured is None or configured.destination_sync_mode not in _KEEPS_EVERY_ROW


@dataclass(frozen=True)
class StateStore:
    """Reads the incoming state of one stream and emits the outgoing ones.

    Attributes:
        stream_name: the stream.
        manager: has the incoming state.
        send: takes the outgoing states.
        refresh: the full refresh that the sync belongs to; None for an incremental sync.
        more: returns what the outgoing state has that is not the cursor's.
    """

    stream_name: str
    manager: ConnectorStateManager
    send: Callable[[AirbyteMessage], None]
    refresh: FullRefresh | None = None
    more: Callable[[], Mapping[str, Any]] = dict

    def incoming(self) -> Mapping[str, Any]:
        """Return the state that the sync starts from; empty for a first sync and for a new full refresh."""
        state = self.manager.get_stream_state(self.stream_name, None)
        return {} if self.refresh and not self.refresh.continues(state) else state

    def has_ended(self) -> bool:
        """Return whether an earlier attempt of the full refresh has read the whole stream."""
        return self.refresh is not None and self.refresh.has_ended(
            self.manager.get_stream_state(self.stream_name, None)
        )

    def emit(self, state: Mapping[str, Any], *, ended: bool) -> None:
        """Emit a state after everything that this thread has emitted.

        Args:
            state: the state of the cursor.
            ended: whether the stream was read completely.
        """
        mark = {_MARK: self.refresh.mark(ended=ended)} if self.refresh else {}
        self.manager.update_state_for_stream(self.stream_name, None, {**state, **self.more(), **mark})
        self.send(self.manager.create_state_message(self.stream_name, None))


class PinterestCursor(ABC):
    """Commits tasks that were read completely, and emits a state every few seconds or thousands of records.

    A subclass defines its state and how a committed task changes it. The run of the stream calls it.
    """

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._stream_name = store.stream_name
        self._lock = threading.Lock()
        self._records_since_state = 0
        self._last_state_at = time.monotonic()
        self._entries = 0
        self.is_incomplete = False
        """Whether the stream can't be read completely, so that a full refresh is not marked as ended."""

    @property
    @abstractmethod
    def state(self) -> dict[str, Any]:
        """The state to emit."""

    @abstractmethod
    def _move(self, task: Task, finding: Any) -> None:
        """Take a committed task into the state. Called with the lock held."""

    def explain(self) -> None:
        """Log which records this sync reads, if a user may expect others."""
        return

    def accounts(self) -> Iterable[str]:
        """Return the ad accounts of the incoming state."""
        return ()

    def unread_since(self, account: str) -> Any:
        """Return the first day that is unread of an account in the incoming state; None if the cursor has no days."""
        del account

    def fail(self, task: Task, error: Exception) -> None:
        """Note a task that could not be read. By default, a cursor keeps nothing of it."""
        del task, error

    def skip(self, task: Task, error: Exception) -> None:
        """Wait no longer for a task that Pinterest rejects, or that is gone. Only cursors of days wait."""
        del task, error

    def count(self, records: int, task: Task) -> None:
        """Count records of a task that are about to be queued."""
        del task
        self._records_since_state += records

    def commit(self, task: Task, finding: Any = None) -> None:
        """Commit a task that was read completely, and emit a state if one is due.

        Args:
            task: the task, all of whose batches are queued.
            finding: the result of the reader, which `_move` takes into the state.
        """
        with self._lock:
            self._move(task, finding)
            if self._is_state_due():
                self._emit()

    def emit_last(self) -> None:
        """Emit the last state of the stream."""
        with self._lock:
            self._emit(ended=not self.is_incomplete)

    def _warn_of_copies(self, noun: str, names: str) -> None:
        """Warn of days or boards whose rows were emitted although they don't count as read."""
        who = "the next sync" if self._store.refresh is None else "another attempt"
        LOGGER.warning(
            f"{self._stream_name}: the {noun} {names} were emitted in part, because not all of them could be read, and "
            f"{who} emits them whole. The destination keeps every row, so rows of these {noun} then appear twice in "
            "the table: keep the row with the newest _airbyte_extracted_at, or clear the stream's data.",
        )

    def _is_state_due(self) -> bool:
        """Return whether to emit a state; the more accounts or boards a state holds, the rarer it is."""
        factor = max(1, self._entries / limits.ENTRIES_OF_A_FREQUENT_STATE)
        return (
            self._records_since_state >= factor * limits.STATE_EVERY_RECORDS
            or time.monotonic() - self._last_state_at >= factor * limits.STATE_EVERY_SECONDS
        )

    def _emit(self, *, ended: bool = False) -> None:
        """Emit a state, with the lock held, so that no state follows a newer one.

        The queue may be full meanwhile: the main thread, which empties it, never takes the lock.
        """
        self._records_since_state, self._last_state_at = 0, time.monotonic()
        state = self.state
        self._entries = max((len(value) for value in state.values() if isinstance(value, list | dict)), default=0)
        self._store.emit(state, ended=ended)


class StatelessCursor(PinterestCursor):
    """The cursor of a stream that every sync reads whole. It has no position."""

    @property
    def state(self) -> dict[str, Any]:
        """The framework's state of a stream without a cursor."""
        return {NO_CURSOR_STATE_KEY: True}

    def _move(self, task: Task, finding: Any) -> None:
        """No-op."""

    def _is_state_due(self) -> bool:
        """Return False: only the last state counts."""
        return False
