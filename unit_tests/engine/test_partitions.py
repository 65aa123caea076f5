"""The slices of a stream become partitions, whose pages keep their place among its states."""

from collections.abc import Iterable, Iterator

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessage, Type
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.engine.pages import Page, PageMessage
from source_pinterest.streams.opening import SlicePartition, SlicePartitionGenerator


def slice_of(board: str) -> StreamSlice:
    return StreamSlice(partition={"board_id": board}, cursor_slice={})


class Boards:
    """A stream of two slices, whose slices have as many pages as they are asked for."""

    name = "board_pins"

    def __init__(self, repository: InMemoryMessageRepository | None = None, error: Exception | None = None) -> None:
        self.repository = repository
        self.error = error
        self.listed: list[str] = []

    def stream_slices(self) -> Iterable[StreamSlice]:
        for board in ("7", "8"):
            self.listed.append(board)
            yield slice_of(board)

    def read_pages(self, stream_slice: StreamSlice) -> Iterator[Page]:
        for number in range(2):
            yield Page(self.name, f"{stream_slice['board_id']}.{number}".encode(), 250)
        if self.error:
            raise self.error
        if self.repository:
            self.repository.emit_message(AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage()))


@pytest.fixture
def repository() -> InMemoryMessageRepository:
    return InMemoryMessageRepository()


def sent(repository: InMemoryMessageRepository) -> list[bytes | Type]:
    """What went through the repository: the lines of pages, and the type of anything else."""
    return [
        message.page.lines if isinstance(message, PageMessage) else message.type
        for message in repository.consume_queue()
    ]


def test_pages_and_the_states_after_them_take_the_same_way(repository: InMemoryMessageRepository) -> None:
    partition = SlicePartition(Boards(repository), slice_of("7"), repository)

    assert list(partition.read()) == [], "a record by itself would overtake a page"
    assert sent(repository) == [b"7.0", b"7.1", Type.STATE]


def test_what_came_before_an_error_is_sent(repository: InMemoryMessageRepository) -> None:
    partition = SlicePartition(Boards(error=RuntimeError("no")), slice_of("7"), repository)

    with pytest.raises(RuntimeError, match="no"):
        list(partition.read())
    assert sent(repository) == [b"7.0", b"7.1"]


def test_a_page_is_sent_before_the_next_is_read(repository: InMemoryMessageRepository) -> None:
    class Looking(Boards):
        def read_pages(self, stream_slice: StreamSlice) -> Iterator[Page]:
            for page in super().read_pages(stream_slice):
                yield page
                seen.append(sent(repository))

    seen: list[list[bytes | Type]] = []
    list(SlicePartition(Looking(), slice_of("7"), repository).read())
    assert seen == [[b"7.0"], [b"7.1"]]


def test_a_partition_knows_its_stream_and_its_slice(repository: InMemoryMessageRepository) -> None:
    partition = SlicePartition(Boards(), slice_of("7"), repository)

    assert partition.stream_name() == "board_pins"
    assert partition.to_slice() == {"board_id": "7"}


def test_each_slice_is_a_partition_whose_pages_are_those_of_the_stream(repository: InMemoryMessageRepository) -> None:
    for partition in SlicePartitionGenerator(Boards(), repository).generate():
        assert partition.stream_name() == "board_pins"
        assert list(partition.read()) == []

    assert sent(repository) == [b"7.0", b"7.1", b"8.0", b"8.1"]


def test_partitions_come_as_the_slices_are_found(repository: InMemoryMessageRepository) -> None:
    stream = Boards()
    partitions = SlicePartitionGenerator(stream, repository).generate()

    assert next(partitions).to_slice() == {"board_id": "7"}
    assert stream.listed == ["7"]
    assert [partition.to_slice() for partition in partitions] == [{"board_id": "8"}]


def test_two_partitions_of_equal_slices_are_two(repository: InMemoryMessageRepository) -> None:
    """The framework keeps those at work in a set."""
    twins = [SlicePartition(Boards(), slice_of("7"), repository) for _ in range(2)]

    assert len({*twins}) == 2
    assert len({hash(twin) for twin in twins}) == 2
