"""Trends of each region come in few requests, and a region that fails costs itself alone."""

from datetime import timedelta
from typing import Any

from integration_tests.simulator.server.request_log import Entry
from integration_tests.support.assertions import assert_failed, assert_succeeded
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

CATEGORIES, DETAILS = "trends_product_categories_trending/list", "trends_product_categories_details/list"


def test_product_categories_are_read_twenty_at_a_time() -> None:
    with Simulator(World(ad_accounts=1, trends=21)) as sim:
        output = run_sync(sim, ["product_category_trends"])
        assert_succeeded(output, ["product_category_trends"])
        assert len(output.records["product_category_trends"]) == 21
        assert {len(call.values("product_categories")) for call in sim.calls(DETAILS)} == {20, 1}


def test_a_list_of_categories_that_fails_costs_its_own_region() -> None:
    stream = "product_category_trends"
    with Simulator(World(ad_accounts=1)) as sim:
        sim.alter(CATEGORIES, lambda entry, page: 7 if "US" in entry.values("region") else page)
        output = run_sync(sim, [stream], config=sim.config(trend_regions=["US", "CA"]))
        assert_failed(output, stream, "system_error", "a form that this version does not know")
        assert {record["region"] for record in output.records[stream]} == {"CA"}


def test_a_country_without_trends_is_logged_with_the_regions_that_have_some() -> None:
    with Simulator(World(ad_accounts=1)) as sim:
        sim.alter("ad_accounts/list", with_country("JP"))
        output = run_sync(sim, ["featured_trend_topics"])
        assert_succeeded(output, ["featured_trend_topics"])
        assert not output.records["featured_trend_topics"]
        [said] = [text for _, text in output.logs if "has no trends" in text]
        assert said.endswith("It has trends for US, GB+IE, CA.")


def with_country(country: str) -> Any:
    def alter(_: Entry, page: Any) -> Any:
        return {**page, "items": [{**account, "country": country} for account in page["items"]]}

    return alter


def test_a_week_that_was_counted_stands_before_what_was_forecast_of_it() -> None:
    with Simulator(World(ad_accounts=1, trends=1)) as sim:
        counted, ahead = (str(sim.world.today + timedelta(weeks=weeks)) for weeks in (0, 1))
        keyword = {"keyword": "tea", "time_series": {counted: 31}, "predicted_time_series": {counted: 90, ahead: 45}}
        bare = {"keyword": "jam", "time_series": None}
        sim.alter("trending_keywords/list", lambda _entry, _page: {"trends": [keyword, bare]})
        output = run_sync(sim, ["trending_keyword_weeks"], config=sim.config(trend_regions=["US"]))
        rows = [row for row in output.records["trending_keyword_weeks"] if row["trend_type"] == "growing"]
        assert [(row["keyword"], row["week"], row["volume"], row["is_forecast"]) for row in rows] == [
            ("tea", counted, 31, False),
            ("tea", ahead, 45, True),
        ]
