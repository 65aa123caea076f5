"""The simulator rejects what Pinterest rejects.

Which parameters and values there are is held against `pinterestsdk` in `test_contract_parameters`.
"""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from integration_tests.simulator.calls.errors import BrokenRule
from integration_tests.simulator.calls.operation import Operation
from integration_tests.simulator.calls.parameters import (
    Choice,
    CommaArray,
    Day,
    DeepObject,
    Digits,
    Flag,
    Integer,
    Parameter,
    RepeatedArray,
    Text,
)
from integration_tests.simulator.endpoints import ENDPOINTS
from integration_tests.simulator.server.settings import Settings
from integration_tests.simulator.world import numbering
from integration_tests.simulator_tests.api_client import Client, legal_calls, rejection
from integration_tests.simulator_tests.small_worlds import days_back
from integration_tests.support.pinterest import Simulator, World

STATS = "reports/stats"


def complaint(operation: Operation, world: World, **changes: Any) -> str:
    """What the legal call with changes breaks, "" for nothing; None leaves a parameter out."""
    path, query = legal_calls(world)[operation.operation_id]
    pieces = zip(operation.path.split("/"), path.split("/"), strict=True)
    ids = {name[1:-1]: piece for name, piece in pieces if name.startswith("{")}
    sent = {name: value for name, value in {**query, **changes}.items() if value is not None}
    try:
        arguments = operation.read(ids, parse_qsl(urlencode(sent, doseq=True), keep_blank_values=True))
        operation.permit(world, arguments)
    except BrokenRule as error:
        return error.message
    return ""


ONE_OF = Choice("x", values=("A", "B"))


