"""The Airbyte source: spec, check, discover and read over the streams."""

import logging
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    ConnectorSpecification,
    Status,
)
from airbyte_cdk.sources import AbstractSource
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository, MessageRepository
from airbyte_cdk.sources.streams import Stream
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.api import Api
from source_pinterest.api.auth import PinterestAuthenticator
from source_pinterest.api.retries import BackoffDelays
from source_pinterest.api.usage import Usage
from source_pinterest.check import check_access
from source_pinterest.config import Config
from source_pinterest.config.files import in_current_form, read_object, read_states
from source_pinterest.engine.progress import Progress
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.engine.token_store import TokenStore
from source_pinterest.streams.base.loop import Loop, Message
from source_pinterest.streams.base.run import StreamRun
from source_pinterest.streams.base.sync import SyncContext
from source_pinterest.streams.selection import (
    Selection,
    has_days,
    in_order,
    predecessors,
    streams_by_name,
    warn_of_unknown_states,
)

LOGGER = logging.getLogger("airbyte")


class SourcePinterest(AbstractSource):
    """Pinterest, organic and ads. One instance serves one command.

    Args:
        pauses: the pauses before the retries of a request, and between the polls of a report.

    Attributes:
        progress: the progress of the present sync.
        authenticator: has the token of the present command; None before the first request.
        hand_out: writes a rotated token to stdout immediately; by default, it waits in the queue of messages.
    """

    check_config_against_spec = False
    """`Config` explains an invalid value better than the schema does. `check` looks at both."""

    def __init__(self, pauses: BackoffDelays | None = None) -> None:
        self._pauses = pauses
        self._repository = InMemoryMessageRepository()
        self._config_path: Path | None = None
        self.authenticator: PinterestAuthenticator | None = None
        self.hand_out: Callable[[AirbyteMessage], None] | None = None
        self._usage = Usage()
        self.progress: Progress | None = None

    @property
    def message_repository(self) -> MessageRepository:
        """The repository for rotated tokens, unless `hand_out` writes them."""
        return self._repository

    def spec(self, logger: logging.Logger) -> ConnectorSpecification:
        """Return the form. Airbyte sorts its fields by `order`, so each has the number of its place in `spec.json`."""
        spec = super().spec(logger)
        _number_fields(spec.connectionSpecification)
        return spec

    def read_config(self, config_path: str) -> MutableMapping[str, Any]:  # type: ignore[override]
        """Read the config file, and keep its path for tokens that are written into it."""
        self._config_path = Path(config_path)
        return in_current_form(read_object(self._config_path))

    @classmethod
    def read_state(cls, state_path: str) -> list[AirbyteStateMessage]:
        """Read the state file, if there is one."""
        return read_states(Path(state_path)) if state_path else []

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Check that the token can read something, and all accounts and columns that the config names."""
        is_fine, message = self.check_connection(logger, config)
        return AirbyteConnectionStatus(status=Status.SUCCEEDED if is_fine else Status.FAILED, message=message)

    def check_connection(self, logger: logging.Logger, config: Mapping[str, Any]) -> tuple[bool, str | None]:
        """Check that the token can read something, and all accounts and columns that the config names."""
        del logger
        try:
            settings = Config.from_mapping(config)
        except AirbyteTracedException as error:
            return False, error.message
        return check_access(settings, lambda checked: self._sync(checked, config))

    def streams(self, config: Mapping[str, Any]) -> list[Stream]:
        """Return all streams, with the cursors of a first sync."""
        return [run.stream for run in self._runs(config, {}, ConnectorStateManager(), self._repository.emit_message)]

    def _runs(
        self,
        config: Mapping[str, Any],
        selected: Mapping[str, ConfiguredAirbyteStream],
        states: ConnectorStateManager,
        send: Callable[[AirbyteMessage], None],
    ) -> Iterator[StreamRun]:
        """Return the runs of the selected streams; without any, those of all streams."""
        settings = Config.from_mapping(config)
        for notice in settings.notices:
            LOGGER.info(notice)
        makers = streams_by_name(self._sync(settings, config))
        for name in filter(selected.__contains__, makers) if selected else makers:
            yield StreamRun(makers[name](), selected.get(name), states, send)

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
        del logger
        for message in self.read_record_batches(config, catalog, state or []):
            yield from message.messages() if isinstance(message, RecordBatch) else (message,)
            yield from self._repository.consume_queue()

    def read_record_batches(
        self, config: Mapping[str, Any], catalog: ConfiguredAirbyteCatalog, state: list[AirbyteStateMessage]
    ) -> Iterator[Message]:
        """Read the streams of the catalog, and return their records in batches.

        Raises:
            AirbyteTracedException: a stream could not be read to its end. Its failure type is the most retryable one.
        """
        settings = Config.from_mapping(config)
        selection = Selection.from_catalog(catalog, settings)
        warn_of_unknown_states(state, settings)
        selected = {configured.stream.name: configured for configured in selection.known}
        self._usage = Usage()
        self.progress = progress = Progress(self._usage, list(selected))
        if selected:
            loop, states = Loop(), ConnectorStateManager(state)
            runs = in_order(self._runs(config, selected, states, loop.put), states)
            planners = max(1, settings.num_workers // 2) + sum(has_days(run.stream) for run in runs)
            yield from loop.read(runs, progress, settings.num_workers, planners, predecessors(runs))
        for message in selection.config_errors():
            yield message
            progress.observe(message)
        if failure := progress.failure():
            raise failure

    def _sync(self, settings: Config, config: Mapping[str, Any]) -> SyncContext:
        store = TokenStore(in_current_form(config), self.hand_out or self._repository.emit_message, self._config_path)
        api = Api.connect(settings, store.save_rotated, self._usage, self._pauses)
        self.authenticator = api.authenticator
        return SyncContext(api, settings)


def _number_fields(schema: dict[str, Any]) -> None:
    """Number the properties of an object, and those of the objects in its lists and choices."""
    for number, field in enumerate(schema.get("properties", {}).values()):
        field["order"] = number
        for nested in (field, field.get("items", {}), *field.get("oneOf", ())):
            _number_fields(nested)
