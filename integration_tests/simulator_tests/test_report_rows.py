"""Reports hold the numbers of the synchronous endpoints, in the rows, buckets and filters of their order."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from integration_tests.simulator import Attribution, Kind, ReportRequest
from integration_tests.simulator.analytics.columns import is_conversion
from integration_tests.simulator.reports.request import TARGETING_SUFFIX, TARGETING_VALUES
from integration_tests.simulator.reports.rows import report_file, report_rows
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator_tests.small_worlds import ordered, rows, rows_of_all_accounts, small_world, window
from integration_tests.support.api_client import Client, download, legal_calls
from integration_tests.support.legal_orders import legal_orders
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.truth import DEFAULT_COLUMNS, by_key

LEVEL_OF_ANALYTICS = {
    "ad_account_analytics": ("ADVERTISER", "AD_ACCOUNT_ID"),
    "campaign_analytics": ("CAMPAIGN", "CAMPAIGN_ID"),
    "ad_group_analytics": ("AD_GROUP", "AD_GROUP_ID"),
    "ad_analytics": ("PIN_PROMOTION", "AD_ID"),
}
CAMPAIGN_DAY = ("CAMPAIGN_ID", "DATE")


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    world = small_world(campaigns=7, ad_groups=9, ads=8, hour_column="HOUR", product_item_column="PRODUCT_ITEM_ID")
    with Simulator(world, report_seconds=0, profile="ample") as simulator:
        yield simulator


def made(world: World, level: str, *columns: str, **order: Any) -> list[Record]:
    """The rows of today in a report of the first ad account."""
    dates = {"start_date": world.today, "end_date": world.today}
    request = ReportRequest(**{"level": level, **dates, "columns": columns, **order})
    return [row.record for row in report_rows(world, 0, request)]


def sums(found: Iterable[Record]) -> Counter[str]:
    """The impressions of each campaign."""
    totals: Counter[str] = Counter()
    for row in found:
        totals[str(row["CAMPAIGN_ID"])] += row.get("IMPRESSION_1", 0)
    return totals


# -- rows


def test_reports_join_the_analytics_without_a_seam(sim: Simulator, api: Client) -> None:
    """On days that both have, a report says what the endpoint says, zeros left out."""

    def told(records: dict[Any, Record]) -> dict[Any, Record]:
        shown = {key: {name: value for name, value in row.items() if value} for key, row in records.items()}
        return {key: {**row, "CURRENCY": ""} for key, row in shown.items()}  # the connector adds it

    for stream, (level, entity) in LEVEL_OF_ANALYTICS.items():
        dates = window(sim.world, 22, 20)
        served = rows_of_all_accounts(sim, api, level=level, columns=[*DEFAULT_COLUMNS], **ordered(dates))
        keyed = by_key((entity, "DATE"), served)

        assert told(keyed) == told(sim.expected(stream, **dates)), stream
        assert len(keyed) == len(served) > 0, stream


def test_zeros_are_left_out_and_so_are_rows_of_zeros_only(sim: Simulator, api: Client) -> None:
    dates = window(sim.world, 60, 0)
    seldom, often = "TOTAL_VIEW_CHECKOUT", "TOTAL_CLICK_LEAD"
    both = ["CAMPAIGN_ID", seldom, often]
    endpoint = sim.expected("campaign_analytics", wanted_columns=both, **dates)
    served = rows_of_all_accounts(sim, api, columns=both, **ordered(dates))

    assert any(not (row.get(seldom) or row.get(often)) for row in endpoint.values())
    assert all(row.get(seldom, 1) and row.get(often, 1) for row in served)
    assert len({seldom in row for row in served}) == 2
    with_numbers = {key for key, row in endpoint.items() if row.get(seldom) or row.get(often)}
    assert set(by_key(CAMPAIGN_DAY, served)) == with_numbers
    without_metrics = rows_of_all_accounts(sim, api, columns=["CAMPAIGN_ID", "CAMPAIGN_NAME"], **ordered(dates))
    assert len(without_metrics) > len(served)


def test_rows_stand_once_under_the_id_of_their_entity_with_what_was_asked_for(sim: Simulator, api: Client) -> None:
    for level, entity in [("CAMPAIGN", "CAMPAIGN_ID"), ("PRODUCT_GROUP", "PRODUCT_GROUP_ID"), ("PIN_PROMOTION", "")]:
        columns = [entity, "CTR"] if entity else ["CTR"]
        for key, under_id in api.report(level=level, columns=columns).items():
            assert key.isdecimal(), level
            for row in under_id:
                assert not entity or str(row[entity]) == key, level
                assert {"DATE"} <= set(row) <= {"DATE", *columns}, level

    request = ReportRequest(
        level="CAMPAIGN_TARGETING",
        start_date=sim.world.today - timedelta(days=30),
        end_date=sim.world.today,
        columns=("CTR",),
        targeting_types=("GENDER", "COUNTRY"),
    )
    file = b"".join(report_file(sim.world, 0, request))
    ids = [sim.world.entity_id(Kind.CAMPAIGNS, 0, index) for index in range(7)]
    assert Counter(file.count(f'"{entity_id}":['.encode()) for entity_id in ids) == {1: 6, 0: 1}


def test_targeting_breaks_down_by_type_and_value(api: Client) -> None:
    types = ["GENDER", "LOCATION", "LOCAL_ADS_STORE_CODE"]
    found = {
        (row["TARGETING_TYPE"], row["TARGETING_VALUE"])
        for row in rows(api, level="ADVERTISER_TARGETING", columns=["CTR"], targeting_types=types)
    }

    assert found == {(name, value) for name in types for value in TARGETING_VALUES[name]}
    assert ("LOCATION", 500) in found
    assert all(TARGETING_VALUES.values())


def test_each_part_has_numbers_of_its_own_and_a_keyword_may_be_in_several_ad_groups(sim: Simulator) -> None:
    full = small_world(ad_accounts=1, full_rows=True, active_percent=100)
    for level, types in [("PRODUCT_GROUP", ()), ("KEYWORD", ()), ("ADVERTISER_TARGETING", ("GENDER", "COUNTRY"))]:
        days = {"start_date": full.today - timedelta(days=20)}
        numbers = [row["IMPRESSION_1"] for row in made(full, level, "IMPRESSION_1", targeting_types=types, **days)]
        assert len(set(numbers)) > 0.9 * len(numbers) > 0, level
    keywords = {(row["AD_GROUP_ID"], row["TARGETING_VALUE"]) for row in made(sim.world, "KEYWORD", "AD_GROUP_ID")}
    assert len({text for _, text in keywords}) < len(keywords)


def test_a_file_of_any_size_is_made_in_small_pieces() -> None:
    world = small_world(campaigns=100_000, full_rows=True, active_percent=100)
    days = {"start_date": world.today - timedelta(days=300), "end_date": world.today - timedelta(days=200)}
    file = report_file(world, 0, ReportRequest(level="CAMPAIGN", columns=DEFAULT_COLUMNS, **days))

    pieces = [next(file) for _ in range(4)]

    assert max(map(len, pieces)) < 600_000
    assert sum(map(len, pieces)) > 1_000_000


# -- buckets


def test_weeks_and_months_begin_on_their_first_day_and_all_buckets_add_up(api: Client) -> None:
    columns = ["CAMPAIGN_ID", "IMPRESSION_1"]
    by_day = rows(api, columns=columns)
    for granularity in ("WEEK", "MONTH", "TOTAL"):
        buckets = rows(api, columns=columns, granularity=granularity)
        firsts = {date.fromisoformat(row["DATE"]) for row in buckets if "DATE" in row}

        assert sums(buckets) == sums(by_day), granularity
        assert {first.weekday() for first in firsts} == {0} or granularity != "WEEK"
        assert {first.day for first in firsts} == {1} or granularity != "MONTH"
        assert len({(str(row["CAMPAIGN_ID"]), row.get("DATE")) for row in buckets}) == len(buckets), granularity
        assert bool(firsts) is (granularity != "TOTAL")


def test_hours_add_up_to_the_day_without_conversions(sim: Simulator, api: Client) -> None:
    dates = ordered(window(sim.world, 2, 0))
    asked = ["CAMPAIGN_ID", "IMPRESSION_1", "TOTAL_CHECKOUT"]
    served = rows(api, granularity="HOUR", columns=asked, **dates)

    assert sums(served) == sums(rows(api, columns=asked, **dates))
    assert {row["HOUR"] for row in served} == set(range(24))
    assert not any(is_conversion(name) for row in served for name in row)

    served = rows(api, granularity="HOUR", start_hour=20, end_hour=2, columns=["CTR"], **dates)
    hours = {day: {row["HOUR"] for row in served if row["DATE"] == day} for day in {row["DATE"] for row in served}}
    assert hours[dates["start_date"]] == {20, 21, 22, 23}
    assert hours[dates["end_date"]] == {0, 1, 2}
    assert len(hours) == 3


@pytest.mark.parametrize("column", ["TIME_OF_DAY", ""])
def test_the_hour_may_have_another_name_or_none(column: str) -> None:
    hours = made(small_world(hour_column=column), "CAMPAIGN", "CAMPAIGN_ID", "CTR", granularity="HOUR")

    assert hours
    for record in hours:
        assert not {"HOUR", ""} & set(record)
        assert (column in record) is bool(column)


# -- filters and attribution


def test_filters_keep_what_they_say(sim: Simulator, api: Client) -> None:
    campaigns = [sim.world.entity_id(Kind.CAMPAIGNS, 0, index) for index in (0, 1)]
    group = str(rows(api, level="AD_GROUP", columns=["AD_GROUP_ID", "CTR"], campaign_ids=campaigns)[0]["AD_GROUP_ID"])
    for level, name, values, column in [
        ("AD_GROUP", "campaign_ids", campaigns, "CAMPAIGN_ID"),
        ("AD_GROUP", "ad_group_ids", [group, "1"], "AD_GROUP_ID"),
        ("CAMPAIGN", "campaign_statuses", ["PAUSED"], "CAMPAIGN_STATUS"),
        ("AD_GROUP", "ad_group_statuses", ["PAUSED"], "AD_GROUP_STATUS"),
        ("PRODUCT_GROUP", "product_group_statuses", ["PAUSED"], "PRODUCT_GROUP_STATUS"),
        ("CAMPAIGN", "campaign_objective_types", ["AWARENESS"], "CAMPAIGN_OBJECTIVE_TYPE"),
    ]:
        every = rows(api, level=level, columns=[column, "CTR"])
        kept = rows(api, level=level, columns=[column, "CTR"], **{name: values})

        assert 0 < len(kept) < len(every), name
        assert {str(row[column]) for row in kept} <= set(values), name


def test_a_product_report_that_names_no_objective_has_few_campaigns(sim: Simulator, api: Client) -> None:
    path = legal_calls(sim.world)["analytics/get_conversion_product_report"].path
    order = legal_orders(sim.world)["analytics/create_conversion_product_report"]

    def campaigns(objectives: list[str] | None) -> set[str]:
        token = api.post(path, json={**order, "campaign_objective_types": objectives}).json()["token"]
        return set(download(api.get(path, {"token": token}).json()["url"]).json())

    every = ["AWARENESS", "CONSIDERATION", "WEB_CONVERSION", "CATALOG_SALES", "VIDEO_COMPLETION", "SALES", "LEADS"]
    assert set() < campaigns(None) < campaigns(every)


def test_the_attribution_asked_for_is_the_one_served(sim: Simulator, api: Client) -> None:
    dates = window(sim.world, 300, 290)
    served = rows_of_all_accounts(sim, api, click_window_days=7, view_window_days=0, **ordered(dates))

    wanted = {"wanted_columns": ["SPEND_IN_DOLLAR", "TOTAL_CHECKOUT"], **dates}
    attribution = Attribution(click_window_days=7, view_window_days=0)
    assert by_key(CAMPAIGN_DAY, served) == sim.expected("campaign_analytics_report", attribution=attribution, **wanted)
    assert by_key(CAMPAIGN_DAY, served) != sim.expected("campaign_analytics_report", **wanted)


# -- forms that nobody has seen


def test_a_part_of_an_ad_group_has_one_row_a_day_or_one_for_each_of_its_ads() -> None:
    for grain, copies, pins in [("entity", 1, 1), ("ad", 2, 4)]:
        for level in ["PRODUCT_GROUP", "PRODUCT_ITEM_TARGETING", "KEYWORD"]:
            world = small_world(ad_accounts=1, ad_groups=2, ads=4, report_grain=grain, active_percent=100)
            types = ("GENDER",) if level.endswith(TARGETING_SUFFIX) else ()
            day = world.today - timedelta(days=40)
            columns = ("PIN_ID", "CAMPAIGN_NAME")
            order = ReportRequest(level=level, start_date=day, end_date=day, columns=columns, targeting_types=types)
            found = list(report_rows(world, 0, order))
            counted = Counter((row.entity_id, row.record.get("TARGETING_VALUE")) for row in found)

            assert set(counted.values()) == {copies}, (level, grain)
            assert len({str(row.record.get("PIN_ID")) for row in found}) == pins, (level, grain)


def test_ids_come_as_they_are_asked_for_or_unasked_or_not_at_all() -> None:
    every = {"CAMPAIGN_ID", "AD_GROUP_ID", "AD_ID", "PIN_PROMOTION_ID", "PIN_ID", "PRODUCT_GROUP_ID"}
    for ids, shown in [("asked", [{"PIN_ID"}]), ("none", [set()]), ("all", [every]), ("some", [{"PIN_ID"}, set()])]:
        world = small_world(ad_accounts=1, report_grain="ad", report_ids=ids, active_percent=100)
        groups = made(world, "PRODUCT_GROUP", "PIN_ID", "CAMPAIGN_NAME")
        found = [{name for name in row if name.endswith("_ID")} for row in groups]

        assert found == [shown[number % len(shown)] for number in range(len(groups))], ids
        assert len(found) > 2
        assert not any(name.endswith("_ID") for row in made(world, "CAMPAIGN", "CAMPAIGN_NAME") for name in row), ids


def test_keywords_may_come_without_their_text_and_an_empty_report_may_be_a_list() -> None:
    world = small_world(ad_accounts=1, keyword_targeting=False, empty_report="[]")
    keywords = made(world, "KEYWORD", "CAMPAIGN_NAME")
    order = {"start_date": world.today, "end_date": world.today, "columns": ("CTR",)}
    nothing = ReportRequest(level="KEYWORD", **order, filters={"campaign_ids": ("1",)})

    assert keywords
    assert not any("TARGETING_VALUE" in row or "TARGETING_TYPE" in row for row in keywords)
    assert b"".join(report_file(world, 0, nothing)) == b"[]"
