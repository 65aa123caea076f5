"""The simulated lists are the truth page by page, and as strict and as wayward as Pinterest's."""

from collections.abc import Iterator
from typing import Any

import pytest

from integration_tests.simulator import Kind
from integration_tests.simulator.lists.ad_group_lists import KeywordBatches
from integration_tests.simulator.lists.catalogs import FeedBookmarks
from integration_tests.support.api_client import Client, legal_calls
from integration_tests.support.operations import OPERATIONS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.truth import LIST_KEYS, PRIMARY_KEYS
from integration_tests.support.truth.lists import OF_AN_ACCOUNT


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(
        World(
            ad_accounts=1, campaigns=2, ad_groups=3, catalogs=2, feeds=3, feed_results=251, keyword_batches="answered"
        ),
        profile="ample",
    ) as simulator:
        yield simulator


def ids(answer: Any) -> list[str]:
    return [item["id"] for item in answer.json()["items"]]


def refused(answer: Any) -> tuple[int, int]:
    return answer.status_code, answer.json()["code"]


def test_a_plain_list_serves_the_truth(sim: Simulator, api: Client) -> None:
    for stream in OF_AN_ACCOUNT:
        served = api.call(OPERATIONS[stream]).json()["items"]

        stamped = [{**item, "ad_account_id": sim.world.account_id(0)} for item in served]
        assert stamped == list(sim.world.records(stream)), stream


def test_sizes_are_exact() -> None:
    world = World(
        ad_accounts=2,
        campaigns=3,
        ad_groups=(2, 0),
        keywords=(5, 1),
        negative_keywords=2,
        product_groups=4,
        account_list_items=(7, 0),
        catalogs=2,
        feeds=3,
        feed_results=(1, 300),
        catalog_product_groups=9,
    )

    assert {stream: len(world.expected(stream)) for stream in LIST_KEYS} == {
        **dict.fromkeys(OF_AN_ACCOUNT, 7),
        "catalogs": 2,
        "catalogs_feeds": 3,
        "catalogs_feed_processing_results": 1 + 300 + 1,
        "catalogs_product_groups": 9,
        "keywords": 6 + 2 * (1 + 3) * 2,
        "product_group_promotions": 8,
    }


def test_keywords_and_product_groups_have_the_ids_that_reports_show(sim: Simulator) -> None:
    shown = {str(row["PRODUCT_GROUP_ID"]) for row in sim.world.records("product_group_report")}

    assert shown <= {key[0] for key in sim.expected("product_group_promotions")}


def test_what_pinterest_refuses_is_refused(api: Client) -> None:
    for operation, change in [
        ("conversion_tags/list", {"page_size": 250}),
        ("conversion_tags/list", {"bookmark": "x"}),
        ("billing_profiles/get", {"is_active": None}),
        ("billing_profiles/get", {"is_active": "False"}),
        ("billing_invoices/get", {"start_due_date": "yesterday"}),
        ("audiences/list", {"ownership_type": "SHARED"}),
        ("keywords/get", {"ad_group_ids": list(range(1, 252))}),
        ("keywords/get", {"campaign_id": "1"}),
        ("keywords/get", {"match_types": ["BROAD"] * 6}),
        ("keywords/get", {"page_size": 251}),
        ("product_group_promotions/list", {"ad_group_id": None}),
        ("product_group_promotions/list", {"entity_statuses": "RUNNING"}),
        ("catalogs_product_groups/list", {"id": ",".join(map(str, range(1001)))}),
        ("catalogs/list", {"order": "ASCENDING"}),
    ]:
        assert refused(api.call(operation, **change)) == (400, 1), (operation, change)


def test_filters_narrow_a_list(sim: Simulator, api: Client) -> None:
    catalogs = ids(api.call("catalogs/list"))
    of_the_first = ids(api.call("feeds/list", catalog_id=catalogs[0]))
    groups = ids(api.call("catalogs_product_groups/list"))
    promotions = ids(api.call("product_group_promotions/list", entity_statuses=["ACTIVE", "PAUSED", "ARCHIVED"]))

    assert len(of_the_first) == 2
    assert set(of_the_first) < set(ids(api.call("feeds/list")))
    assert ids(api.call("catalogs_product_groups/list", id=groups[1])) == groups[1:]
    assert ids(api.call("audiences/list", order="DESCENDING")) == ids(api.call("audiences/list"))[::-1]
    assert ids(api.call("audiences/list", ownership_type="RECEIVED")) == []
    assert len(ids(api.call("billing_profiles/get", is_active="true"))) == 1
    by_id = {"ad_group_id": None, "product_group_promotion_ids": promotions[:1]}
    assert ids(api.call("product_group_promotions/list", **by_id, entity_statuses="ACTIVE")) == promotions[:1]
    keywords = api.call("keywords/get", match_types="PHRASE").json()["items"]
    assert {keyword["match_type"] for keyword in keywords} == {"PHRASE"}
    assert len(keywords) == sim.world.count(Kind.AD_GROUPS, 0)


