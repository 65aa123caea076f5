"""Batches: finished JSON lines of one stream, at most about a mebibyte, which a worker sends to stdout in one piece.

A message for each record would cost more processor time than parsing and serialising it.
"""

import tempfile
import time
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO, Any

import orjson
from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, Type

from source_pinterest.api.bodies import Record
from source_pinterest.api.errors import ConfigError, ResponseTooLargeError
from source_pinterest.limits import BATCH_BYTES, ROW_BYTES


@dataclass(frozen=True, slots=True)
class RecordBatch:
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


def batch_records(
    stream: str, records: Iterable[Record], clock: Callable[[], int] = time.time_ns
) -> Iterator[RecordBatch]:
    """Serialise the records of a stream as the framework would, and yield them in batches.

    Args:
        stream: the stream's name.
        records: the records.
        clock: returns the time in nanoseconds. `emitted_at` of a batch's records is the time of its first record.

    Raises:
        ResponseTooLargeError: a record is larger than `limits.ROW_BYTES`.
    """
    before_data = b'{"type":"RECORD","record":{"stream":%b,"data":' % orjson.dumps(stream)
    lines, count, after_data = bytearray(), 0, b""
    for record in records:
        data = _serialize_record(record)
        if len(data) > ROW_BYTES:
            raise ResponseTooLargeError.unexplained(f"{stream}: a record has more than {ROW_BYTES:,} bytes")
        if count and len(lines) + len(before_data) + len(data) + len(after_data) > BATCH_BYTES:
            yield RecordBatch(stream, bytes(lines), count)
            lines, count = bytearray(), 0
        if not count:
            after_data = b',"emitted_at":%d}}\n' % (clock() // 1_000_000)
        lines += before_data
        lines += data  # not kept one by one: thousands of small blocks fragment the heap
        lines += after_data
        count += 1
    if count:
        yield RecordBatch(stream, bytes(lines), count)


def buffer_until_complete(record_batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    """Return the batches once the last one has been made. If one can't be made, return none and raise its error.

    The batches wait in memory or, if they have more than 1 MiB together, in a temporary file.

    Raises:
        ConfigError: the file can't be created or written.
    """
    with ExitStack() as failing:
        file = failing.enter_context(tempfile.SpooledTemporaryFile(BATCH_BYTES))
        sizes: list[tuple[str, int, int]] = []
        for batch in record_batches:
            with _writing():
                file.write(batch.lines)
            sizes.append((batch.stream, len(batch.lines), batch.count))
        with _writing():
            file.seek(0)
        failing.pop_all()
    waiting = _read_back(file, sizes)
    weakref.finalize(waiting, file.close)  # if no batch is requested
    return waiting


def _read_back(file: IO[bytes], sizes: Iterable[tuple[str, int, int]]) -> Iterator[RecordBatch]:
    with file:
        for stream, size, count in sizes:
            yield RecordBatch(stream, file.read(size), count)


@contextmanager
def _writing() -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"The temporary folder {tempfile.tempdir or 'of this machine'} can't be used ({error.strerror}). Free some "
            "space in it, or name another in the environment variable TMPDIR."
        ) from error


def _serialize_record(record: Record) -> bytes:
    """Return the `data` of a record's line, without fields that are null."""
    if None in record.values():
        record = {name: value for name, value in record.items() if value is not None}
    return orjson.dumps(record)
