"""Is the simulator Pinterest's API, as an independent contract sees it?

`pinterestsdk` is generated from Pinterest's OpenAPI document 5.28. It calls the simulator here, so that its typed
signatures judge the parameters and its pydantic models judge the answers.
"""

import json
import typing
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from typing import Any

import pinterestsdk
import pytest
from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel, TypeAdapter, ValidationError

from integration_tests.simulator import SYNC_COLUMNS, Entry, Fault, ReportStatus
from integration_tests.simulator.calls.fields import Field as BodyField
from integration_tests.simulator.calls.fields import ListField, NumberField, TextField, UnsimulatedField
from integration_tests.simulator.calls.operation import Operation
from integration_tests.simulator.calls.parameters import Choice, CommaArray, Integer, Parameter, RepeatedArray
from integration_tests.simulator.contract import required_parameters, sdk_body, sdk_call, sdk_parameters, violations
from integration_tests.simulator.endpoints import CREATE_REPORTS, ENDPOINTS
from integration_tests.support.api_client import Client, legal_calls
from integration_tests.support.legal_orders import legal_orders
from integration_tests.support.pinterest import Simulator, World

# Where the SDK and the simulator differ, and why the simulator is right.
UNTYPED_CHOICES = {
    # The SDK declares these as plain strings or numbers; the OpenAPI document 5.23 lists their values.
    "click_window_days",
    "engagement_window_days",
    "view_window_days",
    "conversion_report_time",
    "from_claimed_content",
    "pin_format",
    "app_types",
    "content_type",
    "source",
    "split_field",
    "created_in_last_n_days",
    "asset_type",
}
UNKNOWN_CHOICES = {
    # The simulator knows some of the hundreds of values and refuses the others.
    "product_categories",
}
DEPRECATED_VALUES = {
    # Pinterest's own text says that COLLECTION takes its place.
    "creative_types": {"SHOP_THE_PIN"},
}
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


@pytest.fixture(scope="module")
def api(sim: Simulator) -> Iterator[Client]:
    with Client(sim) as client:
        yield client


@pytest.fixture
def sdk(sim: Simulator) -> Iterator[pinterestsdk.ApiClient]:
    with pinterestsdk.ApiClient(pinterestsdk.Configuration(host=sim.url, access_token=sim.access_token())) as client:
        yield client
        client.rest_client.pool_manager.clear()


# -- parameters


def accepted(operation: Operation) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in operation.accepted()}


def flattened(annotation: object) -> Iterator[object]:
    """Every type and every constraint inside an annotation."""
    yield annotation
    for part in (*typing.get_args(annotation), *getattr(annotation, "__metadata__", ())):
        yield from flattened(part)
    yield from getattr(annotation, "metadata", ())


def enum_values(annotation: object) -> set[str]:
    found = [part for part in flattened(annotation) if isinstance(part, type) and issubclass(part, Enum)]
    return {str(member.value) for part in found for member in part}


def bounds(annotation: object, kind: type) -> set[int]:
    attribute = {Ge: "ge", Le: "le", MaxLen: "max_length"}[kind]
    return {getattr(part, attribute) for part in flattened(annotation) if isinstance(part, kind)}


@every_operation
def test_takes_the_parameters_that_the_contract_names(operation_id: str) -> None:
    operation = OPERATIONS[operation_id]
    in_path = {name for name in sdk_parameters(operation_id) if f"{{{name}}}" in operation.path}

    assert set(accepted(operation)) | in_path == set(sdk_parameters(operation_id))
    required = {name for name, parameter in accepted(operation).items() if parameter.required}
    assert required | in_path == required_parameters(operation_id)


@every_operation
def test_takes_the_values_that_the_contract_lists(operation_id: str) -> None:
    for name, parameter in accepted(OPERATIONS[operation_id]).items():
        choice = parameter.item if isinstance(parameter, RepeatedArray | CommaArray) else parameter
        if name not in UNTYPED_CHOICES:
            ours = set(choice.values) if isinstance(choice, Choice) else set()
            if name in UNKNOWN_CHOICES:
                ours |= enum_values(sdk_parameters(operation_id)[name])
            assert ours == enum_values(sdk_parameters(operation_id)[name]) - DEPRECATED_VALUES.get(name, set()), name


@every_operation
def test_takes_the_words_in_a_path_that_the_contract_lists(operation_id: str) -> None:
    for parameter in OPERATIONS[operation_id].in_path:
        ours = set(parameter.values) if isinstance(parameter, Choice) else set()
        assert ours == enum_values(sdk_parameters(operation_id)[parameter.name]), parameter.name


