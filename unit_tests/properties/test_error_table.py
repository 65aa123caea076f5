"""Every response gets a resolution that loses nothing and a description; its headers are quotas or nothing."""

import math

from hypothesis import given
from hypothesis import strategies as st

from source_pinterest.api.error_mapping import RequestContext, Retry, UncountedRetry
from source_pinterest.api.quota import read_rate_headers
from unit_tests.error_responses import error_response
from unit_tests.properties.test_states import json_values

statuses = st.integers(206, 206) | st.integers(300, 599)
"""A part of an answer is none."""

bodies = (
    st.binary(max_size=40)
    | json_values
    | st.fixed_dictionaries({"code": st.none() | st.integers(0, 50) | st.text(max_size=3), "message": json_values})
)
numbers = st.from_regex(r"[0-9]{0,6}(\.[0-9]{1,3})?", fullmatch=True)
parameters = st.sampled_from(["", ";w=1", ";w=60", ";w=0", ';w=60;name="a"', ';name="a', ";w="])
items = st.tuples(numbers, parameters).map("".join) | st.text(st.characters(codec="latin-1"), max_size=8)
header_text = st.lists(items, max_size=4).map(", ".join)
headers = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("Retry-After", "x-ratelimit-reset", "x-ratelimit-remaining", "x-ratelimit-limit"), header_text
    ),
)

listed = st.lists(st.sampled_from(["100;w=1", "60;w=60", '100;w=60;name="a"', "60;w=0"]), max_size=3)
quotas = st.tuples(st.sampled_from(["100", "60"]), listed).map(lambda told: ", ".join([told[0], *told[1]]))
few = st.sampled_from(["0", "1", "59", "61", "-1", "1e999", "x"])
quota_headers = st.fixed_dictionaries(
    {"x-ratelimit-limit": quotas, "x-ratelimit-remaining": few, "x-ratelimit-reset": few}
)


@given(statuses, bodies)
def test_every_answer_has_a_verdict(status: int, body: object) -> None:
    response = error_response(status, body)
    resolution = response.resolution
    assert f"HTTP {status}" in str(response)
    if not isinstance(resolution, UncountedRetry | Retry):
        error = resolution(response, RequestContext("boards", ("boards:read",), frozenset(), "Sign in", lambda: True))
        assert str(response) in error.message


@given(bodies)
def test_a_rate_limit_is_always_waited_for(body: object) -> None:
    assert error_response(429, body).resolution is UncountedRetry.WAIT


@given(st.integers(500, 599).filter(lambda status: status != 501), bodies)
def test_server_errors_are_retried(status: int, body: object) -> None:
    assert isinstance(error_response(status, body).resolution, Retry)


@given(statuses, bodies, headers)
def test_a_pause_is_a_time(status: int, body: object, told: dict[str, str]) -> None:
    pause = error_response(status, body, told).pause_hint_seconds()

    assert pause is None or (pause >= 0 and math.isfinite(pause))


@given(headers | quota_headers)
def test_any_header_is_a_quota_or_is_ignored(told: dict[str, str]) -> None:
    for quota in read_rate_headers(told):
        assert quota.limit >= 1
        assert quota.interval > 0
        assert quota.remaining is None or quota.remaining >= 0
        assert quota.reset is None or math.isfinite(quota.reset)
