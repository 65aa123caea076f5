"""Every config is either understood or refused in a sentence, and every spelling of one means the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException
from hypothesis import given
from hypothesis import strategies as st

from source_pinterest.columns import CURRENCY, NAME_FORM, SYNC_COLUMNS
from source_pinterest.config import STATUSES, Config
from source_pinterest.config.options import column_names, unlisted_notice
from unit_tests.configs import OAUTH, TODAY, config
from unit_tests.properties.days import days
from unit_tests.properties.test_states import json_values

SECRET = "false-secret-somewhere"
FORM = json.loads(Path(__file__).parents[2].joinpath("source_pinterest", "spec.json").read_text(encoding="utf-8"))[
    "connectionSpecification"
]
OPTIONS = sorted(
    {*FORM["properties"], "account_id", "num_threads", "max_retries", "request_timeout_seconds", "client_id"}
)
values = json_values | st.floats() | st.sampled_from([*STATUSES, "2026-01-01", "30/30/1", "7", 7, SECRET])
columns = st.lists(st.sampled_from(sorted(SYNC_COLUMNS)), min_size=1, max_size=8)


def read(raw: Any) -> Config:
    return Config.from_mapping(raw, TODAY)


def refusal_of(raw: Any) -> AirbyteTracedException | None:
    try:
        read(raw)
    except AirbyteTracedException as refused:
        return refused
    return None


@given(st.dictionaries(st.sampled_from(OPTIONS), values | st.lists(values, max_size=3), max_size=4), st.booleans())
def test_a_config_is_read_or_refused_in_a_sentence(options: dict[str, Any], is_signed_in: bool) -> None:
    refused = refusal_of({**options, **config()} if is_signed_in else options)

    assert refused is None or refused.failure_type is FailureType.config_error
    assert refused is None or str(refused.message).endswith(".")


@given(st.sampled_from(sorted(OAUTH)), values | st.lists(values, max_size=2), st.sampled_from(["", " ", "\n"]))
def test_no_credential_is_quoted(name: str, value: Any, blank: str) -> None:
    credentials = {**OAUTH, name: [value, SECRET], "access_token": {"false": SECRET}, "auth_method": blank}
    refused = refusal_of({"credentials": credentials})

    assert refused is not None
    assert SECRET not in f"{refused.message}{refused.internal_message}"
    assert name == "client_secret" or OAUTH["client_secret"] not in f"{refused.message}{refused.internal_message}"


@given(st.sampled_from(["nested", "flat", "without a method"]), st.sampled_from(["", " ", "\t"]))
def test_credentials_mean_the_same_in_every_shape(shape: str, blank: str) -> None:
    padded = {name: f"{blank}{value}{blank}" for name, value in OAUTH.items()}
    plain = {name: value for name, value in padded.items() if name != "auth_method"}
    shapes = {"nested": {"credentials": padded}, "flat": plain, "without a method": {"credentials": plain}}

    assert read(shapes[shape]).credentials == read(config()).credentials


@given(days, st.sampled_from(["", "T00:00:00Z", " 12:30"]))
def test_a_start_date_may_carry_a_time(day: Any, time: str) -> None:
    assert read(config(start_date=f"{day}{time}")).start_date == day


@given(columns, st.data())
def test_columns_are_known_in_any_case_and_taken_once(names: list[str], data: st.DataObject) -> None:
    spelt = [name.lower() if data.draw(st.booleans()) else f" {name} " for name in [*names, *names, ""]]

    assert column_names("Columns", spelt) == tuple(dict.fromkeys(names))


@given(columns, st.text(st.characters(categories=("Lu",)), min_size=1, max_size=12))
def test_an_unknown_column_is_named(names: list[str], unknown: str) -> None:
    if unknown.upper() in {CURRENCY, *SYNC_COLUMNS}:
        return
    if NAME_FORM.fullmatch(unknown.upper()):
        [told] = unlisted_notice("Columns", column_names("Columns", [*names, unknown]), SYNC_COLUMNS)
    else:
        with pytest.raises(AirbyteTracedException) as refused:
            column_names("Columns", [*names, unknown])
        told = str(refused.value.message)
    assert unknown.upper() in told
    assert not [name for name in names if f"no column {name}" in told or f"list {name}" in told]
