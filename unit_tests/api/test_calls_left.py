"""The requests that a quota leaves for this sync."""

import math

import pytest

from source_pinterest import limits
from unit_tests.api.callers import ADS_ANALYTICS, CATEGORY, Caller, headers, recorded

GUESS = limits.REQUESTS_PER_MINUTE[CATEGORY]
ANALYTICS = limits.rated_operation("GET", "/v5/ad_accounts/549/campaigns/analytics")


@pytest.mark.parametrize(("limit", "reset"), [("10", 30), ('10;w=1;name="x"', 1)])
def test_a_window_that_is_renewed_in_time_leaves_any_number_of_requests(limit: str, reset: float) -> None:
    caller = Caller(max_wait_seconds=31)
    caller.call(headers(limit, 0, reset))

    assert caller.budget.requests_left(CATEGORY) == math.inf


@pytest.mark.parametrize("remaining", [7, 0])
def test_the_requests_of_a_window_that_outlasts_the_sync_are_counted(remaining: int) -> None:
    caller = Caller(max_wait_seconds=10)
    caller.call(recorded(300, remaining, 40, ADS_ANALYTICS), ANALYTICS)

    assert caller.budget.requests_left(CATEGORY) == remaining
    caller.clock.now += 31
    assert caller.budget.requests_left(CATEGORY) == math.inf


def test_a_window_of_which_no_response_has_told_begins_with_its_first_request() -> None:
    caller = Caller(max_wait_seconds=30)
    assert caller.budget.requests_left(CATEGORY) == GUESS
    caller.call(operation=ANALYTICS)
    assert caller.budget.requests_left(CATEGORY) == GUESS - 1
    caller.clock.now += 40

    assert caller.budget.requests_left(CATEGORY) == math.inf
