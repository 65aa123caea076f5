"""What travels from a worker to stdout? A page: finished lines of one stream, about a mebibyte at most.

A message for each record would cost more than all else that happens to it.
"""

import io
import json
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

from source_pinterest.api.errors import MalformedResponseError, ResponseTooLargeError, TemporaryFolderError
from source_pinterest.api.rows import Record, parse_json
from source_pinterest.api.threads import Signal
from source_pinterest.limits import PAGE_BYTES, ROW_BYTES

_IN_MEMORY_BYTES = PAGE_BYTES // 2
"""From then on what waits goes into a file: one full page for each worker is enough in memory."""


@dataclass(frozen=True, slots=True)
class Page:
    """Records of a stream, as the lines that are printed.

    Attributes:
        stream: its name.
        lines: one RECORD message a line, each with its line end.
        count: how many they are.
    """

    stream: str
    lines: bytes
    count: int

    def records(self) -> Iterator[Record]:
        """The records, for a caller who wants mappings."""
        for message in self._parsed():
            yield message["data"]

    def messages(self) -> Iterator[AirbyteMessage]:
        """The records, for a caller who wants ordinary messages."""
        for message in self._parsed():
            yield AirbyteMessage(type=Type.RECORD, record=AirbyteRecordMessage(**message))

    def _parsed(self) -> Iterator[dict[str, Any]]:
        for line in self.lines.splitlines():
            yield parse_json(line)["record"]


@dataclass(init=False)
class PageMessage(AirbyteMessage):
    """A page on its way through the framework's queue.

    Its `record` stays empty: the framework takes a message with a record for that one record, and drops the rest.
    """

    page: Page  # type: ignore[misc]  # no default is needed where __init__ is our own

    def __init__(self, page: Page) -> None:
        super().__init__(type=Type.RECORD)
        self.page = page


class PageBuilder:
    """Serialises the records of a stream as the framework would, and hands them out as pages.

    Args:
        stream: its name.
        clock: gives the time in nanoseconds; a page bears the time at which it was begun.
    """

    def __init__(self, stream: str, clock: Callable[[], int] = time.time_ns) -> None:
        self._stream = stream
        self._clock = clock
        self._before_data = b'{"type":"RECORD","record":{"stream":%b,"data":' % orjson.dumps(stream)
        self._after_data = b""
        self._lines = bytearray()
        self._count = self._room = 0

    def add_all(self, records: Iterable[Record]) -> Iterator[Page]:
        """Take the records, and hand out each page that they fill; nothing is taken but by whoever iterates.

        Raises:
            ResponseTooLargeError: a record is larger than any that Pinterest has.
        """
        dumps, before_data = orjson.dumps, self._before_data
        for record in records:
            present = record
            if None in record.values():
                present = {name: value for name, value in record.items() if value is not None}
            try:
                data = dumps(present)
            except TypeError:
                data = _dumped_by_the_standard_library(present)
            if len(self._lines) + len(data) > self._room:
                if len(data) > ROW_BYTES:
                    raise ResponseTooLargeError(f"{self._stream}: a record has more than {ROW_BYTES:,} bytes")
                yield from self.rest()
            if not self._count:
                self._begin()
            lines = self._lines
            lines += before_data
            lines += data  # not kept one by one: small pieces by the thousand tear the heap
            lines += self._after_data
            self._count += 1

    def rest(self) -> Iterator[Page]:
        """Hand out what has been taken since the last page, if anything."""
        if self._count:
            page = Page(self._stream, bytes(self._lines), self._count)
            self._lines, self._count = bytearray(), 0
            yield page

    def _begin(self) -> None:
        self._after_data = b',"emitted_at":%d}}\n' % (self._clock() // 1_000_000)
        self._room = PAGE_BYTES - len(self._before_data) - len(self._after_data)


def pages_of(stream: str, records: Iterable[Record]) -> Iterator[Page]:
    """The records of a stream as pages."""
    builder = PageBuilder(stream)
    yield from builder.add_all(records)
    yield from builder.rest()


def spooled(pages: Iterable[Page]) -> Iterator[Page]:
    """All the pages, the first of which comes once the last was made; if making them fails, none does."""
    with ExitStack() as failing:
        spool = failing.enter_context(PageSpool())
        spool.write(pages)
        failing.pop_all()
    return _emptied(spool)


def _emptied(spool: "PageSpool") -> Iterator[Page]:
    with spool:
        yield from spool.pages()


class PageSpool:
    """Pages that wait until all of them may be emitted: a few in memory, more on disk, so that memory stays small.

    A context: the file is gone at its end.

    Raises:
        TemporaryFolderError: there is no room for it while it is written.
    """

    def __init__(self) -> None:
        self._held: list[Page] = []
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

    def write(self, pages: Iterable[Page]) -> None:
        """Put the pages behind those that wait."""
        for page in pages:
            if not self._file and self._held_bytes < _IN_MEMORY_BYTES:
                self._held.append(page)
                self._held_bytes += len(page.lines)
                continue
            with _on_disk():
                file, left = self._opened(), memoryview(page.lines)
                while left:
                    left = left[file.write(left) :]
            self._on_disk.append((page.stream, len(page.lines), page.count))

    def pages(self) -> Iterator[Page]:
        """All pages, in their order."""
        yield from self._held
        if self._file:
            self._file.seek(0)
            for stream, size, count in self._on_disk:
                yield Page(stream, self._file.read(size), count)

    def _opened(self) -> io.FileIO:
        if not self._file:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed at the end of the context
            weakref.finalize(self, self._file.close)  # or with the spool, where nobody asked for a page
        return self._file


@contextmanager
def _on_disk() -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:
        raise TemporaryFolderError(tempfile.tempdir or "of this machine", error) from error


def _dumped_by_the_standard_library(record: Record) -> bytes:
    """A record that orjson refuses, for a number past 64 bits or its depth.

    Raises:
        MalformedResponseError: it is nested too deeply.
    """
    try:
        return json.dumps(record, separators=(",", ":")).encode()
    except RecursionError as error:
        raise MalformedResponseError("A record is nested too deeply.") from error


class RowBudget:
    """Lends rows to whoever reads a large answer, and makes others wait while too many are lent.

    Args:
        rows: how many may be lent at once. A larger loan is made when nothing else is lent.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._lent = 0
        self._returned = Signal()

    @contextmanager
    def holding(self, rows: int) -> Generator[None, None, None]:
        """Hold so many rows during the block. Nothing is locked meanwhile."""
        with self._returned:
            self._returned.wait_for(lambda: self._lent == 0 or self._lent + rows <= self._rows)
            self._lent += rows
        try:
            yield
        finally:
            with self._returned:
                self._lent -= rows
                self._returned.notify_all()
