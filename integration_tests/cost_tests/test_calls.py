"""A sync makes the fewest requests.

The expected numbers come from the sizes of the world and Pinterest's published limits, not from the connector.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil

import pytest

from integration_tests.simulator.faults.script import DOWNLOAD
from integration_tests.support.assertions import assert_succeeded
from integration_tests.support.catalogs import ADS_ANALYTICS
from integration_tests.support.expected_records.analytics import TARGETING_KEYS
from integration_tests.support.expected_records.lists import OF_AN_ACCOUNT
from integration_tests.support.expected_records.reports import OWN_REPORT_KEYS, REPORT_KEYS
from integration_tests.support.operations import OPERATIONS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import simulated, small_world
from source_pinterest import limits
from tools.quota_table import LEVELS, POLLS_PER_REPORT, analytics_calls, list_calls, report_calls

PAGE_SIZE = 250

BOARDS, SECTIONS = "boards/list", "board_sections/list"
TRENDS = ("featured_topics", "product_categories_details", "product_categories_trending")
UNPAGED = {
    "conversion_tags/list",
    "conversion_eqs/list",
    "trending_keywords/list",
    *(f"trends_{name}/list" for name in TRENDS),
}
STATUSES = ["ACTIVE", "PAUSED", "ARCHIVED"]

SIZES: Mapping[str, int | tuple[int, ...]] = {
    "boards": 4,
    "sections_per_board": (1, 0, 1, 0),
    "pins_per_board": (251, 0, 0, 1),
    "pins_per_section": (1, 250),
    "ad_accounts": 3,
    "campaigns": (11, 0, 1),
    "ad_groups": (15, 5, 0),
    "ads": (251, 0, 250),
    "account_list_items": (251, 0, 1),
    "employers": 3,
    "connections": 251,
    "catalogs": 3,
    "feeds": 7,
    "feed_results": (251, 1, 2, 0),
    "catalog_product_groups": 5,
    "catalog_products": (251, 0, 2),
    "item_issues": 251,
}
PARENTS_AND_CHILDREN = {
    "oauth/token": 1,
    BOARDS: 1,
    SECTIONS: 4,
    "boards/list_pins": 5,
    "board_sections/list_pins": 2,
    "ad_accounts/list": 1,
    "campaigns/list": 3,
    "ad_groups/list": 3,
    "ads/list": 4,
    # 90 days: 111 ids a request
    "ad_account/analytics": 3,
    "campaigns/analytics": 2,
    "ad_groups/analytics": 2,
    "ads/analytics": 6,
}
LISTS_OF_AN_ACCOUNT = (
    *(OPERATIONS[stream] for stream in OF_AN_ACCOUNT),
    *("customer_segment/list", "targeting_template/list", "labels/list"),
)
EVERYTHING = {
    **PARENTS_AND_CHILDREN,
    **dict.fromkeys(LISTS_OF_AN_ACCOUNT, 4),  # accounts with 251, 0 and 1 items
    "pins/list": 2,
    "multi_pins/analytics": 3,
    "pins/get": 353,  # 100 pins a request; each pin of an ad
    # Whole, in four splits, and each of two content types; each metric that pins are ranked by.
    "user_account/analytics": 7,
    "user_account/analytics/top_pins": 5,
    "user_account/analytics/top_video_pins": 9,
    "user_account/get": 1,
    # For each of three accounts: itself, three kinds of insights, two sets of days.
    "conversion_tags/list": 3,
    "audience_insights/get": 9,
    "conversion_eqs/list": 6,
    "advertiser_defined_events/get": 3,
    "country_keywords_metrics/get": 3,
    # Of keywords: 3 accounts, 12 campaigns, 20 ad groups. Of promotions: each of 20 ad groups.
    "keywords/get": 35,
    "product_group_promotions/list": 20,
    # Of the results of each feed one more than its pages: the last bookmark leads to an empty one.
    "catalogs/list": 1,
    "feeds/list": 1,
    "feed_processing_results/list": 15,
    "catalogs_product_groups/list": 1,
    "catalogs_product_group_pins/list": 7,
    "catalogs_product_groups/product_counts_get": 5,
    "items_issues/list": 8,
    "reports/stats": 14,
    # Four businesses, the user's own among them.
    "get/business_employers": 1,
    "get/business_members": 8,
    "get/business_partners": 8,
    "business_assets/get": 16,
    "linked_business_accounts/get": 1,
    "user_websites/get": 2,
    "followers/list": 2,
    "user_following/get": 2,
    "boards_user_follows/list": 2,
    # Eight types and two for each account; of four interests, the third tells of the fourth.
    "targeting_options/get": 14,
    "interest_targeting_options/get": 3,
    "ad_account_countries/get": 1,
    "delivery_metrics/get": 1,
    # Two streams of four kinds of trends in two countries of the accounts; product trends are of one of them.
    "trending_keywords/list": 16,
    **{f"trends_{name}/list": 1 for name in TRENDS},
}


def pages(records: int) -> int:
    """Calls that a list takes; an empty one takes one as well."""
    return max(1, ceil(records / PAGE_SIZE))


def calls_of(sim: Simulator) -> dict[str, int]:
    return dict(Counter(entry.operation_id for entry in sim.log))


sim = simulated(
    lambda: World(first_day=datetime.now(UTC).date(), **SIZES),
    profile="ample",
    open_betas=["multi_pins/analytics"],
)


def test_everything_is_read_in_the_fewest_requests(sim: Simulator) -> None:
    first = run_sync(sim)
    assert_succeeded(first)
    assert calls_of(sim) == EVERYTHING
    lists = [entry for entry in sim.log if "list" in entry.operation_id and entry.operation_id not in UNPAGED]
    assert {tuple(entry.values("page_size")) for entry in lists} == {("250",)}
    sim.log.clear()
    second = run_sync(sim, state=first.states)
    assert_succeeded(second)
    known = {"boards/list_pins", "board_sections/list_pins", "pins/get"}
    fewer_days = {"ads/analytics": 3}  # 34 days: 250 ids a request
    expected = {name: calls for name, calls in EVERYTHING.items() if name not in known} | fewer_days
    assert calls_of(sim) == expected


def test_parents_are_listed_once_whether_they_are_emitted_or_not(sim: Simulator) -> None:
    children = ("board_sections", "board_pins", "board_section_pins", *ADS_ANALYTICS)
    run_sync(sim, children)
    assert calls_of(sim) == PARENTS_AND_CHILDREN


@pytest.mark.parametrize(
    ("stream", "parents"),
    [
        ("board_section_pins", {BOARDS, SECTIONS}),
        ("ad_account_analytics", {"ad_accounts/list"}),
        ("ad_analytics", {"ad_accounts/list", "ads/list"}),
    ],
)
def test_a_stream_alone_calls_its_own_parents_only(stream: str, parents: set[str]) -> None:
    with Simulator(World(boards=2, pins_per_board=1)) as sim:
        run_sync(sim, [stream])
        operations = [entry.operation_id for entry in sim.log if entry.operation_id != "oauth/token"]
    assert set(operations) > parents
    assert len(set(operations)) == len(parents) + 1


def test_pinterest_filters_by_status_if_no_child_needs_the_other_ids() -> None:
    with Simulator(World(ad_accounts=1, campaigns=600)) as sim:
        wanted = sum(record["status"] == "ACTIVE" for record in sim.expected("campaigns").values())
        assert wanted not in {0, 600}
        output = run_sync(sim, ["campaigns"], config=sim.config(status=["ACTIVE"]))
        assert len(output.records["campaigns"]) == wanted
        assert len(sim.calls("campaigns/list")) == pages(wanted)
        assert {tuple(entry.values("entity_statuses")) for entry in sim.calls("campaigns/list")} == {("ACTIVE",)}


def test_pinterest_lists_every_status_where_analytics_need_the_ids() -> None:
    with Simulator(World(ad_accounts=1, campaigns=300, first_day=datetime.now(UTC).date())) as sim:
        run_sync(sim, ["campaigns", "campaign_analytics"], config=sim.config(status=["ACTIVE"], lookback_days=0))
        assert len(sim.calls("campaigns/list")) == pages(300)
        assert [sorted(entry.values("entity_statuses")) for entry in sim.calls("campaigns/list")] == [
            sorted(STATUSES),
            sorted(STATUSES),
        ]


def test_one_named_account_is_requested_alone_and_several_come_from_the_list() -> None:
    with Simulator(World(ad_accounts=3)) as sim:
        accounts = [sim.world.account_id(place) for place in (2, 0)]
        run_sync(sim, ["ad_accounts", "campaigns"], config=sim.config(account_id=accounts[0]))
        assert calls_of(sim) == {"oauth/token": 1, "ad_accounts/get": 1, "campaigns/list": 1}
        assert [entry.path_parameters["ad_account_id"] for entry in sim.calls("ad_accounts/get")] == accounts[:1]
        sim.log.clear()
        run_sync(sim, ["ad_accounts", "campaigns"], config=sim.config(account_ids=accounts))
        assert calls_of(sim) == {"oauth/token": 1, "ad_accounts/list": 1, "campaigns/list": 2}
        assert {entry.account for entry in sim.calls("campaigns/list")} == set(accounts)


ENTITIES = (2, 251, 3)
LISTS = ("campaigns", "ad_groups", "ads")


def test_a_first_sync_of_an_ad_account_takes_the_calls_of_the_table() -> None:
    campaigns, ad_groups, ads = ENTITIES
    world = World(ad_accounts=1, campaigns=campaigns, ad_groups=ad_groups, ads=ads, first_day=datetime.now(UTC).date())
    with Simulator(world) as sim:
        streams = [*LISTS, *ADS_ANALYTICS]
        assert_succeeded(run_sync(sim, streams, config=sim.config(start_date=None)), streams)
        calls = Counter(entry.operation_id for entry in sim.log)

    assert sum(calls[f"{name}/list"] for name in LISTS) == list_calls(ENTITIES)
    assert len(ADS_ANALYTICS) == len(LEVELS)
    synchronous = analytics_calls(limits.SYNC_HISTORY_DAYS + 1, levels=(1, *ENTITIES))
    assert calls["ad_account/analytics"] + sum(calls[f"{name}/analytics"] for name in LISTS) == sum(synchronous)
    reports, polls = calls["analytics/create_report"], calls["analytics/get_report"]
    assert reports * (1 + POLLS_PER_REPORT) == report_calls()
    assert polls >= reports * POLLS_PER_REPORT, "the table has the fewest"


REPORT_LEVELS, LEVELS_BY_TARGETING, CONVERSION_STREAMS, SPLITS_OF_CONVERSIONS = 7, 6, 4, 2
TARGETING_TYPES, TARGETING_TYPES_A_REPORT = 15, 5
ORDERS = {
    "analytics/create_report": REPORT_LEVELS + LEVELS_BY_TARGETING * ceil(TARGETING_TYPES / TARGETING_TYPES_A_REPORT),
    "analytics/create_mmm_report": 1,
    "analytics/create_conversion_product_report": CONVERSION_STREAMS * SPLITS_OF_CONVERSIONS,
}
"""Of an ad account, in as few days as fit into one report of each kind."""

BY_TARGETING = (
    "ad_account_targeting_analytics/get",
    "campaign_targeting_analytics/get",
    "ad_groups_targeting_analytics/get",
    "ad_targeting_analytics/get",
)
PARENTS = ("campaigns/list", "ad_groups/list", "ads/list")


def test_reports_are_created_and_polled_in_the_fewest_requests() -> None:
    # Seven days hold a Monday, on which a weekly report begins, whatever today is.
    world = small_world(days=7, campaigns=1, ad_groups=1, ads=1)
    streams = (*TARGETING_KEYS, *REPORT_KEYS, *OWN_REPORT_KEYS)
    with Simulator(world, profile="ample") as sim:
        output = run_sync(sim, streams, config=sim.config(start_date=str(world.first_day)))
        assert_succeeded(output, streams)
        made = Counter(entry.operation_id for entry in sim.log)
    for order, times in ORDERS.items():
        assert made.pop(order.replace("create", "get")) >= world.ad_accounts * times, "each is asked about"
    a_sync = {"oauth/token": 1, "ad_accounts/list": 1}
    an_account = {**ORDERS, DOWNLOAD: sum(ORDERS.values()), **dict.fromkeys((*PARENTS, *BY_TARGETING), 1)}
    assert made == a_sync | {operation: world.ad_accounts * times for operation, times in an_account.items()}
