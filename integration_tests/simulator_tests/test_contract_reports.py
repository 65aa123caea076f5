"""Asynchronous reports are ordered and answered as `pinterestsdk` says."""

import typing

import pinterestsdk
import pytest
from annotated_types import MaxLen

from integration_tests.simulator import Fault
from integration_tests.simulator.calls.fields import Field as BodyField
from integration_tests.simulator.calls.fields import ListField, NumberField, TextField
from integration_tests.simulator.calls.parameters import Choice
from integration_tests.simulator.contract import in_contract, sdk_body, sdk_call
from integration_tests.simulator.endpoints import CREATE_REPORTS
from integration_tests.simulator.reports.columns import DEMOGRAPHICS
from integration_tests.simulator.reports.jobs import ReportStatus
from integration_tests.simulator_tests.api_client import Client, legal_calls, legal_orders
from integration_tests.simulator_tests.sdk_types import enum_values, flattened
from integration_tests.support.pinterest import Simulator

ORDERS = in_contract(CREATE_REPORTS)
MODELS = {operation_id: sdk_body(operation_id) for operation_id in ORDERS}
REQUIRED_BEFORE_5_28 = {"analytics/create_report": {"level", "columns"}}
"""Required in the OpenAPI document 5.23, as they are here; 5.28 no longer says so."""

every_order = pytest.mark.parametrize("operation_id", ORDERS)
FIELDS = [(operation.operation_id, field) for operation in ORDERS.values() for field in operation.fields]


def body_choices(field: BodyField) -> set[str]:
    """The texts or numbers that a field takes, empty if it takes any."""
    item = field.item if isinstance(field, ListField) else field
    if isinstance(item, NumberField):
        return set(map(str, item.values))
    return set(item.rule.values) if isinstance(item, TextField) and isinstance(item.rule, Choice) else set()


@every_order
def test_a_request_for_a_report_takes_no_field_beside_those_of_the_contract(operation_id: str) -> None:
    fields = {field.name: field for field in ORDERS[operation_id].fields}
    model = MODELS[operation_id]
    assert set(fields) <= set(model.model_fields)
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    assert {name for name, field in fields.items() if field.required} == required | REQUIRED_BEFORE_5_28.get(
        operation_id, set()
    )


def test_a_field_of_an_order_keeps_to_the_contract() -> None:
    for operation_id, field in FIELDS:
        declared = MODELS[operation_id].model_fields[field.name]
        lengths = {part.max_length for part in flattened(declared.annotation) if isinstance(part, MaxLen)}
        lengths |= {part.max_length for part in declared.metadata if isinstance(part, MaxLen)}

        assert isinstance(field, ListField) is any(
            typing.get_origin(part) is list for part in flattened(declared.annotation)
        ), (operation_id, field)
        assert lengths == ({field.max_items} - {None} if isinstance(field, ListField) else set()), (operation_id, field)
        newer = set(DEMOGRAPHICS)  # than API 5.28, which the package has
        assert body_choices(field) - newer <= enum_values(declared.annotation), (operation_id, field)
        assert body_choices(field) or not enum_values(declared.annotation), (operation_id, field)


@every_order
def test_an_order_is_answered_in_the_form_of_the_contract(
    sim: Simulator, sdk: pinterestsdk.ApiClient, operation_id: str
) -> None:
    legal, poll = legal_orders(sim.world)[operation_id], poll_of(operation_id)
    model, account = MODELS[operation_id], sim.world.account_id(0)
    order = model.model_validate({**dict.fromkeys(model.model_fields), **legal, "columns": ["CAMPAIGN_ID"]})
    sim.add_fault(Fault("report_slow", seconds=60))

    created = sdk_call(operation_id, sdk)(account, order)
    assert created.report_status == pinterestsdk.BulkReportingJobStatus.IN_PROGRESS
    first = sdk_call(poll, sdk)(account, created.token)
    sim.advance(61)
    second = sdk_call(poll, sdk)(account, created.token)

    assert first.report_status == pinterestsdk.BulkReportingJobStatus.IN_PROGRESS
    assert second.report_status == pinterestsdk.BulkReportingJobStatus.FINISHED
    assert second.url.startswith("http://localhost:")


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
