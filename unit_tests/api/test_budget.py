"""A request waits as long as it must, and a throttled one as long as Pinterest says."""

import math
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from airbyte_cdk.models import FailureType

from source_pinterest import limits
from source_pinterest.api.errors import FatalError
from unit_tests.api.callers import ADS_ANALYTICS, CATEGORY, GET_REPORT, Caller, alone, recorded

GUESS = limits.REQUESTS_PER_MINUTE[CATEGORY]
POLL, ANALYTICS = "ads_analytics GET /ad_accounts/*/reports", "ads_analytics GET /ad_accounts/*/analytics"


@pytest.fixture
def caller() -> Caller:
    return Caller(max_wait_seconds=900)


def test_a_pause_is_as_long_as_told_and_no_shorter_hint_cuts_it(caller: Caller) -> None:
    caller.budget.throttled(CATEGORY, 17)
    caller.budget.throttled(CATEGORY, 3)

    assert caller.wait() == pytest.approx(17)
    assert caller.wait("ads_read") == 0, "another category goes on"


@pytest.mark.parametrize(("pick", "share"), [(min, 0.5), (max, 1)])
def test_without_a_hint_each_pause_is_longer_until_a_request_is_accepted(
    monkeypatch: pytest.MonkeyPatch, caller: Caller, pick: Callable[[float, float], float], share: float
) -> None:
    monkeypatch.setattr("random.uniform", pick)
    for full in (1, 2, 4, 8, 16, 32, 64, 64):
        for _ in range(10):  # ten workers had a request out
            caller.budget.throttled(CATEGORY, None)
        assert caller.wait() == pytest.approx(share * full)
        caller.clock.now += share * full
    caller.budget.accepted(CATEGORY)
    caller.budget.throttled(CATEGORY, None)

    assert caller.wait() <= 1


def test_a_hint_of_zero_is_no_leave_to_hammer(caller: Caller) -> None:
    caller.budget.throttled(CATEGORY, 0)

    assert caller.wait() > 0


def test_gives_up_on_a_single_pause_that_is_too_long() -> None:
    with pytest.raises(FatalError, match=rf"\b{CATEGORY}\b.* 1 minutes"):
        Caller(max_wait_seconds=60).budget.throttled(CATEGORY, 61)


def test_an_exhausted_quota_says_until_when() -> None:
    before = datetime.now(UTC) + timedelta(hours=5)
    with pytest.raises(FatalError, match="the 15 minutes") as raised:
        Caller(max_wait_seconds=900).budget.throttled(CATEGORY, 5 * 3600)
    after = datetime.now(UTC) + timedelta(hours=5)

    assert any(f"until {moment:%Y-%m-%d %H:%M} UTC" in str(raised.value) for moment in (before, after))
    assert raised.value.failure_type is FailureType.transient_error


@pytest.mark.parametrize(("accepted", "is_row"), [(CATEGORY, False), ("ads_read", True)])
def test_gives_up_when_the_pauses_in_a_row_are_too_long(accepted: str, *, is_row: bool) -> None:
    caller = Caller(max_wait_seconds=100)
    caller.budget.throttled(CATEGORY, 60)
    caller.budget.accepted(CATEGORY)  # a late response, before the pause is over
    caller.clock.now += 60
    caller.budget.accepted(accepted)

    with pytest.raises(FatalError) if is_row else nullcontext():
        caller.budget.throttled(CATEGORY, 60)


def test_a_refusal_that_nothing_explains_pauses_the_whole_category(caller: Caller) -> None:
    caller.send(POLL)
    caller.release({}, POLL)
    caller.budget.throttled(POLL, 20)

    assert caller.wait(POLL) == caller.wait(ANALYTICS) == caller.wait(CATEGORY) == pytest.approx(20)
    caller.clock.now += 20
    caller.budget.accepted(ANALYTICS)
    caller.clock.now += 1_000
    caller.budget.throttled(POLL, 20)  # no row either: the category has worked since


@pytest.mark.parametrize("seconds", [0, 20])
def test_a_refusal_that_headers_explain_pauses_one_operation(caller: Caller, seconds: float) -> None:
    caller.call(recorded(100, 99, 1, ADS_ANALYTICS), ANALYTICS)
    caller.call(recorded(800, 0, 20, GET_REPORT), POLL)
    caller.clock.now += seconds  # after 20, a tenth of a second of the interval is left
    caller.budget.throttled(POLL, 25)

    assert caller.wait(POLL) == pytest.approx(25)
    assert caller.wait(ANALYTICS) == 0


def test_gives_up_on_an_interval_that_frees_up_too_late(caller: Caller) -> None:
    caller.call(alone(300, 0, 40_000, 86_400))

    with pytest.raises(FatalError, match=rf"\b{CATEGORY} requests"):
        caller.send()


# ---- The requests that a quota leaves for this sync


@pytest.mark.parametrize(("seconds", "reset"), [(60, 30), (1, 1)])
def test_an_interval_that_is_renewed_in_time_leaves_any_number_of_requests(seconds: int, reset: float) -> None:
    caller = Caller(max_wait_seconds=31)
    caller.call(alone(10, 0, reset, seconds))

    assert caller.budget.requests_left(CATEGORY) == math.inf


@pytest.mark.parametrize("remaining", [7, 0])
def test_the_requests_of_an_interval_that_outlasts_the_sync_are_counted(remaining: int) -> None:
    caller = Caller(max_wait_seconds=10)
    caller.call(recorded(300, remaining, 40, ADS_ANALYTICS), ANALYTICS)

    assert caller.budget.requests_left(CATEGORY) == remaining
    caller.clock.now += 31
    assert caller.budget.requests_left(CATEGORY) == math.inf


def test_an_interval_of_which_no_response_has_told_begins_with_its_first_request() -> None:
    caller = Caller(max_wait_seconds=30)
    assert caller.budget.requests_left(CATEGORY) == GUESS
    caller.call(operation=ANALYTICS)
    assert caller.budget.requests_left(CATEGORY) == GUESS - 1
    caller.clock.now += 40

    assert caller.budget.requests_left(CATEGORY) == math.inf


@pytest.mark.parametrize(
    ("max_wait_seconds", "told", "is_daily"),
    [(900, 60, False), (900, 901, True), (90_000, 3_600, False), (90_000, 3_601, True)],
)
def test_a_quota_of_a_day_is_known_from_a_refusal_alone(
    max_wait_seconds: float, told: float, *, is_daily: bool
) -> None:
    """Its pause is longer than this sync waits, or than a quota of an hour takes to renew."""
    caller = Caller(max_wait_seconds=max_wait_seconds)
    assert not caller.budget.has_daily_quota()

    with pytest.raises(FatalError) if told > max_wait_seconds else nullcontext():
        caller.budget.throttled(CATEGORY, told)
    assert caller.budget.has_daily_quota() is is_daily
