"""Requests, waits and slices add up, from however many threads."""

import threading
import time
from types import SimpleNamespace

import pytest

from source_pinterest.api import usage as module
from source_pinterest.api.quota import Budget
from source_pinterest.api.usage import Usage
from unit_tests.clocks import Clock
from unit_tests.threads import in_thread


@pytest.fixture
def usage() -> Usage:
    return Usage()


def test_each_stream_has_sums_of_its_own(usage: Usage) -> None:
    boards, pins = usage.of("boards"), usage.of("board_pins")
    boards.count_request()
    for _ in range(3):
        boards.count_sent()
    pins.count_request()
    for _ in range(2):
        pins.count_left_out()

    assert (boards.requested, boards.sent, boards.retries, boards.left_out) == (1, 3, 2, 0)
    assert (pins.requested, pins.sent, pins.retries, pins.left_out) == (1, 0, 0, 2)
    assert usage.of("boards") is boards
    assert set(usage.by_stream()) == {"boards", "board_pins"}


def test_calls_that_wait_at_once_count_once(usage: Usage) -> None:
    cost, both = usage.of("boards"), threading.Barrier(2)

    def wait() -> None:
        with cost.waiting():
            both.wait(5)
            assert cost.waited_seconds >= 0
            both.wait(5)

    began = time.monotonic()
    other = in_thread(wait)
    wait()
    other.result(5)
    assert 0 < cost.waited_seconds <= time.monotonic() - began
    assert cost.waited_seconds == cost.waited_seconds


def test_the_rows_of_a_stream_are_estimated_once_all_its_slices_are_known(usage: Usage) -> None:
    cost = usage.of("campaign_analytics")
    cost.count_slice(30)
    cost.count_slice(12)
    assert not usage.estimates
    cost.finish_planning()
    assert list(usage.estimates) == [("campaign_analytics", 42)]


def test_nothing_is_estimated_where_one_slice_is_anybodys_guess(usage: Usage) -> None:
    cost = usage.of("campaign_analytics")
    for rows in (30, None, 12):
        cost.count_slice(rows)
    cost.finish_planning()
    assert not usage.estimates


def test_the_time_left_is_known_when_all_is_planned_and_some_is_read(usage: Usage) -> None:
    cost = usage.of("boards")
    assert cost.seconds_left() is None
    for _ in range(4):
        cost.count_slice(None)
    cost.count_read_slice()
    assert cost.seconds_left() is None
    cost.finish_planning()
    assert (cost.seconds_left() or 0) > 0
    for _ in range(3):
        cost.count_read_slice()
    assert cost.seconds_left() == 0


def test_the_rest_takes_as_long_a_slice_as_what_was_read(usage: Usage, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=clock))
    cost = usage.of("boards")
    cost.finish_planning()
    assert (cost.seconds_read(), cost.seconds_left()) == (0, None)
    for _ in range(8):
        cost.count_slice(None)
    clock.now += 30
    assert (cost.seconds_read(), cost.seconds_left()) == (30, None)
    for _ in range(2):
        cost.count_read_slice()

    assert cost.seconds_left() == 90


def test_a_wait_counts_from_its_first_call_to_its_last(usage: Usage, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=clock))
    cost = usage.of("boards")
    for _ in range(2):
        clock.now += 100
        with cost.waiting():
            clock.now += 3
            with cost.waiting():
                clock.now += 4
            assert cost.is_waiting
        assert not cost.is_waiting

    assert cost.waited_seconds == 14


def test_of_a_quota_the_fullest_window_counts() -> None:
    budget = Budget(900, clock=lambda: 1_000.0)
    for _ in range(3):
        budget.acquire("ads_read")
    told = {"x-ratelimit-limit": "100, 100;w=1, 8;w=60", "x-ratelimit-remaining": "90, 5", "x-ratelimit-reset": "1, 40"}
    budget.release("ads_read", 1_000, told)
    [quota] = budget.quota_usage()
    assert (quota.category, quota.used, quota.limit, quota.frees_up_in_seconds) == ("ads_read", 3, 8, None)
