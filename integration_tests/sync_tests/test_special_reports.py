"""Special reports are read completely, in each known form of their files, with the chosen options."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from integration_tests.simulator.analytics.day_rows import DEFAULT_ATTRIBUTION
from integration_tests.simulator.faults.script import Fault, FaultKind
from integration_tests.support.assertions import (
    assert_exact,
    assert_same,
    assert_succeeded,
)
from integration_tests.support.days import ago, days_later
from integration_tests.support.expected_records import by_key
from integration_tests.support.expected_records.reports import OWN_REPORT_KEYS, OWN_REPORTS
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import simulated

MIX, BRANDS, SKUS = "marketing_mix_report", "brand_conversions_report", "sku_conversions_report"
CREATE = {
    MIX: "analytics/create_mmm_report",
    **dict.fromkeys(set(OWN_REPORT_KEYS) - {MIX}, "analytics/create_conversion_product_report"),
}
DAYS = 20


def world(**settings: Any) -> World:
    sizes: dict[str, Any] = {
        "boards": 0,
        "catalogs": 0,
        "ad_accounts": 2,
        "campaigns": (6, 2),
        "ad_groups": 2,
        "ads": 2,
    }
    return World(**{**sizes, **settings})


def read(
    sim: Simulator, stream: str, *, state: Any = None, destination: str = "append_dedup", **options: Any
) -> Output:
    config = sim.config(**{"start_date": str(ago(sim, DAYS)), "lookback_days": 3, **options})
    return run_sync(sim, [stream], config=config, state=state, destination=destination)


def orders(sim: Simulator, stream: str) -> list[dict[str, Any]]:
    return [entry.body or {} for entry in sim.calls(CREATE[stream])]


sim = simulated(world)


def test_every_row_arrives_under_its_key(sim: Simulator) -> None:
    for stream in OWN_REPORT_KEYS:
        output = read(sim, stream)
        assert_succeeded(output, [stream])
        assert len({record["CAMPAIGN_ID"] for record in output.records[stream]}) > 2
        assert_exact(output, sim, [stream], start=ago(sim, DAYS))


@pytest.mark.parametrize(("stream", "reports"), [(MIX, 5), (BRANDS, 3 * 2)])
def test_a_first_sync_makes_the_fewest_requests(sim: Simulator, stream: str, reports: int) -> None:
    """913 days in windows of 186 days, or of 52 weeks with two requests each."""
    sim.world.first_day = ago(sim, 5)
    output = read(sim, stream, start_date=None)
    assert_succeeded(output, [stream])
    assert_exact(output, sim, [stream])
    assert len(sim.calls(CREATE[stream])) == reports * sim.world.ad_accounts


def test_a_later_sync_reads_the_weeks_that_may_have_changed(sim: Simulator) -> None:
    first = read(sim, SKUS)
    with days_later(sim.world, 7):
        second = read(sim, SKUS, state=first.states)
        assert_succeeded(second, [SKUS])
        dates = {record["DATE"] for record in second.records[SKUS]}
        this_week, first_week = _monday(sim.world.today), _monday(ago(sim, 7 + 3 + 7))
        assert str(this_week) in dates
        assert min(dates) >= str(first_week)


def test_weeks_of_which_one_of_two_reports_failed_come_again_in_one_window() -> None:
    """They touch the weeks of the lookback, which a sync reads anyway."""
    fault = Fault(FaultKind.UNAVAILABLE, on=CREATE[BRANDS], after=1)
    with Simulator(world(ad_accounts=1, campaigns=6), faults=[fault]) as sim:
        first = read(sim, BRANDS, max_retries=0)
        assert first.status(BRANDS) == "INCOMPLETE"
        sim.log.clear()
        second = read(sim, BRANDS, state=first.states)
        assert_succeeded(second, [BRANDS])
        assert_exact(second, sim, [BRANDS], start=ago(sim, DAYS))
        assert len(orders(sim, BRANDS)) == 2


def _monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def test_conversions_are_read_by_month_and_ad_group(sim: Simulator) -> None:
    options = {"level": "ad_group", "granularity": "month", "columns": ["total_checkout_conversion_product_quantity"]}
    output = read(sim, SKUS, brand_category_sku_reports=options, start_date=str(ago(sim, 70)))
    assert_succeeded(output, [SKUS])
    records = output.records[SKUS]

    assert records
    assert all(record["DATE"].endswith("-01") and "CAMPAIGN_ID" not in record for record in records)
    keys = {(record["AD_GROUP_ID"], record["CONVERSION_PRODUCT_ID"], record["DATE"]) for record in records}
    assert len(keys) == len(records)
    assert {order["level"] for order in orders(sim, SKUS)} == {"AD_GROUP"}


def test_conversions_have_the_chosen_attribution(sim: Simulator) -> None:
    options = {"attribution_type": "BRAND_ATTRIBUTION"}
    output = read(sim, BRANDS, brand_category_sku_reports=options)
    assert_succeeded(output, [BRANDS])
    kind = OWN_REPORTS[BRANDS]
    by_default = kind.request(sim.world, ago(sim, DAYS), None, DEFAULT_ATTRIBUTION, None)
    asked = replace(by_default, attribution_type="BRAND_ATTRIBUTION")

    assert kind.rows(sim.world, asked) != kind.rows(sim.world, by_default)
    expected = sim.world.with_currency(kind.rows(sim.world, asked))
    assert_same(BRANDS, output.records[BRANDS], by_key(kind.key, expected))


def test_brand_attribution_is_requested_from_its_own_first_day(sim: Simulator) -> None:
    """Pinterest rejects a request that begins on April 1, 2025, or before."""
    sim.world.first_day = ago(sim, 5)
    output = read(sim, BRANDS, start_date=None, brand_category_sku_reports={"attribution_type": "BRAND_ATTRIBUTION"})
    assert_succeeded(output, [BRANDS])
    first = max(date(2025, 4, 2), ago(sim, 913))
    begins = min(date.fromisoformat(order["start_date"]) for order in orders(sim, BRANDS))
    assert first <= begins < first + timedelta(days=7)
