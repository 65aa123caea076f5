"""Does a call wait as long as it must, is a refusal waited for as told, and does a wait hold up nobody else?"""

import logging
import threading
from collections.abc import Callable

import pytest

from source_pinterest.api.budget import Budget
from source_pinterest.api.errors import QuotaExhaustedError
from unit_tests.api.callers import ADS_ANALYTICS, CATEGORY, GET_REPORT, Caller, Clock, headers, recorded

POLL, ANALYTICS = "ads_analytics GET /ad_accounts/*/reports", "ads_analytics GET /ad_accounts/*/analytics"


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


@pytest.mark.parametrize(("pick", "share"), [(min, 0.5), (max, 1)])
def test_without_a_hint_each_pause_is_longer(
    monkeypatch: pytest.MonkeyPatch, pick: Callable[[float, float], float], share: float
) -> None:
    monkeypatch.setattr("random.uniform", pick)
    caller = Caller(max_wait_seconds=900)
    pauses = []
    for _ in range(9):
        caller.budget.throttled(CATEGORY, None)
        pauses.append(caller.wait())
        caller.clock.now += pauses[-1]

    assert pauses == pytest.approx([share * full for full in (1, 2, 4, 8, 16, 32, 64, 64, 64)])


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


def test_two_refusals_with_accepted_calls_between_them_are_no_row() -> None:
    caller = Caller(max_wait_seconds=900)
    caller.budget.throttled(CATEGORY, 60)
    caller.clock.now += 60
    caller.budget.accepted(CATEGORY)
    caller.clock.now += 19 * 60

    caller.budget.throttled(CATEGORY, 60)

    assert caller.wait() == pytest.approx(60)


def test_an_accepted_call_of_another_category_ends_no_row() -> None:
    caller = Caller(max_wait_seconds=100)
    caller.budget.throttled(CATEGORY, 60)
    caller.budget.accepted("ads_read")
    caller.clock.now += 60

    with pytest.raises(QuotaExhaustedError):
        caller.budget.throttled(CATEGORY, 60)


def test_a_refusal_that_nothing_explains_pauses_the_whole_category() -> None:
    caller = Caller(max_wait_seconds=900)
    caller.send(POLL)
    caller.settle({}, POLL)
    caller.budget.throttled(POLL, 20)

    assert caller.wait(POLL) == caller.wait(ANALYTICS) == caller.wait(CATEGORY) == pytest.approx(20)
    caller.clock.now += 20
    caller.budget.accepted(ANALYTICS)
    caller.clock.now += 1_000
    caller.budget.throttled(POLL, 20)  # no row either: the category has worked since


def test_a_refusal_that_headers_explain_pauses_one_operation() -> None:
    caller = Caller(max_wait_seconds=900)
    caller.call(recorded(100, 99, 1, ADS_ANALYTICS), ANALYTICS)
    caller.call(recorded(800, 0, 20, GET_REPORT), POLL)
    caller.budget.throttled(POLL, 25)

    assert caller.wait(POLL) == pytest.approx(25)
    assert caller.wait(ANALYTICS) == 0


def test_headers_explain_a_refusal_until_the_moment_that_the_window_ends() -> None:
    caller = Caller(max_wait_seconds=900)
    caller.call(recorded(100, 99, 1, ADS_ANALYTICS), ANALYTICS)
    caller.call(recorded(800, 0, 20, GET_REPORT), POLL)
    caller.clock.now += 20  # a tenth of a second is left
    caller.budget.throttled(POLL, 25)

    assert caller.wait(POLL) == pytest.approx(25)
    assert caller.wait(ANALYTICS) == 0


def test_gives_up_on_a_window_that_frees_up_too_late() -> None:
    caller = Caller(max_wait_seconds=900)
    caller.call(headers("300", "0", "40000"))

    with pytest.raises(QuotaExhaustedError):
        caller.send()


def test_a_waiting_call_goes_out_as_soon_as_the_quota_is_raised() -> None:
    waits = threading.Event()

    def wait(condition: threading.Condition, seconds: float) -> None:
        waits.set()
        condition.wait(seconds)

    budget = Budget(900, clock=Clock(), wait=wait)
    budget.acquire(CATEGORY)
    budget.acquire(CATEGORY)
    budget.settle(CATEGORY, headers("2", 0, 300))
    waiter = threading.Thread(target=budget.acquire, args=(CATEGORY,), daemon=True)
    waiter.start()
    assert waits.wait(5)
    budget.settle(CATEGORY, headers("1000", 998, 300))  # gets in once the waiter has let go of the lock
    waiter.join(5)

    assert not waiter.is_alive()
    assert [standing.used for standing in budget.quota_usage()] == [3]


def test_nothing_is_locked_while_output_is_flushed_before_a_wait() -> None:
    others_call_went_out = []

    def before_wait() -> None:
        other = threading.Thread(target=lambda: others_call_went_out.append(budget.acquire("ads_read")), daemon=True)
        other.start()
        other.join(5)

    clock = Clock()
    budget = Budget(900, before_wait=before_wait, clock=clock, wait=clock.wait)
    budget.acquire(CATEGORY)
    budget.settle(CATEGORY, headers("1", 0, 1.2))

    budget.acquire(CATEGORY)

    assert len(others_call_went_out) == 1


