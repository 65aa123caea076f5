"""A report of each level tells its rows apart as Pinterest does, by ids, parts and targeting."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration_tests.simulator import REPORT_COLUMNS, Kind, ReportRequest
from integration_tests.simulator.reports.request import PRODUCT_ITEM_LEVELS, TARGETING_SUFFIX, TARGETING_VALUES
from integration_tests.simulator.reports.rows import report_file
from integration_tests.simulator.reports.rows import report_rows as made
from integration_tests.simulator_tests.report_windows import ordered, rows, window, world_of
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator
from integration_tests.support.truth import REPORT_STREAMS
from integration_tests.support.truth.columns import REACH_COLUMNS


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(
        world_of(campaigns=7, ad_groups=9, ads=8, hour_column="HOUR", product_item_column="PRODUCT_ITEM_ID"),
        report_seconds=0,
        profile="ample",
    ) as simulator:
        yield simulator


def test_a_column_comes_only_if_it_was_asked_for(api: Client) -> None:
    names = {name for row in rows(api, level="PIN_PROMOTION", columns=["SPEND_IN_DOLLAR"]) for name in row}

    assert names == {"DATE", "SPEND_IN_DOLLAR"}


def test_an_ad_is_known_by_both_of_its_ids(api: Client) -> None:
    for row in rows(api, level="PIN_PROMOTION", columns=["PIN_PROMOTION_ID", "AD_ID", "CTR"]):
        assert row["PIN_PROMOTION_ID"] == row["AD_ID"]


def test_rows_stand_under_the_id_of_their_entity(api: Client) -> None:
    for level in ["CAMPAIGN", "PRODUCT_GROUP", "KEYWORD", "AD_GROUP_TARGETING"]:
        entity = {"CAMPAIGN": "CAMPAIGN_ID", "PRODUCT_GROUP": "PRODUCT_GROUP_ID", "AD_GROUP_TARGETING": "AD_GROUP_ID"}
        types = ["GENDER", "COUNTRY"] if level.endswith("_TARGETING") else None
        columns = ["CTR", entity.get(level, "CTR")]

        report = api.report(level=level, columns=columns, targeting_types=types)

        assert all(entity_id.isdecimal() and under_id for entity_id, under_id in report.items()), level
        if level in entity:
            assert all({str(row[entity[level]]) for row in under_id} == {key} for key, under_id in report.items()), (
                level
            )


def test_no_entity_stands_in_a_file_twice(sim: Simulator) -> None:
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


@pytest.mark.parametrize("stream", ["product_group_report", "keyword_report", "advertiser_targeting_report"])
def test_each_part_has_numbers_of_its_own(stream: str) -> None:
    world = world_of(ad_accounts=1, full_rows=True, active_percent=100)
    records = list(world.records(stream, wanted_columns=["IMPRESSION_1"], start=world.today - timedelta(days=20)))

    assert len({record["IMPRESSION_1"] for record in records}) > 0.9 * len(records)


def test_a_keyword_may_be_in_several_ad_groups(api: Client) -> None:
    found = {
        (str(row["AD_GROUP_ID"]), row["TARGETING_VALUE"])
        for row in rows(api, level="KEYWORD", columns=["AD_GROUP_ID", "CTR"])
    }

    assert len({text for _, text in found}) < len(found)


def test_product_items_tell_what_they_are(api: Client, sim: Simulator) -> None:
    dates = ordered(window(sim.world, 60, 40))
    columns = [name for name in REPORT_COLUMNS if name.startswith("PRODUCT_ITEM_")]

    for row in rows(api, level="PRODUCT_ITEM", columns=[*columns, "CTR"], **dates):
        assert set(columns) | {"PRODUCT_ITEM_ID", "DATE"} <= set(row)


def test_a_part_of_an_ad_group_has_one_row_a_day_or_one_for_each_of_its_ads() -> None:
    for grain in ["entity", "ad"]:
        for level in ["PRODUCT_GROUP", "PRODUCT_ITEM_TARGETING", "KEYWORD"]:
            world = world_of(ad_accounts=1, ad_groups=2, ads=4, report_grain=grain, active_percent=100)
            types = ("GENDER",) if level.endswith(TARGETING_SUFFIX) else ()
            day = world.today - timedelta(days=40)
            order = ReportRequest(
                level=level, start_date=day, end_date=day, columns=("PIN_ID", "CAMPAIGN_NAME"), targeting_types=types
            )
            found = Counter((row.entity_id, row.record.get("TARGETING_VALUE")) for row in made(world, 0, order))
            pins = {str(row.record.get("PIN_ID")) for row in made(world, 0, order)}

            assert set(found.values()) == {1 if grain == "entity" else 2}, (level, grain)
            assert len(pins) == (1 if grain == "entity" else 4), (level, grain)


@pytest.mark.parametrize(
    ("ids", "shown"),
    [
        ("asked", {"PIN_ID"}),
        ("none", set()),
        ("all", {"CAMPAIGN_ID", "AD_GROUP_ID", "AD_ID", "PIN_PROMOTION_ID", "PIN_ID", "PRODUCT_GROUP_ID"}),
    ],
)
def test_ids_come_as_they_are_asked_for_or_unasked_or_not_at_all(ids: str, shown: set[str]) -> None:
    world = world_of(ad_accounts=1, report_grain="ad", report_ids=ids)
    order = {"start_date": world.today, "end_date": world.today, "columns": ("PIN_ID", "CAMPAIGN_NAME")}
    groups = [row.record for row in made(world, 0, ReportRequest(level="PRODUCT_GROUP", **order))]
    campaigns = [row.record for row in made(world, 0, ReportRequest(level="CAMPAIGN", **order))]

    assert groups
    assert all({name for name in row if name.endswith("_ID")} == shown for row in groups)
    assert not any(name.endswith("_ID") for row in campaigns for name in row)


def test_every_other_part_may_come_without_ids() -> None:
    world = world_of(ad_accounts=1, report_ids="some", active_percent=100)
    order = {"start_date": world.today, "end_date": world.today, "columns": ("AD_GROUP_ID", "CAMPAIGN_NAME")}
    found = ["AD_GROUP_ID" in row.record for row in made(world, 0, ReportRequest(level="KEYWORD", **order))]

    assert found == [number % 2 == 0 for number in range(len(found))]


def test_keywords_may_come_without_their_text_and_an_empty_report_may_be_a_list() -> None:
    world = world_of(ad_accounts=1, keyword_targeting=False, empty_report="[]")
    order = {"level": "KEYWORD", "end_date": world.today, "columns": ("CAMPAIGN_NAME",)}
    keywords = [row.record for row in made(world, 0, ReportRequest(start_date=world.today, **order))]

    assert keywords
    assert not any("TARGETING_VALUE" in row or "TARGETING_TYPE" in row for row in keywords)
    filters = {"campaign_ids": ("1",)}
    assert b"".join(report_file(world, 0, ReportRequest(start_date=world.today, **order, filters=filters))) == b"[]"


def test_full_rows_have_every_column_that_the_level_knows() -> None:
    world = world_of(full_rows=True, active_percent=100)
    dates = window(world, 41, 40)

    for stream, report in REPORT_STREAMS.items():
        is_item = report.level in PRODUCT_ITEM_LEVELS
        elsewhere = ("AD_", "PIN_", "PROMO", "PRODUCT_", "STANDARD_") if is_item else ("PRODUCT_", "STANDARD_")
        unknown = REACH_COLUMNS if TARGETING_SUFFIX in report.level or report.level == "KEYWORD" else ()
        columns = [name for name in REPORT_COLUMNS if not name.startswith(elsewhere) and name not in unknown]
        for record in world.records(stream, wanted_columns=columns, **dates):
            assert set(columns) <= set(record), stream
