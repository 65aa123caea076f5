"""Quotas are learned from headers, requests wait for them, and throttled ones as long as Pinterest says."""

import logging
import math
import threading
import tracemalloc
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from airbyte_cdk.models import FailureType

from source_pinterest import limits
from source_pinterest.api.errors import FatalError
from source_pinterest.api.quota import Budget, RateLimitHeader, read_rate_headers
from unit_tests import clocks
from unit_tests.threads import PATIENCE_SECONDS, in_thread

CATEGORY = "ads_analytics"
SAFETY_NET = '100;w=1;name="safety_net_app_id_user_id"'
ADS_ANALYTICS = '300;w=60;name="ads_analytics_app_id_user_id"'
GET_REPORT = '800;w=60;name="analytics_get_report_app_id"'
"""Quotas as headers name them."""


class Clock(clocks.Clock):
    """A clock that a wait moves."""

    def wait(self, condition: threading.Condition, seconds: float) -> None:  # noqa: ARG002 - as `Condition.wait` does
        """Let the time of a wait go by."""
        self.now += seconds


def headers(limit: str | None, remaining: object, reset: object) -> dict[str, str]:
    told = {"x-ratelimit-remaining": str(remaining), "x-ratelimit-reset": str(reset)}
    return told if limit is None else {**told, "x-ratelimit-limit": limit}


def alone(limit: object, remaining: object, reset: object, seconds: int = 60) -> dict[str, str]:
    """Headers that list one quota, without a name."""
    return headers(f"{limit}, {limit};w={seconds}", remaining, reset)


def recorded(tightest: int, remaining: int, reset: int, *quotas: str) -> dict[str, str]:
    """Headers as they were seen: the tightest quota's number, then all quotas; what is left is the tightest's."""
    return headers(", ".join([str(tightest), SAFETY_NET, *quotas]), remaining, reset)


Wait = Callable[[threading.Condition, float], object] | None


class Caller:
    """Makes calls against a budget that would rather give up than wait."""

    def __init__(self, max_wait_seconds: float = 0, wait: Wait = None) -> None:
        self.clock = Clock()
        self.budget = Budget(max_wait_seconds, self.clock, wait or self.clock.wait)
        self._sent: list[float] = []

    def send(self, operation: str = CATEGORY) -> None:
        self._sent.append(self.budget.acquire(operation))

    def release(
        self, told: Mapping[str, str] | None = None, operation: str = CATEGORY, *, newest: bool = False
    ) -> None:
        """Have the oldest request answered, or the newest one."""
        self.budget.release(operation, self._sent.pop(-1 if newest else 0), told or {})

    def call(self, told: Mapping[str, str] | None = None, operation: str = CATEGORY) -> None:
        self.send(operation)
        self.release(told, operation, newest=True)

    def calls_until_rejected(self, operation: str = CATEGORY, most: int = 3_000) -> int:
        """How many calls go out before the budget would wait, a little slower than the cap of a second."""
        for made in range(most):
            self.clock.now += 1.2 / limits.REQUESTS_PER_SECOND
            if self.wait(operation):
                return made
        return most

    def wait(self, operation: str = CATEGORY) -> float:
        """How long the next call would have to wait; 0 if it is made."""
        return self.budget.take(operation)


@pytest.fixture
def caller() -> Caller:
    return Caller(max_wait_seconds=900)


OF_A_SECOND = RateLimitHeader(100, 1, "safety_net_app_id_user_id")
OF_ANALYTICS = RateLimitHeader(300, 60, "ads_analytics_app_id_user_id")
OF_REPORTS = RateLimitHeader(800, 60, "analytics_get_report_app_id")
TOLD = [
    # The remaining number belongs to the first one.
    (
        recorded(100, 99, 1, ADS_ANALYTICS, GET_REPORT),
        [replace(OF_A_SECOND, remaining=99, reset=1), OF_ANALYTICS, OF_REPORTS],
    ),
    (
        recorded(300, 20, 33, ADS_ANALYTICS, GET_REPORT),
        [OF_A_SECOND, replace(OF_ANALYTICS, remaining=20, reset=33), OF_REPORTS],
    ),
    (
        recorded(800, 0, 22, ADS_ANALYTICS, GET_REPORT),
        [OF_A_SECOND, OF_ANALYTICS, replace(OF_REPORTS, remaining=0, reset=22)],
    ),
    # It is not used where it may belong to several: either the second is over in a second, or the minute is.
    (headers("100, 100;w=1, 100;w=60", 98, 1), [RateLimitHeader(100, 1), RateLimitHeader(100, 60)]),
    (headers('9, 9;w=60;name="a", 9;w=60;name="b"', 4, 30), [RateLimitHeader(9, 60, "a"), RateLimitHeader(9, 60, "b")]),
    # It is not used where it can't belong to any: none has this limit, or the interval is shorter.
    (headers("300, 100;w=1, 1000;w=60", 9, 42), [RateLimitHeader(100, 1), RateLimitHeader(1000, 60)]),
    (headers("100, 100;w=1, 1000;w=60", 9, 42), [RateLimitHeader(100, 1), RateLimitHeader(1000, 60)]),
    # Names may be missing, and more may be told.
    (headers("100, 100;w=1, 100;w=60", 98, 2), [RateLimitHeader(100, 1), RateLimitHeader(100, 60, "", 98, 2)]),
    (headers("1000, 1000;w=86400", 3, 7.5), [RateLimitHeader(1000, 86400, "", 3, 7.5)]),
    (headers("5, 5;w=2678400", 5, 2678400), [RateLimitHeader(5, 2_678_400, "", 5, 2_678_400)]),
    (headers("9, 100;w=1;burst=5,9;w=60", 8, 42), [RateLimitHeader(100, 1), RateLimitHeader(9, 60, "", 8, 42)]),
    (headers('9, 9;name="a, b; c" ; w=60', 3, 7), [RateLimitHeader(9, 60, "a, b; c", 3, 7)]),
]


