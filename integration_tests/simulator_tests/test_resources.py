"""Simulated dictionaries and trends are Pinterest's, and as strict. The contract is `pinterestsdk`."""

from collections.abc import Iterator
from typing import Any

import pinterestsdk
import pytest

from integration_tests.simulator.analytics.targeting import BETA_TYPES, TYPES, VALUES
from integration_tests.simulator.resources.options import NAMELESS
from integration_tests.simulator_tests.sdk_types import unknown_fields
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.truth import PRIMARY_KEYS, RESOURCE_KEYS

ITEMS: dict[str, tuple[str, Any]] = {
    "ad_account_countries/get": ("items", pinterestsdk.AdAccountsCountry),
    "delivery_metrics/get": ("items", pinterestsdk.DeliveryMetricsResponseItemsItems),
    "interest_targeting_options/get": ("", pinterestsdk.SingleInterestTargetingOption),
    "trending_keywords/list": ("trends", pinterestsdk.TrendingKeyword),
    "trends_product_categories_trending/list": ("", pinterestsdk.TrendingProductCategory),
    "trends_product_categories_details/list": ("", pinterestsdk.ProductCategoryDetails),
    "trends_featured_topics/list": ("", pinterestsdk.FeaturedTrend),
}
"""Under which name the answer holds its items, and the model of one."""
IN_BETA = {"trending_keywords/list": {"demographics", "has_prediction", "predicted_time_series"}}


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(World(trends=6)) as simulator:
        yield simulator


def items(api: Client, operation_id: str) -> list[dict[str, Any]]:
    holder, _ = ITEMS[operation_id]
    answer = api.call(operation_id).json()
    found = answer[holder] if holder else answer
    return found if isinstance(found, list) else [found]


def test_each_item_is_one_of_the_contract(api: Client) -> None:
    for operation_id, (_, model) in ITEMS.items():
        found = items(api, operation_id)
        assert found, operation_id
        for item in found:
            assert model.from_dict(item) is not None, operation_id


def test_items_have_every_field_of_the_contract_and_no_other(api: Client) -> None:
    for operation_id, (_, model) in ITEMS.items():
        found = items(api, operation_id)
        declared = {field.alias or name for name, field in model.model_fields.items()}

        assert set().union(*found) == declared - IN_BETA.get(operation_id, set()), operation_id
        assert set(unknown_fields(found, model)) == set(), operation_id


def test_every_stream_has_its_key_in_the_truth(sim: Simulator) -> None:
    assert {stream: PRIMARY_KEYS[stream] for stream in RESOURCE_KEYS} == dict(RESOURCE_KEYS)
    for stream in RESOURCE_KEYS:
        assert len(sim.expected(stream)) == len(list(sim.world.records(stream))) > 1


def test_the_value_without_a_name_is_one_of_analytics() -> None:
    open_types = {name for types in TYPES.values() for name in types} - BETA_TYPES

    assert [name for name in open_types if NAMELESS in VALUES[name]] == ["GEO"]


def test_audiences_are_those_of_the_ad_account_that_is_named(sim: Simulator, api: Client) -> None:
    path = "/resources/targeting/AUDIENCE_INCLUDE"
    of_accounts = [api.get(path, {"ad_account_id": sim.world.account_id(account)}).json()[0] for account in range(2)]

    assert api.get(path).json() == [{}]
    assert all(of_accounts)
    assert not set(of_accounts[0]) & set(of_accounts[1])


def test_the_years_weeks_end_today(sim: Simulator, api: Client) -> None:
    keyword = api.call("trending_keywords/list").json()["trends"][0]

    assert max(keyword["time_series"]) == str(sim.world.today)
    assert len(keyword["time_series"]) == sim.world.trend_weeks
    assert len(api.call("trending_keywords/list", limit=4).json()["trends"]) == 4


def test_a_report_type_narrows_the_metrics(api: Client) -> None:
    every, of_reports = (api.call("delivery_metrics/get", report_type=kind).json()["items"] for kind in (None, "ASYNC"))

    assert {item["name"] for item in of_reports} < {item["name"] for item in every}


def test_what_pinterest_refuses_is_refused(api: Client) -> None:
    for path, query in [
        ("/resources/delivery_metrics", {"report_type": "BOTH"}),
        ("/resources/delivery_metrics", {"page_size": 250}),
        ("/resources/ad_account_countries", {"bookmark": "x"}),
        ("/resources/targeting/PLACEMENT", {}),
        ("/resources/targeting/gender", {}),
        ("/resources/targeting/GENDER", {"ad_account_id": "x"}),
        ("/resources/targeting/interests/kitchen", {}),
        ("/resources/targeting/interests/1234567890123456789", {}),
        ("/trends/keywords/JP/top/growing", {}),
        ("/trends/keywords/US/top/weekly", {}),
        ("/trends/keywords/US/top/growing", {"limit": 51}),
        ("/trends/keywords/US/top/growing", {"region": "US"}),
        ("/trends/keywords/US/top/growing", {"include_prediction": "true"}),
        ("/trends/product_categories/trending", {}),
        ("/trends/product_categories/trending", {"region": "DE"}),
        ("/trends/product_categories/details", {"region": "US"}),
        ("/trends/product_categories/details", {"region": "US", "product_categories": ["BOOTS"] * 21}),
        ("/trends/product_categories/details", {"region": "US", "product_categories": "HATS"}),
        ("/trends/topics/featured", {"region": "US", "interest": "wedding"}),
    ]:
        answer = api.get(path, query)

        assert (answer.status_code, answer.json()["code"]) == (400, 1), (path, query)


def test_what_is_not_the_users_or_not_open_is_forbidden(sim: Simulator, api: Client) -> None:
    foreign = api.get("/resources/targeting/GENDER", {"ad_account_id": sim.world.foreign_account_id})
    in_beta = api.call("trending_keywords/list", include_demographics="true")

    assert [answer.status_code for answer in (foreign, in_beta)] == [403, 403]
    assert api.get("/resources/targeting/interests/1").status_code == 404
