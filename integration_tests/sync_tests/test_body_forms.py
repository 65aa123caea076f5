"""A body of another form fails its task and is never read as empty; a form that costs nothing to accept is accepted."""

from collections.abc import Callable
from typing import Any

import pytest

from integration_tests.simulator.faults.alterations import Alteration, each_row, with_field
from integration_tests.simulator.server.request_log import Entry
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

COUNTRY = {"code": "US", "name": "United States"}
TOPICS = [{"interest": "PETS", "trends": trends} for trends in ({"title": "Rugs"}, "Rugs", 7, ["Rugs"])]
WEEKS = [{"keyword": "jam", "time_series": series} for series in ([{"2026-06-27": 7}], "2026-06-27", 7)]
METRICS_OF_A_PIN = ([], {"1": 7}, {"1": {"all": {"daily_metrics": 7}}})
DAYS_OF_A_PROFILE = (
    {},
    {"all": {}},
    {"all": {"daily_metrics": [{"date": ""}]}},
    {"all": {"daily_metrics": [{"date": "2026-6-31"}]}},
)
ROWS_OF_TARGETING = (
    {},
    {"data": [{"targeting_type": "GENDER"}]},
    {"data": [{"metrics": [1]}]},
    {"data": [{"metrics": {"CAMPAIGN_ID": 7, "DATE": "2026-07-01"}}]},
)
PINS_OF_A_RANKING = ([], {"pins": [{}, {}]}, {"pins": 7}, {"pins": [{"pin_id": 813744226420000000.0}] * 2})
OTHER_FORMS = {
    ("ad_account_countries", "ad_account_countries/get"): (
        7,
        {"data": [COUNTRY]},
        {"items": {"code": "US"}},
        {"items": [COUNTRY, None]},
    ),
    ("ad_accounts", "ad_accounts/list"): ({"items": [{"id": "11"}, {"name": "no id"}] * 2},),
    ("audience_insights", "audience_insights/get"): ({}, {"code": 50, "message": "nope", "status": "failure"}),
    ("labels", "labels/list"): ({"items": [{"labels": [{"label": "without an id"}] * 2}]}, {"labels": [{"id": "1"}]}),
    ("catalogs_product_group_counts", "catalogs_product_groups/product_counts_get"): (
        {"in_stock": 5},
        {"total": None},
        [],
    ),
    ("targeting_options", "targeting_options/get"): ({"female": "Female"}, [{"female": "Female"}, "male"], [{"id": 1}]),
    ("top_pins", "user_account/analytics/top_pins"): PINS_OF_A_RANKING,
    ("user_account_analytics", "user_account/analytics"): DAYS_OF_A_PROFILE,
    ("pin_analytics", "multi_pins/analytics"): METRICS_OF_A_PIN,
    ("campaign_targeting_analytics", "campaign_targeting_analytics/get"): ROWS_OF_TARGETING,
    ("featured_trend_topics", "trends_featured_topics/list"): [{"items": [topic]} for topic in TOPICS],
    ("trending_keyword_weeks", "trending_keywords/list"): [{"trends": [week]} for week in WEEKS],
}


def small() -> World:
    return World(boards=2, pins_per_board=2, ad_accounts=1, shared_ad_accounts=0, campaigns=2, ads=2)


@pytest.mark.parametrize(("stream", "operation"), OTHER_FORMS, ids=[stream for stream, _ in OTHER_FORMS])
def test_a_body_of_another_form_is_never_read_as_empty(stream: str, operation: str) -> None:
    for body in OTHER_FORMS[stream, operation]:
        with Simulator(small(), open_betas=["multi_pins/analytics"]) as sim:
            sim.alter(operation, lambda _entry, _page, body=body: body)
            output = run_sync(sim, [stream], config=sim.config(trend_regions=["US"]))
        assert_failed(output, stream, "system_error", f"{stream}: ")
        texts = " ".join(str(error.message) for error in output.errors_of(stream))
        assert (
            "a form that this version does not know" in texts or "a response of Pinterest has an unknown form" in texts
        )


