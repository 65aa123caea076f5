"""Is Pinterest's allowance used up, and is it never overdrawn?

The connector's budget against the simulator's quotas, minutes in a moment: both live on the same clock, which jumps
from one event to the next. The largest world of `full_size` does the same over HTTP, in real minutes.
"""

import heapq
import random
from collections import Counter
from datetime import timedelta

import pytest

from integration_tests.simulator import HeaderStyle
from integration_tests.simulator.access.quotas import PROFILES, Quotas
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from source_pinterest.api.budget import Budget

MINUTES = 5
DAY_SECONDS = 86_400
SHARE = 0.95


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def calls_made(category: str, style: HeaderStyle, workers: int) -> Counter[str]:
    """Have workers call as fast as the budget lets them; how many calls were taken, and how many refused."""
    clock = Clock()
    budget, quotas = Budget(3_600, clock=clock), Quotas("standard", clock, style)
    dice = random.Random(category)  # noqa: S311 - to be repeated
    seen, end = Counter[str](), clock.now + MINUTES * 60
    events = [(clock.now, worker, "asks") for worker in range(workers)]
    while events:
        clock.now, worker, event = heapq.heappop(events)
        if clock.now >= end:
            continue
        if event == "arrives":
            seen["taken" if quotas.spend(category) else "refused"] += 1
            budget.settle(category, quotas.headers(category))
            heapq.heappush(events, (clock.now, worker, "asks"))
        elif wait := budget._take(category):
            heapq.heappush(events, (clock.now + wait, worker, "asks"))
        else:
            heapq.heappush(events, (clock.now + dice.uniform(0.02, 0.2), worker, "arrives"))
    return seen


@pytest.mark.parametrize("workers", [10, 40])
@pytest.mark.parametrize("style", [HeaderStyle.PLAIN, HeaderStyle.LIST])
@pytest.mark.parametrize("category", ["org_read", "ads_analytics"])
def test_the_allowance_is_used_and_never_overdrawn(category: str, style: HeaderStyle, workers: int) -> None:
    seen = calls_made(category, style, workers)
    allowance = PROFILES["standard"][category]

    assert seen["refused"] == 0
    assert seen["taken"] >= SHARE * allowance.calls * MINUTES * 60 / allowance.seconds


@pytest.mark.full_size
@pytest.mark.timeout(600)
def test_the_allowance_is_used_over_http() -> None:
    with Simulator(World(boards=2_300, pins_per_board=1, sections_per_board=0), profile="standard") as sim:
        output = run_sync(sim, ["board_pins"])
        assert_succeeded(output, ["board_pins"])
        assert_exact(output, sim, ["board_pins"])
        assert not [entry for entry in sim.log if entry.status == 429]
        began = sim.log[0].time
        assert sum(entry.time < began + 120 for entry in sim.log) >= SHARE * 2_000


@pytest.mark.parametrize("daily_share", [0.1, pytest.param(1, marks=pytest.mark.full_size)])
def test_a_trial_s_day_ends_the_sync_and_the_next_day_goes_on(daily_share: float) -> None:
    calls = round(1_000 * daily_share)
    accounts = round(1.1 * calls)
    world = World(ad_accounts=accounts, campaigns=1, shared_ad_accounts=0)
    world.first_day = world.today - timedelta(days=1)
    with Simulator(world, profile="trial", daily_share=daily_share) as sim:
        config = sim.config(lookback_days=0)
        first = run_sync(sim, ["ad_account_analytics"], config=config)
        assert_failed(first, "ad_account_analytics", "transient_error", "the next sync goes on from there")
        assert first.errors[-1].failure_type.value == "transient_error"
        done = len(first.states["ad_account_analytics"]["states"])
        assert done >= SHARE * calls
        assert not [entry for entry in sim.log if entry.status == 429]
        sim.advance(DAY_SECONDS)
        # Those that had no turn come first; the others' last day is only looked at again.
        second = run_sync(sim, ["ad_account_analytics"], config=config, state=first.states)
        assert len(second.states["ad_account_analytics"]["states"]) == accounts
        united: dict[tuple[str, ...], Record] = {}
        for record in [*first.records["ad_account_analytics"], *second.records["ad_account_analytics"]]:
            united[key_of("ad_account_analytics", record)] = record
        assert_same("ad_account_analytics", united.values(), sim.expected("ad_account_analytics"))


def test_a_full_refresh_that_no_trial_can_finish_says_what_it_needs() -> None:
    world = World(boards=110, pins_per_board=1, sections_per_board=0)
    with Simulator(world, profile="trial", daily_share=0.1) as sim:
        output = run_sync(sim, ["board_pins"])
        assert_failed(output, "board_pins", "transient_error", "Standard access")
