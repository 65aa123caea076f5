"""The queue between the workers and stdout is bounded in bytes and delays no thread needlessly."""

import queue
from concurrent.futures import Future

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessage, Type

from source_pinterest.engine.output import MESSAGES
from source_pinterest.engine.pages import Page, PageMessage
from source_pinterest.engine.queue import RecordQueue
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits


@pytest.fixture
def records() -> RecordQueue:
    return RecordQueue(10_000)


def page(size: int) -> PageMessage:
    return PageMessage(Page("boards", b"x" * size, 1))


def putting(records: RecordQueue, size: int) -> "Future[None]":
    """A worker that has a page to send."""
    return in_thread(lambda: records.put(page(size)))


def taken(records: RecordQueue) -> int:
    """The bytes of the next page."""
    item = records.get(timeout=PATIENCE_SECONDS)
    assert isinstance(item, PageMessage)
    return len(item.page.lines)


def test_items_come_out_in_their_order(records: RecordQueue) -> None:
    items = [page(1), AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage()), page(5_000), page(0)]
    for item in items:
        records.put(item)

    assert all(records.get(timeout=PATIENCE_SECONDS) is item for item in items)
    assert records.empty()
    assert records.bytes == 0


def test_pages_are_taken_until_so_many_bytes_wait(records: RecordQueue) -> None:
    for size in (6_000, 3_999, 1_500):
        putting(records, size).result(PATIENCE_SECONDS)

    assert records.full()
    assert waits(putting(records, 1))


def test_a_page_that_is_larger_than_all_passes() -> None:
    records = RecordQueue(1_000)
    putting(records, 1_000_000).result(PATIENCE_SECONDS)
    second = putting(records, 2_000_000)
    assert waits(second)

    assert taken(records) == 1_000_000
    second.result(PATIENCE_SECONDS)
    assert taken(records) == 2_000_000


def test_anything_else_counts_as_well() -> None:
    """A million states, or pages of a record each, must not fill the memory either."""
    records = RecordQueue(4_096)
    for item in (page(1), AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage()), page(10), page(1_024)):
        in_thread(lambda item=item: records.put(item)).result(PATIENCE_SECONDS)  # type: ignore[misc]

    assert waits(putting(records, 1))


def test_whoever_waits_for_room_is_woken_once_half_the_queue_is_free(records: RecordQueue) -> None:
    for _ in range(5):
        records.put(page(2_000))
    workers = [putting(records, 3_000) for _ in range(2)]

    for _ in range(2):
        assert taken(records) == 2_000
        assert all(map(waits, workers))
    assert taken(records) == 2_000
    for worker in workers:
        worker.result(PATIENCE_SECONDS)
    assert [taken(records) for _ in range(4)] == [2_000, 2_000, 3_000, 3_000]


def test_a_queue_that_is_half_free_to_the_byte_is_half_free(records: RecordQueue) -> None:
    for _ in range(4):
        records.put(page(2_500))
    worker = putting(records, 2_500)

    assert taken(records) == 2_500
    assert waits(worker)
    assert taken(records) == 2_500
    worker.result(PATIENCE_SECONDS)


def test_of_two_who_are_woken_the_second_waits_on_where_the_first_fills_the_queue(records: RecordQueue) -> None:
    records.put(page(10_000))
    workers = [putting(records, 10_000) for _ in range(2)]
    assert all(map(waits, workers))

    assert [taken(records) for _ in range(3)] == [10_000] * 3
    for worker in workers:
        worker.result(PATIENCE_SECONDS)


def test_output_is_written_before_the_reader_has_to_wait(records: RecordQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    flushes: list[int] = []
    monkeypatch.setattr(MESSAGES, "flush", lambda: flushes.append(1))
    records.put(page(1))
    records.put(page(2))
    assert [taken(records), taken(records)] == [1, 2]
    assert flushes == []

    with pytest.raises(queue.Empty):
        records.get(block=False)
    assert flushes == [1]


def control() -> AirbyteMessage:
    return AirbyteMessage(type=Type.CONTROL)


def test_what_can_not_wait_comes_first_and_keeps_its_order_though_the_queue_is_full(records: RecordQueue) -> None:
    records.put(page(10_000))
    first, second = control(), control()
    assert waits(putting(records, 1))
    records.put_first(first)
    records.put_first(second)

    assert [records.get(timeout=PATIENCE_SECONDS) for _ in range(2)] == [first, second]
    assert taken(records) == 10_000
    assert taken(records) == 1
    assert records.bytes == 0


def test_what_can_not_wait_wakes_a_reader_who_waits(records: RecordQueue) -> None:
    reader = in_thread(lambda: records.get(timeout=PATIENCE_SECONDS))
    assert waits(reader)
    urgent = control()
    records.put_first(urgent)

    assert reader.result(PATIENCE_SECONDS) is urgent


def test_a_reader_waits_as_long_as_he_wants(records: RecordQueue) -> None:
    patient = in_thread(records.get)
    assert waits(patient)
    records.put(page(1))
    patient.result(PATIENCE_SECONDS)

    impatient = in_thread(lambda: records.get(timeout=0.001))
    with pytest.raises(queue.Empty):
        impatient.result(PATIENCE_SECONDS)


def test_a_reader_may_take_it_before_the_next_item(records: RecordQueue) -> None:
    records.put(page(7_000))
    assert list(records.urgent()) == []
    urgent = control()
    records.put_first(urgent)

    assert list(records.urgent()) == [urgent]
    assert taken(records) == 7_000
    assert records.bytes == 0