def test_the_quotas_that_headers_list_are_read() -> None:
    for told, quotas in TOLD:
        assert read_rate_headers(told) == quotas, told


UNKNOWN_FORMS = [
    headers("plenty, 9;w=60", "7", "8"),
    headers("300, 300;w=60", "", "42"),
    headers("300, 300;w=60", "many", "soon"),
    headers("300, 300;w=60", "-1", "9"),
    headers("300, 300;w=60", "9", "nan"),
    headers("300, 300;w=60", "1", "inf"),
    headers("0.5, 0.5;w=60", "0", "9"),
    headers("9, 9;w=0", "1", "0"),
    headers("9, 9;w=minute", "1", "9"),
    headers("1, 1;w=1e300", "1", "1"),  # longer than any interval that is known
    headers("9, 9;w=2678401", "1", "9"),
    headers("", "7", "8"),
    headers("300", "299", "42"),  # a single number
    headers(None, "299", "42"),
    headers("300, 300;w=60", "99, 298", "1, 42"),
    headers("50;w=60, 12;w=86400", "49, 11", "42, 5000"),  # a list in each header
    headers("100;w=1, 1000;w=60", "9", "42"),  # nothing says which one is meant
    headers("100, 100, 1000;w=60", "9", "1"),
    headers('"default";q=100;w=60', '"default";r=50', "30"),
    {},
]


def test_headers_of_an_unknown_form_are_ignored() -> None:
    for told in UNKNOWN_FORMS:
        assert list(read_rate_headers(told)) == [], told


def test_of_the_responses_in_an_interval_the_one_that_leaves_fewest_requests_counts(caller: Caller) -> None:
    """Another program takes requests too, and responses overtake each other."""
    for _ in range(3):
        caller.send()
    caller.clock.now += 1
    for remaining in (12, 10, 11):
        caller.release(recorded(300, remaining, 30, ADS_ANALYTICS))

    assert caller.calls_until_rejected() == 10
    assert 0 < caller.wait() < 1, "a response may show that its request was counted before"
    caller.budget.release(CATEGORY, caller.clock.now, recorded(300, 9, 29, ADS_ANALYTICS))
    assert caller.wait() < 1
    caller.budget.release(CATEGORY, caller.clock.now, recorded(300, 0, 29, ADS_ANALYTICS))
    assert 28 < caller.wait() < 31
    caller.clock.now += 31
    assert caller.calls_until_rejected() == 300


def test_requests_under_way_when_headers_first_name_a_quota_count_until_they_are_answered(caller: Caller) -> None:
    """Four are always under way. Another program has taken three of the ten requests of a day."""
    left = iter(range(6, -10, -1))  # as each request arrives
    told = [next(left) for _ in range(4) if not caller.send()]
    while told:
        caller.release(alone(10, told.pop(0), 80_000, seconds=86_400))
        if caller.budget.requests_left(CATEGORY):
            caller.send()
            told.append(next(left))
    assert next(left) == -1


def test_a_response_to_a_request_of_the_interval_before_says_nothing(caller: Caller) -> None:
    caller.call(recorded(300, 50, 20, ADS_ANALYTICS))
    caller.send()
    caller.clock.now += 25
    caller.call()
    caller.release(recorded(300, 0, 2, ADS_ANALYTICS))  # said seven seconds ago

    assert caller.calls_until_rejected() == 299


