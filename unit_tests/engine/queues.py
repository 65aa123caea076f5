"""What do the cursors hand their states to? A repository that keeps the messages for a look."""

from typing import Any

from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessage, AirbyteStateMessageSerializer
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.types import StreamSlice

STREAM = "some_stream"


class Slice:
    """A partition of the framework's, of which the cursors only ask for its slice."""

    def __init__(self, stream_slice: StreamSlice) -> None:
        self._stream_slice = stream_slice

    def to_slice(self) -> StreamSlice:
        return self._stream_slice


def state_manager(state: dict[str, Any] | None) -> ConnectorStateManager:
    """The framework's, with the state of one stream coming in."""
    return ConnectorStateManager([] if state is None else [_message(state)])


def states_in(repository: InMemoryMessageRepository) -> list[dict[str, Any]]:
    """The states handed out since the last look."""
    return [_content(message) for message in repository.consume_queue()]


def _message(state: dict[str, Any]) -> AirbyteStateMessage:
    return AirbyteStateMessageSerializer.load(
        {"type": "STREAM", "stream": {"stream_descriptor": {"name": STREAM}, "stream_state": state}}
    )


def _content(message: AirbyteMessage) -> dict[str, Any]:
    assert message.state
    assert message.state.stream
    return dict(vars(message.state.stream.stream_state))
