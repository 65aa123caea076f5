"""Reads the slices of a stream, and passes their successes and failures on to `engine/failures.py`."""

from collections.abc import Generator, Iterable, Iterator
from typing import Any, Protocol

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import translate_errors
from source_pinterest.engine.failures import FailingStream, Failures
from source_pinterest.engine.pages import Page
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.slices import failure_of, key_of_parent, promised_rows


class SlicedStream(FailingStream, Protocol):
    """The attributes and methods of a stream that `SliceReader` uses."""

    ids: ParentIds
    failures: Failures

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, Any]:
        """Read the records of a slice. The return value of the generator is passed to the cursor's `commit`."""

    def on_end(self, stream_slice: StreamSlice) -> None:
        """Handle the end of a slice, read or failed."""


class SliceReader:
    """Reads the slices of one stream.

    Args:
        stream: reads the records of a slice.
    """

    def __init__(self, stream: SlicedStream) -> None:
        self._stream = stream

    def planned(self, slices: Iterable[StreamSlice]) -> Iterator[StreamSlice]:
        """Return the slices as they are listed, until a fatal error."""
        stream = self._stream
        try:
            for stream_slice in stream.failures.counted(translate_errors(stream.name, slices)):
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
        failures, failure = self._stream.failures, None
        try:
            if failures.may_read(stream_slice):
                try:
                    yield from self._read_whole(stream_slice)
                    failures.succeeded(stream_slice)
                except Exception as error:  # noqa: BLE001 - the error of a bug ends the slice as well
                    failure = failures.failed(stream_slice, error)
            if error_to_raise := failures.ended(failure):
                raise error_to_raise
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
