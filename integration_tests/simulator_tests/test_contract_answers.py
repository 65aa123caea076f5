"""The simulator's responses are Pinterest's, as an independent contract sees them.

`pinterestsdk` is generated from Pinterest's OpenAPI document 5.28. It calls the simulator here, so that its pydantic
models judge the answers.
"""

import json
from collections.abc import Iterator
from typing import Any

import pinterestsdk
import pytest
from pydantic import TypeAdapter, ValidationError

from integration_tests.simulator import SYNC_COLUMNS
from integration_tests.simulator.contract import sdk_call, sdk_parameters
from integration_tests.simulator.endpoints import ENDPOINTS
from integration_tests.simulator_tests.sdk_types import enum_values, unknown_fields
from integration_tests.support.api_client import Client, legal_calls
from integration_tests.support.pinterest import Simulator, World

FIELDS_BEYOND_THE_SDK = {
    # `learning_mode_type` is in the OpenAPI document 5.23 and in the official connector's schema, and gone from the
    # generated models of 5.28. The others were seen in live answers.
    "ad_groups": {
        "learning_mode_type",
        "enabled_catalog_expansion",
        "is_automated_campaign",
        "is_creative_expansion",
    },
    "campaigns": {"ext_features"},
    "pins": {"is_removable"},
}

OPERATIONS = {operation.operation_id: operation for operation in ENDPOINTS}
LISTS = {"boards/list", "ad_accounts/list", "campaigns/list", "ad_groups/list", "ads/list", "boards/list_pins"}
ROW_MODELS: dict[str, Any] = {
    "ad_account/analytics": pinterestsdk.AdAccountAnalyticsItems,
    "campaigns/analytics": pinterestsdk.CampaignsAnalyticsMetrics,
    "ad_groups/analytics": pinterestsdk.AdGroupsAnalyticsMetrics,
    "ads/analytics": pinterestsdk.AdsAnalytics,
    "product_groups/analytics": pinterestsdk.ProductGroupAnalyticsItems,
}

every_operation = pytest.mark.parametrize("operation_id", sorted(OPERATIONS))


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    sizes = {"boards": 5, "pins_per_board": 60, "ad_accounts": 4, "campaigns": 40, "ad_groups": 40, "ads": 40}
    world = World(**sizes, numeric_ids=False, keyword_batches="answered")
    with Simulator(world, profile="ample", open_betas=["multi_pins/analytics"]) as simulator:
        yield simulator


@pytest.fixture
def sdk(sim: Simulator) -> Iterator[pinterestsdk.ApiClient]:
    with pinterestsdk.ApiClient(pinterestsdk.Configuration(host=sim.url, access_token=sim.access_token())) as client:
        yield client
        client.rest_client.pool_manager.clear()


# -- answers


def test_answers_in_the_form_of_the_contract(sim: Simulator, sdk: pinterestsdk.ApiClient) -> None:
    for operation_id, operation in OPERATIONS.items():
        path, query = legal_calls(sim.world)[operation_id]
        pieces = zip(operation.path.split("/"), path.split("/"), strict=True)
        ids = {name[1:-1]: piece for name, piece in pieces if name.startswith("{")}
        if operation_id in LISTS:
            query |= {"page_size": 250}
        if "entity_statuses" in sdk_parameters(operation_id):
            known = enum_values(sdk_parameters(operation_id)["entity_statuses"])
            query |= {"entity_statuses": sorted(known & {"ACTIVE", "PAUSED", "ARCHIVED"})}
        arguments = {
            name: value.split(",") if name in {"columns", "metric_types", "targeting_types", "keywords"} else value
            for name, value in query.items()
        }
        arguments |= {name: value == "true" for name, value in arguments.items() if value in ("true", "false")}
        arguments |= {name: json.loads(value) for name, value in arguments.items() if name == "parameters"}

        answer = sdk_call(operation_id, sdk)(**ids, **arguments)

        assert answer, operation_id
        assert getattr(answer, "items", None) != [], operation_id


def test_analytics_rows_are_rows_of_the_contract(api: Client) -> None:
    for operation_id, model in ROW_MODELS.items():
        rows = api.call(operation_id, columns=",".join(SYNC_COLUMNS)).json()

        assert rows, (operation_id, model)
        for row in rows:
            assert model.model_validate(row).model_dump(by_alias=True, mode="json").items() <= row.items(), (
                operation_id,
                model,
            )
            assert set(row) <= {*SYNC_COLUMNS, "DATE", "PRODUCT_GROUP_ID"}, (operation_id, model)


def test_ids_as_numbers_are_the_one_thing_that_the_contract_does_not_know() -> None:
    """Pinterest declares strings, and public connectors have seen numbers: the simulator sends both."""
    with Simulator(World(numeric_ids=True)) as sim, Client(sim) as api:
        rows = api.call("campaigns/analytics").json()
    as_declared = {type(row["CAMPAIGN_ID"]) for row in rows}

    assert as_declared == {str, int}
    with pytest.raises(ValidationError):
        TypeAdapter(list[pinterestsdk.CampaignsAnalyticsMetrics]).validate_python(rows)


RECORD_MODELS: dict[str, Any] = {
    "boards": pinterestsdk.Board,
    "pins": pinterestsdk.PinRead,
    "ad_accounts": pinterestsdk.AdAccount,
    "campaigns": pinterestsdk.Campaign,
    "ad_groups": pinterestsdk.AdGroup,
    "ads": pinterestsdk.Ad,
}


def test_records_have_every_field_of_the_contract_and_no_other(sim: Simulator) -> None:
    for stream, model in RECORD_MODELS.items():
        records = list(sim.world.records(stream))

        declared = {field.alias or name for name, field in model.model_fields.items()}
        beyond = FIELDS_BEYOND_THE_SDK.get(stream, set())
        assert set().union(*records) - beyond == declared, (stream, model)
        assert set(unknown_fields(records, model)) == beyond, (stream, model)
        for record in records:
            assert model.from_dict(record) is not None, (stream, model)


def test_pin_media_comes_in_all_five_shapes(sim: Simulator) -> None:
    shapes = {record["media"]["media_type"] for record in sim.world.records("board_pins")}

    assert shapes == {"image", "video", "multiple_images", "multiple_videos", "multiple_mixed"}


# -- asynchronous reports, ordered with a body


def test_tokens_have_the_form_of_the_contract(sim: Simulator, api: Client) -> None:
    answer = api.refresh(sim.config()["credentials"]["refresh_token"])

    token = pinterestsdk.OauthAccessToken.model_validate(answer.json())
    assert token.refresh_token in sim.secrets


def test_refusals_have_the_form_of_the_contract(api: Client) -> None:
    answer = api.get("/boards", {"page_size": 0})

    assert pinterestsdk.PinterestLibError.model_validate(answer.json()).code == 1
