"""Records become finished lines, in pages of bounded size that wait on disk or in memory."""

import errno
import io
import json
import tempfile
import threading
import tracemalloc
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
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
LONG = {"id": 2**70, "title": None, "nested": {"id": [-(2**64), None]}, "name": "Äpfel"}


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


@pytest.mark.parametrize("record", RECORDS)
def test_a_line_is_the_frameworks_byte_for_byte(record: dict[str, Any]) -> None:
    assert page_with(record) == Page(STREAM, f"{written_by_the_framework(record)}\n".encode(), 1)


def test_a_number_past_64_bits_is_the_same_as_json() -> None:
    page = page_with(LONG)

    assert json.loads(page.lines) == json.loads(written_by_the_framework(LONG))
    assert page.lines.count(b"\n") == 1
    assert b'"data":{"id":1180591620717411303424,"nested":{"id":[-18446744073709551616,null]},' in page.lines


def test_lines_follow_each_other() -> None:
    page = page_with(*RECORDS)

    assert page.lines == b"".join(page_with(record).lines for record in RECORDS)
    assert page.count == len(RECORDS)


def test_a_record_stays_as_it_was() -> None:
    record = {"id": "1", "title": None}
    page_with(record)

    assert record == {"id": "1", "title": None}


def test_the_records_of_a_page_can_be_had_again() -> None:
    page = page_with(*RECORDS[:2], LONG)

    assert list(page.records()) == [
        {"id": "1", "media": {"url": None, "sizes": [None, {"width": None}]}},
        RECORDS[1],
        {"id": 2**70, "nested": {"id": [-(2**64), None]}, "name": "Äpfel"},
    ]
    assert list(page.messages()) == [ordinary(record) for record in page.records()]


def test_a_page_ends_before_it_grows_too_large() -> None:
    records = [{"id": str(number), "text": "x" * 1_000} for number in range(3_000)]
    pages = list(pages_of(STREAM, records))

    assert [record for page in pages for record in page.records()] == records
    assert len(pages) == 3 + 1
    assert all(PAGE_BYTES - 1_200 < len(page.lines) <= PAGE_BYTES for page in pages[:-1])
    assert all(page.lines.endswith(b"\n") and page.lines.count(b"\n") == page.count for page in pages)


def test_a_page_may_be_exactly_as_large_as_allowed() -> None:
    frame = len(page_with({"text": ""}).lines)

    def pages(size: int) -> list[int]:
        first, second = {"text": ""}, {"text": "x" * (size - 2 * frame)}
        taken = builder()
        return [page.count for page in [*taken.add_all([first, second]), *taken.rest()]]

    assert pages(PAGE_BYTES) == [2]
    assert pages(PAGE_BYTES + 1) == [1, 1]


def test_a_record_that_fills_a_page_is_a_page_of_its_own() -> None:
    large = {"text": "x" * (ROW_BYTES - 20)}

    assert [page.count for page in pages_of(STREAM, [{}, {}, large, large, {}, {}])] == [2, 1, 1, 2]


def test_pages_come_as_they_fill() -> None:
    endless = ({"text": "x" * 100_000} for _ in count())

    assert next(pages_of(STREAM, endless)).count == 10


def test_records_of_several_answers_share_a_page() -> None:
    taken = builder()
    for record in RECORDS:
        assert list(taken.add_all([record])) == []

    assert [page.count for page in taken.rest()] == [len(RECORDS)]
    assert list(taken.rest()) == []


def test_pages_that_wait_for_the_last_are_all_of_their_stream_or_none_comes() -> None:
    made: list[Page] = []

    def pages(error: Exception | None = None) -> Iterator[Page]:
        for page in pages_of(STREAM, LARGE_RECORDS[:30]):
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


def test_without_records_there_is_no_page() -> None:
    assert list(pages_of(STREAM, [])) == []


def test_the_time_is_taken_once_for_each_page() -> None:
    ticks = count(1)
    taken = PageBuilder(STREAM, clock=lambda: next(ticks) * 1_000_000)
    pages = [*taken.add_all([{"text": "x" * 400_000}] * 5), *taken.rest()]

    assert [{message.record.emitted_at for message in page.messages() if message.record} for page in pages] == [
        {1},
        {2},
        {3},
    ]


def test_a_record_may_be_nested_more_deeply_than_orjson_writes() -> None:
    record = nested(400)

    assert list(page_with(record).records()) == [record]


def test_a_record_that_nobody_can_write_is_malformed() -> None:
    with pytest.raises(MalformedResponseError, match=r"^A record is nested too deeply\.$"):
        page_with(nested(200_000))


