"""What has a run left in its file of JSON lines? Its states, how many records, and what the user has to know."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import orjson

_RECORD = b'{"type":"RECORD"'
_CONTROL = b'{"type":"CONTROL"'


@dataclass
class Messages:
    """The messages of a run.

    Attributes:
        records: how many there are.
        states: the last state of each stream, as the connector printed it.
        warnings: each one once.
        errors: the sentence of each error, with the streams that met it; those of no stream where there are no others.
    """

    records: int = 0
    states: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    _closing_error: str = ""

    @classmethod
    def of(cls, path: Path) -> Self:
        """Those of the whole lines of a file, which is on the disk then. What comes behind the last of them is cut off.

        Raises:
            OSError: the file can't be read or cut.
        """
        found, end = cls(), 0
        with path.open("rb+") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    file.truncate(end)
                    break
                end += len(line)
                found._take(line)
            os.fsync(file.fileno())
        if found._closing_error and not found.errors:
            found.errors[found._closing_error] = []
        return found

    def sentences(self) -> Iterator[str]:
        """The errors, with the streams that met them."""
        is_the_same_for_all = len(self.errors) == 1 and len(next(iter(self.errors.values()))) > 1
        for sentence, streams in self.errors.items():
            unnamed = [] if is_the_same_for_all else [stream for stream in streams if stream not in sentence]
            yield f"{', '.join(unnamed)}: {sentence}" if unnamed else sentence

    def _take(self, line: bytes) -> None:
        if line.startswith(_RECORD):
            self.records += 1
            return
        try:
            message = orjson.loads(line)
        except ValueError:
            return  # a machine that lost its power may have left anything
        if message["type"] == "STATE":
            self.states[message["state"]["stream"]["stream_descriptor"]["name"]] = message["state"]
        elif message["type"] == "LOG" and message["log"]["level"] == "WARN":
            self.warnings[message["log"]["message"]] = None
        elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
            self._take_error(message["trace"]["error"])

    def _take_error(self, error: Mapping[str, Any]) -> None:
        stream = error.get("stream_descriptor")
        if stream:
            self.errors.setdefault(error["message"], []).append(stream["name"])
        else:
            self._closing_error = error["message"]


def without_secrets(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a run but for the new configuration, whose tokens are in the configuration file already."""
    return (line for line in lines if not line.startswith(_CONTROL))
