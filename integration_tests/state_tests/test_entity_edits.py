"""A second sync reads the campaigns, ad groups and ads that have changed, all of them and little else."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from integration_tests.simulator import Kind
from integration_tests.simulator.faults.alterations import lacking
from integration_tests.state_tests.second_syncs import LOOKBACK_DAYS, cursors, now
from integration_tests.support.assertions import assert_exact, assert_same, assert_succeeded, upserted
from integration_tests.support.catalogs import ADS_ANALYTICS, ENTITIES
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import simulated

EDIT_MARGIN_SECONDS = 300
sim = simulated(lambda: World(boards=0, campaigns=10, ad_groups=8, ads=6, active_percent=25))


def changed_since_the_latest_edit(sim: Simulator, stream: str, before: Iterable[Record]) -> set[str]:
    """The entities that are as young as the latest edit of their account before a sync, or younger."""
    latest: dict[str, int] = {}
    for record in before:
        account = record["ad_account_id"]
        latest[account] = max(latest.get(account, 0), record["updated_time"])
    return {
        record["id"]
        for record in sim.expected(stream).values()
        if record["updated_time"] >= latest[record["ad_account_id"]]
    }


@pytest.mark.parametrize("stream", ENTITIES)
def test_only_what_was_edited_comes_again(sim: Simulator, stream: str) -> None:
    first = run_sync(sim, [stream])
    before = list(sim.expected(stream).values())
    edited = min(before, key=lambda record: record["updated_time"])
    sim.world.edit(edited["ad_account_id"], stream, edited["id"], now(), name="renamed")

    second = run_sync(sim, [stream], state=first.states)

    assert_succeeded(second, [stream])
    expected = changed_since_the_latest_edit(sim, stream, before)
    assert {record["id"] for record in second.records[stream]} == expected
    assert edited["id"] in expected
    assert len(expected) < len(before) / 2
    assert {record["name"] for record in second.records[stream] if record["id"] == edited["id"]} == {"renamed"}
    assert_same(stream, upserted(stream, first, second), sim.expected(stream))


def test_an_entity_without_a_time_of_its_last_edit_comes_with_each_sync(sim: Simulator) -> None:
    first = run_sync(sim, ["campaigns"])
    oldest = min(sim.expected("campaigns").values(), key=lambda record: record["updated_time"])["id"]
    sim.alter("campaigns/list", lacking(oldest, "updated_time"))
    second = run_sync(sim, ["campaigns"], state=first.states)
    assert_succeeded(second, ["campaigns"])
    assert oldest in {record["id"] for record in second.records["campaigns"]}


@pytest.mark.parametrize("selected", [["campaigns"], ["campaigns", "campaign_analytics"]], ids=["alone", "as a parent"])
def test_an_edit_on_a_page_that_was_read_comes_with_the_next_sync(selected: list[str]) -> None:
    """The first page is read, an entity on it is edited, and a later one a moment later; the list takes a while."""
    then = datetime.now(UTC) - timedelta(hours=2)
    with Simulator(World(boards=0, ad_accounts=1, campaigns=300, now=then, first_day=then.date())) as sim:
        account = sim.world.account_id(0)
        ids = [sim.world.entity_id(Kind.CAMPAIGNS, 0, index) for index in (0, 299)]
        listed_at = int(then.timestamp())

        def edit(world: World) -> None:
            world.edit(account, Kind.CAMPAIGNS, ids[0], listed_at + 100, name="edited behind")
            world.edit(account, Kind.CAMPAIGNS, ids[1], listed_at + 200, name="edited ahead")
            sim.advance(2 * EDIT_MARGIN_SECONDS)

        sim.after("campaigns/list", 1, edit)
        first = run_sync(sim, selected)
        names = {record["id"]: record["name"] for record in first.records["campaigns"]}
        assert names[ids[0]] != "edited behind"
        assert names[ids[1]] == "edited ahead"

        second = run_sync(sim, selected, state=first.states)

        assert {record["id"] for record in second.records["campaigns"]} == set(ids)
        assert_same("campaigns", upserted("campaigns", first, second), sim.expected("campaigns"))


def test_the_cursor_never_passes_the_connectors_own_clock_less_the_margin() -> None:
    """A server whose clock is a day ahead; an edit a moment after the list was read."""
    with Simulator(World(boards=0, now=datetime.now(UTC) + timedelta(days=1))) as sim:
        account, edited = sim.world.account_id(0), sim.world.entity_id(Kind.ADS, 0, 0)
        sim.world.edit(account, Kind.ADS, sim.world.entity_id(Kind.ADS, 0, 1), now() + 50_000)
        first = run_sync(sim, ["ads"])
        assert cursors(first, "ads")[account]["updated_time"] <= now() - EDIT_MARGIN_SECONDS

        sim.world.edit(account, Kind.ADS, edited, now(), name="renamed")
        second = run_sync(sim, ["ads"], state=first.states)
        assert_same("ads", upserted("ads", first, second), sim.expected("ads"))


def test_a_status_newly_wanted_is_read_from_the_start(sim: Simulator) -> None:
    first = run_sync(sim, ENTITIES, config=sim.config(status=["ACTIVE"]))
    second = run_sync(sim, ENTITIES, config=sim.config(status=["ACTIVE", "PAUSED"]), state=first.states)
    third = run_sync(sim, ENTITIES, config=sim.config(status=["ACTIVE", "PAUSED"]), state=second.states)
    for stream in ENTITIES:
        held = sim.expected(stream).values()
        assert {record["status"] for record in first.records[stream]} == {"ACTIVE"}
        paused = {record["id"] for record in held if record["status"] == "PAUSED"}
        assert paused
        assert {record["id"] for record in second.records[stream] if record["status"] == "PAUSED"} == paused
        wanted = {key: record for key, record in sim.expected(stream).items() if record["status"] != "ARCHIVED"}
        assert_same(stream, upserted(stream, first, second), wanted)
        assert len(third.records[stream]) <= sim.world.ad_accounts


@pytest.mark.parametrize("sync_mode", ["incremental", "full_refresh"])
def test_a_start_date_hides_no_entity(sim: Simulator, sync_mode: str) -> None:
    today = sim.world.today.isoformat()
    output = run_sync(sim, ENTITIES, config=sim.config(start_date=today), sync_mode=sync_mode)
    assert_exact(output, sim, ENTITIES)


@pytest.mark.parametrize("selected", [ADS_ANALYTICS, (*ENTITIES, *ADS_ANALYTICS)], ids=["alone", "with their parents"])
def test_neither_status_nor_cursor_hides_analytics(sim: Simulator, selected: tuple[str, ...]) -> None:
    config = sim.config(status=["PAUSED"])
    first = run_sync(sim, selected, config=config)
    assert_exact(first, sim, ADS_ANALYTICS)
    second = run_sync(sim, selected, config=config, state=first.states)
    assert_exact(second, sim, ADS_ANALYTICS, start=sim.world.today - timedelta(days=LOOKBACK_DAYS))
