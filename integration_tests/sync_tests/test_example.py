"""The example of integration_tests/README.md: the second sync emits the campaign that was edited, and no other."""

from integration_tests.support.assertions import assert_exact
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync


def test_an_edited_campaign_comes_again() -> None:
    with Simulator(World(ad_accounts=1, campaigns=3)) as sim:
        first = run_sync(sim, ["campaigns"])
        assert_exact(first, sim, ["campaigns"])
        account, campaign = sim.world.account_id(0), first.records["campaigns"][0]["id"]
        sim.world.edit(account, "campaigns", campaign, sim.world.built_at, name="New")
        second = run_sync(sim, ["campaigns"], state=first.states)
        assert [record["id"] for record in second.records["campaigns"]] == [campaign]
