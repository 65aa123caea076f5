"""The table of analytics columns against Pinterest's lists, and the schemas made from it against rows."""

import jsonschema
import pytest
from pinterestsdk.models.reporting_column_async import ReportingColumnAsync
from pinterestsdk.models.reporting_column_sync import ReportingColumnSync

from integration_tests.support.expected_records import columns
from source_pinterest.columns import (
    ASYNC_COLUMNS,
    COLUMNS,
    DEFAULT_COLUMNS,
    ID_COLUMNS,
    SYNC_COLUMNS,
    analytics_schema,
    column_of,
    may_be_requested,
    text_columns,
)


def test_the_columns_of_each_kind_of_endpoint_are_those_of_the_api() -> None:
    assert {column.value for column in ReportingColumnSync} == SYNC_COLUMNS
    assert {column.value for column in ReportingColumnAsync} == ASYNC_COLUMNS
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)


def test_default_columns_are_those_of_the_official_connector_and_all_impressions() -> None:
    assert tuple(DEFAULT_COLUMNS) == columns.DEFAULT_COLUMNS
    assert set(DEFAULT_COLUMNS) <= SYNC_COLUMNS


def test_a_column_may_be_requested_if_its_list_has_it_or_no_list_does() -> None:
    for name in ("SPEND_IN_US_DOLLAR", "A_COLUMN_OF_NEXT_YEAR", "CAMPAIGN_STATUS"):
        assert may_be_requested(name, ASYNC_COLUMNS), name
        assert may_be_requested(name, SYNC_COLUMNS) is (name != "CAMPAIGN_STATUS"), name


def test_every_id_column_is_marked_as_one() -> None:
    assert {column.name for column in COLUMNS if column.name.endswith("_ID")} == ID_COLUMNS


def test_the_suffix_1_is_paid_and_2_is_earned() -> None:
    """Their descriptions would be easy to swap by hand."""
    described = {column.name: column.description.lower() for column in COLUMNS}
    pairs = [name.removesuffix("_1") for name in described if name.endswith("_1") and f"{name[:-1]}2" in described]

    assert pairs
    for name in pairs:
        assert "paid" in described[f"{name}_1"]
        assert "earned" not in described[f"{name}_1"]
        assert "earned" in described[f"{name}_2"]
        assert "paid" not in described[f"{name}_2"]


def test_a_column_that_the_table_lacks_has_a_type_by_its_name() -> None:
    for name, json_type in [
        ("TOTAL_HUGS", "number"),
        ("HUGS_IN_MICRO_DOLLAR", "number"),
        ("HUG_ID", "string"),
        ("HUG_NAME", "string"),
        ("HUG_STATUS", "string"),
        ("HUG_TYPE", "string"),
        ("IS_HUGGED", "string"),
    ]:
        schema = column_of(name).json_schema

        assert schema["type"] == ["null", json_type], (name, json_type)
        assert "by its name" in schema["description"], (name, json_type)
        assert (name in text_columns([name])) is (json_type == "string"), (name, json_type)


def test_analytics_schema_takes_what_pinterest_answers_and_no_number_as_an_id() -> None:
    schema = analytics_schema(["AD_ID", "TOTAL_CHECKOUT"])
    assert list(schema["properties"]) == ["DATE", "AD_ID", "TOTAL_CHECKOUT", "CURRENCY"]

    validator = jsonschema.Draft7Validator(schema)
    for values in ({"TOTAL_CHECKOUT": 3.5}, {"TOTAL_CHECKOUT": None}, {}, {"A_COLUMN_OF_NEXT_YEAR": 1}):
        validator.validate({"DATE": "2024-02-01", "AD_ID": "687195134316", **values})
    with pytest.raises(jsonschema.ValidationError, match="687195134316"):
        validator.validate({"AD_ID": 687195134316})
