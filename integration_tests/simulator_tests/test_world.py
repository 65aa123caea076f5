"""The simulated world is the same every time, as large as told, with records like Pinterest's."""

from collections import Counter
from datetime import timedelta

import pytest

from integration_tests.simulator_tests.small_worlds import CAMPAIGN, NOW, small_world
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.truth import LIST_KEYS, PRIMARY_KEYS
from integration_tests.support.truth.entities import ENTITY_KEYS
from integration_tests.support.truth.lists import OF_AN_ACCOUNT
from integration_tests.support.truth.organic import ORGANIC_KEYS

ALIKE_EVERYWHERE = {"ad_account_countries", "delivery_metrics"}


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
        keywords=(5, 1),
        negative_keywords=2,
        product_groups=4,
        account_list_items=(7, 0, 1),
        catalogs=2,
        feeds=3,
        feed_results=(1, 300),
        catalog_product_groups=9,
    )
    streams = [name for name in (*ORGANIC_KEYS, *ENTITY_KEYS, *LIST_KEYS) if "analytics" not in name]

    assert {name: len(world.expected(name)) for name in streams if "top_" not in name} == {
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
        "ad_pins": 3 * 6,  # two of seven ads promote the same pin
        **dict.fromkeys(OF_AN_ACCOUNT, 8),
        "catalogs": 2,
        "catalogs_feeds": 3,
        "catalogs_feed_processing_results": 1 + 300 + 1,
        "catalogs_product_groups": 9,
        "keywords": 3 * (5 + 1) + 2 * (3 + 6),
        "product_group_promotions": 24,
    }


def test_board_pins_contain_section_pins_or_not() -> None:
    with_sections = small_world().expected("board_pins")
    without = small_world(section_pins_listed_by_board=False).expected("board_pins")
    in_sections = small_world().expected("board_section_pins")

    assert {key[1] for key in with_sections} - {key[1] for key in without} == {key[2] for key in in_sections}


def test_a_huge_world_is_made_no_further_than_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr("integration_tests.simulator.organic.content.words", lambda bits: made.append(bits) or "x")
    world = small_world(boards=1_000, pins_per_board=100_000, ad_accounts=50, campaigns=100_000)
    with Simulator(world, profile="ample") as sim, Client(sim) as api:
        assert len(api.get("/boards", {"page_size": 250}).json()["items"]) == 250

    assert len(made) <= 500


# -- records


def test_one_seed_is_one_world_and_another_is_another() -> None:
    few = {"campaigns": 3, "ad_groups": 3, "ads": 3, "first_day": NOW.date() - timedelta(days=2)}
    for stream in PRIMARY_KEYS:
        expected = small_world(**few).expected(stream)

        assert small_world(**few).expected(stream) == expected, stream
        assert (small_world(**few, seed=2).expected(stream) != expected) is (stream not in ALIKE_EVERYWHERE), stream


def test_ids_look_like_pinterests_and_no_name_comes_twice() -> None:
    world = small_world(ad_accounts=13, campaigns=30, ad_groups=30, ads=30)

    assert {len(key[1]) for key in world.expected("board_pins")} == {18, 19}
    assert all(len(key[0]) == 12 and key[0].startswith("549") for key in world.expected("ad_accounts"))
    for stream in ["ad_accounts", "campaigns", "ad_groups", "ads"]:
        names = [record["name"] for record in world.records(stream) if record["name"]]
        assert len(set(names)) == len(names) >= 13, stream


def test_archived_and_old_entities_have_rows_and_some_have_none() -> None:
    world = small_world(campaigns=100)
    campaigns = {key[0]: record for key, record in world.expected("campaigns").items()}
    rows = Counter(key[0] for key in world.expected("campaign_analytics", wanted_columns=["CAMPAIGN_ID"]))
    a_year_ago = NOW.timestamp() - 365 * 86_400

    assert Counter(record["status"] for record in campaigns.values()) == {"ACTIVE": 100, "ARCHIVED": 60, "PAUSED": 40}
    assert {campaigns[campaign]["status"] for campaign in rows} == {"ACTIVE", "ARCHIVED", "PAUSED"}
    assert any(campaigns[campaign]["updated_time"] < a_year_ago for campaign in rows)
    assert len(rows) < len(campaigns)
    assert max(rows.values()) < 90


# -- what happens to the world


def test_an_edit_shows_in_the_list_and_may_come_right_after_a_certain_call() -> None:
    world = small_world(campaigns=60)
    account, campaign = world.account_id(0), world.entity_id(CAMPAIGN, 0, 0)

    def edit(world: World) -> None:
        world.edit(account, "campaigns", campaign, 1, status="PAUSED", name="Renamed")

    with Simulator(world, profile="ample") as sim, Client(sim) as api:
        sim.after("campaigns/list", 2, edit)
        seen = [api.get(f"/ad_accounts/{account}/campaigns").json()["items"][0] for _ in range(3)]

    assert seen[0] == seen[1] != seen[2]
    assert seen[2] == {**seen[0], "updated_time": 1, "name": "Renamed", "status": "PAUSED", "summary_status": "PAUSED"}
    with pytest.raises(KeyError):
        world.edit(account, "campaigns", "1", 1)
