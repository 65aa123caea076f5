"""One stream of a sync that sends no request: what it plans and declares."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteStream,
    ConfiguredAirbyteStreamSerializer,
)
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_pinterest.api import Api
from source_pinterest.config import Config
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.state.cursor import StateStore
from source_pinterest.streams.analytics.custom_report import custom_report
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import SyncContext
from unit_tests.configs import TODAY, signed_in_with
from unit_tests.report_configs import read_report

S = TypeVar("S", bound=PinterestStream)


class Planned:
    """A sync with these options."""

    def __init__(self, **options: Any) -> None:
        signed_in = signed_in_with(auth_method="access_token", access_token="false-access-token")
        config = Config.from_mapping({**signed_in, **options}, TODAY)
        self.sync = SyncContext(Api.connect(config, lambda _: None), config)

    def stream(self, of: type[S]) -> S:
        """A stream with its cursor."""
        return _with_cursor(self.sync.stream(of))

    def custom(self, **fields: Any) -> ReportStream:
        """A report of the user's own, with its cursor."""
        return _with_cursor(custom_report(self.sync, read_report(**fields)))


def _with_cursor(stream: S) -> S:
    stream.open_state(
        None, StateStore(stream.name, ConnectorStateManager([]), InMemoryMessageRepository().emit_message)
    )
    return stream


def records_of(record_batches: Iterable[RecordBatch]) -> Iterator[dict[str, Any]]:
    """The records of batches, one by one as the batches come."""
    for found in record_batches:
        yield from found.records()


def state_of(stream: str, *accounts: str, **cursor: Any) -> list[AirbyteStateMessage]:
    """A state that has the same cursor for each of these ad accounts; without any, it is the cursor itself."""
    states = [{"partition": {"ad_account_id": account}, "cursor": cursor} for account in accounts]
    entry = {"stream_descriptor": {"name": stream}, "stream_state": {"states": states} if accounts else cursor}
    return [AirbyteStateMessageSerializer.load({"type": "STREAM", "stream": entry})]


def configured(
    sync_mode: str = "full_refresh", destination: str = "overwrite", name: str = "any"
) -> ConfiguredAirbyteStream:
    """How a connection reads a stream."""
    stream = {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]}
    return ConfiguredAirbyteStreamSerializer.load(
        {"stream": stream, "sync_mode": sync_mode, "destination_sync_mode": destination}
    )