@every_operation
def test_keeps_the_bounds_that_the_contract_sets(operation_id: str) -> None:
    for name, parameter in accepted(OPERATIONS[operation_id]).items():
        annotation = sdk_parameters(operation_id)[name]
        if isinstance(parameter, Integer):
            assert {parameter.minimum} == bounds(annotation, Ge)
            assert {parameter.maximum} - {None} == bounds(annotation, Le)
        if isinstance(parameter, CommaArray) and parameter.max_items:
            assert bounds(annotation, MaxLen) == {parameter.max_items}, name
        if isinstance(parameter, RepeatedArray) and name.endswith("_ids"):
            lengths = bounds(annotation, MaxLen)
            assert lengths == {parameter.max_items} | {getattr(parameter.item, "max_length", None)} - {None}, name


# -- answers


@every_operation
def test_answers_in_the_form_of_the_contract(sim: Simulator, sdk: pinterestsdk.ApiClient, operation_id: str) -> None:
    path, query = legal_calls(sim.world)[operation_id]
    pieces = zip(OPERATIONS[operation_id].path.split("/"), path.split("/"), strict=True)
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

    assert answer
    assert getattr(answer, "items", None) != []


@pytest.mark.parametrize(("operation_id", "model"), ROW_MODELS.items())
def test_analytics_rows_are_rows_of_the_contract(api: Client, operation_id: str, model: Any) -> None:
    rows = api.call(operation_id, columns=",".join(SYNC_COLUMNS)).json()

    assert rows
    for row in rows:
        assert model.model_validate(row).model_dump(by_alias=True, mode="json").items() <= row.items()
        assert set(row) <= {*SYNC_COLUMNS, "DATE", "PRODUCT_GROUP_ID"}


def test_ids_as_numbers_are_the_one_thing_that_the_contract_does_not_know() -> None:
    """Pinterest declares strings, and public connectors have seen numbers: the simulator sends both."""
    with Simulator(World(numeric_ids=True)) as sim, Client(sim) as api:
        rows = api.call("campaigns/analytics").json()
    as_declared = {type(row["CAMPAIGN_ID"]) for row in rows}

    assert as_declared == {str, int}
    with pytest.raises(ValidationError):
        TypeAdapter(list[pinterestsdk.CampaignsAnalyticsMetrics]).validate_python(rows)


def unknown_fields(value: object, annotation: object) -> Iterator[str]:
    """The fields of an answer that no model of the contract declares."""
    models = [part for part in flattened(annotation) if isinstance(part, type) and issubclass(part, BaseModel)]
    if isinstance(value, list):
        for item in value:
            yield from unknown_fields(item, annotation)
    elif isinstance(value, dict) and models and not any("additional_properties" in m.model_fields for m in models):
        fields: dict[str, Any] = {}
        for m in alternatives(models):
            for python_name, field in m.model_fields.items():
                name = field.alias or python_name
                fields[name] = fields[name] | field.annotation if name in fields else field.annotation
        for name, item in value.items():
            if name not in fields:
                yield name
            else:
                yield from unknown_fields(item, fields[name])


def alternatives(models: list[type[BaseModel]]) -> list[type[BaseModel]]:
    """The models themselves, or what a oneOf wrapper of the generator stands for."""
    wrapped = [model for model in models if "one_of_schemas" in model.model_fields]
    inner = [
        part
        for model in wrapped
        for name, field in model.model_fields.items()
        if name.startswith("oneof_schema")
        for part in flattened(field.annotation)
        if isinstance(part, type) and issubclass(part, BaseModel)
    ]
    return [*inner, *(model for model in models if model not in wrapped)]


RECORD_MODELS: dict[str, Any] = {
    "boards": pinterestsdk.Board,
    "pins": pinterestsdk.PinRead,
    "ad_accounts": pinterestsdk.AdAccount,
    "campaigns": pinterestsdk.Campaign,
    "ad_groups": pinterestsdk.AdGroup,
    "ads": pinterestsdk.Ad,
}


@pytest.mark.parametrize(("stream", "model"), RECORD_MODELS.items())
def test_records_have_every_field_of_the_contract_and_no_other(
    sim: Simulator,
    stream: str,
    model: Any,
) -> None:
    records = list(sim.world.records(stream))

    declared = {field.alias or name for name, field in model.model_fields.items()}
    beyond = FIELDS_BEYOND_THE_SDK.get(stream, set())
    assert set().union(*records) - beyond == declared
    assert set(unknown_fields(records, model)) == beyond
    for record in records:
        assert model.from_dict(record) is not None


