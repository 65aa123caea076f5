"""Analytics and reports have the odd forms, the restatements and the filters that a test requests.

A simulator without them would let the connector pass: the truth of a sync is made of the same rows.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from integration_tests.simulator import Attribution, ReportRequest
from integration_tests.simulator.reports.rows import report_rows
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator_tests.api_client import Client, download, legal_calls, legal_orders
from integration_tests.simulator_tests.small_worlds import NOW, days_back, rows, small_world
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.worlds import simulated

OBJECTIVES = ["AWARENESS", "CONSIDERATION", "WEB_CONVERSION", "CATALOG_SALES", "VIDEO_COMPLETION", "SALES", "LEADS"]
sim = simulated(lambda: small_world(campaigns=7, ad_groups=9, ads=8), scope="module", report_seconds=0, profile="ample")


def made(world: World, level: str, *columns: str, **order: Any) -> list[Record]:
    """The rows of today in a report of the first ad account."""
    dates = {"start_date": world.today, "end_date": world.today}
    request = ReportRequest(**{"level": level, **dates, "columns": columns, **order})
    return [row.record for row in report_rows(world, 0, request)]


def value(row: Mapping[str, Any], column: str) -> float:
    """A number of a row, where nothing is zero."""
    return row.get(column) or 0


def test_a_report_leaves_out_zeros_and_rows_of_zeros_only(sim: Simulator, api: Client) -> None:
    seldom, often = "TOTAL_VIEW_CHECKOUT", "TOTAL_CLICK_LEAD"
    asked = {"columns": ["CAMPAIGN_ID", seldom, often], **days_back(sim.world, 60, 0)}
    served = rows(api, **asked)

    assert all(row.get(seldom, 1) and row.get(often, 1) for row in served)
    assert len({seldom in row for row in served}) == 2
    assert 0 < len(served) < len(rows(api, **{**asked, "columns": ["CAMPAIGN_ID"]}))


def test_the_numbers_of_yesterday_are_still_moving() -> None:
    world = small_world()
    yesterday = (str(world.today - timedelta(days=1)),)
    before = world.expected("user_account_analytics")[yesterday]
    world.now += timedelta(days=2)
    settled = world.expected("user_account_analytics")[yesterday]

    assert (before["data_status"], settled["data_status"]) == ("ESTIMATE", "READY")
    assert settled["metrics"] != before["metrics"]


def test_entities_of_every_status_have_rows_however_long_ago_they_were_edited() -> None:
    world = small_world(campaigns=100)
    campaigns = {key[0]: record for key, record in world.expected("campaigns").items()}
    found = {key[0] for key in world.expected("campaign_analytics", wanted_columns=["CAMPAIGN_ID"])}

    assert {campaigns[campaign]["status"] for campaign in found} == {"ACTIVE", "ARCHIVED", "PAUSED"}
    assert any(campaigns[campaign]["updated_time"] < NOW.timestamp() - 365 * 86_400 for campaign in found)


def test_the_requested_attribution_changes_conversions_only(sim: Simulator, api: Client) -> None:
    day = {"start": sim.world.today - timedelta(days=5), "wanted_columns": ["SPEND_IN_DOLLAR", "TOTAL_CHECKOUT"]}
    usual = sim.expected("campaign_analytics", **day)
    for asked in [{"click_window_days": 1, "view_window_days": 0}, {"conversion_report_time": "TIME_OF_CONVERSION"}]:
        expected = sim.expected("campaign_analytics", attribution=Attribution(**asked), **day)
        dates = {"start_date": str(day["start"]), "end_date": str(sim.world.today)}
        for served in (api.call("campaigns/analytics", **asked).json(), rows(api, **asked, **dates)):
            found = {(str(row["CAMPAIGN_ID"]), row["DATE"]): row for row in served}
            assert found
            for key, row in found.items():
                assert value(expected[key], "TOTAL_CHECKOUT") == value(row, "TOTAL_CHECKOUT"), asked
                assert value(usual[key], "SPEND_IN_DOLLAR") == value(row, "SPEND_IN_DOLLAR"), asked
        assert usual != expected, asked


def test_a_product_report_that_names_no_objective_has_few_campaigns(sim: Simulator, api: Client) -> None:
    path = legal_calls(sim.world)["analytics/get_conversion_product_report"].path
    order = legal_orders(sim.world)["analytics/create_conversion_product_report"]

    def campaigns(objectives: list[str] | None) -> set[str]:
        token = api.post(path, json={**order, "campaign_objective_types": objectives}).json()["token"]
        return set(download(api.get(path, {"token": token}).json()["url"]).json())

    assert set() < campaigns(None) < campaigns(OBJECTIVES)
