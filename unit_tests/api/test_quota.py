"""Counting the requests of an interval, and finding out when it ends."""

import pytest

from source_pinterest import limits
from unit_tests.api.callers import ADS_ANALYTICS, CATEGORY, Caller, alone, headers, recorded

DAY_SECONDS = 86_400


@pytest.mark.parametrize(("limit", "left"), [("1500", 1_499), ("10", 4)])
def test_headers_replace_the_allowance_and_tell_of_other_programs(caller: Caller, limit: str, left: int) -> None:
    caller.call(alone(limit, left, 60))
    caller.send()  # a request without a response counts too

    assert caller.calls_until_refused() == left - 1


def test_requests_in_flight_count_once(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    for remaining in (9, 6, 7, 8):
        caller.release(alone(10, remaining, 30))
        assert caller.budget.quota_usage()[0].used == 4

    assert caller.calls_until_refused() == 6


def test_requests_sent_after_that_of_the_newest_response_count(caller: Caller) -> None:
    caller.send()
    for _ in range(3):
        caller.clock.now += 1
        caller.send()
    caller.release(alone(10, 4, 30))  # six, five of them by others; three more are on their way

    assert caller.calls_until_refused() == 1


def test_a_count_that_was_too_high_shrinks_to_what_a_response_says(caller: Caller) -> None:
    for _ in range(200):
        caller.clock.now += 0.25
        caller.call()  # perhaps in the interval before
    caller.clock.now += 1
    caller.call(recorded(300, 290, 55, ADS_ANALYTICS))

    assert caller.calls_until_refused() == 290


def test_a_full_interval_is_waited_for(caller: Caller) -> None:
    caller.call(alone(10, 0, 30))
    caller.clock.now += 10

    assert caller.wait() == pytest.approx(20.1)
    caller.clock.now += 20.2
    assert caller.calls_until_refused() == 10


def test_the_earliest_end_that_a_response_announces_is_the_right_one(caller: Caller) -> None:
    for _ in range(3):
        caller.send()
    for seconds, remaining, reset in ((5, 10, 30), (1, 5, 24), (9, 0, 30)):  # said 5, 0 and 15 seconds ago
        caller.clock.now += seconds
        caller.release(recorded(300, remaining, reset, ADS_ANALYTICS))

    assert caller.wait() == pytest.approx(15.1)


def test_intervals_begin_where_the_last_one_ended(caller: Caller) -> None:
    caller.call(recorded(300, 0, 30, ADS_ANALYTICS))
    caller.clock.now += 1_240  # ten seconds into the 21st interval from then
    for _ in range(4):
        caller.call()
        caller.clock.now += 2

    assert caller.calls_until_refused() == 296
    assert 30 < caller.wait() < 42


def test_without_an_end_requests_fit_into_an_interval_wherever_it_begins(caller: Caller) -> None:
    caller.call()
    caller.clock.now += 50
    assert caller.calls_until_refused() == limits.REQUESTS_PER_MINUTE[CATEGORY] - 1
    caller.clock.now += caller.wait()
    assert caller.calls_until_refused() == 1, "the others were sent within the last minute"

    assert caller.wait() > 40


def test_requests_of_the_last_moment_count_in_the_next_interval_too(caller: Caller) -> None:
    caller.call(recorded(300, 200, 30, ADS_ANALYTICS))
    caller.clock.now += 30
    for _ in range(20):
        caller.call()
    caller.clock.now += 0.2

    assert caller.calls_until_refused() == 280


def test_a_response_to_a_request_of_the_interval_before_says_nothing(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 25
    caller.call()
    caller.release(recorded(300, 0, 2, ADS_ANALYTICS))  # said seven seconds ago

    assert caller.calls_until_refused() == 299


def test_an_interval_that_began_earlier_than_expected_is_taken_up(caller: Caller) -> None:
    caller.call(recorded(300, 0, 30, ADS_ANALYTICS))
    caller.send("ads_read")
    caller.clock.now += 29
    caller.budget.release(CATEGORY, caller.clock.now, recorded(300, 297, 60, ADS_ANALYTICS))

    assert caller.calls_until_refused() == 297
    assert 50 < caller.wait() < 61


def test_an_interval_is_as_long_as_headers_say(caller: Caller) -> None:
    caller.call(alone(1000, 0, DAY_SECONDS, DAY_SECONDS))
    caller.clock.now += DAY_SECONDS + 1
    caller.call()
    caller.clock.now += 61

    assert caller.calls_until_refused() == 999, "a minute later it is still the same day"


def test_a_quota_per_second_spaces_requests_out(caller: Caller) -> None:
    caller.call(headers("10, 10;w=1", 9, 1))
    assert [caller.wait() for _ in range(9)] == [0] * 9
    assert caller.wait() == pytest.approx(1.1)
    assert caller.wait("ads_read") == 0
    caller.clock.now += 1.15

    assert caller.wait() == 0


def test_no_more_than_the_cap_of_all_categories_goes_out_a_second(caller: Caller) -> None:
    for number in range(limits.REQUESTS_PER_SECOND):
        caller.call(operation="ads_read" if number % 2 else "org_read")

    assert caller.wait("ads_analytics") == pytest.approx(1, abs=0.2)
    caller.clock.now += 1.2
    assert caller.wait("ads_analytics") == 0


@pytest.mark.parametrize(("second", "cap"), [('20;w=1;name="safety_net_app_id_user_id"', 20), ("100;w=1", 100)])
def test_the_cap_of_all_categories_is_what_headers_say(second: str, cap: int, caller: Caller) -> None:
    caller.call(headers(f"{cap}, {second}, 1000;w=60", cap - 1, 1), "org_read")
    for number in range(cap - 1):
        caller.call(operation="ads_read" if number % 2 else "org_read")

    assert caller.wait("ads_analytics") == pytest.approx(1.1)
