"""Messages leave in their order and without secrets."""

import logging
from queue import Queue
from typing import Any, cast

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
from source_pinterest.engine.queue import (
    OrderedMessageRepository,
    clean,
    is_worth_logging,
)
from source_pinterest.masking import SECRETS
from unit_tests.threads import PATIENCE_SECONDS, in_thread


def state() -> AirbyteMessage:
    return AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage())


def trace(kind: FailureType = FailureType.system_error, sentence: str = "It failed.") -> AirbyteMessage:
    error = AirbyteTracedException(message=sentence, internal_message=f"{sentence} Inside.", failure_type=kind)
    with pytest.raises(AirbyteTracedException) as raised:
        raise error
    return raised.value.as_airbyte_message(StreamDescriptor(name="boards"))


@pytest.fixture
def records() -> Queue[Any]:
    return Queue()


def test_a_workers_messages_and_log_lines_go_through_the_record_queue(records: Queue[Any]) -> None:
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
    records: Queue[Any] = Queue(1)
    records.put(state())
    repository = OrderedMessageRepository(records)
    first, second = state(), trace()
    repository.emit_message(first)
    repository.emit_message(second)

    assert list(repository.consume_queue()) == [first, second]
    assert list(repository.consume_queue()) == []


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

    assert is_worth_logging(record)
    assert record.getMessage() == shown
    assert bool(record.exc_info) is isinstance(error, KeyError)


def test_the_framework_s_count_of_records_is_kept_to_itself() -> None:
    """It counts what its partitions yield, which is nothing: records travel in bundles."""
    assert not is_worth_logging(logged("Read 0 records from boards stream"))
    assert is_worth_logging(logged("Read 0 records from boards stream, says somebody"))
    assert is_worth_logging(logged({"a": "dictionary"}))
