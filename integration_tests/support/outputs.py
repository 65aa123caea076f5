"""`Output` sorts the connector's messages by what tests ask about."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import orjson
from airbyte_cdk.models import (
    AirbyteErrorTraceMessage,
    AirbyteMessage,
    AirbyteMessageSerializer,
    AirbyteStreamState,
    Type,
)

Record = dict[str, Any]


@dataclass
class Output:
    """The messages of one command.

    Attributes:
        messages: every one, in the order of its arrival.
        exit_code: of the process, or the one that it would have had.
        stderr: what it wrote beside.
        records: of each stream, in their order.
        states: the last state of each stream.
        statuses: of each stream, in their order: STARTED, RUNNING, COMPLETE or INCOMPLETE.
        errors: the error traces; the last one closes a failed sync.
        logs: level and text of each log line.
    """

    messages: list[AirbyteMessage]
    exit_code: int
    stderr: str = ""
    records: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    errors: list[AirbyteErrorTraceMessage] = field(default_factory=list)
    logs: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of_process(cls, stdout: bytes, exit_code: int, stderr: str) -> Self:
        """The output of a process, each line of which must be a message."""
        lines = [AirbyteMessageSerializer.load(orjson.loads(line)) for line in stdout.splitlines()]
        return cls(lines, exit_code, stderr)

    def __post_init__(self) -> None:
        for message in self.messages:
            if message.record:
                self.records[message.record.stream].append(message.record.data)
            elif message.type is Type.STATE:
                self.states[_stream_of(message).stream_descriptor.name] = state_of(message)
            elif message.log:
                self.logs.append((message.log.level.value, message.log.message))
            elif message.trace and message.trace.error:
                self.errors.append(message.trace.error)
            elif message.trace and (status := message.trace.stream_status):
                self.statuses[status.stream_descriptor.name].append(status.status.value)

    def warnings(self) -> list[str]:
        """The warnings among the log lines."""
        return [text for level, text in self.logs if level == "WARN"]

    def status(self, stream: str) -> str:
        """How a stream ended; "" if it did not even begin."""
        return self.statuses[stream][-1] if self.statuses[stream] else ""

    def errors_of(self, stream: str) -> list[AirbyteErrorTraceMessage]:
        """The error traces that name a stream."""
        return [error for error in self.errors if error.stream_descriptor and error.stream_descriptor.name == stream]

    def states_of(self, stream: str) -> Iterator[dict[str, Any]]:
        """Every state of a stream, in their order."""
        for message in self.messages:
            if message.type is Type.STATE and _stream_of(message).stream_descriptor.name == stream:
                yield state_of(message)

    def text(self) -> str:
        """Everything the errors and warnings say, for one look."""
        return "\n".join([*_sentences(self.errors), *self.warnings()])


def state_of(message: AirbyteMessage) -> dict[str, Any]:
    """The state in a state message."""
    return dict(vars(_stream_of(message).stream_state))


def _stream_of(message: AirbyteMessage) -> AirbyteStreamState:
    """What a state message is about: this connector has no other states than those of one stream."""
    assert message.state
    assert message.state.stream
    return message.state.stream


def _sentences(errors: Iterable[AirbyteErrorTraceMessage]) -> Iterator[str]:
    return (f"{error.failure_type}: {error.message}" for error in errors)
