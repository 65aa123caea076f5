"""A sync holds every record once, whatever becomes of a list while it is paged."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.simulator.faults.alterations import items_moved_by_one
from integration_tests.support.assertions import Key, assert_exact, assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.promises import promised_keys
from integration_tests.support.syncs import run_sync
from source_pinterest.limits import ROW_BYTES

PAGED = (
    "ad_accounts/list",
    "campaigns/list",
    "ad_groups/list",
    "audiences/list",
    "boards/list",
    "board_sections/list",
    "boards/list_pins",
    "board_sections/list_pins",
    "pins/list",
    "catalogs_product_group_pins/list",
    "items_issues/list",
    "reports/stats",
    "followers/list",
)


@pytest.fixture
def moving() -> Iterator[Simulator]:
    """A Pinterest whose lists, two items a page, grow at their beginning while they are paged."""
    world = World(boards=5, pins_per_board=4, sections_per_board=3, ad_accounts=5, campaigns=7, ad_groups=3)
    world.catalog_products = world.item_issues = world.connections = 5
    world.first_day = world.today - timedelta(days=4)
    with Simulator(world, page_cap=2, profile="ample") as sim:
        for operation in PAGED:
            sim.alter(operation, items_moved_by_one())
        yield sim


# -- an item that stands on two pages


@pytest.mark.parametrize("destination", ["append", "append_dedup"])
@pytest.mark.parametrize(
    "streams",
    [
        ("ad_accounts", "audiences"),
        ("campaigns", "campaign_analytics", "ad_group_analytics"),
        ("ad_account_analytics",),
        ("keywords", "product_group_promotions"),
        ("boards", "board_sections", "board_pins", "board_section_pins", "pins"),
        ("board_section_pins", "pin_analytics"),
        ("catalogs_product_group_products", "catalogs_feed_item_issues", "catalogs_distribution_stats", "followers"),
    ],
    ids=", ".join,
)
def test_an_item_on_two_pages_is_one_item(moving: Simulator, streams: tuple[str, ...], destination: str) -> None:
    settled = {"end": moving.world.today - timedelta(days=2)} if destination == "append" else {}
    output = run_sync(moving, streams, destination=destination)
    assert_succeeded(output, streams)
    assert_exact(output, moving, streams, **settled)


def test_an_account_on_two_pages_is_planned_once_and_no_state_is_ahead(
    moving: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a sync is ended: what its last state promises has come before it."""
    monkeypatch.setattr("source_pinterest.limits.STATE_EVERY_SECONDS", 0)
    stream = "campaign_analytics"
    truth = moving.expected(stream)
    output = run_sync(moving, [stream], config=moving.config(num_workers=2))
    held: set[Key] = set()
    states = 0
    for message in output.messages:
        if message.record:
            held.add(key_of(stream, message.record.data))
        elif message.state:
            states += 1
            assert promised_keys(dict(vars(message.state.stream.stream_state)), truth) <= held
    assert states >= moving.world.ad_accounts


# -- a list that ends in the middle


@pytest.mark.parametrize("kind", [FaultKind.GONE, FaultKind.FORBIDDEN])
@pytest.mark.parametrize(
    ("stream", "operation"),
    [
        ("ad_accounts", "ad_accounts/list"),
        ("campaigns", "campaigns/list"),
        ("campaign_analytics", "campaigns/list"),
        ("product_group_promotions", "product_group_promotions/list"),
        ("audiences", "audiences/list"),
        ("lead_forms", "lead_forms/list"),
        ("boards", "boards/list"),
        ("board_sections", "board_sections/list"),
        ("board_pins", "boards/list_pins"),
        ("board_section_pins", "board_sections/list_pins"),
        ("pins", "pins/list"),
        ("pin_analytics", "pins/list"),
        ("catalogs_product_groups", "catalogs_product_groups/list"),
    ],
)
def test_a_list_that_ends_in_the_middle_is_incomplete(stream: str, operation: str, kind: FaultKind) -> None:
    """The second page of the only list, or of one of several, is refused or said not to exist."""
    world = World(boards=3, sections_per_board=3, ad_accounts=3, campaigns=3, product_groups=3, account_list_items=3)
    world.catalog_product_groups = 3
    world.first_day = world.today - timedelta(days=4)
    with Simulator(world, page_cap=2, profile="ample") as sim:
        sim.add_fault(Fault(kind, on=operation, later_pages_only=True))
        output = run_sync(sim, [stream])
        assert sim.fired(kind)
        assert_failed(output, stream, "transient_error", "refuses the rest")


