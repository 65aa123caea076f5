"""The simulator refuses the fields of a report that Pinterest refuses, one case for each rule."""

from collections.abc import Iterator
from typing import Any

import pytest

from integration_tests.simulator_tests.refusals import refusal
from integration_tests.support.api_client import Client
from integration_tests.support.legal_orders import legal_order
from integration_tests.support.pinterest import Simulator, World

REQUIRED = ("start_date", "end_date", "granularity", "level", "columns")


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(World(), profile="ample") as simulator:
        yield simulator


def raw(sim: Simulator, api: Client, **options: Any) -> Any:
    return api.post(f"/ad_accounts/{sim.world.account_id(0)}/reports", **options)


def test_a_missing_field_is_refused(api: Client) -> None:
    for name in REQUIRED:
        assert refusal(api.order(**{name: None})) == (400, 1, f"Missing required field '{name}'."), name


def test_an_unknown_field_is_refused(api: Client) -> None:
    assert refusal(api.order(nonsense=1)) == (400, 1, "Unknown field 'nonsense'.")


def test_a_query_is_refused(sim: Simulator, api: Client) -> None:
    answer = raw(sim, api, json=legal_order(sim.world), params={"level": "CAMPAIGN"})

    assert refusal(answer) == (400, 1, "Unknown parameter 'level'.")


def test_a_body_that_is_no_json_object_is_refused(sim: Simulator, api: Client) -> None:
    for options in [{}, {"data": {"level": "CAMPAIGN"}}, {"json": []}, {"json": "x"}, {"data": "{"}, {"data": "{}"}]:
        headers = {"Content-Type": "application/json"} if options == {"data": "{"} else {}

        assert "must be a JSON object" in refusal(raw(sim, api, headers=headers, **options)).message, options


def test_null_is_no_value(sim: Simulator, api: Client) -> None:
    assert raw(sim, api, json={**legal_order(sim.world), "campaign_ids": None}).status_code == 200
    assert refusal(raw(sim, api, json={**legal_order(sim.world), "level": None}))[:2] == (400, 1)


def test_a_value_of_another_type_or_enumeration_is_refused(api: Client) -> None:
    for name, value in [
        ("level", "AD"),
        ("level", ["CAMPAIGN"]),
        ("granularity", "DAILY"),
        ("columns", ["SPEND"]),
        ("columns", ["QUIZ_PIN_RESULT_OPEN"]),
        ("columns", "SPEND_IN_DOLLAR"),
        ("columns", [1]),
        ("start_date", "2026-1-1"),
        ("end_date", 20260101),
        ("click_window_days", 2),
        ("click_window_days", "30"),
        ("engagement_window_days", [30]),
        ("view_window_days", 1.5),
        ("view_window_days", True),
        ("conversion_report_time", "NOW"),
        ("attribution_types", ["PERSON"]),
        ("attribution_types", "HOUSEHOLD"),
        ("report_format", "XML"),
        ("primary_sort", "BY_NAME"),
        ("reporting_timezone", "UTC"),
        ("combine_targeting_types", "true"),
        ("campaign_ids", ["12a"]),
        ("campaign_ids", [12]),
        ("campaign_ids", "12"),
        ("campaign_statuses", ["ACTIVE"]),
        ("ad_group_statuses", ["ACTIVE"]),
        ("campaign_objective_types", ["FAME"]),
    ]:
        answer = refusal(api.order(**{name: value}))

        assert answer[:2] == (400, 1), (name, value)
        assert name in answer.message, (name, value)


@pytest.mark.parametrize(
    ("level", "name", "value"),
    [
        ("PIN_PROMOTION", "ad_statuses", ["RUNNING"]),
        ("PRODUCT_GROUP", "product_group_statuses", ["APPROVED"]),
        ("CAMPAIGN_TARGETING", "targeting_types", ["AGE"]),
    ],
)
def test_a_filter_of_another_enumeration_is_refused(api: Client, level: str, name: str, value: Any) -> None:
    assert name in refusal(api.order(level=level, **{name: value})).message


def test_an_empty_array_is_refused(sim: Simulator, api: Client) -> None:
    for name in ["campaign_ids", "campaign_statuses", "campaign_objective_types", "columns"]:
        answer = raw(sim, api, json={**legal_order(sim.world), name: []})

        assert "at least one item" in refusal(answer).message, name


IDS = {
    "campaign_ids": "CAMPAIGN",
    "ad_group_ids": "AD_GROUP",
    "ad_ids": "PIN_PROMOTION",
    "product_group_ids": "PRODUCT_GROUP",
}


def test_ids_are_at_most_500(api: Client) -> None:
    for name, level in IDS.items():
        ids = [str(number) for number in range(500)]

        assert api.order(level=level, **{name: ids}).status_code == 200, (name, level)
        assert "maximum is 500" in refusal(api.order(level=level, **{name: [*ids, "500"]})).message, (name, level)


STATUSES = {
    "campaign_statuses": ("CAMPAIGN", ["RUNNING", "PAUSED", "NOT_STARTED", "COMPLETED", "ARCHIVED", "DRAFT"]),
    "ad_group_statuses": ("AD_GROUP", ["RUNNING", "PAUSED", "NOT_STARTED", "COMPLETED", "ARCHIVED", "DRAFT"]),
    "ad_statuses": ("PIN_PROMOTION", ["APPROVED", "PAUSED", "PENDING", "REJECTED", "ARCHIVED", "DRAFT"]),
}


@pytest.mark.parametrize("name", STATUSES)
def test_statuses_are_at_most_six(api: Client, name: str) -> None:
    level, six = STATUSES[name]

    assert api.order(level=level, **{name: six}).status_code == 200
    assert "maximum is 6" in refusal(api.order(level=level, **{name: [*six, "DELETED_DRAFT"]})).message
