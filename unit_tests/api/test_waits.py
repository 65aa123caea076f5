"""A wait ends as soon as it may, is told in the log and in the standings, and holds up nobody else."""

import logging
import threading
from collections.abc import Callable

import pytest

from source_pinterest.api.quota import Budget
from unit_tests.api.callers import CATEGORY, Caller, Clock, alone


@pytest.fixture
def clock() -> Clock:
    return Clock()


def full_budget(
    clock: Clock,
    reset: float,
    before_wait: Callable[[], None] = lambda: None,
    wait: Callable[[threading.Condition, float], object] | None = None,
) -> Budget:
    """A budget whose only request of an interval is taken, so that the next one waits for the reset."""
    budget = Budget(900, before_wait, clock, wait or clock.wait)
    budget.acquire(CATEGORY)
    budget.release(CATEGORY, clock.now, alone(1, 0, reset, 3_600))
    return budget


def frees_up_in(budget: Budget) -> list[float | None]:
    return [usage.frees_up_in_seconds for usage in budget.quota_usage()]


def test_a_waiting_request_goes_out_as_soon_as_the_quota_is_raised(clock: Clock) -> None:
    waits = threading.Event()

    def wait(condition: threading.Condition, seconds: float) -> None:
        waits.set()
        condition.wait(seconds)

    budget = full_budget(clock, 300, wait=wait)
    waiter = threading.Thread(target=budget.acquire, args=(CATEGORY,), daemon=True)
    waiter.start()
    assert waits.wait(5)
    budget.release(CATEGORY, 1_000, alone(1000, 999, 300, 3_600))  # gets in once the waiter has let go of the lock
    waiter.join(5)

    assert not waiter.is_alive()
    assert frees_up_in(budget) == [None]


def test_nothing_is_locked_while_output_is_flushed_and_a_wait_is_logged(request: pytest.FixtureRequest) -> None:
    sent: list[object] = []

    def send_another() -> None:
        other = threading.Thread(target=lambda: sent.append(budget.take("ads_read")), daemon=True)
        other.start()
        other.join(5)

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            sent.append(record.getMessage())
            send_another()

    budget = full_budget(Clock(), 30, before_wait=send_another)
    logger, listener = logging.getLogger("airbyte"), Listener()
    logger.addHandler(listener)
    request.addfinalizer(lambda: logger.removeHandler(listener))
    budget.acquire(CATEGORY)

    assert sent == ["Waiting 31 s for Pinterest's quota of ads_analytics requests.", 0, 0]


def test_several_waits_are_logged_once_and_each_flushes_the_output(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    flushed = []

    def before_wait() -> None:
        flushed.append(1)
        if len(flushed) == 1:
            budget.acquire(CATEGORY)  # another one, before this one has waited

    budget = full_budget(clock, 30, before_wait)
    budget.release(CATEGORY, clock.now, alone(2, 0, 30))
    with caplog.at_level("INFO", "airbyte"):
        budget.acquire(CATEGORY)

    assert len(flushed) == 2
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("seconds", [60, 20])
def test_a_wait_is_logged_and_output_flushed_once_a_minute_however_often_it_is_woken(
    clock: Clock, caplog: pytest.LogCaptureFixture, seconds: float
) -> None:
    flushed: list[float] = []

    def wait(condition: threading.Condition, longest: float) -> None:
        clock.wait(condition, min(longest, seconds))

    with caplog.at_level("INFO", "airbyte"):
        full_budget(clock, 150, lambda: flushed.append(clock.now), wait).acquire(CATEGORY)

    assert flushed == [1_000, 1_060, 1_120]
    assert [message.split()[1] for message in caplog.messages] == ["151", "91", "31"]


def test_a_pacing_wait_is_no_wait_for_a_quota(caplog: pytest.LogCaptureFixture) -> None:
    caller = Caller(max_wait_seconds=0)
    caller.call(alone(1, 0, 0.5))
    with caplog.at_level("INFO", "airbyte"):
        caller.send()

    assert caplog.messages == []


def test_a_wait_shows_in_the_standings_until_its_last_moment(clock: Clock) -> None:
    shown = []

    def wait(condition: threading.Condition, seconds: float) -> None:
        shown.extend(frees_up_in(budget))
        clock.wait(condition, min(seconds, 29))

    budget = full_budget(clock, 29, wait=wait)
    budget.acquire(CATEGORY)

    assert shown == [pytest.approx(29.1), pytest.approx(0.1)]
    assert [(usage.used, usage.frees_up_in_seconds) for usage in budget.quota_usage()] == [(1, None)]
    clock.now += 3_700
    assert [usage.used for usage in budget.quota_usage()] == [0]
