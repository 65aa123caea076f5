"""Pinterest's allowance is used up, and few requests are throttled.

The connector's budget against the simulator's quotas, five minutes in a moment.
"""

import re
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import Fault, HeaderStyle, Hint
from integration_tests.simulator.access.quotas import PROFILES, Allowance, Quotas
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.traffic import Operation, Traffic
from integration_tests.support.worlds import small_world

MINUTES = 5
DAY_SECONDS = 86_400
SHARE = 0.9
MOST_REJECTED = 14
"""Requests that may be throttled in five minutes, because no header could announce it."""

POLL = Operation.of("analytics/get_report", "GET", "/v5/ad_accounts/1/reports")
CREATE = Operation.of("analytics/create_report", "POST", "/v5/ad_accounts/1/reports")
ANALYTICS = Operation.of("campaigns/analytics", "GET", "/v5/ad_accounts/1/campaigns/analytics")
TRAFFIC = {
    "reports_and_analytics": ((POLL, POLL, ANALYTICS, CREATE), 300),
    "campaigns": ((Operation.of("campaigns/list", "GET", "/v5/ad_accounts/1/campaigns"),), 1_000),
    "catalogs": ((Operation.of("catalogs/list", "GET", "/v5/catalogs"),), 100),
    "several_pins": ((Operation.of("multi_pins/analytics", "GET", "/v5/pins/analytics"),), 60),
}
"""What is called, and how many calls a minute its quotas allow."""


@pytest.mark.parametrize(
    ("kind", "workers", "options"),
    [
        *((kind, workers, {}) for kind in TRAFFIC for workers in (1, 10, 40)),
        ("reports_and_analytics", 10, {"second": 0}),
        ("reports_and_analytics", 40, {"second": 58.74}),
        # without names, or without headers
        *(
            ("reports_and_analytics", 40, {"style": style})
            for style in HeaderStyle
            if style is not HeaderStyle.RECORDED
        ),
        # some responses take seconds
        ("reports_and_analytics", 40, {"slow": 0.05}),
        ("campaigns", 10, {"slow": 0.05}),
    ],
    ids=str,
)
def test_the_allowance_is_used_up_and_hardly_overdrawn(kind: str, workers: int, options: dict[str, Any]) -> None:
    operations, allowance = TRAFFIC[kind]
    traffic = Traffic([operations] * workers, **{"second": 40.3, **options}).run(MINUTES)

    expected = min(allowance, (120 if "slow" in options else 500) * workers)
    assert sum(map(traffic.taken_in, range(1, MINUTES + 1))) >= SHARE * MINUTES * expected
    assert traffic.rejected_since(minute=int("slow" in options)) <= MOST_REJECTED


@pytest.mark.parametrize("second", [0, 40.3, 58.74])
def test_a_limit_that_only_headers_announce_is_kept(monkeypatch: pytest.MonkeyPatch, second: float) -> None:
    """Forty workers, and less than a third of what is published."""
    lists = {**PROFILES["standard"], "ads_read": Allowance(300, 60)}
    monkeypatch.setattr("integration_tests.simulator.access.quotas.PROFILES", {"standard": lists})
    operations, _ = TRAFFIC["campaigns"]
    traffic = Traffic([operations] * 40, second=second).run(MINUTES)

    assert traffic.taken_in(MINUTES) == 300
    assert traffic.rejected_since(minute=0) <= 12


