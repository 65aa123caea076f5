"""Stand-in until the real one comes."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, Type


@dataclass(frozen=True, slots=True)
class Page:
    """Finished record messages of one stream, a line each."""

    stream: str
    lines: bytes
    count: int

    def records(self) -> Iterator[dict[str, Any]]:
        """The records in the lines."""
        for line in self.lines.splitlines():
            yield orjson.loads(line)["record"]["data"]

    def messages(self) -> Iterator[AirbyteMessage]:
        """The lines as the framework's messages."""
        for line in self.lines.splitlines():
            yield AirbyteMessageSerializer.load(orjson.loads(line))


class PageMessage(AirbyteMessage):
    """Many records."""

    def __init__(self, page: Page) -> None:
        super().__init__(type=Type.RECORD)
        self.page = page


def pages_of(stream: str, records: Iterable[dict[str, Any]]) -> Iterator[Page]:
    """Lines."""
    lines = []
    at = int(time.time() * 1000)
    for r in records:
        data = {k: v for k, v in r.items() if v is not None}
        lines.append(
            orjson.dumps({"type": "RECORD", "record": {"stream": stream, "data": data, "emitted_at": at}}) + b"\n"
        )
    if lines:
        yield Page(stream, b"".join(lines), len(lines))


class SpooledLines:
    """Lines that wait for the last of them."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._pages: list[Page] = []

    def add_all(self, records: Iterable[dict[str, Any]]) -> None:
        self._pages += pages_of(self._stream, records)

    def pages(self) -> Iterator[Page]:
        yield from self._pages
