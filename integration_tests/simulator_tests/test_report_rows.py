"""Do reports hold what the synchronous endpoints would, at every level and granularity, and nothing twice?"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from integration_tests.simulator import REPORT_COLUMNS, Attribution, Kind, ReportRequest
from integration_tests.simulator.analytics.columns import is_conversion
from integration_tests.simulator.reports.request import PRODUCT_ITEM_LEVELS, TARGETING_SUFFIX, TARGETING_VALUES
from integration_tests.simulator.reports.rows import Row, report_file
from integration_tests.simulator.reports.rows import report_rows as made
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.truth import DEFAULT_COLUMNS, REPORT_KEYS, REPORT_STREAMS, by_key, targeting_types_of
from integration_tests.support.truth.columns import REACH_COLUMNS
from integration_tests.support.truth.reports import with_its_key

LEVEL_OF_ANALYTICS = {
    "ad_account_analytics": ("ADVERTISER", "AD_ACCOUNT_ID"),
    "campaign_analytics": ("CAMPAIGN", "CAMPAIGN_ID"),
    "ad_group_analytics": ("AD_GROUP", "AD_GROUP_ID"),
    "ad_analytics": ("PIN_PROMOTION", "AD_ID"),
}
METRICS = ("SPEND_IN_DOLLAR", "IMPRESSION_1", "TOTAL_CHECKOUT", "ADS_CREDIT_SPEND_IN_DOLLAR")


def world_of(**options: Any) -> World:
    """A world that is the same on whichever day the tests run."""
    return World(now=datetime(2026, 3, 18, 12, tzinfo=UTC), **options)


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(
        world_of(campaigns=7, ad_groups=9, ads=8, hour_column="HOUR", product_item_column="PRODUCT_ITEM_ID"),
        report_seconds=0,
        profile="ample",
    ) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def api(sim: Simulator) -> Iterator[Client]:
    with Client(sim) as client:
        yield client


def window(world: World, start: int, end: int) -> dict[str, Any]:
    """A window in days back from today."""
    return {"start": world.today - timedelta(days=start), "end": world.today - timedelta(days=end)}


def ordered(dates: dict[str, date]) -> dict[str, str]:
    return {f"{name}_date": str(day) for name, day in dates.items()}


def rows(api: Client, account: int = 0, /, **order: Any) -> list[dict[str, Any]]:
    return [row for under_id in api.report(account, **order).values() for row in under_id]


def rows_of_all_accounts(sim: Simulator, api: Client, **order: Any) -> list[dict[str, Any]]:
    return [row for account in range(sim.world.ad_accounts) for row in rows(api, account, **order)]


# -- levels


@pytest.mark.parametrize("stream", REPORT_KEYS)
def test_reports_serve_the_truth(sim: Simulator, api: Client, stream: str) -> None:
    level, key = REPORT_STREAMS[stream].level, REPORT_KEYS[stream]
    dates = window(sim.world, 60, 40)
    columns = [*METRICS, *(name for name in key if name in REPORT_COLUMNS)]
    types = targeting_types_of(level)
    chunks: list[list[str] | None] = [list(types[start : start + 5]) for start in range(0, len(types), 5)] or [None]

    served = [
        with_its_key(level, Row(entity_id, row))
        for some in chunks
        for account in range(sim.world.ad_accounts)
        for entity_id, under_it in api.report(
            account, level=level, columns=columns, targeting_types=some, **ordered(dates)
        ).items()
        for row in under_it
    ]

    assert served
    assert by_key(key, served) == sim.expected(stream, wanted_columns=METRICS, **dates)
    assert len(by_key(key, served)) == len(served)


@pytest.mark.parametrize("stream", LEVEL_OF_ANALYTICS)
def test_reports_join_the_analytics_without_a_seam(sim: Simulator, api: Client, stream: str) -> None:
    """On days that both have, a report says what the endpoint says, zeros left out."""
    level, entity = LEVEL_OF_ANALYTICS[stream]
    dates = window(sim.world, 40, 20)

    served = rows_of_all_accounts(sim, api, level=level, columns=[*DEFAULT_COLUMNS], **ordered(dates))

    def told(records: dict[Any, dict[str, Any]]) -> dict[Any, dict[str, Any]]:
        return {key: {name: value for name, value in row.items() if value} for key, row in records.items()}

    keyed = by_key((entity, "DATE"), served)
    assert told(keyed) == told(sim.expected(stream, **dates))
    assert len(keyed) == len(served)


@pytest.mark.parametrize("stream", LEVEL_OF_ANALYTICS)
def test_the_truth_of_914_days_is_that_of_reports_and_then_of_the_endpoints(
    sim: Simulator, api: Client, stream: str
) -> None:
    level, entity = LEVEL_OF_ANALYTICS[stream]
    columns = ["SPEND_IN_DOLLAR", entity]
    windows = [window(sim.world, start, max(90, start - 186)) for start in range(914, 89, -187)]
    served = [
        row
        for dates in windows
        for row in rows_of_all_accounts(sim, api, level=level, columns=columns, **ordered(dates))
    ]
    recent = sim.world.records(stream, wanted_columns=columns)

    whole = sim.expected(stream, wanted_columns=columns, start=sim.world.today - timedelta(days=914))

    assert by_key((entity, "DATE"), [*served, *recent]) == whole
    days = sorted(day for _, day in whole)
    assert days[0] <= str(sim.world.today - timedelta(days=910))
    assert days[-1] == str(sim.world.today)


def test_a_column_comes_only_if_it_was_asked_for(api: Client) -> None:
    names = {name for row in rows(api, level="PIN_PROMOTION", columns=["SPEND_IN_DOLLAR"]) for name in row}

    assert names == {"DATE", "SPEND_IN_DOLLAR"}


def test_an_ad_is_known_by_both_of_its_ids(api: Client) -> None:
    for row in rows(api, level="PIN_PROMOTION", columns=["PIN_PROMOTION_ID", "AD_ID", "CTR"]):
        assert row["PIN_PROMOTION_ID"] == row["AD_ID"]


@pytest.mark.parametrize("level", ["CAMPAIGN", "PRODUCT_GROUP", "KEYWORD", "AD_GROUP_TARGETING"])
def test_rows_stand_under_the_id_of_their_entity(api: Client, level: str) -> None:
    entity = {"CAMPAIGN": "CAMPAIGN_ID", "PRODUCT_GROUP": "PRODUCT_GROUP_ID", "AD_GROUP_TARGETING": "AD_GROUP_ID"}
    types = ["GENDER", "COUNTRY"] if level.endswith("_TARGETING") else None
    columns = ["CTR", entity.get(level, "CTR")]

    report = api.report(level=level, columns=columns, targeting_types=types)

    assert all(entity_id.isdecimal() and under_id for entity_id, under_id in report.items())
    if level in entity:
        assert all({str(row[entity[level]]) for row in under_id} == {key} for key, under_id in report.items())


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


@pytest.mark.parametrize("level", ["PRODUCT_GROUP", "PRODUCT_ITEM_TARGETING", "KEYWORD"])
@pytest.mark.parametrize("grain", ["entity", "ad"])
def test_a_part_of_an_ad_group_has_one_row_a_day_or_one_for_each_of_its_ads(level: str, grain: str) -> None:
    world = world_of(ad_accounts=1, ad_groups=2, ads=4, report_grain=grain, active_percent=100)
    types = ("GENDER",) if level.endswith(TARGETING_SUFFIX) else ()
    day = world.today - timedelta(days=40)
    order = ReportRequest(
        level=level, start_date=day, end_date=day, columns=("PIN_ID", "CAMPAIGN_NAME"), targeting_types=types
    )
    found = Counter((row.entity_id, row.record.get("TARGETING_VALUE")) for row in made(world, 0, order))
    pins = {str(row.record.get("PIN_ID")) for row in made(world, 0, order)}

    assert set(found.values()) == {1 if grain == "entity" else 2}
    assert len(pins) == (1 if grain == "entity" else 4)


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


# -- zeros


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
    assert set(by_key(("CAMPAIGN_ID", "DATE"), served)) == with_numbers


def test_a_report_without_metrics_has_all_its_rows(api: Client) -> None:
    served = rows(api, 1, columns=["CAMPAIGN_ID", "CAMPAIGN_NAME"])

    assert len(served) > len(rows(api, 1, columns=["CAMPAIGN_ID", "TOTAL_VIEW_CHECKOUT"])) > 0


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


# -- cost


def test_a_file_of_any_size_is_made_in_small_pieces() -> None:
    world = world_of(campaigns=100_000, full_rows=True, active_percent=100)
    request = ReportRequest(
        level="CAMPAIGN",
        start_date=world.today - timedelta(days=300),
        end_date=world.today - timedelta(days=200),
        columns=DEFAULT_COLUMNS,
    )
    file = report_file(world, 0, request)

    pieces = [next(file) for _ in range(20)]

    assert max(map(len, pieces)) < 600_000
    assert sum(map(len, pieces)) > 5_000_000
