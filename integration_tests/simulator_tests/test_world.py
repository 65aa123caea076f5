"""Is the simulated world the same every time, as large as told, and whole when read page by page?"""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration_tests.simulator import SYNC_COLUMNS, Attribution, Kind
from integration_tests.simulator.analytics.columns import is_conversion
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.truth import (
    AUDIENCE_KEYS,
    CATALOG_ITEM_KEYS,
    DEFAULT_COLUMNS,
    LIST_KEYS,
    ORGANISATION_KEYS,
    PRIMARY_KEYS,
    RESOURCE_KEYS,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OTHER_KEYS = {**LIST_KEYS, **AUDIENCE_KEYS, **CATALOG_ITEM_KEYS, **ORGANISATION_KEYS, **RESOURCE_KEYS}
"""Their sizes are asked for where they are tested."""
ANALYTICS = ("ad_account_analytics", "campaign_analytics", "ad_group_analytics", "ad_analytics")
LEVELS = {"campaign_analytics": Kind.CAMPAIGNS, "ad_group_analytics": Kind.AD_GROUPS, "ad_analytics": Kind.ADS}
ID_NAMES = {Kind.CAMPAIGNS: "campaign_ids", Kind.AD_GROUPS: "ad_group_ids", Kind.ADS: "ad_ids"}
CAMPAIGN = Kind.CAMPAIGNS
ALIKE_EVERYWHERE = {"ad_account_countries", "delivery_metrics"}


def small_world(**sizes: Any) -> World:
    return World(**{"now": NOW, "boards": 3, "ad_accounts": 2, **sizes})


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(small_world(campaigns=(10, 0), ad_groups=(12, 0), ads=(300, 0)), profile="ample") as simulator:
        yield simulator


@pytest.fixture(scope="module")
def api(sim: Simulator) -> Iterator[Client]:
    with Client(sim) as client:
        yield client


def items(api: Client, path: str, **query: Any) -> list[dict[str, Any]]:
    return [item for page in api.pages(path, page_size=250, **query) for item in page]


# -- the truth is what the API serves


@pytest.mark.parametrize("stream", PRIMARY_KEYS)
def test_primary_keys_are_unique_and_of_strings(sim: Simulator, stream: str) -> None:
    expected = sim.expected(stream)

    assert len(expected) == sum(1 for _ in sim.world.records(stream)) > 0
    assert {type(part) for key in expected for part in key} <= {str, int}


def without_stamp(pin: dict[str, Any]) -> dict[str, Any]:
    """A pin without the time of its board, which a list of pins does not tell."""
    return {name: value for name, value in pin.items() if name != "board_pins_modified_at"}


def test_organic_lists_serve_the_truth(sim: Simulator, api: Client) -> None:
    boards = items(api, "/boards")
    sections = [(b["id"], s) for b in boards for s in items(api, f"/boards/{b['id']}/sections")]
    pins = [pin for b in boards for pin in items(api, f"/boards/{b['id']}/pins")]
    section_pins = [pin for b, s in sections for pin in items(api, f"/boards/{b}/sections/{s['id']}/pins")]

    assert boards == list(sim.world.records("boards"))
    assert [{"board_id": board, **section} for board, section in sections] == list(sim.world.records("board_sections"))
    assert pins == [without_stamp(pin) for pin in sim.world.records("board_pins")]
    assert section_pins == [without_stamp(pin) for pin in sim.world.records("board_section_pins")]
    assert items(api, "/pins", include_protected_pins="true") == list(sim.world.records("pins"))


@pytest.mark.parametrize("kind", Kind)
def test_entity_lists_serve_the_truth(sim: Simulator, api: Client, kind: Kind) -> None:
    accounts = items(api, "/ad_accounts")
    statuses = ["ACTIVE", "PAUSED", "ARCHIVED"]
    served = [e for a in accounts for e in items(api, f"/ad_accounts/{a['id']}/{kind}", entity_statuses=statuses)]

    assert accounts == list(sim.world.records("ad_accounts"))
    assert served == list(sim.world.records(kind))


@pytest.mark.parametrize("stream", ANALYTICS)
def test_analytics_serve_the_truth(sim: Simulator, api: Client, stream: str) -> None:
    world = sim.world
    query: dict[str, Any] = {
        "start_date": str(world.today - timedelta(days=89)),
        "end_date": str(world.today),
        "columns": ",".join(DEFAULT_COLUMNS),
        "granularity": "DAY",
    }
    served = []
    for account in range(2):
        path = f"/ad_accounts/{world.account_id(account)}"
        if stream == "ad_account_analytics":
            served += api.get(f"{path}/analytics", query).json()
            continue
        kind = LEVELS[stream]
        ids = [world.entity_id(kind, account, index) for index in range(world.count(kind, account))]
        for first in range(0, len(ids), 250):
            served += api.get(f"{path}/{kind}/analytics", {**query, ID_NAMES[kind]: ids[first : first + 250]}).json()

    assert served == list(world.records(stream))


def test_user_account_analytics_serve_the_truth(sim: Simulator, api: Client) -> None:
    days = [sim.world.today - timedelta(days=days) for days in (89, 0)]
    served = api.get("/user_account/analytics", {"start_date": str(days[0]), "end_date": str(days[1])}).json()

    assert list(served) == ["all"]
    assert served["all"]["daily_metrics"] == list(sim.world.records("user_account_analytics"))


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


# -- analytics


def test_a_column_without_value_is_left_out_null_or_zero() -> None:
    rows = list(small_world().records("campaign_analytics"))

    assert any("TOTAL_CHECKOUT" not in row for row in rows)
    assert any(row.get("TOTAL_CHECKOUT", 1) is None for row in rows)
    assert any(row.get("TOTAL_CHECKOUT") == 0 for row in rows)


@pytest.mark.parametrize("stream", ANALYTICS)
def test_full_rows_have_every_column(stream: str) -> None:
    world = small_world(full_rows=True, active_percent=100)
    rows = list(world.records(stream, start=world.today, wanted_columns=SYNC_COLUMNS))

    assert {frozenset(row) for row in rows} == {frozenset({*SYNC_COLUMNS, "DATE"})}
    assert not any(value is None for row in rows for value in row.values())


def test_full_rows_of_every_day_are_entities_times_days() -> None:
    world = small_world(full_rows=True, active_percent=100)

    assert len(world.expected("campaign_analytics", start=world.today - timedelta(days=88))) == 2 * 10 * 89


def test_only_the_columns_asked_for_and_the_key_are_in_a_row(api: Client) -> None:
    rows = api.call("campaigns/analytics", columns="SPEND_IN_DOLLAR").json()

    assert {name for row in rows for name in row} == {"CAMPAIGN_ID", "DATE", "SPEND_IN_DOLLAR"}


def test_ids_are_numbers_in_every_second_row_only_if_so_told() -> None:
    def kinds(world: World) -> set[type]:
        return {type(row["CAMPAIGN_ID"]) for row in world.records("campaign_analytics")}

    assert kinds(small_world()) == {int, str}
    assert kinds(small_world(numeric_ids=False)) == {str}


def test_late_conversions_change_recent_conversions_and_nothing_else() -> None:
    world = small_world()
    before = world.expected("campaign_analytics")
    world.restate(days_back=7)
    after = world.expected("campaign_analytics")
    changed = {key for key in before if before[key] != after[key]}
    columns = {name for key in changed for name in before[key] if before[key][name] != after[key].get(name)}

    assert before.keys() == after.keys()
    assert {key[1] for key in changed} == {str(world.today - timedelta(days=days)) for days in range(8)}
    assert columns
    assert all(is_conversion(name) for name in columns)


@pytest.mark.parametrize(
    "attribution",
    [Attribution(click_window_days=7), Attribution(conversion_report_time="TIME_OF_CONVERSION")],
    ids=str,
)
def test_the_attribution_changes_conversions_only(attribution: Attribution) -> None:
    world = small_world()
    usual = world.expected("campaign_analytics")
    other = world.expected("campaign_analytics", attribution=attribution)

    assert usual != other
    assert [row.get("SPEND_IN_DOLLAR") for row in usual.values()] == [r.get("SPEND_IN_DOLLAR") for r in other.values()]


def test_the_attribution_asked_for_is_the_one_served(sim: Simulator, api: Client) -> None:
    served = api.call("campaigns/analytics", click_window_days=1, view_window_days=0).json()
    attribution = Attribution(click_window_days=1, view_window_days=0)
    day = sim.world.today - timedelta(days=5)
    expected = sim.expected(
        "campaign_analytics",
        start=day,
        wanted_columns=["SPEND_IN_DOLLAR", "TOTAL_CHECKOUT"],
        attribution=attribution,
    )

    assert served
    for row in served:
        assert expected[str(row["CAMPAIGN_ID"]), row["DATE"]].get("TOTAL_CHECKOUT") == row.get("TOTAL_CHECKOUT")


def test_a_total_adds_up_the_days(api: Client) -> None:
    days = api.call("campaigns/analytics", columns="PAID_IMPRESSION").json()
    totals = api.call("campaigns/analytics", columns="PAID_IMPRESSION", granularity="TOTAL").json()
    added = Counter[str]()
    for row in days:
        added[str(row["CAMPAIGN_ID"])] += row.get("PAID_IMPRESSION") or 0

    assert {str(row["CAMPAIGN_ID"]): row["PAID_IMPRESSION"] for row in totals} == added
    assert not any("DATE" in row for row in totals)


def test_weeks_start_on_monday(api: Client) -> None:
    rows = api.call("campaigns/analytics", granularity="WEEK").json()

    assert {datetime.fromisoformat(row["DATE"]).weekday() for row in rows} == {0}


def test_no_rows_before_the_first_day() -> None:
    first = NOW.date() - timedelta(days=10)

    assert {key[1] for key in small_world(first_day=first).expected("campaign_analytics")} == {
        str(first + timedelta(days=days)) for days in range(11)
    }


def test_no_rows_after_today() -> None:
    world = small_world()
    tomorrow = world.today + timedelta(days=1)

    for stream in (*ANALYTICS, "user_account_analytics"):
        assert max(key[-1] for key in world.expected(stream, end=tomorrow)) == str(world.today)


def test_ads_can_be_named_by_campaign_and_pin(sim: Simulator, api: Client) -> None:
    ad = list(sim.world.records("ads"))[1]
    rows = api.call("ads/analytics", ad_ids=None, campaign_ids=ad["campaign_id"], pin_ids=ad["pin_id"]).json()

    assert {str(row["AD_ID"]) for row in rows} == {ad["id"]}


def test_ids_of_another_account_have_no_rows(sim: Simulator, api: Client) -> None:
    assert api.call("campaigns/analytics", campaign_ids=sim.world.entity_id(CAMPAIGN, 1, 0)).json() == []


def test_the_last_two_days_of_the_user_are_still_moving() -> None:
    world = small_world()
    before = world.expected("user_account_analytics")
    statuses = [day["data_status"] for day in before.values()]
    yesterday = (str(world.today - timedelta(days=1)),)
    world.now += timedelta(days=2)
    settled = world.expected("user_account_analytics")[yesterday]

    assert statuses == ["BEFORE_BUSINESS_CREATED"] * 4 + ["READY"] * 84 + ["ESTIMATE", "PROCESSING"]
    assert settled["data_status"] == "READY"
    assert settled["metrics"] != before[yesterday]["metrics"]


def test_a_day_is_final_when_it_is_old_enough() -> None:
    with Simulator(World(days_until_final=3)) as sim, Client(sim) as api:
        days = [str(sim.world.today - timedelta(days=age)) for age in range(5)]
        states = [api.call("metrics_ready_state/get", date=day).json() for day in days]
    assert [state["conversion_metrics_ready"] for state in states] == [False, False, False, True, True]
    assert [state["non_conversion_metrics_ready"] for state in states] == [False, False, True, True, True]


def test_a_split_has_a_key_for_each_part(api: Client) -> None:
    answer = api.call("user_account/analytics", split_field="APP_TYPE", metric_types="IMPRESSION").json()

    assert set(answer) == {"MOBILE", "TABLET", "WEB"}
    assert len({str(part) for part in answer.values()}) == 3


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


# -- speed: the tests and benchmarks of the connector must not wait for the simulator


@pytest.mark.full_size
def test_a_page_of_250_pins_takes_a_few_milliseconds() -> None:
    with Simulator(small_world(boards=100, pins_per_board=2_500), profile="ample") as sim, Client(sim) as api:
        path = f"/boards/{items(api, '/boards')[50]['id']}/pins"
        began = time.process_time()
        pages = api.pages(path, page_size=250)
        spent = time.process_time() - began

    assert len(pages) == 11
    assert spent / len(pages) < 0.03


@pytest.mark.full_size
def test_a_small_answer_takes_no_time_on_the_wire() -> None:
    with Simulator(small_world()) as sim, Client(sim) as api:
        began = time.perf_counter()
        for _ in range(10):
            assert api.get("/boards").json()
        spent = time.perf_counter() - began

    assert spent / 10 < 0.03


@pytest.mark.full_size
def test_an_answer_of_10000_full_rows_takes_no_more_than_seconds() -> None:
    world = small_world(ad_accounts=1, campaigns=250, full_rows=True, active_percent=100)
    with Simulator(world, profile="ample") as sim, Client(sim) as api:
        began = time.process_time()
        answer = api.call(
            "campaigns/analytics",
            columns=",".join(DEFAULT_COLUMNS),
            start_date=str(world.today - timedelta(days=39)),
            campaign_ids=[world.entity_id(CAMPAIGN, 0, index) for index in range(250)],
        )
        spent = time.process_time() - began

    assert answer.content.count(b'"DATE"') == 10_000
    assert spent < 2.5
