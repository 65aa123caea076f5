"""The plain lists of the simulator are Pinterest's, as an independent contract sees them.

Each record of each list is held against the model of `pinterestsdk`: it is valid, every field of the model appears in
some record, and no other does.
"""

from collections.abc import Iterator
from typing import Any

import pinterestsdk
import pytest

from integration_tests.simulator.business.endpoints import BUSINESS_ENDPOINTS
from integration_tests.simulator.calls.operation import ListOperation
from integration_tests.simulator.contract import sdk_call, sdk_item
from integration_tests.simulator.lists.audience_endpoints import AUDIENCE_ENDPOINTS
from integration_tests.simulator.lists.catalog_endpoints import CATALOG_ITEM_ENDPOINTS
from integration_tests.simulator.lists.endpoints import LIST_ENDPOINTS
from integration_tests.simulator_tests.sdk_types import alternatives, unknown_fields
from integration_tests.support.api_client import Client, legal_calls
from integration_tests.support.pinterest import Simulator, World

LISTS = (*LIST_ENDPOINTS, *AUDIENCE_ENDPOINTS, *CATALOG_ITEM_ENDPOINTS, *BUSINESS_ENDPOINTS)
ITEMS: dict[str, Any] = {
    **{list_.operation_id: sdk_item(list_.operation_id) for list_ in LISTS if isinstance(list_, ListOperation)},
    # The answer is one of several, as the request says.
    "reports/stats": pinterestsdk.CatalogsReportDistributionStats,
}
MAPS = {
    # Declared as objects without properties of their own: any key may stand in them.
    "customer_lists/list": {"exceptions"},
}
FIELDS_BEYOND_THE_SDK = {
    # Seen in live answers.
    "audiences/list": {"is_ctv_enabled"},
}
NULL_IN_THE_API = {
    # The OpenAPI document 5.23 calls it nullable, the generated models do not.
    "feed_processing_results/list": {"product_counts"},
}

each_list = pytest.mark.parametrize("operation_id", ITEMS)


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    world = World(
        catalogs=3,
        feeds=6,
        feed_results=6,
        catalog_product_groups=6,
        account_list_items=8,
        keywords=6,
        product_groups=6,
        keyword_batches="answered",
    )
    with Simulator(world, profile="ample") as simulator:
        yield simulator


@pytest.fixture(scope="module")
def items(sim: Simulator) -> dict[str, list[dict[str, Any]]]:
    """What each list holds."""
    calls = legal_calls(sim.world)
    with Client(sim) as api:
        return {name: api.get(calls[name].path, calls[name].query).json()["items"] for name in ITEMS}


def test_each_record_is_one_of_the_contract(items: dict[str, list[dict[str, Any]]]) -> None:
    for operation_id, model in ITEMS.items():
        assert items[operation_id], operation_id
        for item in items[operation_id]:
            nulls = {name for name in NULL_IN_THE_API.get(operation_id, ()) if item[name] is None}
            filled = {**item, **{name: {"ingested": 1, "original": 1} for name in nulls}}
            assert model.from_dict(filled) is not None, operation_id


def test_records_have_every_field_of_the_contract_and_no_other(items: dict[str, list[dict[str, Any]]]) -> None:
    for operation_id, model in ITEMS.items():
        models = alternatives([model])
        declared = {field.alias or name for one in models for name, field in one.model_fields.items()}

        beyond = FIELDS_BEYOND_THE_SDK.get(operation_id, set())
        assert set().union(*items[operation_id]) - beyond == declared - {
            "actual_instance",
            "one_of_schemas",
            "discriminator_value_class_map",
        }, operation_id
        unknown = set(unknown_fields(without_trees(items[operation_id]), model))
        assert beyond <= unknown <= MAPS.get(operation_id, set()) | beyond, operation_id


def without_trees(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records without the filters of product groups, in which each shape nests all the others."""
    return [{name: value for name, value in record.items() if name != "filters"} for record in records]


def test_a_list_of_the_contract_comes_with_what_it_was_asked_for(sim: Simulator) -> None:
    configuration = pinterestsdk.Configuration(host=sim.url, access_token=sim.access_token())
    with pinterestsdk.ApiClient(configuration) as client:
        found = sdk_call("keywords/get", client)(sim.world.account_id(0), match_types=["EXACT_NEGATIVE"])
        client.rest_client.pool_manager.clear()

    assert [keyword.match_type for keyword in found.items] == ["EXACT_NEGATIVE"]
