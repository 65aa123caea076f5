"""Records become finished lines, in pages of bounded size that wait on disk or in memory."""

import errno
import io
import tempfile
import tracemalloc
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from threading import Event
from typing import Any

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, SyncMode, Type
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.streams import Stream
from airbyte_cdk.sources.streams.concurrent.adapters import StreamPartition

from source_pinterest.api.errors import ConfigError, MalformedResponseError, ResponseTooLargeError
from source_pinterest.engine.pages import Page, PageBuilder, PageMessage, PageSpool, RowBudget, pages_of, spooled
from source_pinterest.limits import PAGE_BYTES, ROW_BYTES
from unit_tests.threads import GLANCE_SECONDS, PATIENCE_SECONDS, in_thread

STREAM = 'custom_"best"\\ones'
NOW = 1_764_093_000_123
RECORDS: list[dict[str, Any]] = [
    {"id": "1", "title": None, "media": {"url": None, "sizes": [None, {"width": None}]}},
    {"title": 'Äpfel 🎄 \u2028 " \\ \n', "empty": ""},
    {"all": None, "of": None, "them": None},
    {},
    {"rate": float("nan"), "small": 1e-7, "large": 1e22, "whole": 3.0},
    {"most": 2**64 - 1, "least": -(2**63)},
    {"yes": True, "no": False, "list": [1, "a", []], "object": {}},
]


def builder() -> PageBuilder:
    return PageBuilder(STREAM, clock=lambda: NOW * 1_000_000 + 999_999)


def page_with(*records: dict[str, Any]) -> Page:
    taken = builder()
    assert list(taken.add_all(records)) == []
    [page] = taken.rest()
    return page


def ordinary(record: dict[str, Any]) -> AirbyteMessage:
    message = AirbyteRecordMessage(stream=STREAM, data=dict(record), emitted_at=NOW)
    return AirbyteMessage(type=Type.RECORD, record=message)


def written_by_the_framework(record: dict[str, Any]) -> str:
    return AirbyteEntrypoint.airbyte_message_to_string(ordinary(record))


def test_a_line_is_the_frameworks_byte_for_byte() -> None:
    lines = "".join(f"{written_by_the_framework(record)}\n" for record in RECORDS)

    assert page_with(*RECORDS) == Page(STREAM, lines.encode(), len(RECORDS))


def test_the_records_of_a_page_can_be_had_again_and_stay_as_they_were() -> None:
    record = {"id": "1", "title": None}
    page = page_with(record, {"id": 2**63, "name": "Äpfel"})

    assert record == {"id": "1", "title": None}
    assert list(page.records()) == [{"id": "1"}, {"id": 2**63, "name": "Äpfel"}]
    assert list(page.messages()) == [ordinary(record) for record in page.records()]


def test_a_page_ends_before_it_grows_too_large() -> None:
    records = [{"id": str(number), "text": "x" * 10_000} for number in range(300)]
    pages = list(pages_of(STREAM, records))

    assert [record for page in pages for record in page.records()] == records
    assert [page.count for page in pages] == [103, 103, 94]
    assert all(page.lines.endswith(b"\n") and page.lines.count(b"\n") == page.count for page in pages)
    assert list(pages_of(STREAM, [])) == []


def test_a_page_may_be_exactly_as_large_as_allowed() -> None:
    frame = len(page_with({"text": ""}).lines)

    def pages(size: int) -> list[int]:
        first, second = {"text": ""}, {"text": "x" * (size - 2 * frame)}
        taken = builder()
        return [page.count for page in [*taken.add_all([first, second]), *taken.rest()]]

    assert pages(PAGE_BYTES) == [2]
    assert pages(PAGE_BYTES + 1) == [1, 1]


def test_pages_that_wait_for_the_last_are_all_of_their_stream_or_none_comes() -> None:
    made: list[Page] = []

    def pages(error: Exception | None = None) -> Iterator[Page]:
        for page in pages_of(STREAM, LARGE_RECORDS):
            made.append(page)
            yield page
        if error:
            raise error

    waiting = spooled(pages())
    assert len(made) == 3, "before the first is asked for"
    assert list(waiting) == made
    assert {page.stream for page in made} == {STREAM}
    with pytest.raises(MalformedResponseError):
        spooled(pages(MalformedResponseError("It is cut short.")))


def test_the_time_is_taken_once_for_each_page() -> None:
    ticks = count(1)
    taken = PageBuilder(STREAM, clock=lambda: next(ticks) * 1_000_000)
    pages = [*taken.add_all([{"text": "x" * 400_000}] * 5), *taken.rest()]

    assert [{message.record.emitted_at for message in page.messages() if message.record} for page in pages] == [
        {1},
        {2},
        {3},
    ]


def test_a_record_is_bounded_like_a_row() -> None:
    assert page_with({"name": "x" * (ROW_BYTES - 20)}).count == 1
    with pytest.raises(ResponseTooLargeError, match=r": a record has more than 1,048,576 bytes\."):
        page_with({"name": "x" * ROW_BYTES})


