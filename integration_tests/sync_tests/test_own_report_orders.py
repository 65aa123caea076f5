"""What reports of products and of the marketing mix ask for, and what a refused part costs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from integration_tests.simulator.analytics.day_rows import DEFAULT_ATTRIBUTION
from integration_tests.support.assertions import assert_same, assert_succeeded
from integration_tests.support.days import days_later
from integration_tests.support.pinterest import Simulator
from integration_tests.support.truth import by_key
from integration_tests.support.truth.own_reports import OWN_REPORTS
from integration_tests.sync_tests.own_reports import BRANDS, DAYS, SKUS, ago, orders, read, world


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(world()) as simulator:
        yield simulator


# -- products


def test_a_later_sync_reads_the_weeks_that_may_have_changed(sim: Simulator) -> None:
    first = read(sim, SKUS)
    with days_later(sim.world, 7):
        second = read(sim, SKUS, state=first.states)
        assert_succeeded(second, [SKUS])
        dates = {record["DATE"] for record in second.records[SKUS]}
        this_week, first_week = _monday(sim.world.today), _monday(ago(sim, 7 + 3 + 7))
        assert str(this_week) in dates
        assert min(dates) >= str(first_week)


def _monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def test_months_and_ad_groups(sim: Simulator) -> None:
    options = {"level": "ad_group", "granularity": "month", "columns": ["total_checkout_conversion_product_quantity"]}
    output = read(sim, SKUS, brand_category_sku_reports=options, start_date=str(ago(sim, 70)))
    assert_succeeded(output, [SKUS])
    records = output.records[SKUS]

    assert records
    assert all(record["DATE"].endswith("-01") and "CAMPAIGN_ID" not in record for record in records)
    keys = {(record["AD_GROUP_ID"], record["CONVERSION_PRODUCT_ID"], record["DATE"]) for record in records}
    assert len(keys) == len(records)
    assert {order["level"] for order in orders(sim, SKUS)} == {"AD_GROUP"}


def test_conversions_by_brand_attribution(sim: Simulator) -> None:
    options = {"attribution_type": "BRAND_ATTRIBUTION"}
    output = read(sim, BRANDS, brand_category_sku_reports=options)
    assert_succeeded(output, [BRANDS])
    kind = OWN_REPORTS[BRANDS]
    by_default = kind.request(sim.world, ago(sim, DAYS), None, DEFAULT_ATTRIBUTION, None)
    asked = replace(by_default, attribution_type="BRAND_ATTRIBUTION")

    assert kind.rows(sim.world, asked) != kind.rows(sim.world, by_default)
    expected = sim.world.with_currency(kind.rows(sim.world, asked))
    assert_same(BRANDS, output.records[BRANDS], by_key(kind.key, expected))


def test_brand_attribution_begins_later(sim: Simulator) -> None:
    """Pinterest refuses a request that begins on April 1, 2025, or before."""
    sim.world.first_day = ago(sim, 5)
    output = read(sim, BRANDS, start_date=None, brand_category_sku_reports={"attribution_type": "BRAND_ATTRIBUTION"})
    assert_succeeded(output, [BRANDS])
    first = max(date(2025, 4, 2), ago(sim, 913))
    begins = min(date.fromisoformat(order["start_date"]) for order in orders(sim, BRANDS))
    assert first <= begins < first + timedelta(days=7)


# -- marketing mix