@pytest.mark.parametrize("leads_to", FeedBookmarks)
def test_the_last_bookmark_of_processing_results_leads_to_nothing_new(leads_to: FeedBookmarks) -> None:
    with Simulator(World(feed_results=251, feed_bookmarks=leads_to)) as sim, Client(sim) as api:
        pages = [api.call("feed_processing_results/list", page_size=250).json()]
        while pages[-1]["items"] not in ([], *[page["items"] for page in pages[:-1]]):
            bookmark = pages[-1]["bookmark"]
            pages.append(api.call("feed_processing_results/list", page_size=250, bookmark=bookmark).json())

    sizes = {FeedBookmarks.EMPTY_PAGE: [250, 1, 0], FeedBookmarks.FIRST_PAGE: [250, 250]}
    assert [len(page["items"]) for page in pages] == sizes[leads_to]


def test_a_feed_that_is_not_there_is_not_found(sim: Simulator, api: Client) -> None:
    path, _ = legal_calls(sim.world)["feed_processing_results/list"]

    assert refused(api.get(path.replace("26", "27"))) == (404, 4161)


@pytest.mark.parametrize(
    ("world", "answer"),
    [(World(catalogs=0), (409, 4182)), (World(merchant_refusal=2625), (403, 2625))],
    ids=["no catalog", "disapproved"],
)
def test_product_groups_need_a_catalog_and_an_approved_merchant(world: World, answer: tuple[int, int]) -> None:
    with Simulator(world) as sim, Client(sim) as api:
        assert refused(api.call("catalogs_product_groups/list")) == answer


def test_entities_of_nobody_are_not_found(api: Client) -> None:
    for operation in ("keywords/get", "product_group_promotions/list"):
        answer = api.call(operation, ad_group_ids=None, ad_group_id="1")
        assert refused(answer) == (404, 404)


@pytest.mark.parametrize(
    ("mode", "parents"),
    [
        (KeywordBatches.ANSWERED, ["group 0", "group 0", "group 1", "group 1", "group 2", "group 2"]),
        (KeywordBatches.IGNORED, ["account"]),
        (KeywordBatches.LAST_ONE, ["group 2", "group 2"]),
        (KeywordBatches.CAMPAIGNS_TOO, ["group 0", "group 0", "campaign", "group 1", "group 1", "campaign", "group 2"]),
    ],
)
def test_batches_of_keywords_go_wrong_as_told(mode: KeywordBatches, parents: list[str]) -> None:
    world = World(ad_accounts=1, ad_groups=3, campaigns=1, keyword_batches=mode)
    names = {world.account_id(0): "account", world.entity_id(Kind.CAMPAIGNS, 0, 0): "campaign"}
    names |= {world.entity_id(Kind.AD_GROUPS, 0, index): f"group {index}" for index in range(3)}
    with Simulator(world) as sim, Client(sim) as api:
        found = api.call("keywords/get").json()["items"]

    assert [names[keyword["parent_id"]] for keyword in found][: len(parents)] == parents


@pytest.mark.parametrize(
    ("mode", "status"),
    [(KeywordBatches.REJECTED, 400), (KeywordBatches.UNAUTHORIZED, 401), (KeywordBatches.REFUSED, 403)],
)
def test_batches_of_keywords_are_refused_as_told(mode: KeywordBatches, status: int) -> None:
    with Simulator(World(keyword_batches=mode)) as sim, Client(sim) as api:
        assert api.call("keywords/get").status_code == status
        assert api.call("keywords/get", ad_group_ids=None).status_code == 200


def test_every_list_is_a_stream_with_a_key() -> None:
    assert {stream: PRIMARY_KEYS[stream] for stream in LIST_KEYS} == dict(LIST_KEYS)
