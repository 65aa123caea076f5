"""The simulator refuses what Pinterest refuses.

Which parameters and values there are is held against `pinterestsdk` in `test_contract_parameters`.
"""

import json
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from integration_tests.simulator import Kind, Settings
from integration_tests.simulator.calls.errors import BrokenRule, missing_scope
from integration_tests.simulator.calls.operation import Operation
from integration_tests.simulator.endpoints import ENDPOINTS
from integration_tests.simulator.lists.ad_group_lists import KeywordBatches
from integration_tests.simulator.world import numbering
from integration_tests.simulator_tests.refusals import illegal, legal, refusal
from integration_tests.simulator_tests.small_worlds import ordered, window
from integration_tests.support.api_client import Client, legal_calls
from integration_tests.support.pinterest import Simulator, World

STATS = "reports/stats"


# -- parameters


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


def test_a_value_that_breaks_the_rule_of_its_parameter_is_refused(sim: Simulator, api: Client) -> None:
    for operation in ENDPOINTS:
        assert complaint(operation, sim.world, nonsense="1") == "Unknown parameter 'nonsense'."
        for parameter in operation.accepted():
            for value in illegal(parameter):
                told = complaint(operation, sim.world, **{parameter.name: value})
                assert parameter.name in told, (operation.operation_id, value)
    assert refusal(api.get("/boards", {"nonsense": "1"})) == (400, 1, "Unknown parameter 'nonsense'.")


def test_an_operation_that_is_not_simulated_says_so(sim: Simulator) -> None:
    for operation in ENDPOINTS:
        for parameter in operation.accepted():
            if not parameter.is_simulated:
                told = complaint(operation, sim.world, **{parameter.name: legal(parameter)})
                assert told == f"{parameter.name} is not simulated.", (operation.operation_id, parameter.name)


def test_a_list_of_ids_may_be_joined_or_repeated_and_is_full_at_its_bound(sim: Simulator, api: Client) -> None:
    ids = [numbering.AD_GROUPS.id_of(index % 40) for index in range(250)]
    for operation_id in ("keywords/get", "ad_groups/analytics"):
        for value in (ids, ",".join(ids)):
            answer = api.call(operation_id, ad_group_ids=value)
            assert answer.status_code == 200, operation_id
            assert len(set(sim.log[-1].values("ad_group_ids"))) == 40
        assert "maximum is 250" in refusal(api.call(operation_id, ad_group_ids=[*ids, "7"])).message, operation_id


def test_an_id_in_a_path_is_as_strict(api: Client) -> None:
    for path, status in [
        (f"/ad_accounts/{'1' * 19}/campaigns", 400),
        ("/boards/first/pins", 400),
        ("/resources/targeting/PLACEMENT", 400),
        ("/resources/targeting/interests/1234567890123456789", 400),
        ("/trends/keywords/JP/top/growing", 400),
    ]:
        assert refusal(api.get(path)).status == status, path


def stats(catalog_type: str = "RETAIL", **report: str) -> str:
    return json.dumps({"catalog_type": catalog_type, "report": {"report_type": "DISTRIBUTION_ISSUES", **report}})


def test_parameters_that_do_not_go_together_are_refused(api: Client) -> None:
    for operation_id, changes in [
        ("ads/analytics", {"ad_ids": None}),
        ("keywords/get", {"campaign_id": "1"}),
        ("product_group_promotions/list", {"ad_group_id": None}),
        ("user_account/analytics", {"split_field": "SOURCE"}),
        (STATS, {"parameters": json.dumps({"catalog_type": "RETAIL"})}),
        (STATS, {"parameters": stats("CREATIVE_ASSETS")}),
        (STATS, {"parameters": stats("HOTEL")}),
        (STATS, {"parameters": stats(report_type="ALL_ITEMS")}),
        (STATS, {"parameters": stats(report_type="FEED_INGESTION_ISSUES")}),
        (STATS, {"parameters": stats(feed_id="1")}),
    ]:
        assert refusal(api.call(operation_id, **changes))[:2] == (400, 1), (operation_id, changes)


