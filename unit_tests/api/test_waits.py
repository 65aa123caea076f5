"""A wait ends as soon as it may, is told in the log and in the standings, and holds up nobody else."""

import logging
import threading

import pytest

from source_pinterest.api.errors import FatalError
from source_pinterest.api.quota import Budget
from unit_tests.api.callers import CATEGORY, Caller, Clock, headers


def test_a_waiting_call_goes_out_as_soon_as_the_quota_is_raised() -> None:
    waits = threading.Event()

    def wait(condition: threading.Condition, seconds: float) -> None:
        waits.set()
        condition.wait(seconds)

    budget = Budget(900, clock=Clock(), wait=wait)
    budget.acquire(CATEGORY)
    budget.acquire(CATEGORY)
    budget.release(CATEGORY, 1_000, headers("2", 0, 300))
    waiter = threading.Thread(target=budget.acquire, args=(CATEGORY,), daemon=True)
    waiter.start()
    assert waits.wait(5)
    budget.release(CATEGORY, 1_000, headers("1000", 998, 300))  # gets in once the waiter has let go of the lock
    waiter.join(5)

    assert not waiter.is_alive()
    assert [standing.used for standing in budget.quota_usage()] == [3]


def test_nothing_is_locked_while_output_is_flushed_before_a_wait() -> None:
    others_call_went_out = []

    def before_wait() -> None:
        other = threading.Thread(target=lambda: others_call_went_out.append(budget.acquire("ads_read")), daemon=True)
        other.start()
        other.join(5)

    clock = Clock()
    budget = Budget(900, before_wait=before_wait, clock=clock, wait=clock.wait)
    budget.acquire(CATEGORY)
    budget.release(CATEGORY, 1_000, headers("1", 0, 1.2))

    budget.acquire(CATEGORY)

    assert len(others_call_went_out) == 1


def test_nothing_is_locked_while_a_wait_is_logged(request: pytest.FixtureRequest) -> None:
    class Listener(logging.Handler):
        """Has another thread make a call while a line is logged."""

        def emit(self, record: logging.LogRecord) -> None:
            other = threading.Thread(target=lambda: heard.append((record.getMessage(), caller.wait("ads_read"))))
            other.daemon = True
            other.start()
            other.join(5)

    heard: list[tuple[str, float]] = []
    caller, listener, logger = Caller(max_wait_seconds=900), Listener(), logging.getLogger("airbyte")
    caller.call(headers("1", 0, 30))
    logger.addHandler(listener)
    request.addfinalizer(lambda: logger.removeHandler(listener))
    caller.send()

    assert heard == [("Waiting 31 s for Pinterest's quota of ads_analytics requests.", 0)]


def test_a_wait_is_logged_once_a_minute_until_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    caller = Caller(max_wait_seconds=900)
    caller.call(headers("1", 0, 150))
    with caplog.at_level("INFO", "airbyte"):
        caller.send()
        caller.call(headers("1", 0, 4), "ads_read")
        caller.send("ads_read")

    assert caplog.messages == [
        "Waiting 151 s for Pinterest's quota of ads_analytics requests.",
        "Waiting 91 s for Pinterest's quota of ads_analytics requests.",
        "Waiting 31 s for Pinterest's quota of ads_analytics requests.",
        "Waiting 5 s for Pinterest's quota of ads_read requests.",
    ]


def test_however_many_wait_it_is_logged_once_and_output_is_flushed_by_each(caplog: pytest.LogCaptureFixture) -> None:
    flushed = []

    def before_wait() -> None:
        flushed.append(1)
        if len(flushed) == 1:
            budget.acquire(CATEGORY)  # another one, before this one has waited

    clock = Clock()
    budget = Budget(900, before_wait=before_wait, clock=clock, wait=clock.wait)
    budget.acquire(CATEGORY)
    budget.release(CATEGORY, 1_000, headers("2", 0, 30))
    with caplog.at_level("INFO", "airbyte"):
        budget.acquire(CATEGORY)

    assert len(flushed) == 2
    assert caplog.messages == ["Waiting 31 s for Pinterest's quota of ads_analytics requests."]


@pytest.mark.parametrize("seconds", [60, 20])
def test_output_is_flushed_in_every_minute_of_a_wait_however_often_it_is_woken(seconds: float) -> None:
    flushed = []
    clock = Clock()
    budget = Budget(
        900,
        before_wait=lambda: flushed.append(clock.now),
        clock=clock,
        wait=lambda condition, longest: clock.wait(condition, min(longest, seconds)),
    )
    budget.acquire(CATEGORY)
    budget.release(CATEGORY, 1_000, headers("1", 0, 150))
    budget.acquire(CATEGORY)

    assert flushed == [1_000, 1_060, 1_120]


def test_a_pacing_wait_is_no_wait_for_a_quota(caplog: pytest.LogCaptureFixture) -> None:
    caller = Caller(max_wait_seconds=0)
    caller.call(headers("1", 0, 0.5))
    with caplog.at_level("INFO", "airbyte"):
        caller.send()

    assert caplog.messages == []


def test_a_wait_shows_in_the_standings_until_a_call_goes_out() -> None:
    seen = []
    clock = Clock()

    def before_wait() -> None:
        seen.append([standing.frees_up_in_seconds for standing in budget.quota_usage()])

    budget = Budget(900, before_wait, clock, clock.wait)
    budget.acquire(CATEGORY)
    budget.release(CATEGORY, 1_000, headers("1", 0, 29))
    budget.acquire(CATEGORY)

    assert seen == [[pytest.approx(29.1)]]
    assert [standing.frees_up_in_seconds for standing in budget.quota_usage()] == [None]
    assert [standing.used for standing in budget.quota_usage()] == [1]
    clock.now += 100
    assert [standing.used for standing in budget.quota_usage()] == [0]


def test_a_wait_that_ends_early_shows_no_more() -> None:
    clock = Clock()
    budget = Budget(
        900, clock=clock, wait=lambda _condition, _seconds: budget.release(CATEGORY, 1_000, headers("9", 7, 300))
    )
    budget.acquire(CATEGORY)
    budget.acquire(CATEGORY)
    budget.release(CATEGORY, 1_000, headers("2", 0, 300))
    budget.acquire(CATEGORY)

    assert [standing.frees_up_in_seconds for standing in budget.quota_usage()] == [None]


def test_a_wait_shows_until_its_last_moment() -> None:
    shown = []
    clock = Clock()

    def wait(condition: threading.Condition, seconds: float) -> None:
        clock.wait(condition, min(seconds, 29))
        shown.extend(standing.frees_up_in_seconds for standing in budget.quota_usage())

    budget = Budget(900, clock=clock, wait=wait)
    budget.acquire(CATEGORY)
    budget.release(CATEGORY, 1_000, headers("1", 0, 29))
    budget.acquire(CATEGORY)

    assert shown == [pytest.approx(0.1), None]


def test_a_call_that_would_wait_too_long_names_its_quota() -> None:
    caller = Caller(max_wait_seconds=5)
    caller.budget.throttled(CATEGORY, 4)
    caller.budget.throttled(CATEGORY, 5)
    caller.clock.now -= 1

    with pytest.raises(FatalError, match=rf"\b{CATEGORY} requests"):
        caller.send()
