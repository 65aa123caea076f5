"""A sync keeps to Pinterest's quotas, whatever they are and however the headers tell them.

It ends exact, or it stops cleanly, says until when, and completes on the days after. No test waits for a quota: where
a wait would come, the connection allows none, and the simulator's clock is moved.
"""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import Fault, FaultKind, HeaderStyle
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.catalogs import ALL_STREAMS
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import State, run_sync
from integration_tests.support.truth import AUDIENCE_KEYS, CATALOG_ITEM_KEYS, ORGANISATION_KEYS
from integration_tests.support.worlds import small_world

DAY_SECONDS = 86_400
FEWER_STREAMS = [
    stream for stream in ALL_STREAMS if stream not in {**AUDIENCE_KEYS, **CATALOG_ITEM_KEYS, **ORGANISATION_KEYS}
]
"""All of them take more calls in a moment than a second allows."""
UNTIL = re.compile(r"until \d{4}-\d\d-\d\d \d\d:\d\d UTC")


@pytest.mark.parametrize(
    ("profile", "style"),
    [
        ("standard", HeaderStyle.RECORDED),
        ("standard", HeaderStyle.PLAIN),
        ("standard", HeaderStyle.LIST),
        ("trial", HeaderStyle.ABSENT),
    ],
)
def test_a_sync_within_the_quota_is_exact_and_never_throttled(profile: str, style: HeaderStyle) -> None:
    with Simulator(
        small_world(ad_accounts=1, keyword_batches="answered"),
        profile=profile,
        header_style=style,
        open_betas=["multi_pins/analytics"],
    ) as sim:
        output = run_sync(sim, FEWER_STREAMS, config=sim.config(max_wait_minutes=0))
        assert_succeeded(output, FEWER_STREAMS)
        assert_exact(output, sim, FEWER_STREAMS)
        assert throttled(sim) == 0
        # However fast this machine is, and however its calls bunch up, they keep within the 100 of a second.
        assert len(sim.log) < 100


@pytest.mark.parametrize("style", [HeaderStyle.RECORDED, HeaderStyle.PLAIN])
def test_ten_calls_a_second_are_kept(style: HeaderStyle) -> None:
    with Simulator(World(boards=14, pins_per_board=1), profile="docs_2022", header_style=style) as sim:
        output = run_sync(sim, ["boards", "board_sections"])
        assert_succeeded(output, ["boards", "board_sections"])
        assert_exact(output, sim, ["boards", "board_sections"])
        # The first response has told the quota before the workers set out. A lone number does not say that it is of a
        # second, so that a 429 has to.
        assert throttled(sim) <= (10 if style is HeaderStyle.PLAIN else 0)


@pytest.mark.parametrize("style", [HeaderStyle.RECORDED, HeaderStyle.ABSENT])
def test_a_daily_quota_stops_the_sync_which_goes_on_the_next_day(style: HeaderStyle) -> None:
    world = World(ad_accounts=34, campaigns=1, shared_ad_accounts=0)
    world.first_day = world.today - timedelta(days=1)
    with Simulator(world, profile="docs_2022", daily_share=0.1, header_style=style) as sim:
        config = sim.config(max_wait_minutes=0, lookback_days=0, num_workers=4)
        first = run_sync(sim, ["ad_account_analytics"], config=config)
        assert_failed(first, "ad_account_analytics", "transient_error", "ads_analytics")
        assert UNTIL.search(str(first.errors_of("ad_account_analytics")[0].message))
        assert first.errors[-1].failure_type.value == "transient_error"
        if style is not HeaderStyle.ABSENT:
            assert throttled(sim) == 0
        assert 26 <= len(accounts_done(first.states)) <= 30
        sim.advance(DAY_SECONDS)
        second = run_sync(sim, ["ad_account_analytics"], config=config, state=first.states)
        # The day after, those that had no turn come first, and the rest is only looked at again.
        assert_united_exact("ad_account_analytics", (first, second), sim)
        assert accounts_done(second.states) == {key[0] for key in sim.expected("ad_accounts")}


def test_each_account_gets_its_turn_the_longest_unread_first() -> None:
    world = small_world(ad_accounts=6, campaigns=1, shared_ad_accounts=0)
    accounts = [world.account_id(index) for index in range(6)]
    ages = dict(zip(accounts, (3, 9, 5, 2, 7, 4), strict=True))
    state = {
        "campaign_analytics": {
            "states": [
                {
                    "partition": {"ad_account_id": account},
                    "cursor": {
                        "DATE": str(world.today - timedelta(days=age)),
                        "from": str(world.today - timedelta(days=89)),
                    },
                }
                for account, age in ages.items()
            ]
        }
    }
    with Simulator(world) as sim:
        sim.add_fault(Fault(FaultKind.RATE_LIMITED, on="campaigns/analytics", after=3, times=None, seconds=DAY_SECONDS))
        output = run_sync(sim, ["campaign_analytics"], config=sim.config(num_workers=1), state=state)
        assert_failed(output, "campaign_analytics", "transient_error", "ads_analytics")
        days = {entry["partition"]["ad_account_id"]: entry["cursor"]["DATE"] for entry in _entries(output.states)}
        had_a_turn = {account for account in accounts if days[account] == str(world.today)}
        assert len(had_a_turn) == 3
        # Of the two workers one may overtake the other.
        assert had_a_turn < set(sorted(accounts, key=lambda account: -ages[account])[:4])


def test_one_throttled_category_holds_up_no_other() -> None:
    fault = Fault(FaultKind.RATE_LIMITED, on="campaigns/analytics", times=None, seconds=DAY_SECONDS)
    with Simulator(faults=[fault]) as sim:
        output = run_sync(sim, ["board_pins", "campaigns", "campaign_analytics"])
        assert_failed(output, "campaign_analytics", "transient_error", "Longest Wait")
        assert_exact(output, sim, ["board_pins", "campaigns"])
        assert output.status("board_pins") == output.status("campaigns") == "COMPLETE"


def throttled(sim: Simulator) -> int:
    """How many calls were refused for their rate."""
    return sum(entry.status == 429 for entry in sim.log)


def accounts_done(states: State) -> set[str]:
    """The ad accounts of which days were read. Those that are only planned have their first day alone."""
    read = [entry for entry in _entries(states) if entry["cursor"]["DATE"] >= entry["cursor"].get("from", "")]
    return {entry["partition"]["ad_account_id"] for entry in read}


def assert_united_exact(stream: str, outputs: Iterable[Output], sim: Simulator) -> None:
    """All syncs together brought the set."""
    united: dict[tuple[Any, ...], Record] = {}
    for output in outputs:
        united |= {key_of(stream, record): record for record in output.records[stream]}
    assert_same(stream, united.values(), sim.expected(stream))


def _entries(states: State) -> list[dict[str, Any]]:
    return [entry for state in states.values() for entry in state["states"]]
