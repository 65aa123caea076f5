"""How do the streams become an Airbyte source? spec, check, discover and read."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    Status,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.concurrent_source.concurrent_source_adapter import ConcurrentSourceAdapter
from airbyte_cdk.sources.concurrent_source.thread_pool_manager import ThreadPoolManager
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams import Stream
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message as stream_status_as_airbyte_message

from source_pinterest.api import Api
from source_pinterest.api.auth import PinterestAuthenticator
from source_pinterest.api.errors import NoThreadError
from source_pinterest.api.retries import Pauses
from source_pinterest.api.threads import Workers
from source_pinterest.api.usage import Usage
from source_pinterest.check import check_access
from source_pinterest.config import Config
from source_pinterest.config.files import in_current_form, read_configured_catalog, read_object, read_states
from source_pinterest.engine.output import MESSAGES
from source_pinterest.engine.pages import PageMessage
from source_pinterest.engine.progress import Progress
from source_pinterest.engine.queue import (
    PLAIN_ERRORS,
    QUEUE_BYTES,
    TRUE_COUNTS,
    FailureTypes,
    OrderedMessageRepository,
    RecordQueue,
    clean,
)
from source_pinterest.engine.token_store import TokenStore
from source_pinterest.streams import streams_by_name
from source_pinterest.streams.base.stream import Sync
from source_pinterest.streams.opening import OpenedStream
from source_pinterest.streams.selection import Selection, in_reading_order

LOGGER = logging.getLogger("airbyte")

FEWEST_WORKERS = 2
"""One for a generator that waits for a parent's ids, one for the partition that brings them."""
_TOKEN_SECONDS = 0.2
"""For a token that is on its way when a read is closed."""


