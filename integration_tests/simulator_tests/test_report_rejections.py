"""The simulator rejects the orders of reports that Pinterest rejects.

Which fields and values there are is held against `pinterestsdk` in `test_contract_reports`.
"""

from dataclasses import replace
from typing import Any

import pytest

from integration_tests.simulator.calls.errors import ApiError, BrokenRule, forbidden
from integration_tests.simulator.calls.fields import Field, ListField, text
from integration_tests.simulator.calls.parameters import Day, Digits
from integration_tests.simulator.endpoints import CREATE_REPORTS
from integration_tests.simulator.reports.columns import REPORT_COLUMNS
from integration_tests.simulator.reports.fields import choice, choices, window_days
from integration_tests.simulator.reports.request import LEVELS
from integration_tests.simulator_tests.api_client import Client, legal_calls, legal_order, legal_orders, rejection
from integration_tests.simulator_tests.small_worlds import days_back, small_world
from integration_tests.support.pinterest import Simulator

ORDERS = {operation.operation_id: operation for operation in CREATE_REPORTS}
LEVEL, MIX, PRODUCTS = ORDERS
WORLD = small_world()
BETA = forbidden().message


def complaint(operation_id: str = LEVEL, /, **changes: Any) -> str:
    """What the legal order with changes breaks, "" for nothing; None leaves a field out."""
    body = {**legal_orders(WORLD)[operation_id], **changes}
    operation = ORDERS[operation_id]
    try:
        arguments = operation.read_body({name: value for name, value in body.items() if value is not None})
        operation.permit(WORLD, arguments)
    except ApiError as error:
        return error.message
    return ""


def of_level(level: str, **changes: Any) -> dict[str, Any]:
    """An order of a level, of days that each level has."""
    types = ["GENDER"] if level.endswith("_TARGETING") else None
    return {"level": level, "targeting_types": types, **days_back(WORLD, 60, 40), **changes}


ONE_OF = choice("x", "A", "B")


@pytest.mark.parametrize(
    ("field", "right", "wrong"),
    [
        (ONE_OF, "A", ["C", "", 1, ["A"]]),
        (text(Day("x")), "2026-02-28", ["2026-02-30", 20260228]),
        (window_days("x", 30), 7, [99, "30", [30], 1.5, True]),
        (choices("x", ("A", "B"), 2), ["A", "B"], ["A", [], ["C"], [1], ["A"] * 3]),
        (ListField("x", item=text(Digits("x"))), ["12"], [["12a"], [12]]),
    ],
    ids=["a choice", "a text", "a number", "a list of choices", "a list of texts"],
)
def test_a_value_that_breaks_the_rule_of_its_field_is_rejected(field: Field, right: Any, wrong: list[Any]) -> None:
    assert field.read({"x": right})
    for value in wrong:
        with pytest.raises(BrokenRule, match="x"):
            field.read({"x": value})
    assert field.read({"x": None}) == field.default
    with pytest.raises(BrokenRule, match="Missing required field 'x'"):
        replace(field, required=True).read({})


def test_an_unknown_field_is_rejected() -> None:
    for operation in CREATE_REPORTS:
        assert complaint(operation.operation_id) == ""
        assert complaint(operation.operation_id, nonsense=1) == "Unknown field 'nonsense'."


def test_a_body_that_is_no_json_object_is_rejected(sim: Simulator, api: Client) -> None:
    path, order = legal_calls(sim.world)["analytics/get_report"].path, legal_order(sim.world)
    for options in [{}, {"data": {"level": "CAMPAIGN"}}, {"json": []}, {"json": "x"}, {"data": "{"}, {"data": "{}"}]:
        headers = {"Content-Type": "application/json"} if options == {"data": "{"} else {}

        assert "must be a JSON object" in rejection(api.post(path, headers=headers, **options)).message, options
    told = rejection(api.post(path, json=order, params={"level": "CAMPAIGN"}))
    assert told == (400, 1, "Unknown parameter 'level'.")
    assert api.post(path, json={**order, "campaign_ids": None}).status_code == 200
    assert rejection(api.post(path, json={**order, "level": None}))[:2] == (400, 1)


def test_every_level_has_a_report_of_all_columns() -> None:
    for level in LEVELS:
        assert complaint(**of_level(level)) == "", level
        other = None if level.endswith("_TARGETING") else ["GENDER"]
        assert "requires level" in complaint(**of_level(level, targeting_types=other)), level
    assert complaint(columns=[*REPORT_COLUMNS]) == ""


