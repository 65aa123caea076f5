"""Simulated analytics have the rows that are asked for, and no others."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from integration_tests.simulator import SYNC_COLUMNS, Attribution
from integration_tests.simulator.analytics.columns import is_conversion
from integration_tests.simulator_tests.small_worlds import CAMPAIGN, NOW, small_world
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World

ANALYTICS = ("ad_account_analytics", "campaign_analytics", "ad_group_analytics", "ad_analytics")


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(small_world(campaigns=(10, 0), ad_groups=(12, 0), ads=(300, 0)), profile="ample") as simulator:
        yield simulator


def test_a_column_without_value_is_left_out_null_or_zero() -> None:
    rows = list(small_world().records("campaign_analytics"))

    assert any("TOTAL_CHECKOUT" not in row for row in rows)
    assert any(row.get("TOTAL_CHECKOUT", 1) is None for row in rows)
    assert any(row.get("TOTAL_CHECKOUT") == 0 for row in rows)


def test_full_rows_have_every_column() -> None:
    for stream in ANALYTICS:
        world = small_world(full_rows=True, active_percent=100)
        rows = list(world.records(stream, start=world.today, wanted_columns=SYNC_COLUMNS))

        assert {frozenset(row) for row in rows} == {frozenset({*SYNC_COLUMNS, "DATE"})}, stream
        assert not any(value is None for row in rows for value in row.values()), stream


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