@pytest.mark.parametrize(
    ("second", "cap"),
    [("", limits.REQUESTS_PER_SECOND), ('20;w=1;name="safety_net_app_id_user_id"', 20), ("100;w=1", 100)],
)
def test_no_more_than_the_cap_of_all_categories_goes_out_a_second(second: str, cap: int, caller: Caller) -> None:
    caller.call(headers(f"{cap}, {second}, 1000;w=60", cap - 1, 1) if second else {}, "org_read")
    for number in range(cap - 1):
        caller.call(operation="ads_read" if number % 2 else "org_read")

    assert caller.wait("ads_analytics") == pytest.approx(1.1)
    caller.clock.now += 1.2
    assert caller.wait("ads_analytics") == 0


GUESS = limits.REQUESTS_PER_MINUTE[CATEGORY]
CREATION, POLL = (limits.rated_operation(method, "/v5/ad_accounts/549/reports") for method in ("POST", "GET"))
ANALYTICS = limits.rated_operation("GET", "/v5/ad_accounts/549/campaigns/analytics")


def test_marketing_mix_reports_have_a_quota_of_their_own_for_each_ad_account() -> None:
    caller = Caller(max_wait_seconds=900)
    first, second = (limits.rated_operation("POST", f"/v5/ad_accounts/{number}/mmm_reports") for number in (549, 550))
    for _ in range(limits.MMM_REPORTS_PER_MINUTE):
        caller.call(recorded(300, 200, 40, ADS_ANALYTICS), operation=first)

    assert caller.budget.take(first) == pytest.approx(60.1)
    assert caller.budget.take(second) == 0
    assert caller.budget.take(ANALYTICS) == 0


def test_a_quota_that_no_operation_has_is_forgotten() -> None:
    caller = Caller(max_wait_seconds=900)

    def memory_of(calls: range) -> int:
        tracemalloc.start()
        for call in calls:
            caller.clock.now += 1
            caller.call(recorded(300, 10, 40, *(f'300;w=60;name="{call} {number}"' for number in range(15))))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    memory_of(range(100))
    assert memory_of(range(1_000, 2_000)) < 1024**2


def test_a_quota_that_headers_no_longer_name_delays_no_request(caller: Caller) -> None:
    caller.send(ANALYTICS)
    caller.call(recorded(300, 0, 40, ADS_ANALYTICS), ANALYTICS)
    caller.release(recorded(100, 99, 1, '5000;w=60;name="ads_analytics_of_tomorrow"'), ANALYTICS)

    assert caller.wait(ANALYTICS) == 0


def test_one_name_with_another_interval_is_another_quota(caller: Caller) -> None:
    caller.send()
    caller.call(recorded(300, 0, 40, ADS_ANALYTICS))
    caller.release(recorded(1000, 999, 40_000, '1000;w=86400;name="ads_analytics_app_id_user_id"'))

    assert caller.calls_until_rejected() < 1_000
    assert caller.wait() > 30_000


def test_intervals_without_names_are_those_of_their_place(caller: Caller) -> None:
    caller.call(headers("60, 100;w=1, 60;w=60", 40, 42), "org_analytics")
    caller.call(headers("100, 100;w=1, 1000;w=60", 40, 1), "ads_read")

    assert caller.calls_until_rejected("org_analytics") == 40
    assert caller.calls_until_rejected("ads_read") == 999


@pytest.mark.parametrize(
    ("quota", "pace"), [(ADS_ANALYTICS, 5), ('60;w=60;name="x"', 1), ('8640;w=86400;name="x"', 0.1)]
)
def test_the_pace_is_that_of_the_slowest_quota(quota: str, pace: float, caller: Caller) -> None:
    caller.call(recorded(100, 99, 1, GET_REPORT), POLL)
    caller.call(recorded(100, 99, 1, quota, GET_REPORT), ANALYTICS)
    caller.call(recorded(100, 99, 1, GET_REPORT), POLL)

    assert caller.budget.requests_per_second(CATEGORY) == pytest.approx(pace)


@pytest.mark.parametrize(("pick", "share", "hint"), [(min, 0.5, None), (max, 1, 0)])
def test_without_a_hint_each_pause_is_longer_until_a_request_is_accepted(
    monkeypatch: pytest.MonkeyPatch,
    caller: Caller,
    pick: Callable[[float, float], float],
    share: float,
    hint: float | None,
) -> None:
    monkeypatch.setattr("random.uniform", pick)
    for full in (1, 2, 4, 8, 16, 32, 64, 64):  # no leave to hammer
        for _ in range(10):  # ten workers had a request out
            caller.budget.back_off(CATEGORY, hint)
        assert caller.wait() == pytest.approx(share * full)
        caller.clock.now += share * full
        assert caller.wait() == 0
    caller.budget.accepted(CATEGORY)
    caller.budget.back_off(CATEGORY, None)

    assert caller.wait() <= 1


