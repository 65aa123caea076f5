"""Products, and the issues of feeds and catalogs, arrive whole, in the fewest requests."""

from collections.abc import Iterator

import pytest

from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.list_calls import catalog_item_calls
from integration_tests.support.operations import OPERATIONS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth import CATALOG_ITEM_KEYS

STREAMS = tuple(CATALOG_ITEM_KEYS)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A catalog of each kind, with feeds of no result, of one and of several."""
    world = World(
        boards=0,
        ad_accounts=2,
        campaigns=0,
        ad_groups=0,
        ads=0,
        catalogs=3,
        feeds=7,
        feed_results=(251, 1, 2, 0),
        catalog_product_groups=5,
        catalog_products=(251, 0, 2),
        item_issues=251,
    )
    with Simulator(world) as simulator:
        yield simulator


@pytest.fixture
def small() -> Iterator[Simulator]:
    with Simulator(World(boards=0, ad_accounts=2, campaigns=0, ad_groups=0, ads=0)) as simulator:
        yield simulator


def test_everything_arrives_whole_in_the_fewest_calls(sim: Simulator) -> None:
    output = run_sync(sim, STREAMS)
    assert_succeeded(output, STREAMS)
    assert_exact(output, sim, STREAMS)
    assert not output.warnings()
    formulas = catalog_item_calls(sim.world)
    assert {operation: len(sim.calls(operation)) for operation in formulas} == formulas


def test_without_a_catalog_the_streams_are_empty_without_a_warning() -> None:
    with Simulator(World(catalogs=0)) as sim:
        output = run_sync(sim, STREAMS)
    assert_succeeded(output, STREAMS)
    assert not output.warnings()
    assert not any(output.records.values())


def test_a_catalog_that_vanishes_meanwhile_leaves_nothing_to_count(small: Simulator) -> None:
    small.after("catalogs_product_groups/list", 1, lambda world: setattr(world, "catalogs", 0))
    output = run_sync(small, ["catalogs_product_group_counts"])
    assert_succeeded(output, ["catalogs_product_group_counts"])
    assert {entry.status for entry in small.calls(OPERATIONS["catalogs_product_group_counts"])} == {409}


def test_items_of_catalogs_are_read_for_each_owner_if_chosen(small: Simulator) -> None:
    output = run_sync(small, STREAMS, config=small.config(organic_per_ad_account=True))
    assert_succeeded(output, STREAMS)
    accounts = {small.world.account_id(account) for account in range(2)}
    for stream in STREAMS:
        whole = small.expected(stream)
        for account in accounts:
            theirs = [record for record in output.records[stream] if record["ad_account_id"] == account]
            assert len(theirs) == len(whole) > 0, (stream, account)
