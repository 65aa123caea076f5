"""Stores of cursors whose repository keeps the states for a look."""

from typing import Any

from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessage, AirbyteStateMessageSerializer
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository, MessageRepository

from source_pinterest.state.cursor import FullRefresh, StateStore

STREAM = "some_stream"


def store(
    state: dict[str, Any] | None = None,
    repository: MessageRepository | None = None,
    refresh: FullRefresh | None = None,
) -> StateStore:
    """A store with the state of one stream coming in."""
    manager = ConnectorStateManager([] if state is None else [_message(state)])
    return StateStore(STREAM, manager, (repository or InMemoryMessageRepository()).emit_message, refresh)


def states_in(repository: MessageRepository) -> list[dict[str, Any]]:
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
