"""Schemas and simulator have what live responses were seen to have."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from airbyte_cdk.sources.utils.schema_helpers import ResourceSchemaLoader

from integration_tests.recorded import Field, recorded_fields
from integration_tests.simulator.endpoints import CREATE_REPORT, ENDPOINTS
from integration_tests.simulator_tests.api_client import Client
from integration_tests.support.pinterest import Simulator, World
from source_pinterest.columns import analytics_schema
from source_pinterest.streams import STREAMS
from source_pinterest.streams.base.stream import PinterestStream
from unit_tests.field_types import nodes

FIELDS = recorded_fields()
REJECTION = "any refusal"
ANALYTICS = ("campaigns/analytics", "ad_groups/analytics", "ads/analytics")
"""Operations whose streams have schemas that are made of columns."""
SIMULATED = {REJECTION, *(operation.operation_id for operation in (*ENDPOINTS, CREATE_REPORT))}
NOT_READ = {
    "ad_accounts_subscriptions/get_list",
}
"""Operations that were recorded and that no stream reads. One that is read leaves this list."""
GROWTH = {"pct_growth_wow", "pct_growth_mom", "pct_growth_yoy"}
RESHAPED: Mapping[str, set[str]] = {
    "targeting_options": {"female"},
    "trending_keywords": {"time_series"},
    "trending_keyword_weeks": {"time_series", *GROWTH},
}
"""Fields that a stream's records do not have as they come: an option's id and name, and the weeks of a series."""


def is_read_by(operation: str, stream: type[PinterestStream]) -> bool:
    """Whether the stream's docstring links to the operation, and its records are what that answers."""
    return operation != CREATE_REPORT.operation_id and f"/v5/{operation.replace('/', '-')}." in str(stream.__doc__)


READ_BY = {
    operation: [stream.stream_name() for stream in STREAMS if is_read_by(operation, stream)]
    for operation in {field.operation for field in FIELDS}
}


def columns_of(operation: str) -> list[str]:
    """The recorded fields that can be requested."""
    return [field.field for field in FIELDS if field.operation == operation and field.field != "DATE"]


JSON_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
A_YEAR_OF_EPOCHS = r"1[5-9]\d{8}"
FORMS: Mapping[str, str] = {
    "id": r"\d+",
    "date": r"\d{4}-\d\d-\d\d",
    "time without a zone": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?",
    "epoch seconds": A_YEAR_OF_EPOCHS,
    "epoch milliseconds": rf"{A_YEAR_OF_EPOCHS}\d{{3}}",
}
DECLARED: Mapping[str, dict[str, Any]] = {
    "time without a zone": {"format": "date-time", "airbyte_type": "timestamp_without_timezone"},
    "date": {"format": "date"},
}
"""What the schema says of a field of this form, beside its type."""


@pytest.fixture(scope="module")
def answers() -> Mapping[str, Any]:
    """What each recorded operation answers here."""
    with Simulator(World(account_list_items=4), report_seconds=0) as sim, Client(sim) as api:
        days = {"start_date": str(sim.world.today - timedelta(days=89))}
        changes: Mapping[str, dict[str, Any]] = {
            "user_account/analytics": days,
            "pins/analytics": {"metric_types": "TOTAL_COMMENTS,TOTAL_REACTIONS"},
            **{operation: {"columns": ",".join(columns_of(operation))} for operation in ANALYTICS},
        }
        made = {
            operation: api.call(operation, **changes.get(operation, {})).json()
            for operation in SIMULATED & {field.operation for field in FIELDS} - {REJECTION, CREATE_REPORT.operation_id}
        }
        created = api.order().json()
        return {
            **made,
            CREATE_REPORT.operation_id: created,
            "analytics/get_report": api.poll(created["token"]),
            REJECTION: api.get("/boards", headers={"Authorization": "Bearer false"}).json(),
        }


def type_of(value: Any) -> str:
    """The JSON type of a value."""
    return JSON_TYPES.get(type(value), "null")


def values_at(path: str, value: Any) -> Iterator[Any]:
    """What stands at a path of an answer, such as `items[].id`; nothing where a record lacks the field."""
    name, _, rest = path.partition(".")
    if not name:
        yield value
        return
    key = name.removesuffix("[]")
    if key and key not in value:
        return
    found = value[key] if key else value
    for part in found if name.endswith("[]") else [found]:
        yield from values_at(rest, part)


def test_a_schema_declares_what_was_recorded() -> None:
    for recorded, stream in [
        (field, stream)
        for field in FIELDS
        for stream in READ_BY[field.operation]
        if field.operation not in ANALYTICS and field.field not in RESHAPED.get(stream, ())
    ]:
        declared = nodes(ResourceSchemaLoader("source_pinterest").get_schema(stream)).get(recorded.field)

        assert declared, f"{stream} lacks {recorded.field}"
        assert recorded.type in declared["type"], (recorded, stream)
        assert DECLARED.get(recorded.form, {}).items() <= declared.items(), (recorded, stream)


def test_the_local_pinterest_shows_what_was_recorded(answers: Mapping[str, Any]) -> None:
    for recorded in [field for field in FIELDS if field.operation in SIMULATED]:
        values = list(values_at(recorded.path, answers[recorded.operation]))
        types = set(map(type_of, values))

        assert recorded.type in types, recorded
        assert recorded.type == "null" or types <= {recorded.type, "null"}, recorded
        assert [value for value in values if recorded.form and value and not is_of_form(value, recorded)] == [], (
            recorded
        )
        assert not recorded.seen or json.loads(recorded.seen) in values, recorded


def is_of_form(value: Any, recorded: Field) -> bool:
    return re.fullmatch(FORMS[recorded.form], str(value)) is not None


def test_columns_of_analytics_have_the_recorded_types_and_ids_become_text() -> None:
    for recorded in [field for field in FIELDS if field.operation in ANALYTICS]:
        declared = analytics_schema(columns_of(recorded.operation))["properties"][recorded.field]

        assert DECLARED.get(recorded.form, {}).items() <= declared.items(), recorded
        emitted = "string" if recorded.form == "id" else recorded.type.replace("integer", "number")
        assert emitted in declared["type"], recorded


def test_all_that_was_recorded_is_held_against_something() -> None:
    recorded = {field.operation for field in FIELDS}

    assert recorded - SIMULATED == NOT_READ
    assert not [operation for operation in NOT_READ if READ_BY[operation]]
