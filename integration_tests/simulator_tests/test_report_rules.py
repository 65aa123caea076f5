"""The simulator refuses the orders of reports that Pinterest refuses, for level, columns, days or rights."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import REPORT_COLUMNS, SYNC_COLUMNS
from integration_tests.simulator.reports.request import LEVELS, TARGETING_VALUES
from integration_tests.simulator_tests.refusals import refusal
from integration_tests.support.api_client import Client, legal_calls
from integration_tests.support.legal_orders import legal_order
from integration_tests.support.pinterest import Simulator, World


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(World(), profile="ample") as simulator:
        yield simulator


def days(sim: Simulator, start: int, end: int) -> dict[str, Any]:
    """A window in days from today."""
    return {"start_date": str(sim.world.today + timedelta(start)), "end_date": str(sim.world.today + timedelta(end))}


def raw(sim: Simulator, api: Client, **options: Any) -> Any:
    return api.post(f"/ad_accounts/{sim.world.account_id(0)}/reports", **options)


# -- levels and columns


def test_every_level_has_a_report(sim: Simulator, api: Client) -> None:
    for level in LEVELS:
        targeting: dict[str, Any] = {"targeting_types": ["GENDER"]} if level.endswith("_TARGETING") else {}

        assert api.order(level=level, **days(sim, -60, -40), **targeting).status_code == 200, level


def test_the_626_columns_are_taken(api: Client) -> None:
    assert len(REPORT_COLUMNS) == len(set(REPORT_COLUMNS)) == 626
    assert set(SYNC_COLUMNS) - set(REPORT_COLUMNS) == {"QUIZ_PIN_RESULT_OPEN"}
    assert api.order(columns=REPORT_COLUMNS).status_code == 200


def test_targeting_types_go_with_targeting_levels(sim: Simulator, api: Client) -> None:
    for level in LEVELS:
        types = None if level.endswith("_TARGETING") else ["GENDER"]

        answer = api.order(level=level, targeting_types=types, **days(sim, -60, -40))

        assert "requires level" in refusal(answer).message, level


def test_targeting_types_are_at_most_five(api: Client) -> None:
    types = ["GENDER", "APPTYPE", "LOCATION", "COUNTRY", "REGION", "PLACEMENT"]

    assert api.order(level="CAMPAIGN_TARGETING", targeting_types=types[:5]).status_code == 200
    assert "maximum is 5" in refusal(api.order(level="CAMPAIGN_TARGETING", targeting_types=types)).message


@pytest.mark.parametrize(
    ("targeting_type", "level"),
    [("AUDIENCE_MULTIPLIER", "CAMPAIGN_TARGETING"), ("MEDIA_TYPE", "PRODUCT_ITEM_TARGETING")],
)
def test_some_targeting_types_are_of_one_level(sim: Simulator, api: Client, targeting_type: str, level: str) -> None:
    window = days(sim, -60, -40)

    assert api.order(level=level, targeting_types=[targeting_type], **window).status_code == 200
    answer = api.order(level="AD_GROUP_TARGETING", targeting_types=[targeting_type], **window)
    assert targeting_type in refusal(answer).message


def test_product_items_know_no_ads(sim: Simulator, api: Client) -> None:
    for ad in [
        {"columns": ["AD_ID"]},
        {"columns": ["PIN_PROMOTION_STATUS"]},
        {"ad_ids": ["1"]},
        {"ad_statuses": ["PAUSED"]},
    ]:
        for level in ["PRODUCT_ITEM", "PRODUCT_ITEM_TARGETING"]:
            targeting: dict[str, Any] = {"targeting_types": ["MEDIA_TYPE"]} if level.endswith("_TARGETING") else {}

            answer = api.order(level=level, **days(sim, -60, -40), **targeting, **ad)

            assert "not supported for Product Item level reports" in refusal(answer).message, (level, ad)


# -- dates


def test_a_report_reaches_914_days_back_and_spans_186(sim: Simulator, api: Client) -> None:
    def answer(start: int, end: int) -> Any:
        return api.order(**days(sim, start, end))

    assert answer(-914, -729).status_code == 200
    assert answer(-914, -728).status_code == 200
    assert answer(-1, 1).status_code == 200
    assert refusal(answer(-914, -727))[:2] == (400, 1)
    assert "more than 186 days" in refusal(answer(-914, -727)).message
    assert refusal(answer(-915, -800)) == (400, 1, "Non-hourly request must be within 914 recent days")
    assert "in the future" in refusal(answer(0, 2)).message
    assert "after end_date" in refusal(answer(-10, -11)).message


@pytest.mark.parametrize("level", ["PRODUCT_ITEM", "PRODUCT_ITEM_TARGETING"])
def test_a_report_of_product_items_reaches_92_days_back_and_spans_31(sim: Simulator, api: Client, level: str) -> None:
    targeting: dict[str, Any] = {"targeting_types": ["GENDER"]} if level.endswith("_TARGETING") else {}

    def answer(start: int, end: int) -> Any:
        return api.order(level=level, **days(sim, start, end), **targeting)

    assert answer(-92, -61).status_code == 200
    assert "more than 31 days" in refusal(answer(-92, -60)).message
    assert "within 92 recent days" in refusal(answer(-93, -80)).message


def test_an_hourly_report_reaches_8_days_back_and_spans_3(sim: Simulator, api: Client) -> None:
    def answer(start: int, end: int, **changes: Any) -> Any:
        return api.order(granularity="HOUR", **days(sim, start, end), **changes)

    assert answer(-8, -5).status_code == 200
    assert "more than 3 days" in refusal(answer(-8, -4)).message
    assert "within 8 recent days" in refusal(answer(-9, -8)).message
    assert answer(-2, -1, start_hour=3, end_hour=23).status_code == 200
    assert "end_hour" in refusal(answer(-2, -1, end_hour=24)).message


def test_hours_go_with_hourly_reports(api: Client) -> None:
    for granularity in ["DAY", "WEEK", "MONTH", "TOTAL"]:
        for name in ["start_hour", "end_hour"]:
            assert "only allowed for hourly" in refusal(api.order(granularity=granularity, **{name: 3})).message, (
                name,
                granularity,
            )


def test_the_914_days_follow_the_time_of_the_world() -> None:
    with Simulator() as sim, Client(sim) as api:
        window = days(sim, -914, -800)
        sim.world.now += timedelta(days=1)

        assert "within 914 recent days" in refusal(api.order(**window)).message


# -- what is closed, or not simulated


def test_beta_features_are_refused(api: Client) -> None:
    for beta in [
        {"combine_targeting_types": True, "targeting_types": ["GENDER"]},
        {"reporting_timezone": "AD_ACCOUNT_TIME_ZONE", "targeting_types": ["GENDER"]},
        {"targeting_types": ["AGE_BUCKET_AND_GENDER"]},
        {"targeting_types": ["GENDER", "CREATIVE_ENHANCEMENTS"]},
    ]:
        assert refusal(api.order(level="CAMPAIGN_TARGETING", **beta))[:2] == (403, 29), beta


def test_what_is_not_simulated_says_so(api: Client) -> None:
    for unsimulated in [
        {"report_format": "CSV"},
        {"primary_sort": "BY_DATE"},
        {"campaign_brand_label": "x"},
        {"campaign_custom_label": "x"},
        {"metrics_filters": [{"field": "SPEND_IN_DOLLAR", "operator": "LESS_THAN", "values": [1]}]},
        {"custom_conversion_event_metrics": [{}]},
        {"ad_ids": ["1"]},
        {"level": "ADVERTISER", "campaign_ids": ["1"]},
    ]:
        assert "not simulated" in refusal(api.order(**unsimulated)).message, unsimulated


def test_attribution_windows_may_be_refused_in_some_combinations() -> None:
    with Simulator(refused_windows=[(1, 30, 1)]) as sim, Client(sim) as api:
        answer = api.order(click_window_days=1, engagement_window_days=30, view_window_days=1)

        assert "(1, 30, 1)" in refusal(answer).message
        assert api.order(click_window_days=7).status_code == 200


# -- access


def test_an_order_needs_token_scope_and_account(sim: Simulator, api: Client) -> None:
    foreign = f"/ad_accounts/{sim.world.foreign_account_id}/reports"

    assert refusal(raw(sim, api, headers={"Authorization": "Bearer nonsense"}))[:2] == (401, 2)
    assert refusal(api.post(foreign, json=legal_order(sim.world)))[:2] == (403, 29)
    assert refusal(api.get(foreign, {"token": "x"}))[:2] == (403, 29)
    with Simulator(scopes=("boards:read",)) as other, Client(other) as organic:
        assert refusal(organic.order())[:2] == (401, 3)


def test_a_poll_needs_a_token(sim: Simulator, api: Client) -> None:
    path = legal_calls(sim.world)["analytics/get_report"].path

    assert refusal(api.get(path)) == (400, 1, "Missing required parameter 'token'.")


def test_other_methods_are_refused(sim: Simulator, api: Client) -> None:
    assert refusal(api.post(legal_calls(sim.world)["campaigns/list"].path))[:2] == (405, 5)


def test_every_targeting_type_has_values() -> None:
    assert all(TARGETING_VALUES.values())
