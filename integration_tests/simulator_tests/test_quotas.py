"""The simulator counts requests as Pinterest does, and tells about it in its headers."""

import pytest

from integration_tests.simulator import PROFILES
from integration_tests.simulator.access.quotas import HeaderStyle, Quotas
from integration_tests.simulator_tests.api_client import Client
from integration_tests.support.pinterest import Simulator

DAY = 86_400
FULL_MINUTE = 1_200_000.0
TOLD = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
SAFETY_NET = '100;w=1;name="safety_net_app_id_user_id"'
REPORT = f'{SAFETY_NET}, 300;w=60;name="ads_analytics_app_id_user_id", 800;w=60;name="analytics_get_report_app_id"'


class Counted:
    """Quotas on a clock that stands still until it is moved."""

    def __init__(self, profile: str = "standard", style: HeaderStyle = HeaderStyle.RECORDED) -> None:
        self.now = FULL_MINUTE
        self._quotas = Quotas(profile, lambda: self.now, header_style=style)
        self.spend, self.spend_elsewhere = self._quotas.spend, self._quotas.spend_elsewhere

    def rate_limit_headers(self, category: str, operation_id: str = "") -> tuple[str, ...]:
        headers = self._quotas.headers(category, operation_id)
        return tuple(headers[name] for name in TOLD if name in headers)


def test_a_profile_allows_its_calls_of_a_category_or_of_all_and_not_one_more() -> None:
    for profile, category, calls, seconds, other in [
        ("standard", "org_analytics", 60, 60, True),
        ("standard", "ads_analytics", 100, 1, False),  # the universal window is the tighter one within a second
        ("trial", "org_read", 1_000, DAY, False),
        ("docs_2022", "ads_analytics", 300, DAY, True),
        ("docs_2022", "org_read", 10, 1, True),
    ]:
        quotas = Counted(profile)
        of_all_calls = PROFILES[profile]["universal"].calls
        for number in range(calls):
            quotas.now += number > 0 and number % of_all_calls == 0
            assert quotas.spend(category), (profile, category)

        quotas.now += seconds == DAY  # of all calls another second begins
        assert not quotas.spend(category), (profile, category)
        assert quotas.spend("ads_read") is other, (profile, category)
        quotas.now += seconds
        assert quotas.spend(category), (profile, category)


def test_recorded_headers_are_those_that_pinterest_sent() -> None:
    for category, operation_id, seconds, headers in [
        ("ads_read", "campaigns/list", 0, (f'100, {SAFETY_NET}, 1000;w=60;name="ads_read_app_id_user_id"', "99", "1")),
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
        quotas = Counted()
        quotas.spend(category, operation_id)
        if seconds:
            quotas.now += seconds
            quotas.spend(category, operation_id)

        assert quotas.rate_limit_headers(category, operation_id) == headers, (category, operation_id)


def test_headers_as_recorded_name_the_quota_with_the_fewest_requests_left() -> None:
    quotas = Counted()
    limits = []
    for number in range(300):
        quotas.now += number % 50 == 0
        quotas.spend("ads_analytics")
        limits.append(quotas.rate_limit_headers("ads_analytics")[0].partition(",")[0])

    # From the 200th on both have as many left, and the first is told; the last fifty are fewer than a new second holds.
    assert limits == ["100"] * 250 + ["300"] * 50
    assert quotas.rate_limit_headers("ads_analytics")[1:] == ("0", "54")


@pytest.mark.parametrize(("seconds", "left"), [(0, "998"), (DAY, "999")])
def test_a_token_costs_a_call_that_has_one_and_a_day_ends_when_the_clock_is_moved(seconds: float, left: str) -> None:
    with Simulator(profile="trial", clock=lambda: FULL_MINUTE) as sim, Client(sim) as api:
        assert api.refresh(sim.credentials["refresh_token"]).headers["x-ratelimit-remaining"] == "999"
        assert api.get("/boards", headers={"Authorization": "Bearer x"}).status_code == 401
        sim.advance(seconds)

        assert api.get("/boards").headers["x-ratelimit-remaining"] == left
