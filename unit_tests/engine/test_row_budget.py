"""Large responses wait for each other, and none waits for ever."""

import threading
from collections.abc import Iterable

import pytest

from source_pinterest.engine.pages import RowBudget
from unit_tests.threads import GLANCE_SECONDS, PATIENCE_SECONDS, in_thread


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
