"""All requests wait for the end of an outage together, and for no longer than a sync waits at all."""

import threading
from concurrent.futures import Future

import pytest

from source_pinterest.api.retries import Outage, Pauses
from unit_tests.clocks import Clock
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits

LONG, NONE = Pauses(first_seconds=100, longest_seconds=1_000), Pauses(first_seconds=0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Waiters:
    """Requests that wait for the same outage, one begun after the other."""

    def __init__(self, clock: Clock) -> None:
        self._announced = threading.Semaphore(0)
        self.outage = Outage(100_000, LONG, before_wait=self._announced.release, clock=clock)
        self.outage.end()
        self.futures: list[Future[bool]] = []

    def begin(self) -> None:
        self.futures.append(in_thread(lambda: self.outage.wait("ConnectionError")))
        assert self._announced.acquire(timeout=PATIENCE_SECONDS)


def test_all_requests_share_the_next_try_and_go_on_with_the_first_response(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    waiters = Waiters(clock)
    with caplog.at_level("INFO", "airbyte"):
        for seconds in (0, 0, 40, 60, 199, 1, 400, 800, 1_000):
            clock.now += seconds
            waiters.begin()
    assert waits(waiters.futures[0])
    waiters.outage.end()

    assert [future.result(PATIENCE_SECONDS) for future in waiters.futures] == [True] * 9
    assert caplog.messages == [
        f"Pinterest can't be reached (ConnectionError). Retrying in {pause} s."
        for pause in (100, 100, 60, 200, 1, 400, 800, 1_000, 1_000)
    ]


def test_an_outage_that_ends_before_the_wait_has_begun_is_not_waited_for(clock: Clock) -> None:
    """Nothing is locked while output is flushed, and a response that arrives meanwhile counts."""
    outage = Outage(900, LONG, lambda: in_thread(outage.end).result(PATIENCE_SECONDS), clock)
    outage.end()

    assert in_thread(lambda: outage.wait("ConnectionError")).result(PATIENCE_SECONDS)


def patience(outage: Outage, clock: Clock) -> float:
    """How many seconds after its beginning an outage is still waited for."""
    began = clock.now
    while outage.wait("ConnectionError"):
        clock.now += 1
    return clock.now - 1 - began


@pytest.mark.parametrize(("max_wait_seconds", "seconds"), [(900, 30), (10, 10)])
def test_a_server_that_never_responded_is_waited_for_less_long(
    clock: Clock, max_wait_seconds: float, seconds: float
) -> None:
    assert patience(Outage(max_wait_seconds, NONE, clock=clock), clock) == seconds


def test_each_outage_is_waited_for_as_long_as_the_sync_waits(clock: Clock) -> None:
    outage = Outage(60, NONE, clock=clock)
    for _ in range(2):
        outage.end()
        assert patience(outage, clock) == 60