def test_a_record_is_bounded_like_a_row() -> None:
    assert page_with({"name": "x" * (ROW_BYTES - 20)}).count == 1
    with pytest.raises(ResponseTooLargeError, match=r": a record has more than 1,048,576 bytes\."):
        page_with({"name": "x" * ROW_BYTES})


def nested(depth: int) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for _ in range(depth):
        record = {"a": record}
    return record


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
    assert isinstance(message, PageMessage)
    assert message.page == page_with(*RECORDS)


def test_a_message_is_told_by_its_page() -> None:
    message = PageMessage(page_with(*RECORDS))

    assert (message.type, message.record) == (Type.RECORD, None)
    assert message == PageMessage(page_with(*RECORDS))
    assert message != PageMessage(page_with(*RECORDS[1:]))


def test_pages_come_back_from_the_disk_as_they_went() -> None:
    pages = list(pages_of(STREAM, [{"text": f"Ä{number}" * 20_000} for number in range(70)]))
    with PageSpool() as spool:
        spool.write(pages[:1])
        spool.write(pages[1:])

        assert list(spool.pages()) == pages
        assert list(spool.pages()) == pages


def test_a_disk_may_take_a_page_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(io.BytesIO):
        def write(self, piece: Any) -> int:
            return super().write(piece[:300_000])

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Slow())
    pages = list(pages_of(STREAM, LARGE_RECORDS[:30]))
    with PageSpool() as spool:
        spool.write(pages)
        assert list(spool.pages()) == pages


#: More than a spool holds in memory.
LARGE_RECORDS = [{"text": "x" * 100_000}] * 100


@pytest.mark.parametrize("written", [0, 1])
def test_a_disk_that_is_full_is_a_sentence_that_names_the_folder(monkeypatch: pytest.MonkeyPatch, written: int) -> None:
    class Full(io.BytesIO):
        def write(self, piece: Any) -> int:
            if self.tell() >= written:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(piece[:1])

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Full())
    monkeypatch.setattr(tempfile, "tempdir", "/somewhere")
    with PageSpool() as spool, pytest.raises(ConfigError, match="folder /somewhere can't be used"):
        spool.write(pages_of(STREAM, LARGE_RECORDS))


def test_so_is_a_folder_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(**_: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryFile", missing)
    monkeypatch.setattr(tempfile, "tempdir", None)
    with PageSpool() as spool, pytest.raises(ConfigError) as raised:
        spool.write(pages_of(STREAM, LARGE_RECORDS))
    assert raised.value.message == (
        "The temporary folder of this machine can't be used (No usable temporary directory found). Free some space in "
        "it, or name another in the environment variable TMPDIR."
    )


def test_an_empty_spool_has_no_pages() -> None:
    with PageSpool() as spool:
        assert list(spool.pages()) == []


def test_what_waits_on_disk_takes_no_memory() -> None:
    def records(megabytes: int) -> Iterator[dict[str, Any]]:
        return ({"text": "x" * 100_000} for _ in range(megabytes * 10))

    def peak_of(megabytes: int) -> int:
        tracemalloc.start()
        try:
            with PageSpool() as spool:
                spool.write(pages_of(STREAM, records(megabytes)))
                assert sum(page.count for page in spool.pages()) == megabytes * 10
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak_of(40) < 1.2 * peak_of(8)


class Reader:
    """Holds rows in a thread until it is told to give them back."""

    def __init__(self, budget: RowBudget, rows: int) -> None:
        self._budget, self._rows = budget, rows
        self.holds = threading.Event()
        self._may_end = threading.Event()
        self._future = in_thread(self._read)

    def _read(self) -> None:
        with self._budget.holding(self._rows):
            self.holds.set()
            assert self._may_end.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        self._may_end.set()
        self._future.result(PATIENCE_SECONDS)


def test_loans_within_the_bound_are_made_at_once() -> None:
    budget = RowBudget(100)
    readers = [Reader(budget, rows) for rows in (40, 30, 30)]

    assert all(reader.holds.wait(PATIENCE_SECONDS) for reader in readers)
    for reader in readers:
        reader.end()


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
    other = Reader(budget, 1)
    assert not other.holds.wait(GLANCE_SECONDS)
    large.end()
    other.end()


def test_a_failing_reader_gives_its_rows_back() -> None:
    budget = RowBudget(10)
    for _ in range(3):
        with pytest.raises(RuntimeError), budget.holding(10):
            raise RuntimeError

    with budget.holding(10):
        pass


def test_a_generator_that_is_dropped_gives_its_rows_back() -> None:
    budget = RowBudget(10)

    def rows() -> Iterable[int]:
        with budget.holding(10):
            yield from range(5)

    reading = iter(rows())
    next(reading)
    reading.close()  # type: ignore[attr-defined]

    with budget.holding(10):
        pass
