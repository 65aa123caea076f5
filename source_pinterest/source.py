"""The Airbyte source: spec, check, discover and read over the streams."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping
from pathlib import Path
from queue import Queue
from typing import Any

from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    Status,
    StreamDescriptor,
)
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.concurrent_source.concurrent_source_adapter import ConcurrentSourceAdapter
from airbyte_cdk.sources.concurrent_source.thread_pool_manager import ThreadPoolManager
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams import Stream
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message as stream_status_as_airbyte_message

from source_pinterest.api import Api
from source_pinterest.api.auth import PinterestAuthenticator
from source_pinterest.api.errors import PinterestError, Reach
from source_pinterest.api.retries import Pauses
from source_pinterest.api.threads import Workers
from source_pinterest.api.usage import Usage
from source_pinterest.check import check_access
from source_pinterest.config import Config
from source_pinterest.config.files import in_current_form, read_configured_catalog, read_object, read_states
from source_pinterest.config.options import unknown_key_notices
from source_pinterest.engine.bundles import BundleMessage
from source_pinterest.engine.progress import Progress
from source_pinterest.engine.queue import QUEUE_ITEMS, OrderedMessageRepository, clean, is_worth_logging
from source_pinterest.engine.token_store import TokenStore
from source_pinterest.streams import streams_by_name
from source_pinterest.streams.base.run import StreamRun
from source_pinterest.streams.base.sync import Sync
from source_pinterest.streams.selection import Selection, has_days, in_order, warn_of_unknown_states

LOGGER = logging.getLogger("airbyte")


class SourcePinterest(ConcurrentSourceAdapter):
    """Pinterest, organic and ads. One instance serves one command.

    Args:
        pauses: the pauses before the retries of a request, and between the polls of a report.

    Attributes:
        progress: the progress of the present sync.
        hand_out: writes a rotated token to stdout at once. Without it, the token takes its turn among the messages.
    """

    check_config_against_spec = False
    """`Config` explains an invalid value better than the schema does. `check` looks at both."""

    def __init__(self, pauses: Pauses | None = None) -> None:
        self._pauses = pauses
        self._queue: Queue[QueueItem] = Queue(QUEUE_ITEMS)
        self._repository = OrderedMessageRepository(self._queue)
        self._catalog: Mapping[str, ConfiguredAirbyteStream] = {}
        self._state: list[AirbyteStateMessage] = []
        self._config_path: Path | None = None
        self._authenticator: PinterestAuthenticator | None = None
        self.hand_out: Callable[[AirbyteMessage], None] | None = None
        self._usage = Usage()
        self.progress: Progress | None = None
        LOGGER.addFilter(is_worth_logging)
        super().__init__(self._concurrency(workers=1, analytics=0))

    @property
    def message_repository(self) -> MessageRepository:
        """The repository for all messages that are not records."""
        return self._repository

    def read_config(self, config_path: str) -> MutableMapping[str, Any]:  # type: ignore[override]
        """Read the config file, and keep its path for tokens that are written into it."""
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
        """Check that the token can read something, and all accounts and columns that the config names."""
        is_fine, message = self.check_connection(logger, config)
        return AirbyteConnectionStatus(status=Status.SUCCEEDED if is_fine else Status.FAILED, message=message)

    def check_connection(self, logger: logging.Logger, config: Mapping[str, Any]) -> tuple[bool, str | None]:
        """Check that the token can read something, and all accounts and columns that the config names."""
        del logger
        _warn_of_unknown_keys(config)
        return check_access(Config.from_mapping(config), lambda checked: self._sync(checked, config))

    def wait_for_token(self, seconds: float) -> None:
        """Wait at most so long for the response to a token request: its refresh token may be the only valid one."""
        if self._authenticator:
            self._authenticator.wait_for_refresh(seconds)

    def streams(self, config: Mapping[str, Any]) -> list[Stream]:
        """Return all streams for the framework's concurrent reader, which reads their records one by one."""
        return [
            self.convert_to_concurrent_stream(LOGGER, stream, ConnectorStateManager(self._state), stream.checkpoint)
            for stream in (run.stream for run in self._runs(config))
        ]

    def _runs(self, config: Mapping[str, Any], names: Collection[str] | None = None) -> Iterator[StreamRun]:
        """Return the runs of streams, by default of all streams. The streams of the catalog are selected."""
        settings = Config.from_mapping(config)
        for notice in settings.notices:
            LOGGER.info(notice)
        states = ConnectorStateManager(self._state)
        makers = streams_by_name(self._sync(settings, config))
        for name in makers if names is None else filter(names.__contains__, makers):
            yield StreamRun(makers[name](), self._catalog.get(name), states, self._repository)

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Read the streams of the catalog, and return one message per record.

        Raises:
            AirbyteTracedException: a stream could not be read to its end. Its failure type is the most retryable one.
        """
        for message in self.read_bundles(logger, config, catalog, state):
            if isinstance(message, BundleMessage):
                yield from message.bundle.messages()
            else:
                yield message

    def read_bundles(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Read the streams of the catalog, and return their records in `BundleMessage`s.

        Raises:
            AirbyteTracedException: a stream could not be read to its end. Its failure type is the most retryable one.
        """
        _warn_of_unknown_keys(config)
        settings = Config.from_mapping(config)
        selection = Selection.from_catalog(catalog, settings)
        self._repository = OrderedMessageRepository(self._queue)
        self._state = state or []
        warn_of_unknown_states(self._state, settings)
        self._catalog = {configured.stream.name: configured for configured in selection.known}
        self._usage = Usage()
        self.progress = progress = Progress(self._usage, list(self._catalog))
        try:
            for message in self._messages(logger, config, selection, progress):
                if isinstance(message, BundleMessage):
                    if progress.count_bundle(message.bundle):
                        stream = self._catalog[message.bundle.stream].stream
                        yield stream_status_as_airbyte_message(stream, AirbyteStreamStatus.RUNNING)
                    yield message
                    continue
                yield clean(message)
                progress.observe(message)
        except AirbyteTracedException as error:
            progress.summarise(error)
            raise

    def _messages(
        self, logger: logging.Logger, config: Mapping[str, Any], selection: Selection, progress: Progress
    ) -> Iterator[AirbyteMessage]:
        """Return the framework's messages, followed by the statuses of unknown streams."""
        failure: AirbyteTracedException | None = None
        try:
            known = ConfiguredAirbyteCatalog(streams=selection.known)
            yield from super().read(logger, config, known, self._state)
        except AirbyteTracedException as error:
            failure = error
        if isinstance(failure, PinterestError) and failure.reach is Reach.SYNC:
            for stream in (configured.stream for configured in selection.known):
                if stream.name not in progress.ended:
                    yield failure.as_airbyte_message(stream_descriptor=StreamDescriptor(name=stream.name))
                    yield stream_status_as_airbyte_message(stream, AirbyteStreamStatus.INCOMPLETE)
        yield from selection.refusals()
        if failure or selection.unknown:
            raise failure or AirbyteTracedException()

    def _select_abstract_streams(
        self, config: Mapping[str, Any], configured_catalog: ConfiguredAirbyteCatalog
    ) -> list[AbstractStream]:
        """Return the streams of the catalog, which the concurrent reader reads in bundles."""
        names = {configured.stream.name for configured in configured_catalog.streams}
        runs = in_order(self._runs(config, names), ConnectorStateManager(self._state))
        analytics = sum(has_days(run.stream) for run in runs)
        self._concurrent_source = self._concurrency(Config.from_mapping(config).num_workers, analytics)
        return [run.as_abstract_stream() for run in runs]

    def _sync(self, settings: Config, config: Mapping[str, Any]) -> Sync:
        store = TokenStore(in_current_form(config), self.hand_out or self._repository.emit_message, self._config_path)
        api = Api.connect(settings, store.rotated, self._usage, self._pauses)
        self._authenticator = api.authenticator
        return Sync(api, settings)

    def _concurrency(self, workers: int, analytics: int) -> ConcurrentSource:
        """Return the framework's reader. Each stream of analytics adds a planning thread, because it may wait long."""
        planners = max(1, workers // 2) + analytics
        pool = ThreadPoolManager(Workers(workers, planners), LOGGER)  # type: ignore[arg-type]  # it only calls `submit` and `shutdown`
        return ConcurrentSource(pool, LOGGER, self._slice_logger, self._queue, self._repository, planners)


def _warn_of_unknown_keys(config: Mapping[str, Any]) -> None:
    """Warn before the config is judged, as a mistyped key may be why another one is missing."""
    for notice in unknown_key_notices(config):
        LOGGER.warning(notice)