@pytest.mark.parametrize(
    ("parameter", "right", "wrong"),
    [
        (ONE_OF, [["A"]], [["C"], ["a"], [""]]),
        (Flag("x"), [["true"], ["false"]], [["True"], ["1"], [""]]),
        (Day("x"), [["2026-02-28"]], [["2026-2-1"], ["20260201"], ["2026-02-30"], ["2026-02-01T00:00:00"], [""]]),
        (DeepObject("x"), [['{"a": 1}']], [["RETAIL"], ["[]"]]),
        (Integer("x", minimum=1, maximum=250), [["1"], ["250"]], [["0"], ["251"], ["1.0"], [""]]),
        (Digits("x", max_length=3), [["123"]], [["12a"], ["1234"], [""]]),
        (Text("x", max_length=2), [["US"]], [["USA"], [""]]),
        (CommaArray("x", item=ONE_OF, max_items=2), [["A,B"]], [["A,C"], ["A,A,A"], [""]]),
        (RepeatedArray("x", item=ONE_OF, max_items=2), [["A", "B"]], [["A", "C"], ["A,B"], ["A"] * 3, [""]]),
        (RepeatedArray("x", item=ONE_OF, max_items=2, may_be_joined=True), [["A", "B"], ["A,B"]], [["A", "A,B"]]),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_value_that_breaks_the_rule_of_its_parameter_is_rejected(
    parameter: Parameter, right: list[list[str]], wrong: list[list[str]]
) -> None:
    for values in right:
        assert parameter.read(values) is not None
    for values in wrong if isinstance(parameter, RepeatedArray) else [*wrong, right[0] * 2]:
        with pytest.raises(BrokenRule, match="x"):
            parameter.read(values)
    assert parameter.read([]) is None
    with pytest.raises(BrokenRule, match="Missing required parameter 'x'"):
        replace(parameter, required=True).read([])


def test_an_unknown_parameter_is_rejected(sim: Simulator, api: Client) -> None:
    for operation in ENDPOINTS:
        assert complaint(operation, sim.world, nonsense="1") == "Unknown parameter 'nonsense'."
    assert rejection(api.get("/boards", {"nonsense": "1"})) == (400, 1, "Unknown parameter 'nonsense'.")


def test_a_list_of_ids_is_full_at_its_bound_and_may_be_joined(sim: Simulator, api: Client) -> None:
    ids = [numbering.AD_GROUPS.id_of(index % 40) for index in range(250)]
    for written in (ids, ",".join(ids)):
        assert api.call("ad_groups/analytics", ad_group_ids=written).status_code == 200
        assert len(set(sim.log[-1].values("ad_group_ids"))) == 40
    assert "maximum is 250" in rejection(api.call("ad_groups/analytics", ad_group_ids=[*ids, "7"])).message


def stats(catalog_type: str = "RETAIL", **report: str) -> str:
    return json.dumps({"catalog_type": catalog_type, "report": {"report_type": "DISTRIBUTION_ISSUES", **report}})


def test_parameters_that_do_not_go_together_are_rejected(api: Client) -> None:
    for operation_id, changes in [
        ("ads/analytics", {"ad_ids": None}),
        ("keywords/get", {"campaign_id": "1", "ad_group_id": "1"}),
        ("product_group_promotions/list", {"ad_group_id": None}),
        ("user_account/analytics", {"split_field": "SOURCE"}),
        (STATS, {"parameters": json.dumps({"catalog_type": "RETAIL"})}),
        (STATS, {"parameters": stats("CREATIVE_ASSETS")}),
        (STATS, {"parameters": stats("HOTEL")}),
        (STATS, {"parameters": stats(report_type="ALL_ITEMS")}),
        (STATS, {"parameters": stats(report_type="FEED_INGESTION_ISSUES")}),
        (STATS, {"parameters": stats(feed_id="1")}),
    ]:
        assert rejection(api.call(operation_id, **changes))[:2] == (400, 1), (operation_id, changes)


def test_days_lie_in_the_last_90(sim: Simulator) -> None:
    dated = [one for one in ENDPOINTS if "start_date" in {parameter.name for parameter in one.accepted()}]
    assert len(dated) >= 14
    for operation in dated:
        for start, end, told in [
            (-90, 0, ""),
            (-1, 1, ""),
            (-91, -80, "You can only get data from the last 90 days."),
            (-90, 1, "end_date cannot be more than 90 days past start_date."),
            (0, 2, "end_date must not be in the future."),
            (0, -1, "start_date must not be after end_date."),
        ]:
            days = days_back(sim.world, -start, -end)
            assert complaint(operation, sim.world, **days) == told, (operation.operation_id, start, end)


def test_a_bookmark_goes_on_in_its_own_list_alone_and_for_a_day() -> None:
    with Simulator(World(pins_per_board=40)) as sim, Client(sim) as api:
        whole = api.call("boards/list_pins", page_size=250).json()["items"]
        first = api.call("boards/list_pins", page_size=20).json()
        again = {"page_size": 20, "bookmark": first["bookmark"]}
        second = api.call("boards/list_pins", **again).json()

        assert first["items"] + second["items"] == whole[:40]
        assert second["bookmark"] != first["bookmark"]
        for operation_id, changes in [
            ("boards/list_pins", {"page_size": 21}),
            ("boards/list_pins", {"pin_metrics": "true"}),
            ("boards/list_pins", {"bookmark": "nonsense"}),
            ("boards/list_pins", {"bookmark": "MjV8MTIz"}),
            ("boards/list", {}),
        ]:
            assert rejection(api.call(operation_id, **{**again, **changes}))[:2] == (400, 1), (operation_id, changes)
        sim.advance(86_400 + 1)
        assert "expired" in rejection(api.call("boards/list_pins", **again)).message


def test_a_page_has_25_items_unless_page_size_or_a_cap_says_otherwise() -> None:
    with Simulator(World(boards=1, pins_per_board=27, sections_per_board=0)) as sim, Client(sim) as api:
        path = legal_calls(sim.world)["boards/list_pins"].path
        assert [len(page) for page in api.pages(path)] == [25, 2]
        assert [len(page) for page in api.pages(path, page_size=250)] == [27]
    with Simulator(World(boards=1, pins_per_board=7, sections_per_board=0), page_cap=3) as sim, Client(sim) as api:
        assert [len(page) for page in api.pages(path, page_size=250)] == [3, 3, 1]


def test_a_call_without_a_valid_token_is_rejected(api: Client) -> None:
    for authorization in ["", "Bearer ", "Bearer pina_unknown", "Basic eDp5", "pina_unknown"]:
        answer = api.get("/boards", headers={"Authorization": authorization})

        assert rejection(answer)[:2] == (401, 2), authorization


def test_pinterest_is_as_strict_by_default_as_it_is() -> None:
    """What a test needs otherwise, it says."""
    plain, world = Settings(), World()

    assert (plain.profile, plain.open_betas) == ("standard", ())
    assert (world.hour_column, world.product_item_column) == ("", "")
    assert plain.report_seconds >= 1
    assert plain.max_url_length <= 8 * 1024