def test_pin_media_comes_in_all_five_shapes(sim: Simulator) -> None:
    shapes = {record["media"]["media_type"] for record in sim.world.records("board_pins")}

    assert shapes == {"image", "video", "multiple_images", "multiple_videos", "multiple_mixed"}


# -- asynchronous reports, ordered with a body

ORDERS = {operation.operation_id: operation for operation in CREATE_REPORTS}
MODELS: dict[str, type[BaseModel]] = {
    "analytics/create_report": pinterestsdk.AdsAnalyticsCreateAsyncRequest,
    "analytics/create_mmm_report": pinterestsdk.MMMReportCreate,
    "analytics/create_conversion_product_report": pinterestsdk.ConversionProductReportCreate,
}
REQUIRED_BEFORE_5_28 = {"analytics/create_report": {"level", "columns"}}
"""Required in the OpenAPI document 5.23, as they are here; 5.28 no longer says so."""
UNTYPED_FIELDS = {"start_hour", "end_hour"}

every_order = pytest.mark.parametrize("operation_id", ORDERS)
every_field = pytest.mark.parametrize(
    ("operation_id", "field"),
    [
        pytest.param(operation.operation_id, field, id=f"{operation.operation_id} {field.name}")
        for operation in CREATE_REPORTS
        for field in operation.fields
        if not isinstance(field, UnsimulatedField)
    ],
)


def body_choices(field: BodyField) -> set[str]:
    """The texts or numbers that a field takes, empty if it takes any."""
    item = field.item if isinstance(field, ListField) else field
    if isinstance(item, NumberField):
        return set(map(str, item.values))
    return set(item.rule.values) if isinstance(item, TextField) and isinstance(item.rule, Choice) else set()


@every_order
def test_an_order_takes_the_fields_that_the_contract_names(operation_id: str) -> None:
    fields = {field.name: field for field in ORDERS[operation_id].fields}
    _, model = sdk_body(operation_id)
    assert model is MODELS[operation_id]
    assert set(fields) == set(model.model_fields)
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    assert {name for name, field in fields.items() if field.required} == required | REQUIRED_BEFORE_5_28.get(
        operation_id, set()
    )


@every_field
def test_a_field_of_an_order_keeps_to_the_contract(operation_id: str, field: BodyField) -> None:
    declared = MODELS[operation_id].model_fields[field.name]
    lengths = {part.max_length for part in flattened(declared.annotation) if isinstance(part, MaxLen)}
    lengths |= {part.max_length for part in declared.metadata if isinstance(part, MaxLen)}

    assert isinstance(field, ListField) is any(
        typing.get_origin(part) is list for part in flattened(declared.annotation)
    )
    assert lengths == ({field.max_items} - {None} if isinstance(field, ListField) else set())
    if field.name not in UNTYPED_FIELDS:
        assert body_choices(field) == enum_values(declared.annotation)


@every_order
def test_an_order_is_answered_in_the_form_of_the_contract(
    sim: Simulator, sdk: pinterestsdk.ApiClient, operation_id: str
) -> None:
    legal, poll = legal_orders(sim.world)[operation_id], poll_of(operation_id)
    order, account = MODELS[operation_id].model_validate({**legal, "columns": ["CAMPAIGN_ID"]}), sim.world.account_id(0)
    sim.add_fault(Fault("report_slow", seconds=60))

    created = sdk_call(operation_id, sdk)(account, order)
    assert created.report_status == pinterestsdk.BulkReportingJobStatus.IN_PROGRESS
    first = sdk_call(poll, sdk)(account, created.token)
    sim.advance(61)
    second = sdk_call(poll, sdk)(account, created.token)

    assert first.report_status == pinterestsdk.BulkReportingJobStatus.IN_PROGRESS
    assert second.report_status == pinterestsdk.BulkReportingJobStatus.FINISHED
    assert second.url.startswith("http://localhost:")
    assert violations(sim.log[-3:]) == []


def poll_of(operation_id: str) -> str:
    return operation_id.replace("create", "get")


@every_order
def test_a_token_is_good_for_its_own_kind_of_report(sim: Simulator, api: Client, operation_id: str) -> None:
    calls = legal_calls(sim.world)
    path = calls[poll_of(operation_id)].path
    token = api.post(path, json=legal_orders(sim.world)[operation_id]).json()["token"]

    known = {
        other: api.get(calls[poll_of(other)].path, {"token": token}).json()["report_status"] != "DOES_NOT_EXIST"
        for other in ORDERS
    }
    assert known == {other: other == operation_id for other in ORDERS}


