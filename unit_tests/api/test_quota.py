"""Is a window counted as Pinterest counts it, in whichever order answers come, and is it left when it is over?"""

import pytest

from source_pinterest import limits
from source_pinterest.api.quota import Quota, QuotaHeader
from unit_tests.api.callers import ADS_ANALYTICS, CATEGORY, Caller, headers, recorded


def test_headers_raise_the_allowance(caller: Caller) -> None:
    caller.call(headers("1500", 1499, 60))

    assert caller.calls_until_refused() == 1_499


def test_headers_lower_the_allowance(caller: Caller) -> None:
    caller.call(headers("10", 9, 60))

    assert caller.calls_until_refused() == 9


def test_calls_in_flight_count_once(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    caller.release(headers("10", 9, 60))  # the server has seen one of the four
    caller.release(headers("10", 6, 60))  # and now all of them

    assert caller.calls_until_refused() == 6


def test_answers_out_of_order_do_not_give_calls_back(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    for remaining in (4, 7, 5, 6):  # somebody else made two more
        caller.release(headers("10", remaining, 60))

    assert caller.calls_until_refused() == 4


def test_calls_in_flight_count_against_a_window_that_an_answer_tells_of(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    caller.release(headers("10", 9, 300))

    assert caller.calls_until_refused() == 6


def test_calls_in_flight_count_beside_those_of_others(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    caller.release(headers("10", 2, 60))  # of the eight, who knows how many are ours

    assert caller.calls_until_refused() == 0


def test_once_all_answers_are_there_the_fullest_one_is_the_truth(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    for remaining in (3, 2, 5, 4):
        caller.release(headers("10", remaining, 60))

    assert caller.calls_until_refused() == 2


def test_a_lost_call_counts(caller: Caller) -> None:
    caller.call(headers("10", 9, 60))
    caller.send()
    caller.budget.release(CATEGORY, None)

    assert caller.calls_until_refused() == 8


def test_a_call_whose_answer_says_nothing_counts_beside_what_the_others_say(caller: Caller) -> None:
    for _ in range(3):
        caller.send()
    for told in ({}, headers("10", 9, 60), headers("10", 8, 60)):
        caller.release(told)

    assert caller.calls_until_refused() == 7


def test_calls_of_others_count(caller: Caller) -> None:
    caller.call(headers("10", 4, 60))  # five of the ten were made by somebody else

    assert caller.calls_until_refused() == 4


def test_calls_of_others_shrink_again_where_a_later_answer_says_so(caller: Caller) -> None:
    caller.call(headers("10", 2, 60))
    caller.call(headers("10", 8, 59))

    assert caller.calls_until_refused() == 8


def test_nothing_of_the_last_window_is_left_where_calls_of_others_shrink_in_this_one(caller: Caller) -> None:
    caller.call(recorded(300, 100, 30, ADS_ANALYTICS))
    caller.call()
    caller.clock.now += 31
    caller.call(recorded(300, 100, 59, ADS_ANALYTICS))
    caller.call(recorded(300, 250, 59, ADS_ANALYTICS))

    assert caller.calls_until_refused() == 250


def test_calls_of_others_do_not_shrink_by_answers_that_may_be_older(caller: Caller) -> None:
    for _ in range(3):
        caller.send()
    caller.release(headers("20", 6, 60))
    for remaining in (18, 17):  # were sent before that was known
        caller.send()
        caller.release(headers("20", remaining, 60))

    assert caller.calls_until_refused() <= 6


def test_what_the_tightest_has_left_the_others_have_as_well(caller: Caller) -> None:
    for _ in range(250):
        caller.clock.now += 0.1
        caller.call()
    for remaining in (90, 89):  # so a new minute has begun there, and 89 at least are left
        caller.call(recorded(100, remaining, 1, ADS_ANALYTICS))

    assert caller.calls_until_refused() == 89


def test_calls_of_others_are_forgotten_with_the_window(caller: Caller) -> None:
    caller.call(headers("10", 0, 30))
    caller.clock.now += 31.1

    assert caller.calls_until_refused() == 10


@pytest.mark.parametrize("limit", ["10, 10;w=1", f'10, 10;w=1;name="{CATEGORY}"'])
def test_a_quota_of_a_second_spaces_calls_out(limit: str, caller: Caller) -> None:
    caller.call(headers(limit, 9, 1))
    assert [caller.wait() for _ in range(9)] == [0] * 9
    assert caller.wait() == pytest.approx(1.1)
    assert caller.wait("ads_read") == 0
    caller.clock.now += 1.15

    assert caller.wait() == 0


def test_a_second_that_others_have_used_up_is_waited_out(caller: Caller) -> None:
    caller.call(recorded(100, 0, 1, ADS_ANALYTICS))

    assert caller.wait("org_read") == caller.wait() == pytest.approx(1.1)


def test_no_more_than_the_cap_of_all_categories_goes_out_a_second(caller: Caller) -> None:
    for number in range(limits.REQUESTS_PER_SECOND):
        caller.call(operation="ads_read" if number % 2 else "org_read")

    assert caller.wait("ads_analytics") == pytest.approx(1, abs=0.2)
    caller.clock.now += 1.2
    assert caller.wait("ads_analytics") == 0


def test_the_cap_of_all_categories_holds_where_headers_do_not_list_it(caller: Caller) -> None:
    caller.call(headers('5000, 5000;w=60;name="x"', 4_999, 60), "org_read")
    for _ in range(limits.REQUESTS_PER_SECOND - 1):
        caller.call(operation="org_read")

    assert caller.wait("org_read") == pytest.approx(1.1)


def test_the_cap_of_all_categories_is_what_headers_say(caller: Caller) -> None:
    caller.call(headers('20, 20;w=1;name="safety_net_app_id_user_id", 1000;w=60;name="x"', 19, 1), "org_read")
    for number in range(19):
        caller.call(operation="ads_read" if number % 2 else "org_read")

    assert caller.wait("ads_analytics") == pytest.approx(1.1)


def test_a_second_without_a_name_is_that_of_all_categories_where_it_has_their_limit(caller: Caller) -> None:
    caller.call(headers("100, 100;w=1", 0, 1))

    assert caller.wait("ads_read") == pytest.approx(1.1)


def test_calls_of_others_shrink_while_some_calls_are_always_out(caller: Caller) -> None:
    caller.send()
    caller.send()
    caller.release(recorded(300, 10, 50, ADS_ANALYTICS))
    for _ in range(4):
        caller.send()
        caller.release(recorded(300, 250, 50, ADS_ANALYTICS))

    assert caller.calls_until_refused() > 200


@pytest.mark.parametrize(("calls", "taken"), [(3, 8), (4, 8)])
def test_answers_that_say_nothing_of_a_quota_count_as_a_call_each(calls: int, taken: int) -> None:
    quota = Quota(100, 60)
    for _ in range(5):
        quota.take(0)
    quota.learn(QuotaHeader(limit=100, remaining=95, reset=30), 1, 0)
    for _ in range(calls):
        quota.take(2)
    for header in (None, None, QuotaHeader(limit=100, remaining=94, reset=28)):
        quota.learn(header, 3, 0)

    assert quota.taken == taken


def test_calls_of_another_category_that_are_out_take_nothing_of_a_window(caller: Caller) -> None:
    caller.call(headers("2", 1, 60), "org_read")
    caller.send("ads_read")
    caller.clock.now += 90

    assert caller.calls_until_refused("org_read", most=3) == 2


def test_two_nameless_quotas_of_a_minute_are_two(caller: Caller) -> None:
    told = {
        "x-ratelimit-limit": "5;w=60, 100;w=60",
        "x-ratelimit-remaining": "4, 99",
        "x-ratelimit-reset": "60, 60",
    }
    caller.call(told)

    assert caller.calls_until_refused() == 4


def test_a_call_counts_for_its_whole_minute_and_until_it_must_have_arrived() -> None:
    quota = Quota(1, 60)
    quota.take(0)
    quota.roll(60, 0)

    assert quota.taken == 1
