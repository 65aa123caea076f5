"""When does a quota's window end, and which answers speak of it?"""

import pytest

from source_pinterest import limits
from unit_tests.api.callers import ADS_ANALYTICS, CATEGORY, Caller, headers, recorded

DAY_SECONDS = 86_400


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
        caller.release(recorded(300, remaining, reset, ADS_ANALYTICS))

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
    assert caller.calls_until_refused() == limits.REQUESTS_PER_MINUTE[CATEGORY] - 1
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
    caller.release(headers("10", 0, 1))  # asked in the old one, and answered late

    assert caller.wait() <= 1.1
    caller.clock.now += 1.2
    assert caller.wait() == 0
    caller.release(headers("10", 8, 58))
    assert caller.calls_until_refused() == 8


def test_an_answer_of_the_last_window_costs_nothing_where_the_end_is_known(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 25
    assert caller.wait() == 0
    caller.release(recorded(300, 0, 2, ADS_ANALYTICS))  # said seven seconds ago, and no more true

    assert caller.calls_until_refused() == 298


def test_however_late_an_answer_of_the_last_window_comes_it_is_none_of_this_one(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 55
    caller.release(recorded(300, 0, 5, ADS_ANALYTICS))  # said forty seconds ago

    assert caller.calls_until_refused() == 299


def test_as_many_answers_as_were_out_may_be_of_the_last_window(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 25
    caller.send()
    for _ in range(2):
        caller.release(recorded(300, 0, 2, ADS_ANALYTICS))

    assert caller.wait() == pytest.approx(2.1), "one was out when the window ended, the other is right"


def test_an_answer_that_says_a_slightly_earlier_end_is_of_this_window(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 25
    caller.send()
    caller.release(recorded(300, 0, 54, ADS_ANALYTICS))

    assert caller.wait() == pytest.approx(54.1)


def test_a_late_answer_to_come_keeps_no_later_window_away(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 25
    caller.send()
    caller.clock.now += 50  # on the server, another window has begun
    caller.release(recorded(300, 0, 58, ADS_ANALYTICS))

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
    caller.release(recorded(300, 299, 60, ADS_ANALYTICS))

    assert caller.calls_until_refused() == 296, "three are out, and may come to count there"


def test_how_full_the_last_window_was_does_not_count_in_this_one(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 25
    caller.call(recorded(300, 100, 56, ADS_ANALYTICS))
    caller.send()
    caller.release(recorded(300, 0, 2, ADS_ANALYTICS))  # asked in the last window, and answered late
    caller.release(recorded(300, 250, 56, ADS_ANALYTICS))  # asked in this one, perhaps before the two hundred calls

    assert caller.calls_until_refused() == 100


def test_of_two_answers_of_one_window_the_fuller_one_counts_however_late_it_came(caller: Caller) -> None:
    for _ in range(3):
        caller.send()
    caller.release(recorded(300, 50, 30, ADS_ANALYTICS))  # said 25 seconds ago, when two were out
    caller.release(recorded(300, 100, 5, ADS_ANALYTICS))

    assert caller.calls_until_refused() == 48
    assert caller.wait() < 5


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
    caller.release(second)

    gained = float(first["x-ratelimit-reset"]) - 10 - float(second["x-ratelimit-reset"])
    assert caller.wait() == pytest.approx(late - 10 - gained)
