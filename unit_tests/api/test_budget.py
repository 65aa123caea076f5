"""Does the budget allow what Pinterest allows, whatever the headers say and in whichever order they come?"""

import threading
from collections.abc import Mapping

import pytest

from source_pinterest import limits
from source_pinterest.api.budget import Budget
from source_pinterest.api.errors import QuotaExhaustedError
from source_pinterest.api.rate_headers import WindowHeader, read_rate_headers

CATEGORY = "ads_analytics"
GUESS = limits.CALLS_PER_MINUTE[CATEGORY]


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def headers(limit: str | None, remaining: str, reset: str) -> dict[str, str]:
    told = {"x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset}
    return told if limit is None else {**told, "x-ratelimit-limit": limit}


class Caller:
    """Makes calls against a budget that would rather give up than wait."""

    def __init__(self, max_wait_seconds: float = 0) -> None:
        self.clock = Clock()
        self.budget = Budget(max_wait_seconds, clock=self.clock)

    def send(self, category: str = CATEGORY) -> None:
        self.budget.acquire(category)

    def settle(self, told: Mapping[str, str] | None = None, category: str = CATEGORY) -> None:
        self.budget.settle(category, {} if told is None else told)

    def call(self, told: Mapping[str, str] | None = None, category: str = CATEGORY) -> None:
        self.send(category)
        self.settle(told, category)

    def calls_until_refused(self, most: int = 3_000, category: str = CATEGORY) -> int:
        """How many calls go out before the budget would wait, a little slower than the cap of a second."""
        for made in range(most):
            self.clock.now += 1.2 / limits.CALLS_PER_SECOND
            if self.wait(category):
                return made
            self.settle(category=category)
        return most

    def wait(self, category: str = CATEGORY) -> float:
        """How long the next call would have to wait; 0 if it is made."""
        return self.budget._take(category)


@pytest.fixture
def caller() -> Caller:
    return Caller()


@pytest.mark.parametrize(
    ("limit", "remaining", "reset", "windows"),
    [
        ("300", "299", "42", [WindowHeader(299, 42, 300, None)]),
        (
            "100, 100;w=1, 1000;w=60",
            "99, 998",
            "1, 42",
            [WindowHeader(99, 1, 100, 1), WindowHeader(998, 42, 1000, 60)],
        ),
        ("1000;w=86400", "3", "77", [WindowHeader(3, 77, 1000, 86400)]),
        ("100;w=1;burst=5,1000;w=60", "99,998", "1,42", [WindowHeader(99, 1, 100, 1), WindowHeader(998, 42, 1000, 60)]),
        (None, "99, 998", "1, 42", [WindowHeader(99, 1), WindowHeader(998, 42)]),
        ("1000", "99, 998", "42", [WindowHeader(99, 42), WindowHeader(998, 42)]),
        ("plenty", "7", "8", [WindowHeader(7, 8)]),
        ("300", "", "42", []),
        ("300", "299", "", []),
        ("300", "many", "soon", []),
        ("300", "-1", "nan", []),
        ("300", "1", "inf", []),
    ],
)
def test_reads_plain_headers_and_lists(
    limit: str | None, remaining: str, reset: str, windows: list[WindowHeader]
) -> None:
    assert read_rate_headers(headers(limit, remaining, reset)) == windows


def test_no_headers_tell_nothing() -> None:
    assert read_rate_headers({}) == []


def test_without_headers_the_published_number_holds(caller: Caller) -> None:
    assert caller.calls_until_refused() == GUESS


def test_an_unknown_category_gets_the_guess_of_lists(caller: Caller) -> None:
    assert caller.calls_until_refused(category="novel_read") == limits.CALLS_PER_MINUTE["org_read"]


def test_headers_raise_the_allowance(caller: Caller) -> None:
    caller.call(headers("1500", "1499", "60"))

    assert caller.calls_until_refused() == 1_499


def test_headers_lower_the_allowance(caller: Caller) -> None:
    caller.call(headers("10", "9", "60"))

    assert caller.calls_until_refused() == 9


def test_a_list_counts_its_longest_window(caller: Caller) -> None:
    caller.call(headers("20, 100;w=1, 20;w=60", "99, 19", "1, 42"))

    assert caller.calls_until_refused() == 19


def test_each_of_several_long_windows_counts(caller: Caller) -> None:
    caller.call(headers("50;w=60, 12;w=86400", "49, 11", "42, 5000"))

    assert caller.calls_until_refused() == 11
    assert caller.wait() == pytest.approx(5_001, abs=1.5)


def test_categories_do_not_share_an_allowance(caller: Caller) -> None:
    caller.call(headers("1", "0", "60"))

    assert caller.wait() > 0
    assert caller.wait("ads_read") == 0


def test_calls_in_flight_count_once(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    caller.settle(headers("10", "9", "60"))  # the server has seen one of the four
    caller.settle(headers("10", "6", "60"))  # and now all of them

    assert caller.calls_until_refused() == 6


def test_answers_out_of_order_do_not_give_calls_back(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    for remaining in ("4", "7", "5", "6"):  # somebody else made two more
        caller.settle(headers("10", remaining, "60"))

    assert caller.calls_until_refused() == 4


def test_calls_in_flight_count_against_a_window_that_an_answer_tells_of(caller: Caller) -> None:
    for _ in range(4):
        caller.send()
    caller.settle(headers("10", "9", "300"))

    assert caller.calls_until_refused() == 6


def test_a_lost_call_counts(caller: Caller) -> None:
    caller.call(headers("10", "9", "60"))
    caller.send()
    caller.budget.settle(CATEGORY, None)

    assert caller.calls_until_refused() == 8


def test_calls_of_others_count(caller: Caller) -> None:
    caller.call(headers("10", "4", "60"))  # five of the ten were made by somebody else

    assert caller.calls_until_refused() == 4


def test_calls_of_others_are_forgotten_with_the_window(caller: Caller) -> None:
    caller.call(headers("10", "0", "30"))
    caller.clock.now += 31.1

    assert caller.calls_until_refused() == 10


def test_a_full_window_is_waited_out_with_a_margin(caller: Caller) -> None:
    caller.call(headers("10", "0", "30"))
    caller.clock.now += 10

    assert caller.wait() == pytest.approx(21)


def test_a_short_window_has_a_small_margin(caller: Caller) -> None:
    caller.call(headers("10", "0", "1"))

    assert caller.wait() == pytest.approx(1.1)


def test_calls_in_flight_across_the_roll_count_against_the_new_window(caller: Caller) -> None:
    caller.call(headers("10", "9", "30"))
    for _ in range(3):
        caller.send()
    caller.clock.now += 40

    assert caller.calls_until_refused() == 7


def test_the_window_length_is_learnt_from_the_reset(caller: Caller) -> None:
    caller.call(headers("1000", "0", "86400"))
    caller.clock.now += 86_401.1
    caller.call()

    caller.clock.now += 61
    assert caller.calls_until_refused() == 999, "a minute later it is still the same day"


def test_an_answer_of_the_last_window_that_comes_late_costs_little(caller: Caller) -> None:
    caller.call(headers("10", "5", "60"))
    caller.send()
    caller.clock.now += 61.5
    caller.call()  # a new window by our clock
    caller.settle(headers("10", "0", "1"))  # asked in the old one, and answered late

    assert caller.wait() <= 1.1
    caller.clock.now += 1.2
    assert caller.wait() == 0
    caller.settle(headers("10", "8", "58"))
    assert caller.calls_until_refused() == 8


def test_no_more_than_the_cap_of_all_categories_goes_out_a_second(caller: Caller) -> None:
    for number in range(limits.CALLS_PER_SECOND):
        caller.call(category="ads_read" if number % 2 else "org_read")

    assert caller.wait("ads_analytics") == pytest.approx(1, abs=0.2)
    caller.clock.now += 1.2
    assert caller.wait("ads_analytics") == 0


def test_a_pause_is_as_long_as_told() -> None:
    caller = Caller(max_wait_seconds=60)
    caller.call()
    caller.budget.throttled(CATEGORY, 17)

    assert caller.wait() == pytest.approx(17)
    assert caller.wait("ads_read") == 0, "another category goes on"


def test_a_shorter_hint_does_not_cut_a_longer_pause() -> None:
    caller = Caller(max_wait_seconds=60)
    caller.budget.throttled(CATEGORY, 17)
    caller.budget.throttled(CATEGORY, 3)

    assert caller.wait() == pytest.approx(17)


def test_without_a_hint_each_pause_is_longer() -> None:
    caller = Caller(max_wait_seconds=900)
    pauses = []
    for _ in range(8):
        caller.budget.throttled(CATEGORY, None)
        pauses.append(caller.wait())
        caller.clock.now += pauses[-1]

    for number, pause in enumerate(pauses):
        full = min(2**number, 64)
        assert full / 2 <= pause <= full


def test_refusals_of_one_moment_lengthen_the_pause_once() -> None:
    caller = Caller(max_wait_seconds=900)
    for _ in range(10):  # ten workers had a call out
        caller.budget.throttled(CATEGORY, None)

    assert caller.wait() <= 1


def test_a_hint_of_zero_is_no_leave_to_hammer() -> None:
    caller = Caller(max_wait_seconds=900)
    caller.budget.throttled(CATEGORY, 0)

    assert caller.wait() > 0


def test_after_an_accepted_call_pauses_start_small_again() -> None:
    caller = Caller(max_wait_seconds=900)
    for _ in range(6):
        caller.budget.throttled(CATEGORY, None)
        caller.clock.now += caller.wait()
    caller.budget.accepted(CATEGORY)
    caller.budget.throttled(CATEGORY, None)

    assert caller.wait() <= 1


def test_gives_up_on_a_single_pause_that_is_too_long() -> None:
    caller = Caller(max_wait_seconds=60)

    with pytest.raises(QuotaExhaustedError) as raised:
        caller.budget.throttled(CATEGORY, 61)

    assert CATEGORY in str(raised.value.message)
    assert "1 minutes" in str(raised.value.message)


def test_gives_up_when_the_pauses_in_a_row_are_too_long() -> None:
    caller = Caller(max_wait_seconds=100)
    caller.budget.throttled(CATEGORY, 60)
    caller.clock.now += 60

    with pytest.raises(QuotaExhaustedError):
        caller.budget.throttled(CATEGORY, 60)


def test_gives_up_on_a_window_that_frees_up_too_late() -> None:
    caller = Caller(max_wait_seconds=900)
    caller.call(headers("300", "0", "40000"))

    with pytest.raises(QuotaExhaustedError):
        caller.send()


def test_waits_and_wakes_when_the_quota_is_raised() -> None:
    announced = threading.Event()
    clock = Clock()
    budget = Budget(900, before_wait=announced.set, clock=clock)
    for told in (headers("2", "1", "300"), None):
        budget.acquire(CATEGORY)
        if told:
            budget.settle(CATEGORY, told)  # the second call stays out
    waiter = threading.Thread(target=budget.acquire, args=(CATEGORY,), daemon=True)
    waiter.start()
    assert announced.wait(5)
    assert waiter.is_alive()

    budget.settle(CATEGORY, headers("1000", "998", "300"))
    for _ in range(50):  # the waiter may not have lain down yet; any other answer wakes it too
        budget.acquire("ads_read")
        budget.settle("ads_read", None)
        waiter.join(0.02)
        if not waiter.is_alive():
            break

    assert not waiter.is_alive()
    assert budget._in_flight[CATEGORY] == 1


def test_nothing_is_locked_while_output_is_flushed_before_a_wait() -> None:
    others_call_went_out = []

    def before_wait() -> None:
        other = threading.Thread(target=lambda: others_call_went_out.append(budget.acquire("ads_read")), daemon=True)
        other.start()
        other.join(5)
        clock.now += 10_000

    clock = Clock()
    budget = Budget(900, before_wait=before_wait, clock=clock)
    budget.acquire(CATEGORY)
    budget.settle(CATEGORY, headers("1", "0", "1.2"))

    budget.acquire(CATEGORY)

    assert len(others_call_went_out) == 1


def test_a_wait_is_told_once_a_minute_however_many_wait(caplog: pytest.LogCaptureFixture) -> None:
    budget = Budget(900, clock=(clock := Clock()))
    with caplog.at_level("INFO", "airbyte"):
        assert [budget._tell_of(CATEGORY, 100.2), budget._tell_of(CATEGORY, 100.2)] == [True, False]
        assert budget._tell_of("ads_read", 5)
        clock.now += 60
        assert budget._tell_of(CATEGORY, 40.2)
    assert caplog.messages == [
        "Waiting 101 s for Pinterest's quota of ads_analytics calls.",
        "Waiting 5 s for Pinterest's quota of ads_read calls.",
        "Waiting 41 s for Pinterest's quota of ads_analytics calls.",
    ]


def test_a_wait_shows_in_the_standings_until_a_call_goes_out() -> None:
    budget = Budget(900, clock=(clock := Clock()))
    budget.acquire(CATEGORY)
    budget._tell_of(CATEGORY, 30)
    assert [standing.frees_up_in_seconds for standing in budget.standings()] == [30]
    clock.now += 31
    assert [standing.frees_up_in_seconds for standing in budget.standings()] == [None]
    clock.now -= 31
    budget.acquire(CATEGORY)
    assert [standing.frees_up_in_seconds for standing in budget.standings()] == [None]
    clock.now += 100
    assert [standing.used for standing in budget.standings()] == [0]


def test_a_long_wait_is_told_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("source_pinterest.api.budget._TELL_EVERY_SECONDS", 0.01)
    told_thrice = threading.Semaphore(0)
    budget = Budget(900, before_wait=told_thrice.release)
    budget.acquire(CATEGORY)
    budget.settle(CATEGORY, headers("1", "0", "300"))
    waiter = threading.Thread(target=budget.acquire, args=(CATEGORY,), daemon=True)
    waiter.start()
    assert all(told_thrice.acquire(timeout=5) for _ in range(3))
    budget.settle(CATEGORY, headers("1000", "998", "300"))
    waiter.join(5)
    assert not waiter.is_alive()
