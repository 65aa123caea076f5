"""A sync keeps to Pinterest's quotas, whatever they are and however the headers tell them.

It ends exact, or it stops cleanly, says until when, and completes on the days after. No test waits for a quota: where
a wait would come, the connection allows none, and the simulator's clock is moved.
"""

from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import Fault, FaultKind, HeaderStyle
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.catalogs import ALL_STREAMS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import State, run_sync
from integration_tests.support.truth import AUDIENCE_KEYS, CATALOG_ITEM_KEYS, ORGANISATION_KEYS
from integration_tests.support.worlds import small_world

DAY_SECONDS = 86_400
FEWER_STREAMS = [
    stream for stream in ALL_STREAMS if stream not in {**AUDIENCE_KEYS, **CATALOG_ITEM_KEYS, **ORGANISATION_KEYS}
]
"""All of them take more calls in a moment than a second allows."""


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


def _entries(states: State) -> list[dict[str, Any]]:
    return [entry for state in states.values() for entry in state["states"]]
