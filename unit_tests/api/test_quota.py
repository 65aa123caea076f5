"""Is a window counted as Pinterest counts it, in whichever order answers come, and is it left when it is over?"""

import pytest

from source_pinterest import limits
from source_pinterest.api.quota import Quota
from source_pinterest.api.rate_headers import QuotaHeader
from unit_tests.api.callers import ADS_ANALYTICS, CATEGORY, Caller, headers, recorded

DAY_SECONDS = 86_400


@pytest.fixture
def caller() -> Caller:
    return Caller()


def test_headers_raise_the_allowance(caller: Caller) -> None:
    caller.call(headers("1500", 1499, 60))

    assert caller.calls_until_refused() == 1_499


def test_headers_lower_the_allowance(caller: Caller) -> None:
    caller.call(headers("10", 9, 60))

    assert caller.calls_until_refused() == 9


def test_calls_in_flight_count_once(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    caller.settle(headers("10", 9, 60))  # the server has seen one of the four
    caller.settle(headers("10", 6, 60))  # and now all of them

    assert caller.calls_until_refused() == 6


def test_answers_out_of_order_do_not_give_calls_back(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    for remaining in (4, 7, 5, 6):  # somebody else made two more
        caller.settle(headers("10", remaining, 60))

    assert caller.calls_until_refused() == 4


def test_calls_in_flight_count_against_a_window_that_an_answer_tells_of(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    caller.settle(headers("10", 9, 300))

    assert caller.calls_until_refused() == 6


def test_calls_in_flight_count_beside_those_of_others(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    caller.settle(headers("10", 2, 60))  # of the eight, who knows how many are ours

    assert caller.calls_until_refused() == 0


def test_once_all_answers_are_there_the_fullest_one_is_the_truth(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    for remaining in (3, 2, 5, 4):
        caller.settle(headers("10", remaining, 60))

    assert caller.calls_until_refused() == 2


def test_a_lost_call_counts(caller: Caller) -> None:
    caller.call(headers("10", 9, 60))
    caller.send()
    caller.budget.settle(CATEGORY, None)

    assert caller.calls_until_refused() == 8


def test_a_call_whose_answer_says_nothing_counts_beside_what_the_others_say(caller: Caller) -> None:
    for _ in range(3):
        caller.send()
    for told in ({}, headers("10", 9, 60), headers("10", 8, 60)):
        caller.settle(told)

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
    caller.settle(headers("20", 6, 60))
    for remaining in (18, 17):  # were sent before that was known
        caller.send()
        caller.settle(headers("20", remaining, 60))

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


def test_a_full_window_is_waited_out_with_a_margin(caller: Caller) -> None:
    caller.call(headers("10", 0, 30))
    caller.clock.now += 10

    assert caller.wait() == pytest.approx(21)


@pytest.mark.parametrize(("reset", "wait"), [(1, 1.1), (5, 5.1), (6, 7)])
def test_a_short_window_has_a_small_margin(caller: Caller, reset: int, wait: float) -> None:
    caller.call(headers("10", 0, reset))

    assert caller.wait() == pytest.approx(wait)


def test_a_short_reset_does_not_shorten_a_window_as_it_may_be_rounded_down(caller: Caller) -> None:
    caller.call(headers("10", 5, 30))
    caller.clock.now += 27
    caller.call(headers("10", 0, 3))

    assert caller.wait() == pytest.approx(4)


def test_a_window_with_a_length_has_a_small_margin_since_its_reset_is_rounded_up(caller: Caller) -> None:
    caller.call(recorded(300, 0, 30, ADS_ANALYTICS))

    assert caller.wait() == pytest.approx(30.1)


def test_the_earliest_end_is_the_truest(caller: Caller) -> None:
    for _ in range(3):
        caller.send()
    for seconds, remaining, reset in ((5, 10, 30), (1, 5, 24), (9, 0, 30)):  # said 5, 0 and 15 seconds ago
        caller.clock.now += seconds
        caller.settle(recorded(300, remaining, reset, ADS_ANALYTICS))

    assert caller.wait() == pytest.approx(15.1)


def test_windows_with_a_length_begin_where_the_last_one_ended(caller: Caller) -> None:
    caller.call(recorded(300, 0, 30, ADS_ANALYTICS))
    caller.clock.now += 1_240  # ten seconds into the 21st window from then
    for _ in range(4):
        caller.call()
        caller.clock.now += 2

    assert caller.calls_until_refused() == 296
    assert 30 < caller.wait() < 42


def test_without_an_end_calls_fit_into_a_window_wherever_it_begins(caller: Caller) -> None:
    caller.call()
    caller.clock.now += 50
    assert caller.calls_until_refused() == limits.CALLS_PER_MINUTE[CATEGORY] - 1
    caller.clock.now += caller.wait()
    assert caller.calls_until_refused() == 1, "the others were sent within the last minute"

    assert caller.wait() > 40


def test_calls_of_the_last_second_may_count_in_the_new_window(caller: Caller) -> None:
    caller.call(recorded(300, 200, 30, ADS_ANALYTICS))
    caller.clock.now += 29.5
    for _ in range(20):
        caller.call()
    caller.clock.now += 0.7  # on the server, the window has ended between 29 and 30 seconds after that answer

    assert caller.calls_until_refused() == 280


def test_calls_that_the_last_window_is_known_to_hold_do_not_count_in_the_new_one(caller: Caller) -> None:
    for remaining in range(19, -1, -1):
        caller.call(recorded(20, remaining, 1, '20;w=60;name="x"'))
    caller.clock.now += caller.wait()

    assert caller.calls_until_refused() == 20


def test_calls_count_in_the_new_window_where_answers_show_that_it_has_begun(caller: Caller) -> None:
    caller.call(recorded(300, 10, 1, ADS_ANALYTICS))
    for _ in range(5):
        caller.clock.now += 0.2
        caller.call(recorded(100, 99, 1, ADS_ANALYTICS))  # as many are left only if the minute is a new one
    caller.clock.now += 0.2

    assert caller.calls_until_refused() == 294


def test_windows_of_an_unknown_length_begin_with_a_call(caller: Caller) -> None:
    caller.call(headers("10", 0, 30))
    caller.clock.now += 100
    assert caller.calls_until_refused() == 10

    assert 59 < caller.wait() < 61


def test_calls_in_flight_across_the_roll_count_against_the_new_window(caller: Caller) -> None:
    caller.call(headers("10", 9, 30))
    for _ in range(3):
        caller.send()
    caller.clock.now += 40

    assert caller.calls_until_refused() == 7


def test_the_window_length_is_learnt_from_the_reset(caller: Caller) -> None:
    caller.call(headers("1000", 0, DAY_SECONDS))
    caller.clock.now += DAY_SECONDS + 1.1
    caller.call()

    caller.clock.now += 61
    assert caller.calls_until_refused() == 999, "a minute later it is still the same day"


def test_an_answer_of_the_last_window_that_comes_late_costs_little(caller: Caller) -> None:
    caller.call(headers("10", 5, 60))
    caller.send()
    caller.clock.now += 61.5
    caller.call()  # a new window by our clock
    caller.settle(headers("10", 0, 1))  # asked in the old one, and answered late

    assert caller.wait() <= 1.1
    caller.clock.now += 1.2
    assert caller.wait() == 0
    caller.settle(headers("10", 8, 58))
    assert caller.calls_until_refused() == 8


def test_an_answer_of_the_last_window_costs_nothing_where_the_end_is_known(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 25
    assert caller.wait() == 0
    caller.settle(recorded(300, 0, 2, ADS_ANALYTICS))  # said seven seconds ago, and no more true

    assert caller.calls_until_refused() == 298


def test_however_late_an_answer_of_the_last_window_comes_it_is_none_of_this_one(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 55
    caller.settle(recorded(300, 0, 5, ADS_ANALYTICS))  # said forty seconds ago

    assert caller.calls_until_refused() == 299


def test_as_many_answers_as_were_out_may_be_of_the_last_window(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 25
    caller.send()
    for _ in range(2):
        caller.settle(recorded(300, 0, 2, ADS_ANALYTICS))

    assert caller.wait() == pytest.approx(2.1), "one was out when the window ended, the other is right"


def test_an_answer_that_says_a_slightly_earlier_end_is_of_this_window(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 25
    caller.send()
    caller.settle(recorded(300, 0, 54, ADS_ANALYTICS))

    assert caller.wait() == pytest.approx(54.1)


def test_a_late_answer_to_come_keeps_no_later_window_away(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 25
    caller.send()
    caller.clock.now += 50  # on the server, another window has begun
    caller.settle(recorded(300, 0, 58, ADS_ANALYTICS))

    assert caller.wait() == pytest.approx(58.1)


def test_more_answers_of_the_last_window_than_were_out_are_none(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.clock.now += 25
    caller.call(recorded(300, 0, 2, ADS_ANALYTICS))  # it was sent after the end that we believed in

    assert caller.wait() == pytest.approx(2.1)


def test_a_window_that_the_server_has_begun_is_taken_up(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    caller.call(recorded(300, 0, 20, ADS_ANALYTICS))
    caller.clock.now += 20  # a tenth of a second before we would
    caller.settle(recorded(300, 299, 60, ADS_ANALYTICS))

    assert caller.calls_until_refused() == 296, "three are out, and may come to count there"


def test_how_full_the_last_window_was_does_not_count_in_this_one(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 25
    caller.call(recorded(300, 100, 56, ADS_ANALYTICS))
    caller.send()
    caller.settle(recorded(300, 0, 2, ADS_ANALYTICS))  # asked in the last window, and answered late
    caller.settle(recorded(300, 250, 56, ADS_ANALYTICS))  # asked in this one, perhaps before the two hundred calls

    assert caller.calls_until_refused() == 100


def test_of_two_answers_of_one_window_the_fuller_one_counts_however_late_it_came(caller: Caller) -> None:
    for _ in range(3):
        caller.send()
    caller.settle(recorded(300, 50, 30, ADS_ANALYTICS))  # said 25 seconds ago, when two were out
    caller.settle(recorded(300, 100, 5, ADS_ANALYTICS))

    assert caller.calls_until_refused() == 48
    assert caller.wait() < 5


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
    for number in range(limits.CALLS_PER_SECOND):
        caller.call(operation="ads_read" if number % 2 else "org_read")

    assert caller.wait("ads_analytics") == pytest.approx(1, abs=0.2)
    caller.clock.now += 1.2
    assert caller.wait("ads_analytics") == 0


def test_the_cap_of_all_categories_holds_where_headers_do_not_list_it(caller: Caller) -> None:
    caller.call(headers('5000, 5000;w=60;name="x"', 4_999, 60), "org_read")
    for _ in range(limits.CALLS_PER_SECOND - 1):
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
    caller.settle(recorded(300, 10, 50, ADS_ANALYTICS))
    for _ in range(4):
        caller.send()
        caller.settle(recorded(300, 250, 50, ADS_ANALYTICS))

    assert caller.calls_until_refused() > 200


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (recorded(300, 0, 20, ADS_ANALYTICS), recorded(300, 0, 1, ADS_ANALYTICS)),
        (headers("10", 0, 60), headers("10", 0, 30)),
    ],
    ids=["on the clock", "of an unknown length"],
)
def test_an_earlier_end_is_taken_for_the_true_one(
    first: dict[str, str], second: dict[str, str], caller: Caller
) -> None:
    caller.send()
    caller.call(first)
    late = caller.wait()
    caller.clock.now += 10
    caller.settle(second)

    gained = float(first["x-ratelimit-reset"]) - 10 - float(second["x-ratelimit-reset"])
    assert caller.wait() == pytest.approx(late - 10 - gained)


def test_a_call_counts_for_its_whole_minute_and_until_it_must_have_arrived() -> None:
    quota = Quota(1, 60)
    quota.take(0)
    quota.roll(60, 0)

    assert quota.taken == 1


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
