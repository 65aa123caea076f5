"""A sync holds every record once, though a list grows while it is paged."""

from datetime import timedelta

from integration_tests.simulator.faults.alterations import items_moved_by_one
from integration_tests.simulator.server.request_log import Entry
from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

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
READ = (
    *("ad_accounts", "audiences", "campaigns", "campaign_analytics", "ad_group_analytics", "ad_account_analytics"),
    *("keywords", "product_group_promotions"),
    *("boards", "board_sections", "board_pins", "board_section_pins", "pins", "pin_analytics"),
    *("catalogs_product_group_products", "catalogs_feed_item_issues", "catalogs_distribution_stats", "followers"),
)


def test_an_item_on_two_pages_is_one_item() -> None:
    world = World(boards=3, pins_per_board=3, sections_per_board=3, ad_accounts=3, campaigns=5, ad_groups=3)
    world.catalog_products = world.item_issues = world.connections = 5
    world.first_day = world.today - timedelta(days=4)
    with Simulator(world, page_cap=2, profile="ample") as sim:
        for operation in PAGED:
            sim.alter(operation, items_moved_by_one())
        output = run_sync(sim, READ)
        assert_succeeded(output, READ)
        assert_exact(output, sim, READ)


def test_a_key_that_comes_twice_in_a_list_without_pages_is_warned_of() -> None:
    """An exact copy is dropped. Of two items that differ, none is lost where the destination appends."""
    stream = "advertiser_defined_events"
    with Simulator(World(boards=0, ad_accounts=1)) as sim:
        first, *_ = sim.expected(stream).values()

        def doubled(_: Entry, page: Record) -> Record:
            event = page["items"][0]
            return {**page, "items": [*page["items"], event, {**event, "mapped_conversion_type": "ANOTHER"}]}

        sim.alter("advertiser_defined_events/get", doubled)
        output = run_sync(sim, [stream], destination="append")
        assert_succeeded(output, [stream])
        assert len(output.records[stream]) == len(sim.expected(stream)) + 1
        [warning] = output.warnings()
        assert f"several items with the same name, such as {first['name']}" in warning