@pytest.mark.parametrize("workers", [4, 40])
def test_polls_of_other_users_of_the_app_leave_the_analytics_alone(workers: int) -> None:
    def poll_elsewhere(quotas: Quotas, second: int) -> None:
        if second % 60 == 0:
            quotas.spend_elsewhere("analytics_get_report", 700)

    traffic = Traffic([(POLL,), (ANALYTICS,)] * (workers // 2), elsewhere=poll_elsewhere).run(MINUTES)

    for minute in range(1, MINUTES + 1):
        assert traffic.taken_in(minute) >= SHARE * 300
        assert traffic.taken_in(minute, POLL.operation_id) <= 100
    assert traffic.rejected_since(minute=1) <= MINUTES * workers


@pytest.mark.parametrize("workers", [4, 40])
def test_calls_of_another_program_cost_their_number_and_few_rejections(workers: int) -> None:
    def call_elsewhere(quotas: Quotas, second: int) -> None:  # noqa: ARG001 - each second alike
        quotas.spend_elsewhere("ads_analytics", 2)

    traffic = Traffic([(POLL, ANALYTICS)] * workers, elsewhere=call_elsewhere).run(MINUTES)

    for minute in range(1, MINUTES + 1):
        assert traffic.taken_in(minute) >= SHARE * 300 - 2 * 10
    assert traffic.rejected_since(minute=1) <= MINUTES * workers


@pytest.mark.parametrize("daily_share", [0.1, pytest.param(1, marks=pytest.mark.full_size)])
def test_a_trial_s_day_ends_the_sync_and_the_next_day_goes_on(daily_share: float) -> None:
    calls = round(1_000 * daily_share)
    accounts = round(1.1 * calls)
    world = World(ad_accounts=accounts, campaigns=1, shared_ad_accounts=0)
    world.first_day = world.today - timedelta(days=1)
    with Simulator(world, profile="trial", daily_share=daily_share) as sim:
        config = sim.config(lookback_days=0)
        first = run_sync(sim, ["ad_account_analytics"], config=config)
        assert_failed(first, "ad_account_analytics", "transient_error", "the next sync continues", "Standard access")
        [error] = first.errors_of("ad_account_analytics")
        assert re.search(r"until \d{4}-\d\d-\d\d \d\d:\d\d UTC", str(error.message))
        assert first.errors[-1].failure_type.value == "transient_error"
        assert sum(entry.category == "ads_analytics" for entry in sim.log) >= SHARE * calls
        assert not [entry for entry in sim.log if entry.status == 429]
        sim.advance(DAY_SECONDS)
        # Those that had no turn come first; the others' last day is only looked at again.
        second = run_sync(sim, ["ad_account_analytics"], config=config, state=first.states)
        assert len(second.states["ad_account_analytics"]["states"]) == accounts
        united: dict[tuple[str, ...], Record] = {}
        for record in [*first.records["ad_account_analytics"], *second.records["ad_account_analytics"]]:
            united[key_of("ad_account_analytics", record)] = record
        assert_same("ad_account_analytics", united.values(), sim.expected("ad_account_analytics"))


def test_ten_requests_a_second_are_kept() -> None:
    with Simulator(World(boards=24, pins_per_board=1), profile="docs_2022") as sim:
        output = run_sync(sim, ["boards", "board_sections"])
        assert_succeeded(output, ["boards", "board_sections"])
        assert_exact(output, sim, ["boards", "board_sections"])
        assert not [entry for entry in sim.log if entry.status == 429]
        [first, *_, last] = [entry.time for entry in sim.log if entry.operation_id.startswith("board")]
        assert last - first > 1, "25 requests take longer than two seconds' quota"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("rate_limited", on="boards/list", seconds=1.1, hint=Hint.RESET),
        Fault("rate_limited", on="boards/list", seconds=1.1, hint=Hint.RETRY_AFTER),
        Fault("retry_after_400", on="boards/list", seconds=1.1),
    ],
    ids=["x-ratelimit-reset", "Retry-After", "a message"],
)
def test_a_throttled_request_waits_for_as_long_as_pinterest_says(fault: Fault) -> None:
    """That is longer than the connector's own first pause, which is at most a second."""
    with Simulator(small_world(), faults=[fault]) as sim:
        assert_succeeded(run_sync(sim, ["boards"]), ["boards"])
        throttled, again = sim.calls("boards/list")
        assert throttled.status >= 400
        assert again.time - throttled.time >= fault.seconds
