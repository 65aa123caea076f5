"""Does the counting of calls, waits and slices add up, from however many threads?"""

import threading
import time

import pytest
import requests_mock

from source_pinterest.api import DEFAULT_BASE_URL
from source_pinterest.api.budget import Budget
from source_pinterest.api.session import PinterestSession
from source_pinterest.api.usage import Usage
from unit_tests.threads import in_thread

URL = f"{DEFAULT_BASE_URL}/boards"


@pytest.fixture
def usage() -> Usage:
    return Usage()


def test_a_throttled_call_is_one_that_is_sent_again(usage: Usage) -> None:
    session = PinterestSession(Budget(900), "source-pinterest/test", 120, connections=1)
    with requests_mock.Mocker() as mock:
        mock.get(URL, [{"status_code": 429, "headers": {"Retry-After": "0.01"}}, {"json": {}}])
        session.on_behalf_of(usage.of("boards")).get(URL)
        session.on_behalf_of(usage.of("board_pins")).get(URL)
    boards, pins = usage.of("boards"), usage.of("board_pins")
    assert (boards.asked, boards.sent, boards.retries) == (1, 2, 1)
    assert (pins.asked, pins.sent, pins.retries) == (1, 1, 0)
    assert 0.01 <= boards.waited_seconds < 5
    assert set(usage.by_stream()) == {"boards", "board_pins"}


def test_a_session_of_a_stream_shares_everything_else(usage: Usage) -> None:
    session = PinterestSession(Budget(900), "source-pinterest/test", 120, connections=1)
    own = session.on_behalf_of(usage.of("boards"))
    assert own.adapters is session.adapters
    assert own.budget is session.budget
    assert own.headers is session.headers
    assert own.usage is not session.usage


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
    cost.plan(30)
    cost.plan(12)
    assert not usage.estimates
    cost.planned()
    assert list(usage.estimates) == [("campaign_analytics", 42)]


def test_nothing_is_estimated_where_one_slice_is_anybodys_guess(usage: Usage) -> None:
    cost = usage.of("campaign_analytics")
    for rows in (30, None, 12):
        cost.plan(rows)
    cost.planned()
    assert not usage.estimates


def test_the_time_left_is_known_when_all_is_planned_and_some_is_read(usage: Usage) -> None:
    cost = usage.of("boards")
    assert cost.seconds_left() is None
    for _ in range(4):
        cost.plan(None)
    cost.read()
    assert cost.seconds_left() is None
    cost.planned()
    assert (cost.seconds_left() or 0) > 0
    for _ in range(3):
        cost.read()
    assert cost.seconds_left() == 0


def test_a_standing_tells_the_fullest_window() -> None:
    budget = Budget(900, clock=lambda: 1_000.0)
    for _ in range(3):
        budget.acquire("ads_read")
    told = {"x-ratelimit-limit": "100, 100;w=1, 8;w=60", "x-ratelimit-remaining": "90, 5", "x-ratelimit-reset": "1, 40"}
    budget.settle("ads_read", told)
    [standing] = budget.standings()
    assert (standing.category, standing.used, standing.limit, standing.frees_up_in_seconds) == ("ads_read", 3, 8, None)
