"""Simulated products, issues, audiences and businesses are as strict and as wayward as Pinterest's."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from integration_tests.simulator.lists.audience_lists import INSIGHT_TYPES
from integration_tests.simulator.world import numbering
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World

STATS = "reports/stats"
INGESTION, DISTRIBUTION = "FEED_INGESTION_ISSUES", "DISTRIBUTION_ISSUES"


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    world = World(ad_accounts=1, campaigns=1, ad_groups=1, ads=0, catalogs=3, feeds=3)
    with Simulator(world, profile="ample", max_url_length=20_000) as simulator:
        yield simulator


def refused(answer: Any) -> tuple[int, int]:
    return answer.status_code, answer.json()["code"]


def stats(catalog_type: str = "RETAIL", **report: str) -> str:
    return json.dumps({"catalog_type": catalog_type, "report": {"report_type": DISTRIBUTION, **report}})


def test_what_pinterest_refuses_is_refused(api: Client) -> None:
    for operation, change in [
        ("audience_insights/get", {"audience_insight_type": None}),
        ("audience_insights/get", {"audience_insight_type": "EVERYBODY"}),
        ("audience_insights/get", {"page_size": 250}),
        ("conversion_eqs/list", {"lookback_period": None}),
        ("conversion_eqs/list", {"lookback_period": "7d"}),
        ("conversion_eqs/list", {"bookmark": "x"}),
        ("advertiser_defined_events/get", {"page_size": 250}),
        ("labels/list", {"entity_statuses": "PAUSED"}),
        ("labels/list", {"label_ids": list(range(1, 252))}),
        ("customer_segment/list", {"entity_statuses": "ACTIVE"}),
        ("targeting_template/list", {"include_sizing": "yes"}),
        ("country_keywords_metrics/get", {"country_code": None}),
        ("country_keywords_metrics/get", {"country_code": "USA"}),
        ("country_keywords_metrics/get", {"keywords": None}),
        ("country_keywords_metrics/get", {"keywords": "a,,b"}),
        ("country_keywords_metrics/get", {"keywords": ",".join(map(str, range(2_001)))}),
        ("catalogs_product_groups/product_counts_get", {"page_size": 250}),
        ("items_issues/list", {"item_validation_issue": "SPAM"}),
        ("items_issues/list", {"item_validation_issue": "TITLE_MISSING", "item_numbers": 1}),
        ("get/business_employers", {"start_index": 0}),
        ("get/business_members", {"business_roles": "PARTNER"}),
        ("get/business_members", {"start_index": -1}),
        ("get/business_members", {"member_ids": "1" * 501}),
        ("get/business_partners", {"partner_type": "BOTH"}),
        ("business_assets/get", {"asset_type": "BOARD"}),
        ("linked_business_accounts/get", {"page_size": 250}),
        ("followers/list", {"ad_account_id": "1"}),
        ("user_websites/get", {"ad_account_id": "1"}),
        ("user_following/get", {"feed_type": "SOME"}),
        (STATS, {"parameters": None}),
        (STATS, {"parameters": "RETAIL"}),
        (STATS, {"parameters": json.dumps({"catalog_type": "RETAIL"})}),
        (STATS, {"parameters": stats("CREATIVE_ASSETS")}),
        (STATS, {"parameters": stats("HOTEL")}),
        (STATS, {"parameters": stats(report_type="ALL_ITEMS")}),
        (STATS, {"parameters": stats(report_type=INGESTION)}),
        (STATS, {"parameters": stats(feed_id="1")}),
    ]:
        assert refused(api.call(operation, **change)) == (400, 1), (operation, change)


def test_an_object_may_come_in_brackets(api: Client) -> None:
    catalog = numbering.CATALOGS.id_of(1)
    in_brackets = {
        "parameters": None,
        "parameters[catalog_type]": "HOTEL",
        "parameters[report][report_type]": DISTRIBUTION,
        "parameters[report][catalog_id]": catalog,
    }
    found = api.call(STATS, **in_brackets).json()["items"]

    assert found == api.call(STATS, parameters=stats("HOTEL", catalog_id=catalog)).json()["items"]
    assert {issue["catalog_id"] for issue in found} == {catalog}


@pytest.mark.parametrize(
    ("parameters", "answer"),
    [
        (stats(report_type=INGESTION, feed_id="1"), (404, 4161)),
        (stats(catalog_id="1"), (404, 4184)),
    ],
)
def test_numbers_of_what_does_not_exist(api: Client, parameters: str, answer: tuple[int, int]) -> None:
    assert refused(api.call(STATS, parameters=parameters)) == answer


def test_what_does_not_exist_is_not_found(api: Client) -> None:
    assert refused(api.get("/catalogs/processing_results/1/item_issues")) == (404, 4161)
    assert api.get("/catalogs/product_groups/1/products").status_code == 404
    assert api.get("/catalogs/product_groups/1/product_counts").status_code == 404


def test_issues_of_items_are_told_of_retail_only(api: Client) -> None:
    """The second feed is of a hotel."""
    result = numbering.FEED_RESULTS.id_of(10_000)

    assert refused(api.get(f"/catalogs/processing_results/{result}/item_issues")) == (501, 4181)


@pytest.mark.parametrize("what", ["members", "partners", "assets"])
def test_other_peoples_businesses_are_closed(api: Client, what: str) -> None:
    assert refused(api.get(f"/businesses/1/{what}")) == (403, 29)


def test_each_audience_is_another(api: Client) -> None:
    found = [api.call("audience_insights/get", audience_insight_type=kind).json() for kind in INSIGHT_TYPES]

    assert [insights["type"] for insights in found] == list(INSIGHT_TYPES)
    assert len({insights["size"] for insights in found}) == len(INSIGHT_TYPES)


def test_filters_narrow_what_is_told(api: Client) -> None:
    labels = [label["status"] for label in api.call("labels/list").json()["items"]]
    events = api.call("conversion_eqs/list", source_platform="OFFLINE").json()
    members = api.call("get/business_members", business_roles="BIZ_ADMIN").json()["items"]
    rest = api.call("get/business_members", start_index=1).json()["items"]

    assert set(labels) == {"ACTIVE"}
    assert events == []
    assert [member["business_roles"] for member in members] == [["BIZ_ADMIN"]]
    assert rest == api.call("get/business_members").json()["items"][1:]


def test_labels_came_in_bundles_before() -> None:
    with Simulator(World(account_list_items=4, bundled_labels=True)) as sim, Client(sim) as api:
        found = api.call("labels/list", entity_statuses="ACTIVE,ARCHIVED").json()["items"]

    assert [len(bundle["labels"]) for bundle in found] == [2, 2]