def test_fields_that_do_not_go_together_are_rejected() -> None:
    for order, told in [
        (of_level("AD_GROUP_TARGETING", targeting_types=["AUDIENCE_MULTIPLIER"]), "AUDIENCE_MULTIPLIER"),
        (of_level("CAMPAIGN_TARGETING", targeting_types=["AUDIENCE_MULTIPLIER"]), ""),
        (of_level("AD_GROUP_TARGETING", targeting_types=["MEDIA_TYPE"]), "MEDIA_TYPE"),
        (of_level("PRODUCT_ITEM_TARGETING", targeting_types=["MEDIA_TYPE"]), ""),
        (of_level("PRODUCT_ITEM", columns=["AD_ID"]), "not supported for Product Item"),
        (of_level("PRODUCT_ITEM", ad_statuses=["PAUSED"]), "not supported for Product Item"),
        (of_level("PRODUCT_ITEM_TARGETING", columns=["PIN_PROMOTION_STATUS"]), "not supported for Product Item"),
        (of_level("CAMPAIGN_TARGETING", targeting_types=["GENDER", "CREATIVE_ENHANCEMENTS"]), BETA),
    ]:
        answer = complaint(**order)
        assert told in answer if told else answer == "", order


def test_windows_are_as_long_and_as_old_as_pinterest_allows() -> None:
    hourly, items = {"granularity": "HOUR"}, of_level("PRODUCT_ITEM_TARGETING")
    for operation_id, order, first, last, told in [
        (LEVEL, {}, 914, 728, ""),
        (LEVEL, {}, 914, 727, "more than 186 days"),
        (LEVEL, {}, 915, 800, "within 914 recent days"),
        (LEVEL, {}, 1, -1, ""),
        (LEVEL, {}, 0, -2, "in the future"),
        (LEVEL, {}, 10, 11, "after end_date"),
        (LEVEL, items, 92, 61, ""),
        (LEVEL, items, 92, 60, "more than 31 days"),
        (LEVEL, items, 93, 80, "within 92 recent days"),
        (LEVEL, hourly, 8, 5, ""),
        (LEVEL, hourly, 8, 4, "more than 3 days"),
        (LEVEL, hourly, 9, 8, "within 8 recent days"),
        (MIX, {}, 914, 900, ""),
        (MIX, {}, 915, 900, "914 recent days"),
        (MIX, {}, 400, 214, ""),
        (MIX, {}, 400, 213, "186 days"),
        (MIX, {}, 1, -2, "future"),
        (PRODUCTS, {}, 8, 1, ""),
        (PRODUCTS, {}, 7, 1, "7 day minimum"),
        (PRODUCTS, {}, 365, 0, ""),
        (PRODUCTS, {}, 366, 0, "max of 1 year"),
        (PRODUCTS, {}, 1, 30, "after end_date"),
    ]:
        answer = complaint(operation_id, **{**order, **days_back(WORLD, first, last)})
        assert told in answer if told else answer == "", (operation_id, order, first, last)
    since = {"end_date": "2024-04-17"}
    assert complaint(PRODUCTS, start_date="2024-03-17", **since) == ""
    assert complaint(PRODUCTS, start_date="2024-03-16", **since) == "start_date must be after 2024-03-16."


@pytest.mark.parametrize("windows", [(30, 0, 0), (0, 0, 1), (1, 30, 1), (14, 30, 1)], ids=str)
def test_attribution_windows_are_rejected_in_the_combinations_that_were_seen(
    sim: Simulator, api: Client, windows: tuple[int, int, int]
) -> None:
    names = ("click_window_days", "engagement_window_days", "view_window_days")
    chosen = dict(zip(names, windows, strict=True))
    path, query = legal_calls(sim.world)["ad_account/analytics"][:2]

    assert str(windows) in rejection(api.order(**chosen)).message
    assert api.order(**dict.fromkeys(names, 7)).status_code == 200
    assert str(windows) in rejection(api.get(path, {**query, **chosen})).message
    assert api.get(path, {**query, **dict.fromkeys(names, 7)}).status_code == 200


def test_a_report_needs_token_scope_and_account(sim: Simulator, api: Client) -> None:
    path, order = legal_calls(sim.world)["analytics/get_report"].path, legal_order(sim.world)
    foreign = f"/ad_accounts/{sim.world.foreign_account_id}/reports"

    assert rejection(api.post(path, json=order, headers={"Authorization": "Bearer nonsense"}))[:2] == (401, 2)
    assert rejection(api.post(foreign, json=order))[:2] == (403, 29)
    with Simulator(scopes=("boards:read",)) as other, Client(other) as organic:
        assert rejection(organic.order())[:2] == (401, 3)