def test_the_statuses_of_a_report_are_those_of_the_contract() -> None:
    assert {str(status) for status in ReportStatus} == enum_values(pinterestsdk.BulkReportingJobStatus)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"nonsense": 1}, "unknown fields"),
        ({"columns": ["SPEND"]}, "columns"),
        ({"campaign_statuses": ["PAUSED"] * 7}, "too_long"),
        ({"click_window_days": 2}, "click_window_days"),
        ({"start_date": "yesterday"}, "start_date"),
    ],
    ids=str,
)
def test_an_illegal_order_is_judged(sim: Simulator, api: Client, change: dict[str, Any], complaint: str) -> None:
    assert api.order(**change).status_code == 400

    assert complaint in "".join(violations(sim.log[-1:]))


def test_an_order_in_the_query_or_elsewhere_is_judged(sim: Simulator, api: Client) -> None:
    assert api.order().status_code == 200
    entry = sim.log[-1]

    assert violations([entry]) == []
    assert "beside the body" in violations([replace(entry, query=[("level", "CAMPAIGN")])])[0]
    assert "the SDK sends" in violations([replace(entry, path="/v5/ad_accounts/1/reports")])[0]
    assert violations([replace(entry, body=None)])


def test_tokens_have_the_form_of_the_contract(sim: Simulator, api: Client) -> None:
    answer = api.refresh(sim.config()["credentials"]["refresh_token"])

    token = pinterestsdk.OauthAccessToken.model_validate(answer.json())
    assert token.refresh_token in sim.secrets


def test_refusals_have_the_form_of_the_contract(api: Client) -> None:
    answer = api.get("/boards", {"page_size": 0})

    assert pinterestsdk.PinterestLibError.model_validate(answer.json()).code == 1


# -- the judgement over a log of requests


@pytest.fixture
def legal_entry(sim: Simulator, api: Client) -> Entry:
    assert api.call("campaigns/analytics").status_code == 200
    return sim.log[-1]


def test_every_legal_call_passes_the_judgement(sim: Simulator, api: Client) -> None:
    first = len(sim.log)
    for operation_id in OPERATIONS:
        assert api.call(operation_id).status_code == 200, operation_id

    assert violations(sim.log[first:]) == []


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("page_size", "25", "unknown parameter"),
        ("granularity", "DAILY", "granularity"),
        ("columns", "SPEND", "columns"),
        ("start_date", "yesterday", "start_date"),
        ("campaign_ids", ",".join(map(str, range(251))), "too_long"),
        ("ad_account_id", "1", "the SDK sends"),
    ],
)
def test_an_illegal_call_is_judged(legal_entry: Entry, name: str, value: str, complaint: str) -> None:
    query = [pair for pair in legal_entry.query if pair[0] != name] + [(name, value)]

    assert complaint in "".join(violations([replace(legal_entry, query=query)]))


def test_ids_of_analytics_may_be_joined(legal_entry: Entry) -> None:
    """As Pinterest was seen to take them; those of lists are repeated."""
    query = [pair for pair in legal_entry.query if pair[0] != "campaign_ids"]
    joined = replace(legal_entry, query=[*query, ("campaign_ids", "1,2")])

    assert violations([joined]) == []
    listed = replace(joined, operation_id="campaigns/list", path=joined.path.removesuffix("/analytics"))
    listed.query = [("campaign_ids", "1,2")]
    assert "the SDK sends" in "".join(violations([listed]))


def test_a_missing_parameter_is_judged(legal_entry: Entry) -> None:
    query = [pair for pair in legal_entry.query if pair[0] != "start_date"]

    assert "start_date" in "".join(violations([replace(legal_entry, query=query)]))


def test_a_rule_that_the_sdk_does_not_know_is_judged(sim: Simulator, api: Client) -> None:
    api.call("campaigns/analytics", start_date=str(sim.world.today - timedelta(days=100)))

    assert "last 90 days" in "".join(violations(sim.log[-1:]))


def test_a_refusal_that_a_test_asks_for_is_no_fault_of_the_request() -> None:
    with Simulator(World(keyword_batches="rejected")) as picky, Client(picky) as api:
        assert api.call("keywords/get").status_code == 400

        assert violations(picky.log) == []


def test_a_call_of_no_operation_is_judged(sim: Simulator, api: Client) -> None:
    api.get("/nothing")

    assert "no operation" in violations(sim.log[-1:])[0]
