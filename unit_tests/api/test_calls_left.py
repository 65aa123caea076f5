"""The requests that a quota leaves for this sync."""

import math

import pytest

from source_pinterest import limits
from unit_tests.api.callers import ADS_ANALYTICS, CATEGORY, Caller, headers, recorded

GUESS = limits.REQUESTS_PER_MINUTE[CATEGORY]
ANALYTICS = limits.rated_operation("GET", "/v5/ad_accounts/549/campaigns/analytics")


def test_a_window_that_begins_just_in_time_leaves_any_number_of_calls() -> None:
    caller = Caller(max_wait_seconds=31)
    caller.call(headers("10", 0, 30))
    assert caller.budget.requests_left(CATEGORY) == math.inf

    caller.send()
    assert caller.clock.now == pytest.approx(1_030.1)


def test_where_only_a_second_is_bounded_any_number_of_calls_is_left() -> None:
    caller = Caller(max_wait_seconds=10)
    caller.call(headers('10;w=1;name="x"', 9, 1))

    assert caller.budget.requests_left(CATEGORY) == math.inf


def test_the_calls_left_of_a_window_that_outlasts_the_sync_are_counted() -> None:
    patient, impatient = Caller(max_wait_seconds=60), Caller(max_wait_seconds=10)
    for caller in (patient, impatient):
        caller.call(recorded(300, 7, 40, ADS_ANALYTICS), ANALYTICS)

    assert patient.budget.requests_left(CATEGORY) == math.inf
    assert impatient.budget.requests_left(CATEGORY) == 7
    impatient.clock.now += 31
    assert impatient.budget.requests_left(CATEGORY) == math.inf


def test_of_a_window_that_is_used_up_no_call_is_left() -> None:
    caller = Caller(max_wait_seconds=10)
    caller.call(recorded(300, 0, 40, ADS_ANALYTICS), ANALYTICS)

    assert caller.budget.requests_left(CATEGORY) == 0


def test_a_window_that_no_answer_told_of_begins_with_its_first_call() -> None:
    caller = Caller(max_wait_seconds=30)
    caller.call(operation=ANALYTICS)
    assert caller.budget.requests_left(CATEGORY) == GUESS - 1
    caller.clock.now += 40

    assert caller.budget.requests_left(CATEGORY) == math.inf


def test_before_any_answer_a_whole_window_is_left() -> None:
    assert Caller(max_wait_seconds=10).budget.requests_left(CATEGORY) == GUESS