def test_beta_parameters_are_forbidden(api: Client) -> None:
    for operation_id, name, value in [
        ("campaigns/analytics", "aggregate_report_rows", "true"),
        ("campaigns/analytics", "reporting_timezone", "AD_ACCOUNT_TIME_ZONE"),
        ("trending_keywords/list", "include_demographics", "true"),
    ]:
        assert refusal(api.call(operation_id, **{name: value}))[:2] == (403, 29), name


# -- days


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
            days = ordered(window(sim.world, -start, -end))
            assert complaint(operation, sim.world, **days) == told, (operation.operation_id, start, end)


def test_hourly_requests_are_shorter(sim: Simulator) -> None:
    [operation] = [one for one in ENDPOINTS if one.operation_id == "campaigns/analytics"]
    for start, end, told in [(9, 8, "8 days"), (8, 4, "3 days"), (3, 0, "simulated")]:
        assert told in complaint(operation, sim.world, granularity="HOUR", **ordered(window(sim.world, start, end)))


# -- bookmarks


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
            assert refusal(api.call(operation_id, **{**again, **changes}))[:2] == (400, 1), (operation_id, changes)
        sim.advance(86_400 + 1)
        assert "expired" in refusal(api.call("boards/list_pins", **again)).message


def test_a_page_has_25_items_unless_asked_otherwise_or_capped() -> None:
    with Simulator(World(boards=1, pins_per_board=27, sections_per_board=0)) as sim, Client(sim) as api:
        path = legal_calls(sim.world)["boards/list_pins"].path
        assert [len(page) for page in api.pages(path)] == [25, 2]
        assert [len(page) for page in api.pages(path, page_size=250)] == [27]
    with Simulator(World(boards=1, pins_per_board=7, sections_per_board=0), page_cap=3) as sim, Client(sim) as api:
        assert [len(page) for page in api.pages(path, page_size=250)] == [3, 3, 1]


# -- access


def test_a_call_without_a_valid_token_is_refused(api: Client) -> None:
    for authorization in ["", "Bearer ", "Bearer pina_unknown", "Basic eDp5", "pina_unknown"]:
        answer = api.get("/boards", headers={"Authorization": authorization})

        assert refusal(answer)[:2] == (401, 2), authorization


def test_a_call_without_its_scopes_is_refused() -> None:
    with Simulator(scopes=(), profile="ample") as sim, Client(sim) as api:
        for operation in ENDPOINTS:
            told = refusal(api.call(operation.operation_id))
            assert told == (401, 3, missing_scope(*operation.scopes).message), operation.operation_id
    with Simulator(scopes=("boards:read",)) as sim, Client(sim) as api:
        assert refusal(api.call("boards/list_pins")) == (401, 3, missing_scope("pins:read").message)
        assert api.call("boards/list").status_code == 200


def test_content_of_another_user_is_forbidden(sim: Simulator, api: Client) -> None:
    foreign = sim.world.foreign_account_id
    for path in ["", "/campaigns", "/ad_groups", "/ads", "/reports?token=x"]:
        assert refusal(api.get(f"/ad_accounts/{foreign}{path}"))[:2] == (403, 29), path
    for path in ["/boards", "/user_account", "/catalogs", "/resources/targeting/GENDER"]:
        assert refusal(api.get(path, {"ad_account_id": foreign}))[:2] == (403, 29), path
        assert api.get(path, {"ad_account_id": sim.world.account_id(0)}).status_code == 200, path
    for what in ["members", "partners", "assets"]:
        assert refusal(api.get(f"/businesses/1/{what}"))[:2] == (403, 29), what


