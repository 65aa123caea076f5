"""The simulator is as strict as Pinterest about reports with endpoints of their own."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.support.api_client import Client, download, legal_calls
from integration_tests.support.legal_orders import legal_orders
from integration_tests.support.pinterest import Simulator, World

FULL_MINUTE = 1_200_000.0
MIX, PRODUCTS = "mmm_report", "conversion_product_report"


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(World(boards=0, ad_accounts=1, campaigns=8, ad_groups=2, ads=2), profile="ample") as simulator:
        yield simulator


def order(sim: Simulator, api: Client, kind: str, **changes: Any) -> Any:
    path = legal_calls(sim.world)[f"analytics/get_{kind}"].path
    body = {**legal_orders(sim.world)[f"analytics/create_{kind}"], **changes}
    return api.post(path, json={name: value for name, value in body.items() if value is not None})


def rows(sim: Simulator, api: Client, kind: str, **changes: Any) -> list[dict[str, Any]]:
    token = order(sim, api, kind, **changes).json()["token"]
    sim.advance(1)
    url = api.get(legal_calls(sim.world)[f"analytics/get_{kind}"].path, {"token": token}).json()["url"]
    return [row for listed in download(url).json().values() for row in listed]


def ago(sim: Simulator, days: int) -> str:
    return str(sim.world.today - timedelta(days=days))


def test_windows(sim: Simulator, api: Client) -> None:
    for kind, first, last, said in [
        (MIX, 914, 900, None),
        (MIX, 915, 900, "914 recent days"),
        (MIX, 400, 214, None),
        (MIX, 400, 213, "186 days"),
        (MIX, 1, -2, "future"),
        (PRODUCTS, 8, 1, None),
        (PRODUCTS, 7, 1, "7 day minimum"),
        (PRODUCTS, 365, 0, None),
        (PRODUCTS, 366, 0, "max of 1 year"),
        (PRODUCTS, 1, 30, "after end_date"),
    ]:
        answer = order(sim, api, kind, start_date=ago(sim, first), end_date=ago(sim, last))

        assert answer.status_code == (400 if said else 200), (kind, first, last, said)
        assert (said or "") in str(answer.json()["message"]), (kind, first, last, said)


@pytest.mark.parametrize("day", ["2024-03-16", "2023-12-31"])
def test_products_are_known_since_a_day(sim: Simulator, api: Client, day: str) -> None:
    assert order(sim, api, PRODUCTS, start_date="2024-03-17", end_date="2024-04-17").status_code == 200
    assert order(sim, api, PRODUCTS, start_date=day, end_date="2024-04-17").status_code == 400


def test_what_the_contract_rules_out(sim: Simulator, api: Client) -> None:
    for kind, changes in [
        (MIX, {"report_name": None}),
        (MIX, {"targeting_types": None}),
        (MIX, {"targeting_types": ["REGION"]}),
        (MIX, {"level": "CAMPAIGN"}),
        (MIX, {"granularity": "MONTH"}),
        (MIX, {"columns": ["TOTAL_CHECKOUT"]}),
        (MIX, {"report_format": "JSON"}),
        (PRODUCTS, {"report_name": None}),
        (PRODUCTS, {"granularity": "DAY"}),
        (PRODUCTS, {"columns": ["SPEND_IN_DOLLAR"]}),
        (PRODUCTS, {"engagement_window_days": 30}),
        (PRODUCTS, {"conversion_product_breakdown": "BRAND"}),
        (PRODUCTS, {"campaign_objective_types": ["AWARENESS"] * 8}),
        (PRODUCTS, {"ad_group_ids": ["1"]}),
        (PRODUCTS, {"targeting_types": ["GENDER"]}),
    ]:
        assert order(sim, api, kind, **changes).status_code == 400, (kind, changes)


def test_a_report_that_names_no_objective_has_few_campaigns(sim: Simulator, api: Client) -> None:
    every = ["AWARENESS", "CONSIDERATION", "WEB_CONVERSION", "CATALOG_SALES", "VIDEO_COMPLETION", "SALES", "LEADS"]
    most = rows(sim, api, PRODUCTS, campaign_objective_types=every)
    few = rows(sim, api, PRODUCTS, campaign_objective_types=None)

    assert 0 < len(few) < len(most)


def test_an_ad_account_takes_five_marketing_mix_reports_a_minute() -> None:
    with (
        Simulator(World(boards=0, ad_accounts=2), profile="standard", clock=lambda: FULL_MINUTE) as sim,
        Client(sim) as api,
    ):
        days = [ago(sim, 300 - number) for number in range(6)]
        statuses = [order(sim, api, MIX, start_date=day).status_code for day in days]
        assert statuses == [200] * 5 + [429]
        other = legal_calls(sim.world)["analytics/get_mmm_report"].path.replace(
            sim.world.account_id(0), sim.world.account_id(1)
        )
        assert api.post(other, json=legal_orders(sim.world)["analytics/create_mmm_report"]).status_code == 200
        sim.advance(60)
        assert order(sim, api, MIX, start_date=days[5]).status_code == 200
