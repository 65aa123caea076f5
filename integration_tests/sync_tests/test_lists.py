"""Lists, dictionaries and trends arrive whole, and without a secret."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from integration_tests.simulator import Fault, Kind
from integration_tests.simulator.lists.catalogs import PASSWORD
from integration_tests.simulator.resources import NAMELESS
from integration_tests.simulator.trends import TYPES as TREND_TYPES
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.expected_records.analytics import TARGETING_KEYS
from integration_tests.support.expected_records.lists import CATALOG_ITEM_KEYS, LIST_KEYS, ORGANISATION_KEYS
from integration_tests.support.expected_records.resources import RESOURCE_KEYS
from integration_tests.support.operations import OPERATIONS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import clean_environment, run_to_its_end
from integration_tests.support.syncs import read_arguments, run_sync, since_recently
from integration_tests.support.worlds import simulated
from source_pinterest.streams.resources.targeting_options import ACCOUNT_TYPES

CATALOGS = tuple(stream for stream in LIST_KEYS if stream.startswith("catalogs"))
CATALOG_ITEMS = tuple(CATALOG_ITEM_KEYS)
small = simulated(lambda: World(boards=0, campaigns=2, ad_groups=4, ads=0))


def test_if_employers_cannot_be_listed_the_records_of_the_users_own_business_come() -> None:
    with Simulator(World(boards=1, ad_accounts=1, employers=2)) as sim:
        sim.add_fault(Fault("503", on="get/business_employers", times=None))
        output = run_sync(sim, ORGANISATION_KEYS, config=sim.config(max_retries=0))
        own = next(iter(sim.expected("user_account")))[0]
    incomplete = {name for name in ORGANISATION_KEYS if output.status(name) == "INCOMPLETE"}
    assert incomplete == {name for name in ORGANISATION_KEYS if name.startswith("business")}
    for stream in incomplete - {"business_employers"}:
        assert {record["business_id"] for record in output.records[stream]} == {own}


def test_pins_of_boards_of_every_privacy_come_with_their_totals_if_wanted() -> None:
    streams = ["pins", "board_pins", "board_section_pins"]
    with Simulator(World(boards=4, pins_per_board=6, sections_per_board=1, pins_per_section=2)) as sim:
        output = run_sync(sim, streams, config=sim.config(pin_metrics=True))
        assert {record["id"] for record in output.records["pins"]} == {pin for (pin,) in sim.expected("pins")}
    assert_succeeded(output, streams)
    for stream in streams[:2]:
        assert all(record["pin_metrics"]["lifetime_metrics"] for record in output.records[stream])


def test_a_ranking_begins_with_the_start_date() -> None:
    streams = ("top_pins", "top_video_pins")
    with Simulator(World(boards=2), profile="ample") as sim:
        start = sim.world.today - timedelta(days=10)
        output = run_sync(sim, streams, config=sim.config(start_date=str(start)))
        assert_exact(output, sim, streams, start=start)
        assert {one for call in sim.calls("user_account/analytics/top_pins") for one in call.values("num_of_pins")} == {
            "50"
        }


def test_rankings_name_the_pins_that_pass_the_chosen_filters() -> None:
    streams = ("top_pins", "top_video_pins")
    filters = {"pin_format": "ORGANIC_VIDEO", "source": "YOUR_PINS", "from_claimed_content": "CLAIMED"}
    with Simulator(World(boards=2), profile="ample") as sim:
        output = run_sync(sim, streams, config=sim.config(top_pins_filters=filters))
        assert_exact(output, sim, streams, filters=filters)
        for stream in streams:
            assert 0 < len(output.records[stream]) < len(sim.expected(stream))


def test_trends_are_those_of_the_chosen_regions(small: Simulator) -> None:
    chosen = ["GB+IE", "DE+AT+CH"]
    streams = [stream for stream in RESOURCE_KEYS if "trend" in stream]
    output = run_sync(small, streams, config=small.config(trend_regions=chosen))
    assert_succeeded(output, streams)
    for stream in streams:
        wanted = set(chosen) if "keyword" in stream else {"GB+IE"}
        assert {record["region"] for record in output.records[stream]} == wanted
    assert not small.calls("ad_accounts/list")
    made = len(small.calls("trending_keywords/list"))
    assert made == 2 * len(chosen) * len(TREND_TYPES), "once for each stream of keywords"


def test_every_targeting_value_but_one_has_a_name() -> None:
    """At the levels whose types Pinterest has options of: QUIZ_RESULT, which only ads have, has none."""
    levels = ("ad_account_targeting_analytics", "campaign_targeting_analytics", "ad_group_targeting_analytics")
    assert set(levels) < set(TARGETING_KEYS)
    with Simulator(World(boards=0, campaigns=1, ad_groups=1, ads=1)) as sim:
        today = sim.config(start_date=str(sim.world.today), analytics_columns=["SPEND_IN_DOLLAR"])
        output = run_sync(sim, (*levels, "targeting_options"), config=today)
    assert_succeeded(output, (*levels, "targeting_options"))
    names = {(row["targeting_type"], row["id"]): row["name"] for row in output.records["targeting_options"]}
    assert len(names) == len(output.records["targeting_options"])
    values = {(row["TARGETING_TYPE"], row["TARGETING_VALUE"]) for level in levels for row in output.records[level]}

    assert len({targeting_type for targeting_type, _ in values}) == 14
    assert {value for value in values if not names.get(value)} == {("GEO", NAMELESS)}
    assert names["PINNER_INTEREST", "903733943146"] == "Animals"
    assert names["COUNTRY", "US"] == "United States"


def test_without_a_catalog_the_streams_are_empty_without_a_warning() -> None:
    streams = (*CATALOGS, *CATALOG_ITEMS)
    with Simulator(World(catalogs=0)) as sim:
        output = run_sync(sim, streams)
        assert [call.status for call in sim.calls("catalogs_product_groups/list")] == [409]
    assert_succeeded(output, streams)
    assert not output.warnings()
    assert not any(output.records.values())


def test_a_catalog_that_vanishes_meanwhile_leaves_nothing_to_count(small: Simulator) -> None:
    small.after("catalogs_product_groups/list", 1, lambda world: setattr(world, "catalogs", 0))
    output = run_sync(small, ["catalogs_product_group_counts"])
    assert_succeeded(output, ["catalogs_product_group_counts"])
    assert {entry.status for entry in small.calls(OPERATIONS["catalogs_product_group_counts"])} == {409}


def test_issues_are_requested_in_json_if_brackets_are_rejected() -> None:
    stream, stats = "catalogs_feed_ingestion_stats", "reports/stats"
    with Simulator(World(catalogs=2, feeds=2)) as sim:
        sim.add_fault(Fault("account_rejected_400", on=stats))
        output = run_sync(sim, [stream], config=sim.config(num_workers=1))
        assert_succeeded(output, [stream])
        assert_exact(output, sim, [stream])
        assert [bool(call.values("parameters")) for call in sim.calls(stats)] == [False, True, True]
        sim.add_fault(Fault("account_rejected_400", on=stats, times=None))
        assert_failed(run_sync(sim, [stream], config=sim.config(num_workers=1)), stream, "system_error")


def test_keywords_with_a_comma_or_without_a_country_are_skipped_with_a_warning(small: Simulator) -> None:
    stream = "keyword_metrics"
    small.alter("keywords/get", lambda _, page: {**page, "items": [{**one, "value": "a, b"} for one in page["items"]]})
    output = run_sync(small, [stream])
    assert_succeeded(output, [stream])
    assert any("'a, b', are skipped" in text for text in output.warnings())
    small.clear_alterations()
    small.alter(
        "ad_accounts/list", lambda _, page: {**page, "items": [{**one, "country": None} for one in page["items"]]}
    )
    output = run_sync(small, [stream])
    assert_succeeded(output, [stream])
    assert any("names no country for ad account" in text for text in output.warnings())
    assert not small.calls("country_keywords_metrics/get")


@pytest.mark.parametrize("rejected", [["GEO"], list(ACCOUNT_TYPES)])
def test_targeting_types_that_pinterest_rejects_cost_themselves_alone(rejected: list[str]) -> None:
    stream, get = "targeting_options", "targeting_options/get"
    with Simulator(World(ad_accounts=2)) as sim:
        sim.add_faults([Fault("forbidden", on=get, path=kind, times=None) for kind in rejected])
        output = run_sync(sim, [stream])
        assert_succeeded(output, [stream])
        whole = {key for key, record in sim.expected(stream).items() if record["option_type"] not in rejected}
        assert {(row["targeting_type"], row["id"]) for row in output.records[stream]} == whole
        assert [kind for kind in rejected if not any(kind in text for text in output.warnings())] == []


def test_interests_that_pinterest_rejects_keep_their_names() -> None:
    with Simulator(World(ad_accounts=1), faults=[Fault("gone", on="interest_targeting_options/get", times=5)]) as sim:
        output = run_sync(sim, ["targeting_options"])
        assert_succeeded(output, ["targeting_options"])
        assert {(row["targeting_type"], row["id"], row["name"]) for row in output.records["targeting_options"]} == {
            (*key, record["name"]) for key, record in sim.expected("targeting_options").items()
        }
        assert any("interests lack their level, parent or name" in text for text in output.warnings())


def test_an_unapproved_merchant_reads_what_to_do() -> None:
    code = 2626
    with Simulator(World(merchant_rejection=code)) as sim:
        output = run_sync(sim, CATALOGS)
        assert_exact(output, sim, CATALOGS[:3])
    assert_failed(output, "catalogs_product_groups", "config_error", "Business Hub", f"code {code}", "leave the stream")
    assert [output.status(stream) for stream in CATALOGS[:3]] == ["COMPLETE"] * 3


def test_a_feed_without_a_processing_result_is_skipped_and_the_others_are_read() -> None:
    streams = ("catalogs_feed_processing_results", "catalogs_feed_item_issues")
    with Simulator(World(feeds=3, feed_results=(3, 0, 1), rejects_empty_feeds=True)) as sim:
        output = run_sync(sim, streams)
        assert_succeeded(output, streams)
        assert_exact(output, sim, streams)
        empty = [key for (key,) in sim.expected("catalogs_feeds")][1]
    results = output.records["catalogs_feed_processing_results"]
    assert [one["product_counts"] for one in results if one["status"] == "PROCESSING"] == [{}]
    assert [text.split(".")[0] for text in output.warnings()] == [f"{stream}: {empty} is skipped" for stream in streams]


def test_a_list_that_pinterest_does_not_serve_for_the_kind_of_feed_counts_as_empty() -> None:
    streams = ("catalogs_feed_item_issues",)
    with Simulator(World(catalogs=2, feeds=2, feed_results=(1, 1))) as sim:
        output = run_sync(sim, streams)
        assert_succeeded(output, streams)
        assert_exact(output, sim, streams)
    [text] = [text for _, text in output.logs if "counts as empty" in text]
    assert re.fullmatch(r'catalogs_feed_item_issues: .* "Not implemented\." .*\)\. This list counts as empty\.', text)


def test_a_pin_that_two_pages_have_comes_once() -> None:
    with Simulator(World(boards=1, pins_per_board=7, sections_per_board=0), page_cap=3) as sim:
        output = run_sync(sim, ["pins"])
        assert_succeeded(output, ["pins"])
        assert_exact(output, sim, ["pins"])
        assert len(sim.calls("pins/list")) == 5, "pages of 3, each with 2 of the one before"


def test_catalogs_are_read_on_behalf_of_the_configured_account(small: Simulator) -> None:
    """An account that is one of several to read is not."""
    account = small.world.account_id(1)
    for options, named in (({"account_id": account}, (account,)), ({"account_ids": [account]}, ())):
        small.log.clear()
        assert_succeeded(run_sync(small, CATALOGS, config=small.config(**options)), CATALOGS)
        asked = [entry for entry in small.log if entry.category == "catalogs_read"]
        assert {tuple(entry.values("ad_account_id")) for entry in asked} == {named}


def test_items_of_catalogs_are_read_for_each_owner_if_chosen(small: Simulator) -> None:
    output = run_sync(small, CATALOG_ITEMS, config=small.config(organic_per_ad_account=True))
    assert_succeeded(output, CATALOG_ITEMS)
    for stream in CATALOG_ITEMS:
        for account in map(small.world.account_id, range(small.world.ad_accounts)):
            theirs = [record for record in output.records[stream] if record["ad_account_id"] == account]
            assert len(theirs) == len(small.expected(stream)) > 0, (stream, account)


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


KEYWORDS, PROMOTIONS = "keywords/get", "product_group_promotions/list"


def test_an_ad_group_that_is_deleted_meanwhile_is_passed_over() -> None:
    """A single account, whose list is requested first: no call of an ad group can come before the deletion."""
    streams = {"keywords": (KEYWORDS, "parent_id"), "product_group_promotions": (PROMOTIONS, "ad_group_id")}
    with Simulator(World(ad_accounts=1, boards=0, campaigns=2, ad_groups=4, ads=0)) as sim:
        ad_group = sim.world.entity_id(Kind.AD_GROUPS, 0, 1)
        wanted = {
            stream: {key for key, record in sim.expected(stream).items() if record[owner] != ad_group}
            for stream, (_, owner) in streams.items()
        }
        sim.after("ad_groups/list", 1, lambda world: world.deleted_entities.add(ad_group))
        output = run_sync(sim, streams)
        assert_succeeded(output, streams)
        for stream, (operation, _) in streams.items():
            assert wanted[stream]
            assert {(record["id"],) for record in output.records[stream]} == wanted[stream]
            answers = {call.status for call in sim.calls(operation) if ad_group in call.values("ad_group_id")}
            assert answers == {404}, "it was requested, and was gone"
            [warning] = [text for text in output.warnings() if text.startswith(f"{stream}: ")]
            assert f"ad group {ad_group} was deleted" in warning
