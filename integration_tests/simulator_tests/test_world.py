"""The simulated world is the same every time, as large as told, with records like Pinterest's."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration_tests.simulator_tests.small_worlds import CAMPAIGN, NOW, items, small_world
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator
from integration_tests.support.truth import (
    AUDIENCE_KEYS,
    CATALOG_ITEM_KEYS,
    LIST_KEYS,
    ORGANISATION_KEYS,
    PRIMARY_KEYS,
    RESOURCE_KEYS,
)

OTHER_KEYS = {**LIST_KEYS, **AUDIENCE_KEYS, **CATALOG_ITEM_KEYS, **ORGANISATION_KEYS, **RESOURCE_KEYS}
"""Their sizes are asked for where they are tested."""
ALIKE_EVERYWHERE = {"ad_account_countries", "delivery_metrics"}


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(small_world(campaigns=(10, 0), ad_groups=(12, 0), ads=(300, 0)), profile="ample") as simulator:
        yield simulator


# -- sizes


def test_sizes_are_exact_and_may_differ_from_parent_to_parent() -> None:
    world = small_world(
        boards=4,
        sections_per_board=(0, 2),
        pins_per_board=(3, 0),
        pins_per_section=(1, 4),
        ad_accounts=3,
        campaigns=(5, 0, 1),
        ad_groups=2,
        ads=7,
    )
    counted = {
        stream: len(world.expected(stream))
        for stream in PRIMARY_KEYS
        if "analytics" not in stream and "top" not in stream and stream not in OTHER_KEYS
    }

    assert counted == {
        "boards": 4,
        "board_sections": 4,
        "board_pins": 3 + 5 + 3 + 5,
        "board_section_pins": 10,
        "pins": 16,
        "user_account": 1,
        "ad_accounts": 3,
        "campaigns": 6,
        "ad_groups": 6,
        "ads": 21,
    }


def test_board_pins_contain_section_pins_or_not() -> None:
    with_sections = small_world().expected("board_pins")
    without = small_world(section_pins_listed_by_board=False).expected("board_pins")
    in_sections = small_world().expected("board_section_pins")

    assert {key[1] for key in with_sections} - {key[1] for key in without} == {key[2] for key in in_sections}


def test_a_huge_world_costs_nothing_until_it_is_asked() -> None:
    began = time.process_time()
    world = small_world(boards=1_000, pins_per_board=100_000, ad_accounts=50, campaigns=100_000)
    with Simulator(world, profile="ample") as sim, Client(sim) as api:
        assert len(api.get("/boards", {"page_size": 250}).json()["items"]) == 250

    assert time.process_time() - began < 1


# -- records


def test_one_seed_is_one_world_and_another_is_another() -> None:
    for stream in PRIMARY_KEYS:
        assert small_world().expected(stream) == small_world().expected(stream)
        is_another = small_world(seed=2).expected(stream) != small_world().expected(stream)
        assert is_another is (stream not in ALIKE_EVERYWHERE)


def test_ids_look_like_pinterests(sim: Simulator) -> None:
    pins = {len(key[1]) for key in sim.expected("board_pins")}

    assert pins == {18, 19}
    assert all(len(key[0]) == 12 and key[0].startswith("549") for key in sim.expected("ad_accounts"))


def test_a_third_of_the_entities_is_archived_and_they_still_have_rows() -> None:
    world = small_world(campaigns=100)
    statuses = {key[0]: record["status"] for key, record in world.expected("campaigns").items()}
    with_rows = {key[0] for key in world.expected("campaign_analytics")}

    assert Counter(statuses.values()) == {"ACTIVE": 100, "ARCHIVED": 60, "PAUSED": 40}
    assert {statuses[campaign] for campaign in with_rows} == {"ACTIVE", "ARCHIVED", "PAUSED"}


def test_archived_entities_are_listed_only_when_asked_for(sim: Simulator, api: Client) -> None:
    path = f"/ad_accounts/{sim.world.account_id(0)}/campaigns"

    assert {campaign["status"] for campaign in items(api, path)} == {"ACTIVE", "PAUSED"}
    assert {campaign["status"] for campaign in items(api, path, entity_statuses="ARCHIVED")} == {"ARCHIVED"}


def test_entities_left_alone_for_years_have_recent_rows() -> None:
    world = small_world()
    a_year_ago = (NOW - timedelta(days=365)).timestamp()
    old = {key[0] for key, record in world.expected("campaigns").items() if record["updated_time"] < a_year_ago}

    assert old & {key[0] for key in world.expected("campaign_analytics", start=world.today)}


def test_some_entities_and_days_have_no_rows() -> None:
    world = small_world()
    rows = Counter(key[0] for key in world.expected("campaign_analytics"))

    assert len(rows) < len(world.expected("campaigns"))
    assert max(rows.values()) < 90


def test_shared_accounts_are_listed_unless_left_out(api: Client) -> None:
    everything, own = api.get("/ad_accounts"), api.get("/ad_accounts", {"include_shared_accounts": "false"})

    assert [account["permissions"] == ["OWNER"] for account in everything.json()["items"]] == [True, False]
    assert own.json()["items"] == everything.json()["items"][:1]


def test_lists_filter_by_id_and_by_parent(sim: Simulator, api: Client) -> None:
    path = f"/ad_accounts/{sim.world.account_id(0)}"
    every = {"entity_statuses": "ACTIVE,PAUSED,ARCHIVED"}
    groups = items(api, f"{path}/ad_groups", **every)
    ads = items(api, f"{path}/ads", **every)
    group = groups[1]

    assert items(api, f"{path}/ad_groups", **every, ad_group_ids=group["id"]) == [group]
    of_group = [ad for ad in ads if ad["ad_group_id"] == group["id"]]
    assert items(api, f"{path}/ads", **every, ad_group_ids=group["id"]) == of_group != []
    of_campaign = [ad for ad in ads if ad["campaign_id"] == group["campaign_id"]]
    assert items(api, f"{path}/ads", **every, campaign_ids=group["campaign_id"]) == of_campaign != of_group


def test_order_is_by_id(sim: Simulator, api: Client) -> None:
    path = f"/ad_accounts/{sim.world.account_id(0)}/ads"
    ascending = items(api, path, order="ASCENDING")

    assert ascending == sorted(ascending, key=lambda ad: int(ad["id"]))
    assert items(api, path, order="DESCENDING") == ascending[::-1]


def test_boards_and_pins_filter(api: Client) -> None:
    boards = items(api, "/boards")
    pins = f"/boards/{boards[0]['id']}/pins"

    assert items(api, "/boards", privacy="PROTECTED") == [board for board in boards if board["privacy"] == "PROTECTED"]
    assert {pin["creative_type"] for pin in items(api, pins, creative_types=["VIDEO", "IDEA"])} == {"VIDEO", "IDEA"}
    assert items(api, pins)[0]["pin_metrics"] is None
    assert items(api, pins, pin_metrics="true")[0]["pin_metrics"]["lifetime_metrics"]


# -- what happens to the world


def test_an_edit_shows_in_the_list() -> None:
    world = small_world()
    account, campaign = world.account_id(0), world.entity_id(CAMPAIGN, 0, 0)
    at = int(NOW.timestamp())
    with Simulator(world, profile="ample") as sim, Client(sim) as api:
        world.edit(account, "campaigns", campaign, at, status="ARCHIVED", name="Renamed")
        listed = items(api, f"/ad_accounts/{account}/campaigns", entity_statuses="ARCHIVED")

    assert listed[0] | {"id": campaign, "updated_time": at, "name": "Renamed", "status": "ARCHIVED"} == listed[0]
    with pytest.raises(KeyError):
        world.edit(account, "campaigns", "1", at)


def test_something_can_happen_right_after_a_certain_call() -> None:
    world = small_world(campaigns=60)
    account, campaign = world.account_id(0), world.entity_id(CAMPAIGN, 0, 0)
    with Simulator(world, profile="ample") as sim, Client(sim) as api:
        sim.after("campaigns/list", 2, lambda world: world.edit(account, "campaigns", campaign, 1))
        seen = [api.get(f"/ad_accounts/{account}/campaigns").json()["items"][0]["updated_time"] for _ in range(3)]

    assert seen[0] == seen[1] != 1
    assert seen[2] == 1