def test_an_unknown_id_is_not_found(sim: Simulator, api: Client) -> None:
    board = legal_calls(sim.world)["boards/get"].path
    other_board = api.get("/boards").json()["items"][1]["id"]
    section = api.get(f"{board}/sections").json()["items"][0]["id"]
    account = f"/ad_accounts/{sim.world.account_id(0)}"
    for path, code in [
        *((path, 40) for path in ("/boards/1", "/boards/1/pins", "/boards/1/sections")),
        (f"{board}/sections/1/pins", 2031),
        (f"/boards/{other_board}/sections/{section}/pins", 2031),
        ("/catalogs/feeds/1/processing_results", 4161),
        ("/catalogs/processing_results/1/item_issues", 4161),
        ("/catalogs/product_groups/1/products", 4182),
        ("/resources/targeting/interests/1", 404),
        (f"{account}/keywords?ad_group_id=1", 404),
        (f"{account}/product_group_promotions?ad_group_id=1", 404),
        *((path, 404) for path in ("/nothing", "/boards/", "/pin", "/ad_accounts/1/nothing")),
    ]:
        assert refusal(api.get(path))[:2] == (404, code), path
    for report, code in [({"report_type": "FEED_INGESTION_ISSUES", "feed_id": "1"}, 4161), ({"catalog_id": "1"}, 4184)]:
        assert refusal(api.call(STATS, parameters=stats(**report)))[:2] == (404, code)
    assert refusal(api.get("/oauth/token"))[:2] == (405, 5)
    assert refusal(api.post(legal_calls(sim.world)["campaigns/list"].path))[:2] == (405, 5)


# -- sizes and headers


def test_a_request_line_that_is_too_long_is_refused_in_json_or_by_a_cdn(api: Client) -> None:
    ids = [f"{number:018}" for number in range(250)]

    assert api.call("campaigns/analytics", campaign_ids=ids).status_code == 200
    assert refusal(api.call("boards/list", bookmark="x" * 40_000))[:2] == (414, 414)
    with Simulator(max_url_length=5_000) as sim, Client(sim) as short:
        assert refusal(short.call("campaigns/analytics", campaign_ids=ids))[:2] == (414, 414)
        assert short.call("campaigns/analytics", campaign_ids=ids[:100]).status_code == 200
    with Simulator(max_url_length=5_000, long_url_status=400) as sim, Client(sim) as behind_a_cdn:
        answer = behind_a_cdn.call("campaigns/analytics", campaign_ids=ids)
        assert answer.status_code == 400
        assert answer.headers["Content-Type"].startswith("text/html")


def test_an_answer_of_too_many_rows_is_refused() -> None:
    with Simulator(max_rows=18) as sim, Client(sim) as api:
        assert api.call("campaigns/analytics").status_code == 200
        ids = [sim.world.entity_id(Kind.CAMPAIGNS, 0, index) for index in range(4)]
        assert refusal(api.call("campaigns/analytics", campaign_ids=ids))[:2] == (413, 413)


def test_pinterest_is_as_strict_by_default_as_it_is() -> None:
    """What a test needs otherwise, it says."""
    plain, world = Settings(), World()

    assert (plain.profile, plain.open_betas, world.keyword_batches) == ("standard", (), KeywordBatches.RESTRICTED)
    assert (world.hour_column, world.product_item_column) == ("", "")
    assert plain.report_seconds >= 1
    assert plain.max_url_length <= 8 * 1024


@pytest.mark.parametrize("path", ["/boards", "/nothing", "/boards/1"])
def test_every_response_tells_its_id_the_quota_and_the_date_of_its_clock(path: str) -> None:
    with Simulator(clock=lambda: 1_000_000.0) as sim, Client(sim) as api:
        first = api.get(path).headers
        sim.advance(600)
        second = api.get(path).headers

    dates = [parsedate_to_datetime(headers["Date"]) for headers in (first, second)]
    assert dates == [sim.world.now.replace(microsecond=0) + timedelta(seconds=seconds) for seconds in (0, 600)]
    assert first["x-pinterest-rid"] != second["x-pinterest-rid"]
    assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= set(first)