class SourcePinterest(ConcurrentSourceAdapter):
    """Pinterest, organic and ads. One instance serves one command.

    Args:
        pauses: between two tries of a call that fails, and two polls of a report.

    Attributes:
        progress: of the sync that runs.
        hand_out: writes a message out at once; without it, a rotated token is the next message that `read` yields.
    """

    check_config_against_spec = False
    """`Config` says more of a bad value than the schema does; `check` looks at both."""

    def __init__(self, pauses: Pauses | None = None) -> None:
        self._pauses = pauses
        self._queue = RecordQueue(QUEUE_BYTES)
        self._repository = OrderedMessageRepository(self._queue)
        self._catalog: Mapping[str, ConfiguredAirbyteStream] = {}
        self._state: list[AirbyteStateMessage] = []
        self._config_path: Path | None = None
        self._authenticator: PinterestAuthenticator | None = None
        self.hand_out: Callable[[AirbyteMessage], None] | None = None
        self._usage = Usage()
        self.progress: Progress | None = None
        LOGGER.addFilter(PLAIN_ERRORS)
        LOGGER.addFilter(TRUE_COUNTS)
        super().__init__(self._concurrency(FEWEST_WORKERS))

    @property
    def message_repository(self) -> MessageRepository:
        """Takes every message that is not a record."""
        return self._repository

    def read_config(self, config_path: str) -> MutableMapping[str, Any]:  # type: ignore[override]
        """Read the config file, and remember it for tokens that are written back."""
        self._config_path = Path(config_path)
        return in_current_form(read_object(self._config_path))

    @classmethod
    def read_state(cls, state_path: str) -> list[AirbyteStateMessage]:
        """Read the state file, if there is one."""
        return read_states(Path(state_path)) if state_path else []

    @classmethod
    def read_catalog(cls, catalog_path: str) -> ConfiguredAirbyteCatalog:
        """Read the catalog file."""
        return read_configured_catalog(Path(catalog_path))

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Whether the token can read anything, and all that the config names."""
        is_fine, message = self.check_connection(logger, config)
        return AirbyteConnectionStatus(status=Status.SUCCEEDED if is_fine else Status.FAILED, message=message)

    def check_connection(self, logger: logging.Logger, config: Mapping[str, Any]) -> tuple[bool, str | None]:
        """Whether the token can read anything, and all that the config names."""
        del logger
        return check_access(Config.from_mapping(config), lambda checked: self._sync(checked, config))

    def settle(self, seconds: float) -> None:
        """Wait, but not longer than this, for a token that is on its way: it may be the only one that still works."""
        if self._authenticator:
            self._authenticator.settle(seconds)

    def streams(self, config: Mapping[str, Any]) -> list[Stream]:
        """All streams, behind the framework's concurrent reader, which takes their records one by one."""
        return [
            self.convert_to_concurrent_stream(LOGGER, stream, ConnectorStateManager(self._state), stream.checkpoint)
            for stream in (opened.stream for opened in self._opened(config))
        ]

    def _opened(self, config: Mapping[str, Any], names: Iterable[str] | None = None) -> Iterator[OpenedStream]:
        """Streams with their cursors, by default all of them; those of the catalog are selected."""
        settings = Config.from_mapping(config)
        for notice in settings.notices:
            LOGGER.info(notice)
        states = ConnectorStateManager(self._state)
        makers = streams_by_name(self._sync(settings, config))
        for name in makers if names is None else names:
            yield OpenedStream(makers[name](), settings, self._catalog.get(name), states, self._repository)

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Read the streams of the catalog, a message for each record.

        Raises:
            AirbyteTracedException: a stream could not be read whole; of the failures, the most retryable counts.
        """
        try:
            for message in self.read_pages(logger, config, catalog, state):
                if isinstance(message, PageMessage):
                    for record in message.page.messages():
                        yield from self._queue.urgent()
                        yield record
                else:
                    yield message
        finally:  # the caller may have closed this generator
            self.settle(_TOKEN_SECONDS)
            self._workers.close()

    def read_pages(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Read the streams of the catalog, a `PageMessage` for many records.

        Raises:
            AirbyteTracedException: a stream could not be read whole; of the failures, the most retryable counts.
        """
        settings = Config.from_mapping(config)
        selection = Selection.of(catalog, settings)
        self._repository = OrderedMessageRepository(self._queue)
        self._state = state or []
        self._catalog = {configured.stream.name: configured for configured in selection.known}
        self._concurrent_source = self._concurrency(settings.num_workers)
        failures, self._usage = FailureTypes(), Usage()
        self.progress = progress = Progress(self._usage, list(self._catalog))
        try:
            for message in self._messages(logger, config, selection):
                if isinstance(message, PageMessage):
                    if progress.count_page(message.page):
                        yield _running(self._catalog[message.page.stream])
                    yield message
                    continue
                failures.observe(message)
                yield from progress.estimates(time.time() * 1_000)
                yield clean(message)
                progress.observe(message)
                if message.type is Type.STATE:
                    MESSAGES.flush()
        except AirbyteTracedException as error:
            if failures.any_seen():
                error.failure_type = failures.most_retryable()
            raise

    def _messages(
        self, logger: logging.Logger, config: Mapping[str, Any], selection: Selection
    ) -> Iterator[AirbyteMessage]:
        """What the framework reads, and after all of it the ends of unknown streams."""
        failure: AirbyteTracedException | None = None
        try:
            ordered = in_reading_order(selection.known, ConnectorStateManager(self._state))
            yield from super().read(logger, config, ordered, self._state)
        except AirbyteTracedException as error:
            failure = error
        if isinstance(failure, NoThreadError):
            yield from self._left_unread(selection, failure)
        yield from selection.refusals()
        if failure := failure or selection.failure():
            raise failure

    def _left_unread(self, selection: Selection, error: NoThreadError) -> Iterator[AirbyteMessage]:
        """The ends of the streams that have none yet."""
        for configured in selection.known:
            name = configured.stream.name
            if self.progress and name not in self.progress.ended:
                yield error.as_airbyte_message(stream_descriptor=StreamDescriptor(name=name))
                yield stream_status_as_airbyte_message(configured.stream, AirbyteStreamStatus.INCOMPLETE)

    def _select_abstract_streams(
        self, config: Mapping[str, Any], configured_catalog: ConfiguredAirbyteCatalog
    ) -> list[AbstractStream]:
        """The streams of the catalog as the concurrent reader takes them in a sync: in pages."""
        names = [configured.stream.name for configured in configured_catalog.streams]
        return [opened.in_pages() for opened in self._opened(config, names)]

    def _sync(self, settings: Config, config: Mapping[str, Any]) -> Sync:
        store = TokenStore(in_current_form(config), self.hand_out or self._repository.emit_next, self._config_path)
        api = Api.connect(settings, store.rotated, PRINT_BUFFER.flush, self._usage, self._pauses)
        self._authenticator = api.authenticator
        return Sync(api, settings)

    def _concurrency(self, workers: int) -> ConcurrentSource:
        workers = max(FEWEST_WORKERS, workers)
        self._workers = Workers(workers)
        pool = ThreadPoolManager(self._workers, LOGGER)
        return ConcurrentSource(pool, LOGGER, self._slice_logger, self._queue, self._repository, workers // 2)


def _running(configured: ConfiguredAirbyteStream) -> AirbyteMessage:
    return stream_status_as_airbyte_message(configured.stream, AirbyteStreamStatus.RUNNING)
