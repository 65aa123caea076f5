"""Reports hold what the synchronous endpoints would, with no row twice and none too many."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import REPORT_COLUMNS, ReportRequest
from integration_tests.simulator.reports.rows import Row, report_file
from integration_tests.simulator_tests.report_windows import ordered, rows, rows_of_all_accounts, window, world_of
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator
from integration_tests.support.truth import DEFAULT_COLUMNS, REPORT_KEYS, REPORT_STREAMS, by_key, targeting_types_of
from integration_tests.support.truth.reports import with_its_key

LEVEL_OF_ANALYTICS = {
    "ad_account_analytics": ("ADVERTISER", "AD_ACCOUNT_ID"),
    "campaign_analytics": ("CAMPAIGN", "CAMPAIGN_ID"),
    "ad_group_analytics": ("AD_GROUP", "AD_GROUP_ID"),
    "ad_analytics": ("PIN_PROMOTION", "AD_ID"),
}
METRICS = ("SPEND_IN_DOLLAR", "IMPRESSION_1", "TOTAL_CHECKOUT", "ADS_CREDIT_SPEND_IN_DOLLAR")


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(
        world_of(campaigns=7, ad_groups=9, ads=8, hour_column="HOUR", product_item_column="PRODUCT_ITEM_ID"),
        report_seconds=0,
        profile="ample",
    ) as simulator:
        yield simulator


# -- levels


def test_reports_serve_the_truth(sim: Simulator, api: Client) -> None:
    for stream in REPORT_KEYS:
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

        assert served, stream
        assert by_key(key, served) == sim.expected(stream, wanted_columns=METRICS, **dates), stream
        assert len(by_key(key, served)) == len(served), stream


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
