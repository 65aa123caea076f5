"""Reads the slices of a stream, and reports their successes and failures to the cursor and the circuit breaker."""

from collections.abc import Generator, Iterable, Iterator
from typing import Any, Protocol

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import FatalError, KeyInDoubtError, NothingLeftError, PinterestError, translate_errors
from source_pinterest.api.usage import StreamUsage
from source_pinterest.engine.failures import CircuitBreaker, RefusalPolicy
from source_pinterest.engine.pages import Page
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.slices import failure_of, key_of_parent, outermost_of, promised_rows
from source_pinterest.state.cursor import PinterestCursor


class SlicedStream(Protocol):
    """The attributes and methods of a stream that `SliceReader` uses."""

    usage: StreamUsage
    ids: ParentIds
    breaker: CircuitBreaker
    checkpoint: PinterestCursor | None

    @property
    def name(self) -> str:
        """The stream's name."""

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, Any]:
        """Read the records of a slice. The return value of the generator is passed to the cursor's `commit`."""

    def leave_out(self, stream_slice: StreamSlice, error: PinterestError) -> None:
        """Go on without a slice that can't be read, or raise."""

    def on_failure(self, stream_slice: StreamSlice) -> None:
        """Handle a slice that could not be read."""

    def on_end(self, stream_slice: StreamSlice) -> None:
        """Handle the end of a slice, read or failed."""


class SliceReader:
    """Reads the slices of one stream.

    Args:
        stream: reads the records of a slice.
        refusals: decides what it means when Pinterest refuses a slice.
    """

    def __init__(self, stream: SlicedStream, refusals: RefusalPolicy) -> None:
        self._stream = stream
        self.refusals = refusals
        self._breaker = stream.breaker

    def planned(self, slices: Iterable[StreamSlice]) -> Iterator[StreamSlice]:
        """Return the slices as they are listed, until a fatal error."""
        stream = self._stream
        try:
            for stream_slice in self.refusals.counted(
                translate_errors(stream.name, slices), lambda: self._breaker.is_open
            ):
                stream.usage.count_slice(promised_rows(stream_slice))
                if failure_of(stream_slice) is None:
                    stream.ids.promise(key_of_parent(stream_slice))
                yield stream_slice
        finally:
            stream.usage.finish_planning()
            stream.ids.seal()

    def read(self, stream_slice: StreamSlice) -> Iterator[Page]:
        """Return the records of a slice. After a fatal error of the stream, return none and send no request.

        Raises:
            PinterestError: the slice can't be read. Once the circuit breaker is open, later failures are not raised.
        """
        outermost = outermost_of(key_of_parent(stream_slice))
        try:
            if self._breaker.is_open_for(outermost):
                self._stream.on_failure(stream_slice)
                self.refusals.skip()
                return
            with self.refusals.reading(stream_slice):
                yield from self._read_whole(stream_slice)
            self._breaker.note_success(outermost)
        except Exception as error:
            cursor = self._stream.checkpoint
            if cursor and isinstance(error, KeyInDoubtError):
                cursor.note_unusable(stream_slice)
            self._stream.on_failure(stream_slice)
            if cursor and not isinstance(error, FatalError | NothingLeftError):
                cursor.note_failure(stream_slice)
            if self._breaker.note_failure(error, outermost):
                raise
        finally:
            self._stream.on_end(stream_slice)

    def _read_whole(self, stream_slice: StreamSlice) -> Iterator[Page]:
        """Return the pages of a slice, and commit the slice to the cursor after the last one."""
        if failure := failure_of(stream_slice):
            raise failure
        stream = self._stream
        cursor, pages = stream.checkpoint, translate_errors(stream.name, stream.read_slice(stream_slice))
        while True:
            try:
                page = next(pages)
            except StopIteration as end:
                if cursor:
                    cursor.commit(stream_slice, end.value)
                return
            if cursor:
                cursor.count(page.count, stream_slice)
            yield page