def test_nothing_is_locked_while_a_wait_is_logged(request: pytest.FixtureRequest) -> None:
    class Listener(logging.Handler):
        """Has another thread make a call while a line is logged."""

        def emit(self, record: logging.LogRecord) -> None:
            other = threading.Thread(target=lambda: heard.append((record.getMessage(), caller.wait("ads_read"))))
            other.daemon = True
            other.start()
            other.join(5)

    heard: list[tuple[str, float]] = []
    caller, listener, logger = Caller(max_wait_seconds=900), Listener(), logging.getLogger("airbyte")
    caller.call(headers("1", 0, 30))
    logger.addHandler(listener)
    request.addfinalizer(lambda: logger.removeHandler(listener))
    caller.send()

    assert heard == [("Waiting 31 s for Pinterest's quota of ads_analytics calls.", 0)]


def test_a_wait_is_logged_once_a_minute_until_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    caller = Caller(max_wait_seconds=900)
    caller.call(headers("1", 0, 150))
    with caplog.at_level("INFO", "airbyte"):
        caller.send()
        caller.call(headers("1", 0, 4), "ads_read")
        caller.send("ads_read")

    assert caplog.messages == [
        "Waiting 151 s for Pinterest's quota of ads_analytics calls.",
        "Waiting 91 s for Pinterest's quota of ads_analytics calls.",
        "Waiting 31 s for Pinterest's quota of ads_analytics calls.",
        "Waiting 5 s for Pinterest's quota of ads_read calls.",
    ]


def test_however_many_wait_it_is_logged_once_and_output_is_flushed_by_each(caplog: pytest.LogCaptureFixture) -> None:
    flushed = []

    def before_wait() -> None:
        flushed.append(1)
        if len(flushed) == 1:
            budget.acquire(CATEGORY)  # another one, before this one has waited

    clock = Clock()
    budget = Budget(900, before_wait=before_wait, clock=clock, wait=clock.wait)
    budget.acquire(CATEGORY)
    budget.settle(CATEGORY, headers("2", 0, 30))
    with caplog.at_level("INFO", "airbyte"):
        budget.acquire(CATEGORY)

    assert len(flushed) == 2
    assert caplog.messages == ["Waiting 31 s for Pinterest's quota of ads_analytics calls."]


@pytest.mark.parametrize("seconds", [60, 20])
def test_output_is_flushed_in_every_minute_of_a_wait_however_often_it_is_woken(seconds: float) -> None:
    flushed = []
    clock = Clock()
    budget = Budget(
        900,
        before_wait=lambda: flushed.append(clock.now),
        clock=clock,
        wait=lambda condition, longest: clock.wait(condition, min(longest, seconds)),
    )
    budget.acquire(CATEGORY)
    budget.settle(CATEGORY, headers("1", 0, 150))
    budget.acquire(CATEGORY)

    assert flushed == [1_000, 1_060, 1_120]


def test_a_pacing_wait_is_no_wait_for_a_quota(caplog: pytest.LogCaptureFixture) -> None:
    caller = Caller(max_wait_seconds=0)
    caller.call(headers("1", 0, 0.5))
    with caplog.at_level("INFO", "airbyte"):
        caller.send()

    assert caplog.messages == []


def test_a_wait_shows_in_the_standings_until_a_call_goes_out() -> None:
    seen = []
    clock = Clock()

    def before_wait() -> None:
        seen.append([standing.frees_up_in_seconds for standing in budget.quota_usage()])

    budget = Budget(900, before_wait, clock, clock.wait)
    budget.acquire(CATEGORY)
    budget.settle(CATEGORY, headers("1", 0, 29))
    budget.acquire(CATEGORY)

    assert seen == [[30]]
    assert [standing.frees_up_in_seconds for standing in budget.quota_usage()] == [None]
    assert [standing.used for standing in budget.quota_usage()] == [1]
    clock.now += 100
    assert [standing.used for standing in budget.quota_usage()] == [0]


def test_a_wait_that_ends_early_shows_no_more() -> None:
    clock = Clock()
    budget = Budget(900, clock=clock, wait=lambda _condition, _seconds: budget.settle(CATEGORY, headers("9", 7, 300)))
    budget.acquire(CATEGORY)
    budget.acquire(CATEGORY)
    budget.settle(CATEGORY, headers("2", 0, 300))
    budget.acquire(CATEGORY)

    assert [standing.frees_up_in_seconds for standing in budget.quota_usage()] == [None]


def test_a_wait_shows_until_its_last_moment() -> None:
    shown = []
    clock = Clock()

    def wait(condition: threading.Condition, seconds: float) -> None:
        clock.wait(condition, min(seconds, 29.5))
        shown.extend(standing.frees_up_in_seconds for standing in budget.quota_usage())

    budget = Budget(900, clock=clock, wait=wait)
    budget.acquire(CATEGORY)
    budget.settle(CATEGORY, headers("1", 0, 29))
    budget.acquire(CATEGORY)

    assert shown == [0.5, None]


def test_a_call_that_would_wait_too_long_names_its_quota() -> None:
    caller = Caller(max_wait_seconds=5)
    caller.budget.throttled(CATEGORY, 4)
    caller.budget.throttled(CATEGORY, 5)
    caller.clock.now -= 1

    with pytest.raises(QuotaExhaustedError, match=rf"\b{CATEGORY} calls"):
        caller.send()
