"""Bundles: finished JSON lines of one stream, at most about a mebibyte, which a worker sends to stdout as one message.

A message for each record would cost more processor time than parsing and serialising it.
"""

import io
import tempfile
import time
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import orjson
from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, Type

from source_pinterest.api.bodies import Record
from source_pinterest.api.errors import ConfigError, ResponseTooLargeError
from source_pinterest.api.threads import ClosableCondition
from source_pinterest.limits import BUNDLE_BYTES, ROW_BYTES

_IN_MEMORY_BYTES = BUNDLE_BYTES // 2
"""Bundles of a `BundleSpool` beyond this go into a temporary file, so that each worker holds about one in memory."""

Admits = Callable[[Record, bytes], bool]
"""Returns whether a record is emitted. It takes the record and its serialised data."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Records of a stream, serialised for stdout.

    Attributes:
        stream: the stream's name.
        lines: one RECORD message a line, each with its line end.
        count: the number of lines.
    """

    stream: str
    lines: bytes
    count: int

    def records(self) -> Iterator[Record]:
        """Return the records as mappings."""
        for message in self._parsed():
            yield message["data"]

    def messages(self) -> Iterator[AirbyteMessage]:
        """Return the records as ordinary Airbyte messages."""
        for message in self._parsed():
            yield AirbyteMessage(type=Type.RECORD, record=AirbyteRecordMessage(**message))

    def _parsed(self) -> Iterator[dict[str, Any]]:
        for line in self.lines.splitlines():
            yield orjson.loads(line)["record"]


@dataclass(init=False)
class BundleMessage(AirbyteMessage):
    """A bundle as a message of the framework's queue.

    Its `record` stays None: the framework takes a message with a record for that one record, and drops the rest.
    """

    bundle: Bundle  # type: ignore[misc]  # __init__ is written here, so that no default is needed

    def __init__(self, bundle: Bundle) -> None:
        super().__init__(type=Type.RECORD)
        self.bundle = bundle


def bundles_of(
    stream: str, records: Iterable[Record], admits: Admits | None = None, clock: Callable[[], int] = time.time_ns
) -> Iterator[Bundle]:
    """Serialise the records of a stream as the framework would, and yield them in bundles.

    Args:
        stream: the stream's name.
        records: the records.
        admits: whether to emit a record; by default each.
        clock: returns the time in nanoseconds. `emitted_at` of a bundle's records is the time of its first record.

    Raises:
        ResponseTooLargeError: a record is larger than `limits.ROW_BYTES`.
    """
    before_data = b'{"type":"RECORD","record":{"stream":%b,"data":' % orjson.dumps(stream)
    lines, count, after_data = bytearray(), 0, b""
    for record in records:
        data = serialised(record)
        if admits and not admits(record, data):
            continue
        if len(data) > ROW_BYTES:
            raise ResponseTooLargeError.unexplained(f"{stream}: a record has more than {ROW_BYTES:,} bytes")
        if count and len(lines) + len(before_data) + len(data) + len(after_data) > BUNDLE_BYTES:
            yield Bundle(stream, bytes(lines), count)
            lines, count = bytearray(), 0
        if not count:
            after_data = b',"emitted_at":%d}}\n' % (clock() // 1_000_000)
        lines += before_data
        lines += data  # not kept one by one: thousands of small blocks fragment the heap
        lines += after_data
        count += 1
    if count:
        yield Bundle(stream, bytes(lines), count)


def spooled(bundles: Iterable[Bundle]) -> Iterator[Bundle]:
    """Return the bundles once the last one has been made. If one can't be made, return none and raise its error."""
    with ExitStack() as failing:
        spool = failing.enter_context(BundleSpool())
        spool.write(bundles)
        failing.pop_all()
    return _drained(spool)


def _drained(spool: "BundleSpool") -> Iterator[Bundle]:
    with spool:
        yield from spool.bundles()


class BundleSpool:
    """Holds bundles until all of them may be emitted: the first in memory, the others in a temporary file.

    As a context manager, it deletes the file at the end of the block.

    Raises:
        ConfigError: the file can't be created or written.
    """

    def __init__(self) -> None:
        self._held: list[Bundle] = []
        self._held_bytes = 0
        self._file: io.FileIO | None = None
        self._on_disk: list[tuple[str, int, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def write(self, bundles: Iterable[Bundle]) -> None:
        """Add bundles."""
        for bundle in bundles:
            if not self._file and self._held_bytes < _IN_MEMORY_BYTES:
                self._held.append(bundle)
                self._held_bytes += len(bundle.lines)
                continue
            with _on_disk():
                file, rest = self._open_file(), memoryview(bundle.lines)
                while rest:
                    rest = rest[file.write(rest) :]
            self._on_disk.append((bundle.stream, len(bundle.lines), bundle.count))

    def bundles(self) -> Iterator[Bundle]:
        """Return all bundles in the order in which they were added."""
        yield from self._held
        if self._file:
            self._file.seek(0)
            for stream, size, count in self._on_disk:
                yield Bundle(stream, self._file.read(size), count)

    def _open_file(self) -> io.FileIO:
        if not self._file:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed at the end of the context
            weakref.finalize(self, self._file.close)  # if the context is never left
        return self._file


@contextmanager
def _on_disk() -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"The temporary folder {tempfile.tempdir or 'of this machine'} can't be used ({error.strerror}). Free some "
            "space in it, or name another in the environment variable TMPDIR."
        ) from error


def serialised(record: Record) -> bytes:
    """Return the `data` of a record's line, without fields that are null."""
    if None in record.values():
        record = {name: value for name, value in record.items() if value is not None}
    return orjson.dumps(record)


class RowBudget:
    """Bounds the rows of large responses that workers hold in memory at the same time.

    Args:
        rows: the maximum. A larger response is read when no other one is.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._held = 0
        self._freed = ClosableCondition()

    @contextmanager
    def holding(self, rows: int) -> Generator[None, None, None]:
        """Wait until the budget has room for these rows, and hold them during the block. No lock is held meanwhile."""
        with self._freed:
            self._freed.wait_for(lambda: self._held == 0 or self._held + rows <= self._rows)
            self._held += rows
        try:
            yield
        finally:
            with self._freed:
                self._held -= rows
                self._freed.notify_all()
