"""Responses and records are Pinterest's, as an independent contract sees them.

`pinterestsdk` is generated from Pinterest's OpenAPI document 5.28. It calls the simulator here, so that its pydantic
models judge the responses. Each record is valid, every field of its model appears in some record, and no other does.
"""

import json
from typing import Any

import pinterestsdk
import pytest

from integration_tests.simulator.analytics.columns import SYNC_COLUMNS
from integration_tests.simulator.analytics.operation import AnalyticsOperation
from integration_tests.simulator.analytics.targeting import TargetingOperation
from integration_tests.simulator.calls.operation import ListOperation
from integration_tests.simulator.contract import in_contract, sdk_call, sdk_item, sdk_parameters
from integration_tests.simulator.endpoints import ENDPOINTS
from integration_tests.simulator_tests.api_client import Client, legal_calls
from integration_tests.simulator_tests.sdk_types import alternatives, enum_values, unknown_fields
from integration_tests.support.pinterest import Simulator

OPERATIONS = in_contract(ENDPOINTS)
ITEMS: dict[str, Any] = {
    **{name: sdk_item(name) for name, operation in OPERATIONS.items() if isinstance(operation, ListOperation)},
    # The response is one of several, as the request says.
    "reports/stats": pinterestsdk.CatalogsReportDistributionStats,
    "ad_account_countries/get": pinterestsdk.AdAccountsCountry,
    "delivery_metrics/get": pinterestsdk.DeliveryMetricsResponseItemsItems,
    "interest_targeting_options/get": pinterestsdk.SingleInterestTargetingOption,
    "trending_keywords/list": pinterestsdk.TrendingKeyword,
    "trends_product_categories_trending/list": pinterestsdk.TrendingProductCategory,
    "trends_product_categories_details/list": pinterestsdk.ProductCategoryDetails,
    "trends_featured_topics/list": pinterestsdk.FeaturedTrend,
}
"""The model of a record, by operation."""
ROW_MODELS: dict[str, Any] = {
    name: sdk_item(name)
    for name, operation in OPERATIONS.items()
    if isinstance(operation, AnalyticsOperation) and not isinstance(operation, TargetingOperation)
}
BEYOND_THE_SDK = {
    # Seen in live responses.
    "ad_groups/list": {"enabled_catalog_expansion", "is_automated_campaign", "is_creative_expansion"},
    "campaigns/list": {"ext_features"},
    "pins/list": {"is_removable"},
    "boards/list_pins": {"is_removable"},
    "board_sections/list_pins": {"is_removable"},
    "audiences/list": {"is_ctv_enabled"},
}
SKIPPED = {
    # No parameter of this operation requests them.
    "board_sections/list_pins": {"pin_metrics"},
    # Fields of parameters that no stream sends, or in beta.
    "trending_keywords/list": {"demographics", "has_prediction", "predicted_time_series"},
}
# Declared as objects without properties of their own: any key may stand in them.
MAPS = {"customer_lists/list": {"exceptions"}}
# The OpenAPI document 5.23 calls it nullable, the generated models do not. It is empty while a result is in progress.
NULL_IN_THE_API = {"feed_processing_results/list": {"product_counts": {"ingested": 1, "original": 1}}}
# In the filters of product groups each shape nests all the others.
TREES = "filters"
GENERATED = {"actual_instance", "one_of_schemas", "discriminator_value_class_map"}


@pytest.fixture(scope="module")
def records(api: Client) -> dict[str, list[dict[str, Any]]]:
    """What each operation holds."""
    return {name: items_of(api.call(name, **everything(name)).json()) for name in ITEMS}


def everything(operation_id: str) -> dict[str, Any]:
    """The parameters with which a list leaves nothing out."""
    declared = sdk_parameters(operation_id)
    query: dict[str, Any] = {"page_size": 250} if "page_size" in declared else {}
    if "entity_statuses" in declared:
        query["entity_statuses"] = sorted(enum_values(declared["entity_statuses"]) & {"ACTIVE", "PAUSED", "ARCHIVED"})
    return query


def items_of(response: Any) -> list[dict[str, Any]]:
    """The records of a response: all of a bare list, what one of its fields holds, or itself."""
    if isinstance(response, dict):
        response = response.get("items", response.get("trends", [response]))
    return list(response)


def test_the_sdk_reads_every_response(sim: Simulator, sdk: pinterestsdk.ApiClient) -> None:
    for operation_id, operation in OPERATIONS.items():
        path, query = legal_calls(sim.world)[operation_id]
        pieces = zip(operation.path.split("/"), path.split("/"), strict=True)
        ids = {name[1:-1]: piece for name, piece in pieces if name.startswith("{")}
        arguments: dict[str, Any] = {
            name: value.split(",") if name in {"columns", "metric_types", "targeting_types", "keywords"} else value
            for name, value in (query | everything(operation_id)).items()
        }
        arguments |= {name: value == "true" for name, value in arguments.items() if value in ("true", "false")}
        arguments |= {name: json.loads(value) for name, value in arguments.items() if name == "parameters"}

        answer = sdk_call(operation_id, sdk)(**ids, **arguments)

        assert answer, operation_id
        assert getattr(answer, "items", None) != [], operation_id


def test_each_record_is_one_of_the_contract(records: dict[str, list[dict[str, Any]]]) -> None:
    for operation_id, model in ITEMS.items():
        assert records[operation_id], operation_id
        for record in records[operation_id]:
            nullable = NULL_IN_THE_API.get(operation_id, {})
            filled = {name: value for name, value in nullable.items() if not record[name]}
            assert model.from_dict(record | filled) is not None, operation_id


def test_records_have_every_field_of_the_contract_and_no_other(records: dict[str, list[dict[str, Any]]]) -> None:
    for operation_id, model in ITEMS.items():
        models = alternatives([model])
        declared = {field.alias or name for one in models for name, field in one.model_fields.items()} - GENERATED
        beyond = BEYOND_THE_SDK.get(operation_id, set())
        found = set().union(*records[operation_id])
        assert found - beyond == declared - SKIPPED.get(operation_id, set()), operation_id
        whole = [{name: value for name, value in one.items() if name != TREES} for one in records[operation_id]]
        unknown = set(unknown_fields(whole, model))
        assert beyond <= unknown <= MAPS.get(operation_id, set()) | beyond, operation_id


def test_analytics_rows_are_rows_of_the_contract(api: Client) -> None:
    for operation_id, model in ROW_MODELS.items():
        rows = api.call(operation_id, columns=",".join(SYNC_COLUMNS)).json()

        assert rows, operation_id
        for row in rows:
            assert model.model_validate(row).model_dump(by_alias=True, mode="json").items() <= row.items(), operation_id
            assert set(row) <= {*SYNC_COLUMNS, "DATE", "PRODUCT_GROUP_ID"}, operation_id


def test_pin_media_comes_in_all_five_shapes(records: dict[str, list[dict[str, Any]]]) -> None:
    shapes = {record["media"]["media_type"] for record in records["boards/list_pins"]}

    assert shapes == {"image", "video", "multiple_images", "multiple_videos", "multiple_mixed"}


def test_tokens_and_rejections_have_the_form_of_the_contract(sim: Simulator, api: Client) -> None:
    tokens = api.refresh(sim.config()["credentials"]["refresh_token"]).json()
    rejection = api.get("/boards", {"page_size": 0}).json()

    assert pinterestsdk.OauthAccessToken.model_validate(tokens).refresh_token in sim.secrets
    assert pinterestsdk.PinterestLibError.model_validate(rejection).code == 1
