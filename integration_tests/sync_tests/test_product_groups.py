"""The analytics of product groups hold every day, the newest from requests and older ones from reports."""

from typing import Any

import pytest

from integration_tests.simulator import Kind
from integration_tests.simulator.server.request_log import Entry
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded
from integration_tests.support.days import ago
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import simulated

STREAM = "product_group_analytics"
COLUMNS = ("AD_ACCOUNT_ID", "AD_GROUP_ID", "SPEND_IN_DOLLAR", "TOTAL_CHECKOUT")
sim = simulated(lambda: World(boards=0, ad_accounts=2, campaigns=2, ad_groups=4, ads=1, product_groups=(2, 0, 3, 1)))


def config(sim: Simulator, days_back: int, **more: Any) -> dict[str, Any]:
    return sim.config(start_date=str(ago(sim, days_back)), analytics_columns=list(COLUMNS), **more)


def test_older_days_come_from_reports_in_the_same_shape(sim: Simulator) -> None:
    output = run_sync(sim, [STREAM], config=config(sim, 200))
    assert_succeeded(output, [STREAM])
    asked = (*COLUMNS, "PRODUCT_GROUP_ID")
    assert_exact(output, sim, [STREAM], start=ago(sim, 200), wanted_columns=asked)
    assert {entry.level for entry in sim.calls("analytics/create_report")} == {"PRODUCT_GROUP"}


def test_each_list_is_read_once_and_the_ids_go_into_one_call(sim: Simulator) -> None:
    run_sync(sim, [STREAM, "product_group_promotions", "ad_groups"], config=config(sim, 20))
    assert len(sim.calls("ad_groups/list")) == sim.world.ad_accounts
    assert len(sim.calls("product_group_promotions/list")) == 4 * sim.world.ad_accounts
    assert len(sim.calls("product_groups/analytics")) == sim.world.ad_accounts


@pytest.mark.parametrize("streams", [[STREAM], ["ad_groups", STREAM]])
def test_archived_entities_count_with_any_status_filter(sim: Simulator, streams: list[str]) -> None:
    output = run_sync(sim, streams, config=config(sim, 5, status=["PAUSED"]))
    assert_exact(output, sim, [STREAM], start=ago(sim, 5), wanted_columns=COLUMNS)


def test_an_ad_group_that_always_fails_costs_its_own_records() -> None:
    """Analytics of the other ad groups come at once, and all once it answers."""
    lists = {"keywords": "parent_id", "product_group_promotions": "ad_group_id"}
    streams = [*lists, STREAM]
    sizes = {"boards": 0, "ad_accounts": 1, "campaigns": 1, "ad_groups": 10, "ads": 10, "product_groups": (1,)}
    world = World(**sizes)
    with Simulator(world) as sim:
        victim = world.entity_id(Kind.AD_GROUPS, 0, 3)

        def fail(entry: Entry, page: Record) -> Record:
            return {} if victim in entry.values("ad_group_id") else page

        for operation in ("keywords/get", "product_group_promotions/list"):
            sim.alter(operation, fail)
        options = config(sim, 20)
        first = run_sync(sim, streams, config=options)
        for stream, parent in lists.items():
            assert_failed(
                first, stream, "system_error", f"ad group {victim} of ad account {world.account_id(0)} could not"
            )
            others = {key: row for key, row in sim.expected(stream).items() if row[parent] != victim}
            assert_same(stream, first.records[stream], others)
        lost = {row["id"] for row in sim.expected("product_group_promotions").values() if row["ad_group_id"] == victim}
        wanted = {row["PRODUCT_GROUP_ID"] for row in sim.expected(STREAM, start=ago(sim, 20)).values()}
        assert lost & wanted
        assert {row["PRODUCT_GROUP_ID"] for row in first.records[STREAM]} == wanted - lost
        assert first.status(STREAM) == "INCOMPLETE"
        appended = run_sync(sim, [STREAM], config=options, destination="append")
        assert not appended.records[STREAM], "they would come again with those of the whole list"

        sim.clear_alterations()
        second = run_sync(sim, streams, config=options, state=first.states)
        assert_succeeded(second, streams)
        assert_exact(second, sim, streams, start=ago(sim, 20), wanted_columns=COLUMNS)
