"""Messages leave in their order, at once before a wait, and without secrets; the queue is bounded in bytes."""

import logging
import queue
from concurrent.futures import Future
from typing import cast

import pytest
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessage,
    FailureType,
    Level,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.api.errors import ConfigError
from source_pinterest.engine.bundles import Bundle, BundleMessage
from source_pinterest.engine.output import MESSAGES
from source_pinterest.engine.queue import (
    PLAIN_ERRORS,
    TRUE_COUNTS,
    OrderedMessageRepository,
    RecordQueue,
    clean,
)
from source_pinterest.masking import SECRETS
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits


def state() -> AirbyteMessage:
    return AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage())


def trace(kind: FailureType = FailureType.system_error, sentence: str = "It failed.") -> AirbyteMessage:
    error = AirbyteTracedException(message=sentence, internal_message=f"{sentence} Inside.", failure_type=kind)
    with pytest.raises(AirbyteTracedException) as raised:
        raise error
    return raised.value.as_airbyte_message(StreamDescriptor(name="boards"))


@pytest.fixture
def records() -> RecordQueue:
    return RecordQueue(10_000)


def test_a_workers_messages_and_log_lines_go_through_the_record_queue(records: RecordQueue) -> None:
    repository = OrderedMessageRepository(records)
    messages = [BundleMessage(Bundle("boards", b"1", 1)), state(), BundleMessage(Bundle("boards", b"2", 1))]

    def work() -> None:
        for message in messages:
            repository.emit_message(message)
        repository.log_message(Level.INFO, lambda: {"text": "hello"})
        repository.log_message(Level.DEBUG, lambda: pytest.fail("A debug line was made."))

    in_thread(work).result(PATIENCE_SECONDS)
    assert list(repository.consume_queue()) == []
    *left, log = [records.get_nowait() for _ in range(4)]
    assert all(one is other for one, other in zip(left, messages, strict=True))
    assert "hello" in cast("AirbyteMessage", log).log.message  # type: ignore[union-attr]


def test_the_main_threads_messages_never_block_on_a_full_queue() -> None:
    records = RecordQueue(1)
    records.put(bundle(1))
    repository = OrderedMessageRepository(records)
    first, second = state(), trace()
    repository.emit_message(first)
    repository.emit_message(second)

    assert list(repository.consume_queue()) == [first, second]
    assert list(repository.consume_queue()) == []


# ---- Secrets


def test_an_error_is_one_line_of_printable_characters_and_its_trace_several() -> None:
    SECRETS.keep("false-secret-8675309")
    sentence = "board \x1b[2J\u202e12\x07 false-secret-8675309\n"
    error = clean(trace(sentence=sentence)).trace.error  # type: ignore[union-attr]

    assert error.message == "board \ufffd[2J\ufffd12\ufffd **** "  # type: ignore[union-attr]
    shown = f"{error.internal_message}{error.stack_trace}"  # type: ignore[union-attr]
    assert not [text for text in ("\x1b", "8675309") if text in shown]
    assert str(error.stack_trace).count("\n") > 1  # type: ignore[union-attr]


def logged(message: object, error: BaseException | None = None) -> logging.LogRecord:
    exc_info = (type(error), error, None) if error else None
    return logging.LogRecord("airbyte", logging.ERROR, "file", 1, message, (), exc_info)


@pytest.mark.parametrize(
    ("error", "shown"),
    [(ConfigError("Do this."), "It failed: Do this."), (KeyError("id"), "It failed"), (None, "It failed")],
)
def test_our_own_errors_are_logged_as_their_sentence(error: Exception | None, shown: str) -> None:
    record = logged("It failed", error)

    assert PLAIN_ERRORS.filter(record)
    assert record.getMessage() == shown
    assert bool(record.exc_info) is isinstance(error, KeyError)


def test_the_framework_s_count_of_records_is_kept_to_itself() -> None:
    """It counts what its partitions yield, which is nothing: records travel in bundles."""
    assert not TRUE_COUNTS.filter(logged("Read 0 records from boards stream"))
    assert TRUE_COUNTS.filter(logged("Read 0 records from boards stream, says somebody"))
    assert TRUE_COUNTS.filter(logged({"a": "dictionary"}))


# ---- The queue


def bundle(size: int) -> BundleMessage:
    return BundleMessage(Bundle("boards", b"x" * size, 1))


def putting(records: RecordQueue, size: int) -> "Future[None]":
    """A worker that has a bundle to send."""
    return in_thread(lambda: records.put(bundle(size)))


def taken(records: RecordQueue) -> int:
    """The bytes of the next bundle."""
    item = records.get(timeout=PATIENCE_SECONDS)
    assert isinstance(item, BundleMessage)
    return len(item.bundle.lines)


def test_bundles_are_taken_until_so_many_bytes_wait(records: RecordQueue) -> None:
    for size in (6_000, 3_999, 1_500):
        putting(records, size).result(PATIENCE_SECONDS)

    assert records.full()
    assert waits(putting(records, 1))


def test_other_messages_count_against_the_bound() -> None:
    """A million states, or bundles of a record each, must not fill the memory either."""
    records = RecordQueue(4_096)
    for item in (bundle(1), state(), bundle(10), bundle(1_024)):
        records.put(item)

    assert waits(putting(records, 1))


def test_a_waiting_writer_is_woken_when_half_the_queue_is_free(records: RecordQueue) -> None:
    for _ in range(4):
        records.put(bundle(2_500))
    workers = [putting(records, 3_000) for _ in range(2)]

    assert taken(records) == 2_500
    assert all(map(waits, workers))
    assert taken(records) == 2_500
    for worker in workers:
        worker.result(PATIENCE_SECONDS)
    assert [taken(records) for _ in range(4)] == [2_500, 2_500, 3_000, 3_000]


def test_output_is_written_before_the_reader_has_to_wait(records: RecordQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    flushes: list[int] = []
    monkeypatch.setattr(MESSAGES, "flush", lambda: flushes.append(1))
    records.put(bundle(1))
    records.put(bundle(2))
    assert [taken(records), taken(records)] == [1, 2]
    assert flushes == []

    with pytest.raises(queue.Empty):
        records.get(block=False)
    assert flushes == [1]


def control() -> AirbyteMessage:
    return AirbyteMessage(type=Type.CONTROL)


def test_urgent_messages_come_first_in_order_from_a_full_queue(records: RecordQueue) -> None:
    records.put(bundle(10_000))
    assert list(records.urgent()) == []
    first, second, third = control(), control(), control()
    assert waits(putting(records, 1))
    for message in (first, second, third):
        records.put_first(message)

    assert [records.get(timeout=PATIENCE_SECONDS) for _ in range(2)] == [first, second]
    assert list(records.urgent()) == [third]
    assert taken(records) == 10_000
    assert taken(records) == 1
    assert records.bytes == 0


def test_an_urgent_message_wakes_a_waiting_reader(records: RecordQueue) -> None:
    reader = in_thread(records.get)
    assert waits(reader)
    urgent = control()
    records.put_first(urgent)

    assert reader.result(PATIENCE_SECONDS) is urgent
