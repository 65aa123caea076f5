"""Does the simulator count calls as Pinterest does, and tell about it in its headers?"""

import pytest

from integration_tests.simulator import PROFILES
from integration_tests.simulator.access.quotas import HeaderStyle, Quotas
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World

DAY = 86_400
TOLD = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def told(quotas: Quotas, category: str) -> tuple[str, ...]:
    headers = quotas.headers(category)
    return tuple(headers[name] for name in TOLD)


def quotas_of(profile: str, clock: Clock, style: HeaderStyle = HeaderStyle.PLAIN) -> Quotas:
    return Quotas(profile, clock, style)


@pytest.mark.parametrize(
    ("profile", "category", "calls", "seconds"),
    [
        ("ample", "ads_read", 100_000, 60),
        ("standard", "org_analytics", 60, 60),
        ("standard", "ads_analytics", 100, 1),  # the universal window is the tighter one within a second
        ("trial", "org_read", 1_000, DAY),
        ("docs_2022", "ads_analytics", 300, DAY),
        ("docs_2022", "org_read", 10, 1),
    ],
)
def test_a_profile_allows_its_calls_and_not_one_more(profile: str, category: str, calls: int, seconds: int) -> None:
    clock = Clock()
    quotas = quotas_of(profile, clock)
    if calls > 100 and "universal" in PROFILES[profile] and PROFILES[profile]["universal"].seconds == 1:
        for number in range(calls):
            clock.now += number % 50 == 0
            assert quotas.spend(category)
    else:
        assert all(quotas.spend(category) for _ in range(calls))

    assert not quotas.spend(category)
    clock.now += seconds
    assert quotas.spend(category)


def test_categories_have_windows_of_their_own() -> None:
    quotas = quotas_of("standard", Clock())
    assert all(quotas.spend("org_analytics") for _ in range(60))

    assert not quotas.spend("org_analytics")
    assert quotas.spend("org_read")


def test_a_trial_shares_one_day_between_all_categories() -> None:
    quotas = quotas_of("trial", Clock())
    assert all(quotas.spend(("ads_read", "org_read")[number % 2]) for number in range(1_000))

    assert not quotas.spend("ads_analytics")


def test_plain_headers_tell_the_category_until_the_universal_window_is_empty() -> None:
    clock = Clock()
    quotas = quotas_of("standard", clock)
    quotas.spend("ads_read")
    clock.now += 0.5

    assert told(quotas, "ads_read") == ("1000", "999", "60")
    for _ in range(99):
        quotas.spend("ads_read")
    assert told(quotas, "ads_read") == ("100", "0", "1")


def test_list_headers_tell_both_windows() -> None:
    clock = Clock()
    quotas = quotas_of("standard", clock, HeaderStyle.LIST)
    quotas.spend("ads_read")
    clock.now += 18
    quotas.spend("ads_read")

    assert told(quotas, "ads_read") == ("100, 100;w=1, 1000;w=60", "99, 998", "1, 42")


def test_headers_may_be_absent() -> None:
    assert quotas_of("standard", Clock(), HeaderStyle.ABSENT).headers("ads_read") == {}


def test_an_exhausted_quota_is_a_429_until_its_window_ends() -> None:
    with Simulator(profile="docs_2022", clock=Clock()) as sim, Client(sim) as api:
        answers = [api.get("/boards") for _ in range(11)]

        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        assert answers[-1].json()["code"] == 8
        assert [answers[-1].headers[name] for name in TOLD] == ["10", "0", "1"]
        sim.advance(1)
        assert api.get("/boards").status_code == 200


def test_a_trial_day_ends_when_the_clock_is_moved() -> None:
    with Simulator(World(boards=1), profile="trial", clock=Clock()) as sim, Client(sim) as api:
        for _ in range(1_000):
            sim._service.quotas.spend("org_read")
        refused = api.get("/user_account")

        assert refused.status_code == 429
        assert refused.headers["x-ratelimit-reset"] == str(DAY)
        sim.advance(DAY)
        assert api.get("/user_account").status_code == 200


def test_a_call_without_a_token_costs_nothing() -> None:
    with Simulator(profile="docs_2022", clock=Clock()) as sim, Client(sim) as api:
        for _ in range(20):
            assert api.get("/boards", headers={"Authorization": "Bearer x"}).status_code == 401

        assert api.get("/boards").headers["x-ratelimit-remaining"] == "9"


def test_a_token_costs_a_call() -> None:
    with Simulator(profile="trial", clock=Clock()) as sim, Client(sim) as api:
        answer = api.refresh(sim.config()["credentials"]["refresh_token"])

        assert answer.headers["x-ratelimit-remaining"] == "999"
