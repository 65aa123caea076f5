"""Are reports with endpoints of their own read whole, in whichever form their files come?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from integration_tests.simulator import DOWNLOAD, Fault
from integration_tests.simulator.analytics.day_rows import DEFAULT_ATTRIBUTION
from integration_tests.simulator.contract import violations
from integration_tests.support.assertions import assert_exact, assert_same, assert_succeeded, assert_understandable
from integration_tests.support.days import days_later
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth import OWN_REPORT_KEYS, by_key
from integration_tests.support.truth.own_reports import OWN_REPORTS

MIX, BRANDS, SKUS = "marketing_mix_report", "brand_conversions_report", "sku_conversions_report"
CREATE = {
    MIX: "analytics/create_mmm_report",
    **dict.fromkeys(set(OWN_REPORT_KEYS) - {MIX}, "analytics/create_conversion_product_report"),
}
POLL = {name: operation.replace("create", "get") for name, operation in CREATE.items()}
DAYS = 20

each_stream = pytest.mark.parametrize("stream", OWN_REPORT_KEYS)
of_each_kind = pytest.mark.parametrize("stream", [MIX, BRANDS])


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


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(world()) as simulator:
        yield simulator


def ago(sim: Simulator, days: int) -> date:
    return sim.world.today - timedelta(days=days)


def read(
    sim: Simulator, stream: str, *, state: Any = None, destination: str = "append_dedup", **options: Any
) -> Output:
    config = sim.config(**{"start_date": str(ago(sim, DAYS)), "lookback_days": 3, **options})
    return run_sync(sim, [stream], config=config, state=state, destination=destination)


def orders(sim: Simulator, stream: str) -> list[dict[str, Any]]:
    return [entry.body or {} for entry in sim.calls(CREATE[stream])]


@each_stream
def test_every_row_arrives_under_its_key(sim: Simulator, stream: str) -> None:
    output = read(sim, stream)
    assert_succeeded(output, [stream])
    assert len({record["CAMPAIGN_ID"] for record in output.records[stream]}) > 2
    assert_exact(output, sim, [stream], start=ago(sim, DAYS))
    assert violations(sim.log) == []


@each_stream
@pytest.mark.parametrize("form", ["list", "csv"])
def test_a_file_of_another_form_has_the_same_rows(stream: str, form: str) -> None:
    with Simulator(world(own_report_form=form)) as sim:
        output = read(sim, stream)
        assert_succeeded(output, [stream])
        expected = sim.expected(stream, start=ago(sim, DAYS))
        found = [
            {name: value for name, value in record.items() if value is not None} for record in output.records[stream]
        ]
        told = {key: {name: value for name, value in row.items() if value is not None} for key, row in expected.items()}
        assert_same(stream, found, told)


@of_each_kind
@pytest.mark.parametrize("destination", ["append", "append_dedup"])
def test_a_file_of_unknown_form_costs_the_days_and_says_so(stream: str, destination: str) -> None:
    with Simulator(world(own_report_form="cells")) as sim:
        output = read(sim, stream, destination=destination)
        assert output.status(stream) == "INCOMPLETE"
        assert not output.records[stream]
        [error, *_] = output.errors_of(stream)
        assert error.failure_type.value == "system_error"
        assert "in a form that this version of the connector does not know" in str(error.message)
        assert_understandable(str(error.message))
        sim.world.own_report_form = "entity"
        second = read(sim, stream, state=output.states, destination=destination)
        assert_succeeded(second, [stream])
        assert second.records[stream]


@of_each_kind
@pytest.mark.parametrize("empty", ["{}", "[]"])
def test_an_empty_report_is_no_failure(stream: str, empty: str) -> None:
    with Simulator(world(active_percent=0, empty_report=empty)) as sim:
        output = read(sim, stream)
        assert_succeeded(output, [stream])
        assert not output.records[stream]


@of_each_kind
@pytest.mark.parametrize("kind", ["503", "truncated_json", "report_failed", "report_does_not_exist"])
def test_a_report_whose_order_or_poll_fails_once_is_whole(sim: Simulator, stream: str, kind: str) -> None:
    for operation in (CREATE[stream], POLL[stream]):
        sim.add_fault(Fault(kind, on="*" if kind.startswith("report") else operation))
    output = read(sim, stream)
    assert_succeeded(output, [stream])
    assert_exact(output, sim, [stream], start=ago(sim, DAYS))
    assert any(entry.fault for entry in sim.log)


@of_each_kind
@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("entity", "download_cut"),
        ("entity", "download_expired"),
        ("list", "download_truncated"),
        ("list", "download_cut"),
        ("csv", "download_cut"),
    ],
)
def test_a_file_that_breaks_once_is_whole(stream: str, form: str, kind: str) -> None:
    with Simulator(world(own_report_form=form), faults=[Fault(kind)]) as sim:
        output = read(sim, stream)
        assert_succeeded(output, [stream])
        assert len(output.records[stream]) == len(sim.expected(stream, start=ago(sim, DAYS)))
        assert [entry for entry in sim.calls(DOWNLOAD) if entry.fault]


@of_each_kind
def test_what_fails_for_good_is_owed(sim: Simulator, stream: str) -> None:
    sim.add_fault(Fault("500", on=CREATE[stream], times=None))
    first = read(sim, stream, max_retries=0)
    assert first.status(stream) == "INCOMPLETE"
    with Simulator(sim.world) as healthy:
        second = read(healthy, stream, state=first.states)
        assert_succeeded(second, [stream])
        assert_exact(second, healthy, [stream], start=ago(healthy, DAYS))


@pytest.mark.parametrize(("stream", "reports"), [(MIX, 5), (BRANDS, 3 * 2)])
def test_a_first_sync_asks_as_little_as_it_may(sim: Simulator, stream: str, reports: int) -> None:
    """913 days in windows of 186 days, or of 52 weeks with two requests each."""
    sim.world.first_day = ago(sim, 5)
    output = read(sim, stream, start_date=None)
    assert_succeeded(output, [stream])
    assert_exact(output, sim, [stream])
    assert len(sim.calls(CREATE[stream])) == reports * sim.world.ad_accounts


# -- products


def test_campaigns_of_every_objective_are_asked_for(sim: Simulator) -> None:
    """A request that names none has those of four."""
    read(sim, BRANDS, account_ids=[sim.world.account_id(0)])
    named = [order["campaign_objective_types"] for order in orders(sim, BRANDS)]

    assert [len(names) for names in named] == [5, 4]
    assert len({name for names in named for name in names}) == 9


NEWER = ["APP_INSTALL", "SALES", "LEADS", "CTV_CONSIDERATION"]


def test_objectives_that_pinterest_does_not_know_cost_no_campaign() -> None:
    with Simulator(world(campaigns=3), refused_names=NEWER) as sim:
        output = read(sim, BRANDS)
        assert_succeeded(output, [BRANDS])
        assert_exact(output, sim, [BRANDS], start=ago(sim, DAYS))
        assert "Pinterest knows no campaigns of the objectives" in " ".join(output.warnings())
        cursors = [entry["cursor"] for entry in output.states[BRANDS]["states"]]
        assert ["missing" in cursor for cursor in cursors] == [False, False]


def test_a_refusal_that_names_no_objective_leaves_the_days_owed() -> None:
    """And costs no row of the other campaigns."""
    with Simulator(world(campaigns=3), refused_names=NEWER, names_the_refused=False) as sim:
        output = read(sim, BRANDS)
        assert output.status(BRANDS) == "INCOMPLETE"
        assert_exact(output, sim, [BRANDS], start=ago(sim, DAYS))
    with Simulator(sim.world) as healthy:
        second = read(healthy, BRANDS, state=output.states)
        assert_succeeded(second, [BRANDS])
        assert_exact(second, healthy, [BRANDS], start=ago(healthy, DAYS))


def test_a_week_alone_is_asked_for_with_the_one_before_it(sim: Simulator) -> None:
    """Pinterest wants seven days at least; rows of the other week are no news."""
    monday = sim.world.today - timedelta(days=sim.world.today.weekday())
    output = read(sim, SKUS, start_date=str(monday))
    assert_succeeded(output, [SKUS])
    assert_exact(output, sim, [SKUS], start=monday)
    assert {order["start_date"] for order in orders(sim, SKUS)} == {str(monday - timedelta(days=7))}
    assert not output.warnings()


def test_a_later_sync_reads_the_weeks_that_may_have_changed(sim: Simulator) -> None:
    first = read(sim, SKUS)
    with days_later(sim.world, 7):
        second = read(sim, SKUS, state=first.states)
        assert_succeeded(second, [SKUS])
        dates = {record["DATE"] for record in second.records[SKUS]}
        this_week = sim.world.today - timedelta(days=sim.world.today.weekday())
        assert str(this_week) in dates
        assert min(dates) >= str(ago(sim, 7 + 3 + 7))


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
    assert_same(BRANDS, output.records[BRANDS], by_key(kind.key, kind.rows(sim.world, asked)))


def test_brand_attribution_begins_later(sim: Simulator) -> None:
    """Pinterest refuses a request that begins on April 1, 2025, or before."""
    sim.world.first_day = ago(sim, 5)
    output = read(sim, BRANDS, start_date=None, brand_category_sku_reports={"attribution_type": "BRAND_ATTRIBUTION"})
    assert_succeeded(output, [BRANDS])
    first = max(date(2025, 4, 2), ago(sim, 913))
    begins = min(date.fromisoformat(order["start_date"]) for order in orders(sim, BRANDS))
    assert first <= begins < first + timedelta(days=7)


# -- marketing mix


def test_ad_groups_by_other_targeting_types(sim: Simulator) -> None:
    options = {
        "level": "AD_GROUP_TARGETING",
        "targeting_types": ["PLACEMENT"],
        "columns": ["SPEND_IN_DOLLAR", "SPEND_ORDER_LINE_PAID_TYPE"],
    }
    output = read(sim, MIX, marketing_mix_report=options)
    assert_succeeded(output, [MIX])
    records = output.records[MIX]

    assert {(record["TARGETING_TYPE"], record["SPEND_ORDER_LINE_PAID_TYPE"]) for record in records} == {
        ("PLACEMENT", "PAID")
    }
    assert {tuple(order["columns"]) for order in orders(sim, MIX)} == {
        ("AD_GROUP_ID", "SPEND_IN_DOLLAR", "SPEND_ORDER_LINE_PAID_TYPE")
    }


def test_a_column_that_pinterest_refuses_costs_itself() -> None:
    with Simulator(world(), refused_names=["ECPM_IN_DOLLAR"]) as sim:
        output = read(sim, MIX)
        assert_succeeded(output, [MIX])
        expected = sim.expected(MIX, start=ago(sim, DAYS))
        assert len(output.records[MIX]) == len(expected)
        assert not any("ECPM_IN_DOLLAR" in record for record in output.records[MIX])
        assert "ECPM_IN_DOLLAR" in " ".join(output.warnings())