def named_by_list(_: Entry, page: Any) -> Any:
    return page["items"]


def in_bundles(_: Entry, page: Any) -> Any:
    return {**page, "items": [{"labels": page["items"]}, {"labels": []}, {"labels": None}]}


def in_items(_: Entry, page: Any) -> Any:
    return {"items": page}


def with_ids_as_numbers(_: Entry, page: Any) -> Any:
    return {**page, "items": [{**item, "id": int(item["id"])} for item in page["items"]]}


def without_engagement(_: Entry, items: Any) -> Any:
    """Pinterest's default is then meant."""
    return [{name: value for name, value in item.items() if name != "engagement_type"} for item in items]


def with_each(field: str, new: Callable[[Any], Any]) -> Alteration:
    return lambda _, body: each_row(body, lambda row: [with_field(row, field, new)])


ROWS = ("campaign_analytics", "campaigns/analytics")


@pytest.mark.parametrize(
    ("stream", "operation", "change"),
    [
        (*ROWS, with_each("CAMPAIGN_ID", int)),
        (*ROWS, with_each("CAMPAIGN_ID", float)),
        *((*ROWS, with_each("AD_ACCOUNT_ID", lambda _, none=none: none)) for none in (None, "", 0, "0")),
        (*ROWS, with_each("SPEND_IN_MICRO_DOLLAR", str)),
        ("campaign_targeting_analytics", "campaign_targeting_analytics/get", with_each("SPEND_IN_MICRO_DOLLAR", str)),
        ("ad_account_countries", "ad_account_countries/get", named_by_list),
        ("labels", "labels/list", in_bundles),
        ("conversion_event_quality", "conversion_eqs/list", in_items),
        ("campaigns", "campaigns/list", with_ids_as_numbers),
        ("trending_product_categories", "trends_product_categories_trending/list", without_engagement),
    ],
)
def test_a_form_that_costs_nothing_to_accept_is_accepted(stream: str, operation: str, change: Alteration) -> None:
    with Simulator(small()) as sim:
        sim.alter(operation, change)
        output = run_sync(sim, [stream])
        assert_succeeded(output, [stream])
        assert_exact(output, sim, [stream])


def test_an_owner_that_is_a_text_is_its_id() -> None:
    with Simulator(small()) as sim:
        owners = {record["owner"]["id"] for record in sim.expected("ad_accounts").values()}
        sim.alter(
            "ad_accounts/list",
            lambda _, page: {**page, "items": [{**item, "owner": item["owner"]["id"]} for item in page["items"]]},
        )
        output = run_sync(sim, ["ad_accounts"])
        assert [record["owner"] for record in output.records["ad_accounts"]] == [{"id": owner} for owner in owners]


@pytest.mark.parametrize(
    ("stream", "operation", "body", "records"),
    [
        ("ad_account_countries", "ad_account_countries/get", {}, 0),
        ("audience_insights", "audience_insights/get", {"date": None}, 3),
        ("pins", "pins/list", {"items": None}, 0),
        ("campaign_targeting_analytics", "campaign_targeting_analytics/get", {"data": None}, 0),
        ("top_pins", "user_account/analytics/top_pins", {"pins": None}, 0),
        ("trending_keywords", "trending_keywords/list", {"trends": None}, 0),
        ("featured_trend_topics", "trends_featured_topics/list", {"items": [{"interest": "a", "trends": None}]}, 0),
        ("user_account_analytics", "user_account/analytics", {"all": {"daily_metrics": None}}, 0),
    ],
)
def test_an_answer_without_numbers_is_no_failure(stream: str, operation: str, body: Any, records: int) -> None:
    with Simulator(small()) as sim:
        sim.alter(operation, lambda _entry, _page: body)
        output = run_sync(sim, [stream])
        assert_succeeded(output, [stream])
        assert len(output.records[stream]) == records
