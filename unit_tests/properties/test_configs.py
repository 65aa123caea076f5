"""Every config is either understood or refused in a sentence, which quotes no credential."""

import json
from pathlib import Path
from typing import Any

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException
from hypothesis import given
from hypothesis import strategies as st

from source_pinterest.config import STATUSES, Config
from unit_tests.configs import OAUTH, TODAY, config
from unit_tests.properties.test_states import json_values

SECRET = "false-secret-somewhere"
FORM = json.loads(Path(__file__).parents[2].joinpath("source_pinterest", "spec.json").read_text(encoding="utf-8"))[
    "connectionSpecification"
]
OPTIONS = sorted(
    {*FORM["properties"], "account_id", "num_threads", "max_retries", "request_timeout_seconds", "client_id"}
)
values = json_values | st.floats() | st.sampled_from([*STATUSES, "2026-01-01", "30/30/1", "7", 7, SECRET])


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
