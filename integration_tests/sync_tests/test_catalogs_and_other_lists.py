"""Catalogs and the other lists arrive whole, in the fewest requests, and without a secret."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.simulator.lists.catalogs import PASSWORD
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.list_calls import list_calls
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import clean_environment, run_to_its_end
from integration_tests.support.syncs import read_arguments, run_sync, since_recently
from integration_tests.support.truth import LIST_KEYS

LISTS = tuple(LIST_KEYS)
CATALOGS = tuple(stream for stream in LISTS if stream.startswith("catalogs"))


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """Lists of several pages, of one, and of none."""
    world = World(
        boards=0,
        ad_accounts=3,
        campaigns=(3, 0, 1),
        ad_groups=(13, 0, 4),
        ads=0,
        keywords=(2, 1, 0),
        negative_keywords=(1, 0, 252),
        product_groups=(0, 1, 251),
        account_list_items=(251, 0, 1),
        catalogs=3,
        feeds=5,
        feed_results=(250, 0, 251, 1),
        catalog_product_groups=252,
        keyword_batches="answered",
    )
    with Simulator(world, profile="ample") as simulator:
        yield simulator


@pytest.fixture
def small() -> Iterator[Simulator]:
    with Simulator(World(boards=0, campaigns=2, ad_groups=4, ads=0)) as simulator:
        yield simulator


def test_every_list_arrives_whole_in_the_fewest_calls(sim: Simulator) -> None:
    output = run_sync(sim, LISTS)
    assert_succeeded(output, LISTS)
    assert_exact(output, sim, LISTS)
    assert not output.warnings()
    called = {operation: len(sim.calls(operation)) for operation in list_calls(sim.world)}
    assert called == list_calls(sim.world)


def test_parents_are_listed_once_in_every_status_for_all_that_need_them(small: Simulator) -> None:
    streams = ("keywords", "product_group_promotions", "ad_groups")
    output = run_sync(small, streams, config=small.config(status=["ACTIVE"]))
    assert_exact(output, small, ("keywords", "product_group_promotions"))
    assert {entry["status"] for entry in output.records["ad_groups"]} == {"ACTIVE"}
    assert len(small.calls("campaigns/list")) == len(small.calls("ad_groups/list")) == small.world.ad_accounts
    statuses = {tuple(entry.values("entity_statuses")) for entry in small.calls("ad_groups/list")}
    assert statuses == {("ACTIVE", "PAUSED", "ARCHIVED")}


# -- catalogs


def test_without_a_catalog_the_streams_are_empty_without_a_warning() -> None:
    with Simulator(World(catalogs=0)) as sim:
        output = run_sync(sim, CATALOGS)
        assert sim.calls("catalogs_product_groups/list")[0].status == 409
        assert len(sim.calls("catalogs_product_groups/list")) == 1
    assert_succeeded(output, CATALOGS)
    assert not output.warnings()
    assert not any(output.records.values())


def test_an_unapproved_merchant_is_told_what_to_do() -> None:
    code = 2626
    with Simulator(World(merchant_refusal=code)) as sim:
        output = run_sync(sim, CATALOGS)
        assert_exact(output, sim, CATALOGS[:3])
    assert_failed(output, "catalogs_product_groups", "config_error", "Business Hub", f"code {code}", "leave the stream")
    assert [output.status(stream) for stream in CATALOGS[:3]] == ["COMPLETE"] * 3


def test_a_bookmark_of_processing_results_that_leads_back_brings_the_latest_ones() -> None:
    with Simulator(World(feeds=2, feed_results=(251, 3), feed_bookmarks="first_page")) as sim:
        output = run_sync(sim, ["catalogs_feed_processing_results"])
        assert_succeeded(output, ["catalogs_feed_processing_results"])
        assert_exact(output, sim, ["catalogs_feed_processing_results"])
        assert len(sim.calls("feed_processing_results/list")) == 2 + 1


def test_a_feed_that_is_gone_is_left_out(sim: Simulator) -> None:
    gone = next(iter(sim.expected("catalogs_feeds")))[0]
    sim.after("feeds/list", 1, lambda world: world.deleted_feeds.add(gone))
    output = run_sync(sim, ["catalogs_feed_processing_results"])
    assert_succeeded(output, ["catalogs_feed_processing_results"])
    assert_exact(output, sim, ["catalogs_feed_processing_results"])
    assert gone not in {record["feed_id"] for record in output.records["catalogs_feed_processing_results"]}
    [warning] = output.warnings()
    assert f"{gone} is left out" in warning


def test_catalogs_are_read_on_behalf_of_the_configured_account(small: Simulator) -> None:
    account = small.world.account_id(1)
    output = run_sync(small, CATALOGS, config=small.config(account_id=account))
    assert_succeeded(output, CATALOGS)
    asked = [entry for entry in small.log if entry.category == "catalogs_read"]
    assert {tuple(entry.values("ad_account_id")) for entry in asked} == {(account,)}


def test_passwords_of_feeds_are_not_emitted(small: Simulator, tmp_path: Path) -> None:
    """Not even with debug logs."""
    arguments = read_arguments(tmp_path, catalog_of(["catalogs_feeds"]), since_recently(small), None)
    done = run_to_its_end(["main.py", *arguments, "--debug"], clean_environment(small.url))
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0
    assert "https://feeds.example/" in said
    assert "DEBUG" in said
    for secret in (PASSWORD, "false-url-password", "false-url-key", "reader"):
        assert secret not in said


def test_inactive_billing_profiles_and_deleted_tags_are_read(small: Simulator) -> None:
    output = run_sync(small, ("billing_profiles", "conversion_tags"))
    assert {record["status"] for record in output.records["billing_profiles"]} == {"VALID", "DELETED"}
    assert [entry.query for entry in small.calls("conversion_tags/list")] == [[], []]
