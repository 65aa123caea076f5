"""All keywords are read, whatever Pinterest makes of a request for several ad groups."""

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


def test_ad_groups_without_keywords_in_a_batch_are_asked_for_one_by_one() -> None:
    world = world_of_500_ad_groups((*[1] * 20, 0))
    with Simulator(world, profile="ample") as sim:
        output = run_sync(sim, ["keywords"])
        assert_exact(output, sim, ["keywords"])
        sizes = [len(entry.values("ad_group_ids")) for entry in sim.calls(KEYWORDS)]
        assert sizes == [0, 250, *[0] * 11, 250, *[0] * 12]
