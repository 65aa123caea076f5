"""A report keeps to the granularity, filters and attribution that its order asks for."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from integration_tests.simulator import Attribution, Kind, ReportRequest
from integration_tests.simulator.analytics.columns import is_conversion
from integration_tests.simulator_tests.report_windows import ordered, rows, rows_of_all_accounts, window, world_of
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.truth import by_key

METRICS = ("SPEND_IN_DOLLAR", "IMPRESSION_1", "TOTAL_CHECKOUT", "ADS_CREDIT_SPEND_IN_DOLLAR")


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(
        world_of(campaigns=7, ad_groups=9, ads=8, hour_column="HOUR", product_item_column="PRODUCT_ITEM_ID"),
        report_seconds=0,
        profile="ample",
    ) as simulator:
        yield simulator


# -- granularities


@pytest.mark.parametrize("granularity", ["WEEK", "MONTH"])
def test_buckets_begin_on_their_first_day_and_add_up(api: Client, granularity: str) -> None:
    columns = ["CAMPAIGN_ID", "IMPRESSION_1"]

    def sums(found: list[dict[str, Any]]) -> Counter[str]:
        totals: Counter[str] = Counter()
        for row in found:
            totals[str(row["CAMPAIGN_ID"])] += row.get("IMPRESSION_1", 0)
        return totals

    buckets = rows(api, columns=columns, granularity=granularity)

    for row in buckets:
        first = date.fromisoformat(row["DATE"])
        assert first.day == 1 if granularity == "MONTH" else first.weekday() == 0
    assert len(by_key(("CAMPAIGN_ID", "DATE"), buckets)) == len(buckets)
    assert sums(buckets) == sums(rows(api, columns=columns))


def test_a_total_has_one_row_an_entity_and_no_date(api: Client) -> None:
    columns = ["CAMPAIGN_ID", "IMPRESSION_1"]
    totals = rows(api, columns=columns, granularity="TOTAL")

    assert len(totals) == 3
    assert len(by_key(("CAMPAIGN_ID",), totals)) == 3
    assert by_key(("CAMPAIGN_ID",), totals).keys() == by_key(("CAMPAIGN_ID",), rows(api, columns=columns)).keys()
    assert not any("DATE" in row for row in totals)


def hourly(world: World, **changes: Any) -> ReportRequest:
    order = {"start_date": world.today - timedelta(days=2), "end_date": world.today, "level": "CAMPAIGN"}
    return ReportRequest(**{**order, "granularity": "HOUR", "columns": ("CAMPAIGN_ID", *METRICS), **changes})


def test_hours_are_told_with_the_day_and_without_conversions(sim: Simulator, api: Client) -> None:
    dates = ordered(window(sim.world, 2, 0))

    served = rows_of_all_accounts(sim, api, granularity="HOUR", columns=["CAMPAIGN_ID", *METRICS], **dates)

    key = ("CAMPAIGN_ID", "DATE", "HOUR")
    assert by_key(key, served) == by_key(key, sim.world.report(hourly(sim.world)))
    assert len(by_key(key, served)) == len(served)
    assert {row["HOUR"] for row in served} == set(range(24))
    assert not any(is_conversion(name) for row in served for name in row)


def test_the_first_and_the_last_day_of_an_hourly_report_may_be_parts(sim: Simulator, api: Client) -> None:
    dates = ordered(window(sim.world, 2, 0))
    served = rows(api, granularity="HOUR", start_hour=20, end_hour=2, columns=["CTR"], **dates)
    hours = {day: {row["HOUR"] for row in served if row["DATE"] == day} for day in {row["DATE"] for row in served}}

    assert hours[dates["start_date"]] == {20, 21, 22, 23}
    assert hours[dates["end_date"]] == {0, 1, 2}
    assert len(hours) == 3


@pytest.mark.parametrize("column", ["TIME_OF_DAY", ""])
def test_the_hour_may_have_another_name_or_none(column: str) -> None:
    world = world_of(hour_column=column)

    for record in world.report(hourly(world)):
        assert "HOUR" not in record
        assert "" not in record
        assert (column in record) is bool(column)


# -- filters


def test_reports_filter_by_id(sim: Simulator, api: Client) -> None:
    campaigns = [sim.world.entity_id(Kind.CAMPAIGNS, 0, index) for index in (0, 1)]
    columns = ["CAMPAIGN_ID", "AD_GROUP_ID", "CTR"]
    groups = rows(api, level="AD_GROUP", columns=columns, campaign_ids=campaigns)
    one = str(groups[0]["AD_GROUP_ID"])

    assert {str(row["CAMPAIGN_ID"]) for row in groups} == set(campaigns)
    found = rows(api, level="AD_GROUP", columns=columns, campaign_ids=campaigns, ad_group_ids=[one, "1"])
    assert {str(row["AD_GROUP_ID"]) for row in found} == {one}


@pytest.mark.parametrize(
    ("level", "name", "column"),
    [
        ("CAMPAIGN", "campaign_statuses", "CAMPAIGN_STATUS"),
        ("AD_GROUP", "ad_group_statuses", "AD_GROUP_STATUS"),
        ("PRODUCT_GROUP", "product_group_statuses", "PRODUCT_GROUP_STATUS"),
    ],
)
def test_reports_filter_by_status(api: Client, level: str, name: str, column: str) -> None:
    paused = rows(api, level=level, columns=[column, "CTR"], **{name: ["PAUSED"]})
    others = rows(api, level=level, columns=[column, "CTR"], **{name: ["RUNNING", "ARCHIVED"]})

    assert {row[column] for row in paused} == {"PAUSED"}
    assert "PAUSED" not in {row[column] for row in others}
    assert len(paused) + len(others) <= len(rows(api, level=level, columns=[column, "CTR"]))


def test_reports_filter_by_objective(api: Client) -> None:
    found = rows(api, columns=["CAMPAIGN_OBJECTIVE_TYPE", "CTR"], campaign_objective_types=["AWARENESS"])

    assert {row["CAMPAIGN_OBJECTIVE_TYPE"] for row in found} == {"AWARENESS"}


# -- attribution and restatements


def test_the_attribution_asked_for_is_the_one_served(sim: Simulator, api: Client) -> None:
    dates = window(sim.world, 300, 200)
    attribution = Attribution(click_window_days=7, view_window_days=0)

    served = rows_of_all_accounts(sim, api, click_window_days=7, view_window_days=0, **ordered(dates))

    key, columns = ("CAMPAIGN_ID", "DATE"), ["SPEND_IN_DOLLAR", "TOTAL_CHECKOUT"]
    wanted = {"wanted_columns": columns, **dates}
    assert by_key(key, served) == sim.expected("campaign_analytics_report", attribution=attribution, **wanted)
    assert by_key(key, served) != sim.expected("campaign_analytics_report", **wanted)


def test_late_conversions_change_past_days_of_reports() -> None:
    world = world_of()
    before = world.expected("campaign_analytics_report", wanted_columns=METRICS)
    world.restate(days_back=200)
    after = world.expected("campaign_analytics_report", wanted_columns=METRICS)

    changed = {date for key in before.keys() & after.keys() if before[key] != after[key] for date in key[1:]}
    assert min(changed) >= str(world.today - timedelta(days=200))
    assert max(changed) == str(world.today)


def test_report_streams_reach_as_far_back_as_pinterest_keeps_them() -> None:
    world = world_of()

    def first(stream: str) -> str:
        return min(str(key[-1]) for key in world.expected(stream, wanted_columns=["CTR"]))

    assert first("campaign_analytics_report") == str(world.today - timedelta(days=913))
    assert first("product_item_report") == str(world.today - timedelta(days=91))
    assert first("campaign_analytics") == str(world.today - timedelta(days=89))