def test_an_exhausted_quota_says_until_when() -> None:
    before = datetime.now(UTC) + timedelta(hours=5)
    with pytest.raises(FatalError, match="the 15 minutes") as raised:
        Caller(max_wait_seconds=900).budget.back_off(CATEGORY, 5 * 3600)
    after = datetime.now(UTC) + timedelta(hours=5)

    assert any(f"until {moment:%Y-%m-%d %H:%M} UTC" in str(raised.value) for moment in (before, after))
    assert raised.value.failure_type is FailureType.transient_error


@pytest.mark.parametrize(("accepted", "is_row"), [(CATEGORY, False), ("ads_read", True)])
def test_gives_up_when_the_pauses_in_a_row_are_too_long(accepted: str, *, is_row: bool) -> None:
    caller = Caller(max_wait_seconds=100)
    caller.budget.back_off(CATEGORY, 60)
    caller.budget.accepted(CATEGORY)  # a late response, before the pause is over
    caller.clock.now += 60
    assert caller.wait(accepted) == 0
    caller.budget.accepted(accepted)

    with pytest.raises(FatalError) if is_row else nullcontext():
        caller.budget.back_off(CATEGORY, 60)


def test_after_a_pause_one_request_goes_first(caller: Caller) -> None:
    caller.budget.back_off(POLL, 20)
    caller.clock.now += 20
    assert [caller.wait(POLL) for _ in range(3)] == [0, 1, 1]
    caller.clock.now += 1  # without an answer, another one follows
    assert [caller.wait(POLL) for _ in range(3)] == [0, 1, 1]
    caller.budget.accepted(POLL)
    assert [caller.wait(POLL) for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("told", "after", "left"),
    [
        ({}, 0, GUESS - 1),
        ({}, 40, math.inf),  # an interval of which no response has told begins with its first request
        (recorded(300, 7, 40, ADS_ANALYTICS), 0, 7),
        (recorded(300, 0, 40, ADS_ANALYTICS), 0, 0),
        (recorded(300, 7, 40, ADS_ANALYTICS), 11, math.inf),
        (alone(10, 0, 29), 0, math.inf),
        (alone(10, 0, 1, seconds=1), 0, math.inf),
    ],
)
def test_an_interval_that_is_renewed_in_time_leaves_any_number_of_requests(
    told: Mapping[str, str], after: float, left: float
) -> None:
    caller = Caller(max_wait_seconds=30)
    assert caller.budget.requests_left(CATEGORY) == GUESS
    caller.call(told, ANALYTICS)
    caller.clock.now += after

    assert caller.budget.requests_left(CATEGORY) == left


def full(reset: float, wait: Wait = None) -> Caller:
    """A caller whose only request of an interval is taken, so that the next one waits for the reset."""
    caller = Caller(900, wait)
    caller.call(alone(1, 0, reset, 3_600))
    return caller


def test_a_waiting_request_goes_out_as_soon_as_the_quota_is_raised() -> None:
    waits = threading.Event()

    def wait(condition: threading.Condition, seconds: float) -> None:
        waits.set()
        condition.wait(seconds)

    budget = full(300, wait=wait).budget
    waiter = in_thread(lambda: budget.acquire(CATEGORY))
    assert waits.wait(PATIENCE_SECONDS)
    budget.release(CATEGORY, 1_000, alone(1000, 999, 300, 3_600))  # gets in once the waiter has let go of the lock

    waiter.result(PATIENCE_SECONDS)


def test_nothing_is_locked_while_a_wait_is_logged(request: pytest.FixtureRequest) -> None:
    sent: list[object] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            sent.append(record.getMessage())
            sent.append(in_thread(lambda: budget.take("ads_read")).result(PATIENCE_SECONDS))

    budget = full(30).budget
    logger, listener = logging.getLogger("airbyte"), Listener()
    logger.addHandler(listener)
    request.addfinalizer(lambda: logger.removeHandler(listener))
    budget.acquire(CATEGORY)

    assert sent == ["Waiting 31 s for Pinterest's quota of ads_analytics requests.", 0]


@pytest.mark.parametrize("seconds", [60, 20])
def test_a_wait_is_logged_once_a_minute_however_often_it_is_woken(
    caplog: pytest.LogCaptureFixture, seconds: float
) -> None:
    waiting = full(
        150,
        wait=lambda condition, longest: waiting.clock.wait(condition, min(longest, seconds)),
    )
    with caplog.at_level("INFO", "airbyte"):
        waiting.send()

    assert [message.split()[1] for message in caplog.messages] == ["151", "91", "31"]
