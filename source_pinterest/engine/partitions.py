"""How do the framework's workers read a stream? Slice by slice, each a partition whose records travel in pages."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator
from airbyte_cdk.sources.types import Record, StreamSlice

from source_pinterest.engine.pages import Page, PageMessage


class PagedStream(Protocol):
    """What can be read in pages."""

    @property
    def name(self) -> str:
        """What the platform calls the stream."""

    def stream_slices(self) -> Iterable[StreamSlice]:
        """The slices to read."""

    def read_pages(self, stream_slice: StreamSlice) -> Iterator[Page]:
        """The records of a slice."""


class SlicePartition(Partition):
    """One slice of a stream. Its pages go through the repository, so that they keep their place among its states."""

    def __init__(self, stream: PagedStream, stream_slice: StreamSlice, repository: MessageRepository) -> None:
        self._stream = stream
        self._slice = stream_slice
        self._repository = repository

    def read(self) -> Iterator[Record]:
        """Send the pages on their way; no record comes by itself."""
        for page in self._stream.read_pages(self._slice):
            self._repository.emit_message(PageMessage(page))
        yield from ()

    def to_slice(self) -> Mapping[str, Any]:
        """What the partition is about, for log lines."""
        return self._slice

    def stream_name(self) -> str:
        """Whose partition it is."""
        return self._stream.name

    def __hash__(self) -> int:
        """Each partition is itself alone."""
        return id(self)


class SlicePartitionGenerator(PartitionGenerator):
    """A partition for each slice of a stream."""

    def __init__(self, stream: PagedStream, repository: MessageRepository) -> None:
        self._stream = stream
        self._repository = repository

    def generate(self) -> Iterator[SlicePartition]:
        """The partitions, as the slices are found."""
        for stream_slice in self._stream.stream_slices():
            yield SlicePartition(self._stream, stream_slice, self._repository)
