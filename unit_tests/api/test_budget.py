"""A request waits as long as it must, and a refusal is waited for as told."""

from collections.abc import Callable

import pytest

from source_pinterest.api.errors import FatalError
from unit_tests.api.callers import ADS_ANALYTICS, CATEGORY, GET_REPORT, Caller, headers, recorded

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

    with pytest.raises(FatalError) as raised:
        caller.budget.throttled(CATEGORY, 61)

    assert CATEGORY in str(raised.value.message)
    assert "1 minutes" in str(raised.value.message)


def test_gives_up_when_the_pauses_in_a_row_are_too_long() -> None:
    caller = Caller(max_wait_seconds=100)
    caller.budget.throttled(CATEGORY, 60)
    caller.clock.now += 60

    with pytest.raises(FatalError):
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

    with pytest.raises(FatalError):
        caller.budget.throttled(CATEGORY, 60)


def test_a_refusal_that_nothing_explains_pauses_the_whole_category() -> None:
    caller = Caller(max_wait_seconds=900)
    caller.send(POLL)
    caller.release({}, POLL)
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

    with pytest.raises(FatalError):
        caller.send()
