"""The circuit breaker stops a stream when further requests would fail, and not before."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from source_pinterest.api.errors import (
    AccountUnreadableError,
    ConfigError,
    QuotaExhaustedError,
    RejectedError,
    SliceError,
    UnavailableError,
)
from source_pinterest.engine.circuit_breaker import FAILURES_IN_A_ROW, CircuitBreaker
from source_pinterest.engine.tasks import Key
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits

ONE = ("549755012345",)
SEVERAL = [(str(number),) for number in range(FAILURES_IN_A_ROW)]
TROUBLE = UnavailableError("It said no")


def breaker_after(*worked: Key, failed: list[Key] | None = None) -> CircuitBreaker:
    """A breaker that knows of some successes, and then of some failures."""
    breaker = CircuitBreaker()
    for parent in worked:
        breaker.note_success(parent)
    for parent in failed or ():
        assert breaker.note_failure(TROUBLE, parent)
    return breaker


@pytest.mark.parametrize("error", [ConfigError("no"), QuotaExhaustedError("no")])
def test_the_first_fatal_error_ends_the_stream_for_good_and_is_raised_once(error: Exception) -> None:
    breaker = CircuitBreaker()

    assert [breaker.note_failure(error, ONE) for _ in range(3)] == [True, False, False]
    assert not breaker.note_failure(TROUBLE, ("549",)), "of what fails after it nobody is told"
    breaker.note_success(ONE)
    assert breaker.is_open


def test_parents_that_worked_and_fail_in_a_row_end_the_stream() -> None:
    breaker = breaker_after(*SEVERAL, failed=SEVERAL[:-1])
    assert not breaker.is_open

    assert breaker.note_failure(RejectedError("no"), SEVERAL[-1])
    assert breaker.is_open


def test_parents_that_never_worked_end_nothing_whatever_their_number() -> None:
    failed = [(f"bad {number}",) for number in range(100)]

    assert not breaker_after(*SEVERAL[1:], failed=failed + SEVERAL[1:]).is_open


def test_after_failures_in_a_row_a_parent_that_never_worked_gets_one_try() -> None:
    breaker = breaker_after(ONE, failed=SEVERAL[1:])
    assert breaker.is_worth_retrying()
    assert not breaker.is_open_for(SEVERAL[1])

    breaker.note_failure(KeyError("id"), SEVERAL[0])
    assert not breaker.is_worth_retrying()
    assert breaker.is_open_for(SEVERAL[0]), "it has had its try"
    assert not breaker.is_open_for(("7",))
    breaker.note_failure(TROUBLE, ONE)
    assert not breaker.is_open_for(ONE), "it has worked"


def test_one_success_restores_the_retries() -> None:
    breaker = breaker_after(failed=SEVERAL)
    breaker.note_success(ONE)

    assert breaker.is_worth_retrying()
    assert not breaker.is_open_for(SEVERAL[0])


def test_one_failing_parent_ends_for_itself_alone_unless_it_works_in_between() -> None:
    breaker = breaker_after(failed=[ONE] * (FAILURES_IN_A_ROW - 1))
    breaker.note_success(ONE)
    told = [breaker.note_failure(TROUBLE, ONE) for _ in range(2 * FAILURES_IN_A_ROW)]

    assert told == [True] * FAILURES_IN_A_ROW + [False] * FAILURES_IN_A_ROW
    assert breaker.is_open_for(ONE)
    assert not breaker.is_open_for(("549756440147",))
    assert not breaker.is_open


@pytest.mark.parametrize(
    "error",
    [
        AccountUnreadableError("549", "no"),
        SliceError("too many pins", is_isolated=True),
    ],
)
def test_what_is_the_matter_with_one_account_board_or_key_never_stops_anything(error: Exception) -> None:
    breaker = breaker_after(*SEVERAL)

    for parent in [*SEVERAL, *SEVERAL[:1] * FAILURES_IN_A_ROW]:
        assert breaker.note_failure(error, parent)
    assert not breaker.is_open_for(SEVERAL[0])
    assert breaker.is_worth_retrying()


class SlowId(str):
    """An id that is looked up slowly, so that whoever looks it up can be met in the middle of it."""

    __slots__ = ("found", "looked_up")

    def __init__(self, _: str) -> None:
        self.looked_up, self.found = threading.Event(), threading.Event()

    def __hash__(self) -> int:
        self.looked_up.set()
        assert self.found.wait(PATIENCE_SECONDS)
        return super().__hash__()


@pytest.mark.parametrize(
    ("meanwhile", "told"),
    [
        (lambda breaker: breaker.note_failure(ConfigError("no"), ONE), False),
        (lambda breaker: breaker.note_success(ONE), None),
    ],
)
def test_what_two_workers_tell_at_once_is_noted_one_after_the_other(
    meanwhile: Callable[[CircuitBreaker], Any], told: bool | None
) -> None:
    breaker, slow = CircuitBreaker(), SlowId("549756440147")
    first = in_thread(lambda: breaker.note_failure(ConfigError("no"), (slow,)))
    assert slow.looked_up.wait(PATIENCE_SECONDS)
    second = in_thread(lambda: meanwhile(breaker))
    assert waits(second)

    slow.found.set()
    assert first.result(PATIENCE_SECONDS)
    assert second.result(PATIENCE_SECONDS) is told
