"""A stream with its state, as the framework's concurrent reader takes it."""

import logging
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteStream
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.cursor import CursorField
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator
from airbyte_cdk.sources.types import Record

from source_pinterest.api.errors import ConfigError
from source_pinterest.config import Config
from source_pinterest.engine.pages import Page, PageMessage
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import FullRefresh, PinterestCursor, StateStore, UnreadCursor, WholeCursor
from source_pinterest.state.formats import has_position
from source_pinterest.state.period import PeriodPlan
from source_pinterest.streams import NEEDS_USER_TOKEN
from source_pinterest.streams.base.stream import PinterestStream

LOGGER = logging.getLogger("airbyte")


class OpenedStream:
    """A stream in one sync, with its cursor.

    A stream that the token can't read, or whose saved state can't be read, fails without affecting other streams. A
    stream that an earlier attempt of the same full refresh has read completely is not read again. Neither emits
    records, so the streams that need its ids list them.

    Args:
        stream: the stream to read.
        settings: the options that the user chose.
        configured: the stream's entry in the catalog; None if it is not selected.
        states: the states that the platform saved.
        repository: takes the states to emit.

    Attributes:
        wait_for_turn: waits until the stream may be read, or read further.
    """

    def __init__(
        self,
        stream: PinterestStream,
        settings: Config,
        configured: ConfiguredAirbyteStream | None,
        states: ConnectorStateManager,
        repository: MessageRepository,
    ) -> None:
        self.stream = stream
        self.wait_for_turn: Callable[[], None] = lambda: None
        self._repository = repository
        manager = states if configured else ConnectorStateManager()
        store = StateStore(stream.name, manager, repository, FullRefresh.of(configured))
        self._has_ended, self._unreadable = store.has_ended(), None
        try:
            _refuse_app_token(stream, settings)
            checkpoint = stream.open_state(PeriodPlan(stream.days, settings, configured), store)
        except ConfigError as error:
            self._unreadable = error
            self._cursor: PinterestCursor = UnreadCursor(store)
            return
        self._cursor = checkpoint or WholeCursor(store)
        if checkpoint and has_position(store.incoming()) and not has_position(checkpoint.state):
            LOGGER.warning(
                f"{stream.name}: the saved state names nothing that the stream knows, so the stream is read from the "
                "beginning. A destination that appends then holds rows twice: clear the stream's data, or restore the "
                "state that the last sync printed."
            )
        if self._has_ended:
            LOGGER.info(f"{stream.name}: an earlier attempt of this full refresh has read the stream already.")
        elif configured:
            stream.select()

    @property
    def name(self) -> str:
        """The name of the stream."""
        return self.stream.name

    def in_pages(self) -> AbstractStream:
        """Return the stream in the form that the concurrent reader takes."""
        stream = self.stream
        key, field = stream.primary_key, stream.cursor_field
        return DefaultStream(
            partition_generator=TaskPartitionGenerator(self, self._repository),
            name=stream.name,
            json_schema=stream.get_json_schema(),
            primary_key=[key] if isinstance(key, str) else key,
            cursor_field=CursorField(field) if isinstance(field, str) and field else None,
            logger=LOGGER,
            cursor=self._cursor,
        )

    def tasks(self) -> Iterator[Task]:
        """Yield the tasks to read.

        Raises:
            ConfigError: the saved state, or the stream with this kind of token, can't be read.
        """
        if self._unreadable:
            raise self._unreadable
        if not self._has_ended:
            with self._noting_failure():
                self.wait_for_turn()
                for task in self.stream.stream_slices():
                    self.wait_for_turn()  # the requests that found the task may have told of a quota
                    yield task

    def read_pages(self, task: Task) -> Iterator[Page]:
        """Yield the records of a task in pages."""
        with self._noting_failure():
            yield from self.stream.read_pages(task)

    @contextmanager
    def _noting_failure(self) -> Generator[None, None, None]:
        """Tell the cursor that the stream is incomplete if the block raises."""
        try:
            yield
        except Exception:
            self._cursor.note_incomplete()
            raise


def _refuse_app_token(stream: PinterestStream, settings: Config) -> None:
    if settings.has_app_token and isinstance(stream, NEEDS_USER_TOKEN):
        raise ConfigError(
            f"{stream.name} can't be read with App Credentials: Pinterest serves it to users only. Choose OAuth2.0 as "
            "Authorization Method, or leave the stream out."
        )


class TaskPartition(Partition):
    """One task of a stream. Its pages go through the repository, so that they stay in order with the states."""

    def __init__(self, stream: OpenedStream, task: Task, repository: MessageRepository) -> None:
        self._stream = stream
        self._task = task
        self._repository = repository

    def read(self) -> Iterator[Record]:
        """Emit the pages as messages, and yield no records."""
        for page in self._stream.read_pages(self._task):
            self._repository.emit_message(PageMessage(page))
        yield from ()

    def to_slice(self) -> Mapping[str, Any]:
        """Return the task, for log lines."""
        return self._task

    def stream_name(self) -> str:
        """Return the name of the stream."""
        return self._stream.name

    def __hash__(self) -> int:
        """Return the identity: no two partitions are equal."""
        return id(self)


class TaskPartitionGenerator(PartitionGenerator):
    """Makes a partition for each task of a stream."""

    def __init__(self, stream: OpenedStream, repository: MessageRepository) -> None:
        self._stream = stream
        self._repository = repository

    def generate(self) -> Iterator[TaskPartition]:
        """Yield the partitions as the tasks are planned."""
        for task in self._stream.tasks():
            yield TaskPartition(self._stream, task, self._repository)
