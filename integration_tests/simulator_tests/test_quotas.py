"""The simulator counts requests as Pinterest does, and tells about it in its headers."""

from integration_tests.simulator import PROFILES
from integration_tests.simulator.access.quotas import HeaderStyle, Quotas
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World

DAY = 86_400
TOLD = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 1_200_000.0  # a full minute

    def __call__(self) -> float:
        return self.now


def told(quotas: Quotas, category: str, operation_id: str = "") -> tuple[str, ...]:
    headers = quotas.headers(category, operation_id)
    return tuple(headers[name] for name in TOLD)


def quotas_of(profile: str, clock: Clock, style: HeaderStyle = HeaderStyle.PLAIN) -> Quotas:
    return Quotas(profile, clock, style)


def test_a_profile_allows_its_calls_and_not_one_more() -> None:
    for profile, category, calls, seconds in [
        ("ample", "ads_read", 100_000, 60),
        ("standard", "org_analytics", 60, 60),
        ("standard", "ads_analytics", 100, 1),  # the universal window is the tighter one within a second
        ("trial", "org_read", 1_000, DAY),
        ("docs_2022", "ads_analytics", 300, DAY),
        ("docs_2022", "org_read", 10, 1),
    ]:
        clock = Clock()
        quotas = quotas_of(profile, clock)
        of_all_calls = PROFILES[profile]["universal"].calls
        for number in range(calls):
            clock.now += number > 0 and number % of_all_calls == 0
            assert quotas.spend(category), (profile, category, calls, seconds)

        assert not quotas.spend(category), (profile, category, calls, seconds)
        clock.now += seconds
        assert quotas.spend(category), (profile, category, calls, seconds)


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


SAFETY_NET = '100;w=1;name="safety_net_app_id_user_id"'
REPORT = f'{SAFETY_NET}, 300;w=60;name="ads_analytics_app_id_user_id", 800;w=60;name="analytics_get_report_app_id"'


def test_recorded_headers_are_those_that_pinterest_sent() -> None:
    for category, operation_id, seconds, headers in [
        ("ads_read", "campaigns/list", 0, (f'100, {SAFETY_NET}, 1000;w=60;name="ads_read_app_id_user_id"', "99", "1")),
        ("org_read", "boards/list", 0, (f'100, {SAFETY_NET}, 1000;w=60;name="org_read_app_id_user_id"', "99", "1")),
        ("catalogs_read", "", 13, (f'100, {SAFETY_NET}, 100;w=60;name="catalogs_read_app_id_user_id"', "98", "47")),
        ("trends_read", "", 51, (f'60, {SAFETY_NET}, 60;w=60;name="trends_read_app_id_user_id"', "58", "9")),
        ("ads_analytics", "analytics/create_report", 0, (f"100, {REPORT}", "99", "1")),
        ("ads_analytics", "analytics/get_report", 0, (f"100, {REPORT}", "99", "1")),
        (
            "org_analytics",
            "multi_pins/analytics",
            2,
            (
                f'60, {SAFETY_NET}, 60;w=60;name="org_analytics_app_id_user_id", 100;w=1;name="multi_pins_analytics"',
                "58",
                "58",
            ),
        ),
    ]:
        clock = Clock()
        quotas = Quotas("standard", clock, HeaderStyle.RECORDED)
        quotas.spend(category, operation_id)
        if seconds:
            clock.now += seconds
            quotas.spend(category, operation_id)

        assert told(quotas, category, operation_id) == headers, (category, operation_id, seconds, headers)


def test_they_are_what_a_simulator_sends_that_is_not_asked_for_another_form() -> None:
    with Simulator(profile="standard", clock=Clock()) as sim, Client(sim) as api:
        answer = api.get("/boards")

    assert answer.headers["x-ratelimit-limit"] == f'100, {SAFETY_NET}, 1000;w=60;name="org_read_app_id_user_id"'
    assert [answer.headers[name] for name in TOLD[1:]] == ["99", "1"]


def test_recorded_headers_tell_of_the_quota_with_the_least_left() -> None:
    clock = Clock()
    quotas = Quotas("standard", clock, HeaderStyle.RECORDED)
    limits = []
    for number in range(300):
        clock.now += number % 50 == 0
        quotas.spend("ads_analytics")
        limits.append(told(quotas, "ads_analytics")[0].partition(",")[0])

    # From the 200th on both have as many left, and the first is told; the last fifty are fewer than a new second holds.
    assert limits == ["100"] * 250 + ["300"] * 50
    assert told(quotas, "ads_analytics")[1:] == ("0", "54")


def test_headers_without_names_are_those_of_2024() -> None:
    clock = Clock()
    quotas = Quotas("standard", clock, HeaderStyle.NAMELESS)
    quotas.spend("catalogs_read")
    quotas.spend("catalogs_read")

    assert told(quotas, "catalogs_read") == ("100, 100;w=1, 100;w=60", "98", "1")


def test_windows_begin_on_the_clock() -> None:
    clock = Clock()
    clock.now += 59
    quotas = quotas_of("standard", clock)
    assert all(quotas.spend("org_analytics") for _ in range(60))
    assert not quotas.spend("org_analytics")
    clock.now += 1

    assert quotas.spend("org_analytics")


def test_a_refused_call_counts_in_its_other_windows() -> None:
    clock = Clock()
    quotas = quotas_of("standard", clock)
    for _ in range(110):
        quotas.spend("ads_analytics")
    clock.now += 1

    assert told(quotas, "ads_analytics") == ("300", "190", "59")


def test_polls_of_other_users_use_up_the_quota_of_the_app() -> None:
    quotas = Quotas("standard", Clock(), HeaderStyle.RECORDED)
    quotas.spend_elsewhere("analytics_get_report", 800)

    assert not quotas.spend("ads_analytics", "analytics/get_report")
    assert told(quotas, "ads_analytics", "analytics/get_report") == (f"800, {REPORT}", "0", "60")
    assert quotas.spend("ads_analytics", "campaigns/analytics")


def test_headers_may_be_absent() -> None:
    assert quotas_of("standard", Clock(), HeaderStyle.ABSENT).headers("ads_read") == {}


def test_an_exhausted_quota_is_a_429_until_its_window_ends() -> None:
    with Simulator(profile="docs_2022", clock=Clock()) as sim, Client(sim) as api:
        answers = [api.get("/boards") for _ in range(11)]

        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        assert answers[-1].json()["code"] == 8
        limit = '10, 100;w=1;name="safety_net_app_id_user_id", 10;w=1;name="org_read_app_id_user_id"'
        assert [answers[-1].headers[name] for name in TOLD] == [limit, "0", "1"]
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