# -- an item without end


def test_an_item_without_end_costs_its_stream_alone() -> None:
    def swollen(_: object, page: Any) -> Any:
        return {**page, "items": [{**page["items"][0], "description": "x" * ROW_BYTES}]}

    with Simulator(World(boards=2, ad_accounts=1)) as sim:
        sim.alter("boards/list", swollen)
        output = run_sync(sim, ["ad_accounts", "boards"])
        assert_failed(output, "boards", "transient_error", "boards: a record has more than 1,048,576 bytes")
        assert_exact(output, sim, ["ad_accounts"])
        assert not output.records["boards"]


# -- nothing is left


GONE = {
    "campaigns": "campaigns/list",
    "ad_account_analytics": "ad_account/analytics",
    "campaign_targeting_analytics": "campaign_targeting_analytics/get",
    "ad_account_targeting_analytics": "ad_account_targeting_analytics/get",
    "audiences": "audiences/list",
    "product_group_promotions": "product_group_promotions/list",
    "board_sections": "board_sections/list",
    "board_pins": "boards/list_pins",
    "catalogs_feed_processing_results": "feed_processing_results/list",
    "pin_analytics": "pins/analytics",
}
"""By what a stream is read, parent by parent."""


def one_by_one(world: World, **settings: Any) -> Simulator:
    """Pinterest as most apps see it: pins one by one."""
    world.first_day = world.today - timedelta(days=4)
    return Simulator(world, **settings)


@pytest.mark.parametrize("kind", [FaultKind.GONE, FaultKind.FORBIDDEN])
@pytest.mark.parametrize("stream", GONE)
def test_when_all_of_several_parents_are_gone_or_refused_nothing_is_promised(stream: str, kind: FaultKind) -> None:
    with one_by_one(World(boards=2, sections_per_board=0, pins_per_board=1, campaigns=2, ad_groups=2)) as sim:
        before = run_sync(sim, [stream])
        assert_succeeded(before, [stream])
        sim.add_fault(Fault(kind, on=GONE[stream], times=None))
        output = run_sync(sim, [stream])
        assert_failed(output, stream, "transient_error", "refuses all 2")
        assert not output.records[stream]
        assert not output.states[stream].keys() & {"date", "reading"}
        assert not any(output.states[stream].get(parents) for parents in ("states", "boards"))
        sim.clear_faults()
        again = run_sync(sim, [stream], state=output.states)
        assert_succeeded(again, [stream])
        assert sorted(again.records[stream], key=str) == sorted(before.records[stream], key=str)


@pytest.mark.parametrize("stream", GONE)
def test_a_single_parent_that_is_gone_is_a_warning(stream: str) -> None:
    world = World(boards=1, sections_per_board=0, pins_per_board=1, ad_accounts=1, campaigns=1, ad_groups=1, feeds=1)
    with one_by_one(world) as sim:
        sim.add_fault(Fault(FaultKind.GONE, on=GONE[stream], times=None))
        output = run_sync(sim, [stream])
        assert_succeeded(output, [stream])
        assert not output.records[stream]
        assert len(output.warnings()) == 1


@pytest.mark.parametrize("stream", GONE)
def test_without_parents_a_stream_is_empty_and_complete(stream: str) -> None:
    with one_by_one(World(boards=0, ad_accounts=0, catalogs=0, feeds=0)) as sim:
        output = run_sync(sim, [stream])
        assert_succeeded(output, [stream])
        assert not output.warnings()


def test_some_pins_that_are_gone_cost_no_other() -> None:
    with one_by_one(World(boards=2, pins_per_board=3)) as sim:
        pins = sorted({key[0] for key in sim.expected("pin_analytics")}, key=int)
        gone = set(pins[:4])
        before = run_sync(sim, ["pin_analytics"])
        sim.add_faults(Fault(FaultKind.GONE, on="pins/analytics", path=f"/{pin}/", times=None) for pin in gone)
        output = run_sync(sim, ["pin_analytics"])
        assert_succeeded(output, ["pin_analytics"])
        held = {key: row for key, row in sim.expected("pin_analytics").items() if key[0] not in gone}
        assert_same("pin_analytics", output.records["pin_analytics"], held)
        assert output.states["pin_analytics"] == before.states["pin_analytics"]
