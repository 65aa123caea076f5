"""How do the streams become an Airbyte source? spec, check, discover and read."""

import json
import logging
import time
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    Status,
    Type,
)
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.concurrent_source.concurrent_source_adapter import ConcurrentSourceAdapter
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams import Stream
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.api import Api
from source_pinterest.api.usage import Usage
from source_pinterest.check import check_access
from source_pinterest.checkpoints import Checkpoints
from source_pinterest.columns import DATE
from source_pinterest.config import Config
from source_pinterest.engine.messages import (
    NO_BODIES,
    PLAIN_ERRORS,
    QUEUE_SIZE,
    FailureTypes,
    FlushingQueue,
    OrderedMessageRepository,
    clean_trace,
)
from source_pinterest.engine.progress import Progress
from source_pinterest.engine.stdout import MESSAGES
from source_pinterest.engine.token_store import TokenKeeper
from source_pinterest.state.formats import progress_of
from source_pinterest.streams import STREAMS, all_streams
from source_pinterest.streams.analytics.query import SynchronousStream
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.context import Sync

LOGGER = logging.getLogger("airbyte")

FEWEST_WORKERS = 2
"""One for a generator that waits for a parent's ids, one for the partition that brings them."""


class SourcePinterest(ConcurrentSourceAdapter):
    """Pinterest, organic and ads. One instance serves one command."""

    check_config_against_spec = False
    """`Config` tells more of a bad value than the schema does; `check` looks at both."""

    def __init__(self) -> None:
        self._queue = FlushingQueue(maxsize=QUEUE_SIZE)
        self._repository = OrderedMessageRepository(self._queue)
        self._catalog: Mapping[str, ConfiguredAirbyteStream] = {}
        self._state: list[AirbyteStateMessage] = []
        self._config_path: Path | None = None
        self._usage = Usage()
        self.progress: Progress | None = None
        LOGGER.addFilter(PLAIN_ERRORS)
        LOGGER.addFilter(NO_BODIES)
        super().__init__(self._concurrency(FEWEST_WORKERS))

    @property
    def message_repository(self) -> MessageRepository:
        """Takes every message that is not a record."""
        return self._repository

    def read_config(self, config_path: str) -> MutableMapping[str, Any]:  # type: ignore[override]
        """Read the config file, and remember it for tokens that are written back."""
        self._config_path = Path(config_path)
        return super().read_config(config_path)

    @classmethod
    def read_state(cls, state_path: str) -> list[AirbyteStateMessage]:
        """Read the state file: a list of stream states, or a mapping of streams to states as of old."""
        content = json.loads(Path(state_path).read_text()) if state_path else None
        if not isinstance(content, dict):
            return super().read_state(state_path)
        return [
            AirbyteStateMessageSerializer.load(
                {"type": "STREAM", "stream": {"stream_descriptor": {"name": name}, "stream_state": state}},
            )
            for name, state in content.items()
            if isinstance(state, dict)
        ]

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Tell whether the token can read anything, and all that the config names."""
        is_fine, message = self.check_connection(logger, config)
        return AirbyteConnectionStatus(status=Status.SUCCEEDED if is_fine else Status.FAILED, message=message)

    def check_connection(self, logger: logging.Logger, config: Mapping[str, Any]) -> tuple[bool, str | None]:
        """Tell whether the token can read anything, and all that the config names."""
        del logger
        return check_access(Config.from_mapping(config), lambda checked: self._sync(checked, config))

    def streams(self, config: Mapping[str, Any]) -> list[Stream]:
        """All streams, behind the framework's concurrent reader."""
        settings = Config.from_mapping(config)
        for notice in settings.notices:
            LOGGER.info(notice)
        sync = self._sync(settings, config)
        state_manager = ConnectorStateManager(self._state)
        checkpoints = Checkpoints(settings, state_manager, self._repository)
        streams = []
        for stream in all_streams(sync):
            configured = self._catalog.get(stream.name)
            cursor = checkpoints.attach(stream, configured)
            if configured:
                stream.select()
            streams.append(self.convert_to_concurrent_stream(LOGGER, stream, state_manager, cursor))
            stream.cursor = None  # the framework's sequential reader would take the concurrent cursor for its own
        return streams

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Read the streams of the catalog.

        Raises:
            AirbyteTracedException: a stream could not be read whole; of the failures, the most retryable counts.
        """
        self._repository = OrderedMessageRepository(self._queue)
        self._state = state or []
        self._catalog = {configured.stream.name: configured for configured in catalog.streams}
        settings = Config.from_mapping(config)
        self._concurrent_source = self._concurrency(settings.num_workers)
        _warn_of_unknown_streams(catalog, settings)
        failures, self._usage = FailureTypes(), Usage()
        self.progress = progress = Progress(self._usage, list(self._catalog))
        try:
            ordered = _in_reading_order(catalog, ConnectorStateManager(self._state))
            for message in super().read(logger, config, ordered, state):
                if message.type is Type.RECORD and message.record:
                    progress.records[message.record.stream] += 1
                    yield message
                    continue
                failures.observe(message)
                yield from progress.estimates(time.time() * 1_000)
                yield clean_trace(message)
                progress.observe(message)
                if message.type is Type.STATE:
                    MESSAGES.flush()
        except AirbyteTracedException as error:
            if failures.any_seen():
                error.failure_type = failures.most_retryable()
            raise

    def _sync(self, settings: Config, config: Mapping[str, Any]) -> Sync:
        keeper = TokenKeeper(config, self._repository, self._config_path)
        return Sync(Api.connect(settings, keeper.rotated, PRINT_BUFFER.flush, self._usage), settings)

    def _concurrency(self, workers: int) -> ConcurrentSource:
        workers = max(FEWEST_WORKERS, workers)
        return ConcurrentSource.create(
            workers,
            workers // 2,
            LOGGER,
            self._slice_logger,
            self._repository,
            queue=self._queue,
        )


def _warn_of_unknown_streams(catalog: ConfiguredAirbyteCatalog, settings: Config) -> None:
    """Say why a stream stays INCOMPLETE; the framework does not."""
    known = {stream_class.stream_name() for stream_class in STREAMS}
    known |= {report.stream_name for report in settings.custom_reports}
    for configured in catalog.streams:
        if configured.stream.name not in known:
            LOGGER.warning(
                f"{configured.stream.name} is not a stream of this connector, so that nothing is read for it. "
                "Refresh the schema of the connection, or leave the stream out.",
            )


def _in_reading_order(catalog: ConfiguredAirbyteCatalog, states: ConnectorStateManager) -> ConfiguredAirbyteCatalog:
    """The catalog in the order of the registry, so that a parent is never waited for before it has begun.

    Of the daily numbers of ads, which end the registry, the stream that is furthest behind comes first: it gets its
    turn where a day's quota is too small for all of them.
    """
    names = [stream_class.stream_name() for stream_class in STREAMS]
    others = {stream.stream_name() for stream in STREAMS if not issubclass(stream, SynchronousStream | ReportStream)}

    def rank(configured: ConfiguredAirbyteStream) -> tuple[bool, tuple[str, int], int]:
        name = configured.stream.name
        position = names.index(name) if name in names else len(names)
        if name in others:
            return False, ("", 0), position
        return True, progress_of(states.get_stream_state(name, None), DATE), position

    return ConfiguredAirbyteCatalog(streams=sorted(catalog.streams, key=rank))
