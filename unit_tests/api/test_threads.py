"""A value that many threads need is read once, and waiting for it ends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from source_pinterest.api.threads import CLOSING, ClosedError, Closing, ReadOnce
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits


class Reader:
    """Reads a value once it may, and counts how often."""

    def __init__(self, error: Exception | None = None) -> None:
        self.reads = 0
        self.may_end = threading.Event()
        self._error = error

    def __call__(self) -> str:
        self.reads += 1
        assert self.may_end.wait(2 * PATIENCE_SECONDS)  # longer than another thread waits for this one
        if self._error:
            raise self._error
        return "value"


@contextmanager
def being_read(values: ReadOnce[str, str], reader: Reader) -> Iterator[None]:
    """Another thread reads the value of "a"; it ends after the block."""
    first = in_thread(lambda: values.get("a", reader))
    assert waits(first)
    try:
        yield
    finally:
        reader.may_end.set()
        first.exception(PATIENCE_SECONDS)


def test_an_error_is_raised_in_all_callers() -> None:
    values, reader = ReadOnce[str, str](), Reader(ValueError("no"))
    with being_read(values, reader):
        second = in_thread(lambda: values.get("a", reader))
        assert waits(second)

    for ask in (lambda: second.result(PATIENCE_SECONDS), lambda: values.get("a", reader)):
        with pytest.raises(ValueError, match="no"):
            ask()
    assert reader.reads == 1


def test_another_key_is_read_meanwhile() -> None:
    values, reader = ReadOnce[str, str](), Reader()
    with being_read(values, reader):
        assert in_thread(lambda: values.get("b", lambda: "other")).result(PATIENCE_SECONDS) == "other"


def test_a_closed_sync_waits_for_no_value() -> None:
    values, reader, closing = ReadOnce[str, str](), Reader(), Closing()

    def wait() -> str:
        CLOSING.set(closing)
        return values.get("a", reader)

    with being_read(values, reader):
        waiting = in_thread(wait)
        assert waits(waiting)
        closing.close()
        with pytest.raises(ClosedError):
            waiting.result(PATIENCE_SECONDS)