class Lists(Stream):
    """A stream that hands out pages."""

    primary_key = None

    def read_records(self, *_: Any, **__: Any) -> Iterable[Mapping[str, Any] | AirbyteMessage]:
        yield PageMessage(page_with(*RECORDS))

    def get_json_schema(self) -> Mapping[str, Any]:
        return {}


def test_a_page_passes_the_framework_whole() -> None:
    repository = InMemoryMessageRepository()
    partition = StreamPartition(Lists(), {}, repository, SyncMode.full_refresh, None, None)

    assert list(partition.read()) == []
    [message] = repository.consume_queue()
    assert message == PageMessage(page_with(*RECORDS))
    assert (message.type, message.record) == (Type.RECORD, None)


# ---- Pages that wait

#: More than a spool holds in memory.
LARGE_RECORDS = [{"text": f"{number:05}" * 20_000} for number in range(30)]


@pytest.mark.parametrize("most_bytes", [300_000, 10_000_000])
def test_pages_come_back_from_the_disk_as_they_went(monkeypatch: pytest.MonkeyPatch, most_bytes: int) -> None:
    class Disk(io.BytesIO):
        def write(self, piece: Any) -> int:
            return super().write(piece[:most_bytes])

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Disk())
    pages = list(pages_of(STREAM, LARGE_RECORDS))
    with PageSpool() as spool:
        assert list(spool.pages()) == []
        spool.write(pages[:1])
        spool.write(pages[1:])

        for _ in range(2):
            assert list(spool.pages()) == pages


@pytest.mark.parametrize(
    ("folder", "error", "sentence"),
    [
        ("/somewhere", OSError(errno.ENOSPC, "No space left on device"), "folder /somewhere can't be used (No space"),
        (None, FileNotFoundError(errno.ENOENT, "None found"), "The temporary folder of this machine can't be used"),
    ],
)
def test_a_disk_that_is_full_or_missing_is_a_sentence_that_names_the_folder(
    monkeypatch: pytest.MonkeyPatch, folder: str | None, error: OSError, sentence: str
) -> None:
    class Broken(io.BytesIO):
        def write(self, _: Any) -> int:
            raise error

    def opened(**_: object) -> Broken:
        if not folder:
            raise error
        return Broken()

    monkeypatch.setattr(tempfile, "TemporaryFile", opened)
    monkeypatch.setattr(tempfile, "tempdir", folder)
    with PageSpool() as spool, pytest.raises(ConfigError) as raised:
        spool.write(pages_of(STREAM, LARGE_RECORDS))
    assert sentence in str(raised.value.message)


def test_pages_on_disk_take_no_memory() -> None:
    def peak_of(megabytes: int) -> int:
        records = ({"text": "x" * 100_000} for _ in range(megabytes * 10))
        tracemalloc.start()
        try:
            with PageSpool() as spool:
                spool.write(pages_of(STREAM, records))
                assert sum(page.count for page in spool.pages()) == megabytes * 10
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak_of(16) < 1.2 * peak_of(4)


# ---- Rows that wait


class Reader:
    """Holds rows in a thread until it is told to give them back."""

    def __init__(self, budget: RowBudget, rows: int) -> None:
        self.holds, self._may_end = Event(), Event()

        def read() -> None:
            with budget.holding(rows):
                self.holds.set()
                assert self._may_end.wait(PATIENCE_SECONDS)

        self._future = in_thread(read)

    def end(self) -> None:
        self._may_end.set()
        self._future.result(PATIENCE_SECONDS)


def test_a_loan_beyond_the_bound_waits_for_one_to_end() -> None:
    budget = RowBudget(100)
    first, second = Reader(budget, 60), Reader(budget, 40)
    assert first.holds.wait(PATIENCE_SECONDS)
    assert second.holds.wait(PATIENCE_SECONDS)
    third = Reader(budget, 1)
    assert not third.holds.wait(GLANCE_SECONDS)

    second.end()
    assert third.holds.wait(PATIENCE_SECONDS)
    first.end()
    third.end()


def test_a_loan_larger_than_all_is_made_when_nothing_else_is_lent() -> None:
    budget = RowBudget(100)
    small = Reader(budget, 1)
    assert small.holds.wait(PATIENCE_SECONDS)
    large = Reader(budget, 1_000)
    assert not large.holds.wait(GLANCE_SECONDS)

    small.end()
    assert large.holds.wait(PATIENCE_SECONDS)
    large.end()


def test_a_reader_that_fails_or_is_dropped_gives_its_rows_back() -> None:
    budget = RowBudget(10)
    with pytest.raises(RuntimeError), budget.holding(10):
        raise RuntimeError

    def rows() -> Iterator[int]:
        with budget.holding(10):
            yield from range(5)

    reading = rows()
    next(reading)
    del reading
    with budget.holding(10):
        pass
