"""Are all keywords read, whatever Pinterest makes of a call for several ad groups?"""

from typing import Any

import pytest

from integration_tests.simulator import Entry
from integration_tests.simulator.faults.alterations import only_items
from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import world_of_500_ad_groups

KEYWORDS = "keywords/get"
CAP = 100


def looks_at_the_first(entry: Entry, item: Any) -> bool:
    """Pinterest looks at the first 100 ad groups of a batch, and says nothing of the others."""
    batch = entry.values("ad_group_ids")
    return not batch or item["parent_id"] in batch[:CAP]


@pytest.mark.parametrize(
    "keywords",
    [1, (1,) * 249 + (0,), (0, 1), (1,) * 101 + (0,) * 149, (0,) * 120 + (1,) * 3],
    ids=["all", "not the last", "every second", "the last ones lack any", "the first ones lack any"],
)
def test_a_batch_of_which_only_the_beginning_is_looked_at(keywords: Any) -> None:
    world = World(
        boards=0, ad_accounts=2, campaigns=0, ad_groups=(600, 30), ads=0, keywords=keywords, keyword_batches="answered"
    )
    with Simulator(world, profile="ample") as sim:
        sim.alter(KEYWORDS, only_items(looks_at_the_first))
        output = run_sync(sim, ["keywords"])
        assert_succeeded(output, ["keywords"])
        assert_exact(output, sim, ["keywords"])


def test_a_batch_that_is_cut_short_after_the_proof_is_noticed() -> None:
    world = world_of_500_ad_groups(1)
    with Simulator(world, profile="ample") as sim:
        sim.after(KEYWORDS, 2, lambda _world: sim.alter(KEYWORDS, only_items(looks_at_the_first)))
        output = run_sync(sim, ["keywords"])
        assert_succeeded(output, ["keywords"])
        assert_exact(output, sim, ["keywords"])
        assert len(sim.calls(KEYWORDS)) < 20, "what a batch lacks is asked for in batches"


def test_ad_groups_without_keywords_cost_one_batch_more() -> None:
    world = world_of_500_ad_groups((0, 1))
    with Simulator(world, profile="ample") as sim:
        output = run_sync(sim, ["keywords"])
        assert_exact(output, sim, ["keywords"])
        sizes = [len(entry.values("ad_group_ids")) for entry in sim.calls(KEYWORDS)]
        # The proof and the last of its ad groups; the account; two batches, and their halves that showed nothing.
        assert sizes == [250, 0, 0, 250, 125, 250, 125]
