"""The simulator takes the parameters that an independent contract names, with their values and bounds.

`pinterestsdk` is generated from Pinterest's OpenAPI document 5.28. Its typed signatures judge the parameters.
"""

from annotated_types import Ge, Le, MaxLen

from integration_tests.simulator.calls.operation import Operation
from integration_tests.simulator.calls.parameters import (
    Choice,
    CommaArray,
    Integer,
    Parameter,
    RepeatedArray,
    Text,
)
from integration_tests.simulator.contract import in_contract, required_parameters, sdk_parameters, sdk_schemes
from integration_tests.simulator.endpoints import ENDPOINTS
from integration_tests.simulator_tests.sdk_types import enum_values, flattened

# Where the SDK and the simulator differ, and why the simulator is right.
UNTYPED_CHOICES = {
    # The SDK declares these as plain strings or numbers; the OpenAPI document 5.23 lists their values.
    "click_window_days",
    "engagement_window_days",
    "view_window_days",
    "conversion_report_time",
    "content_type",
    "split_field",
    "asset_type",
    "pin_format",
    "source",
    "from_claimed_content",
}

OPERATIONS = in_contract(ENDPOINTS)


def accepted(operation: Operation) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in operation.accepted()}


def bounds(annotation: object, kind: type) -> set[int]:
    attribute = {Ge: "ge", Le: "le", MaxLen: "max_length"}[kind]
    return {getattr(part, attribute) for part in flattened(annotation) if isinstance(part, kind)}


def test_takes_a_token_of_the_app_itself_where_the_contract_says_so() -> None:
    by_contract = {operation_id for operation_id in OPERATIONS if "client_credentials" in sdk_schemes(operation_id)}

    assert {operation_id for operation_id, operation in OPERATIONS.items() if operation.takes_app_token} == by_contract


def test_operations_take_and_require_the_parameters_of_the_contract() -> None:
    for operation_id, operation in OPERATIONS.items():
        in_path = {name for name in sdk_parameters(operation_id) if f"{{{name}}}" in operation.path}

        assert set(accepted(operation)) | in_path <= set(sdk_parameters(operation_id)), operation_id
        required = {name for name, parameter in accepted(operation).items() if parameter.required}
        assert required | in_path == required_parameters(operation_id), operation_id


def test_takes_none_but_the_values_that_the_contract_lists() -> None:
    for operation_id, operation in OPERATIONS.items():
        for name, parameter in accepted(operation).items():
            choice = parameter.item if isinstance(parameter, RepeatedArray | CommaArray) else parameter
            if name not in UNTYPED_CHOICES:
                ours = set(choice.values) if isinstance(choice, Choice) else set()
                listed = enum_values(sdk_parameters(operation_id)[name])
                assert ours <= listed, (operation_id, name)
                assert ours or not listed, (operation_id, name)


def test_takes_the_words_in_a_path_that_the_contract_lists() -> None:
    for operation_id, operation in OPERATIONS.items():
        for parameter in operation.in_path:
            ours = set(parameter.values) if isinstance(parameter, Choice) else set()
            assert ours == enum_values(sdk_parameters(operation_id)[parameter.name]), (operation_id, parameter.name)


def test_keeps_the_bounds_that_the_contract_sets() -> None:
    for operation_id, operation in OPERATIONS.items():
        for name, parameter in accepted(operation).items():
            annotation = sdk_parameters(operation_id)[name]
            if isinstance(parameter, Integer):
                assert {parameter.minimum} == bounds(annotation, Ge), operation_id
                assert {parameter.maximum} - {None} == bounds(annotation, Le), operation_id
            if isinstance(parameter, Text) and name != "bookmark":
                assert bounds(annotation, MaxLen) <= {parameter.max_length}, (operation_id, name)
            if isinstance(parameter, CommaArray) and parameter.max_items:
                assert bounds(annotation, MaxLen) == {parameter.max_items}, (operation_id, name)
            if isinstance(parameter, RepeatedArray) and name.endswith("_ids"):
                lengths = bounds(annotation, MaxLen)
                assert lengths == {parameter.max_items} | {getattr(parameter.item, "max_length", None)} - {None}, (
                    operation_id,
                    name,
                )
