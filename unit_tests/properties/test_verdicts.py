"""Every conceivable response gets a verdict that loses nothing, and a description that never fails."""

import math

from hypothesis import given
from hypothesis import strategies as st

from source_pinterest.api.verdicts import Again, RequestContext, Retry
from unit_tests.answers import answer
from unit_tests.properties.test_states import json_values

statuses = st.integers(206, 206) | st.integers(300, 599)
"""A part of an answer is none."""

bodies = (
    st.binary(max_size=40)
    | json_values
    | st.fixed_dictionaries({"code": st.none() | st.integers(0, 50) | st.text(max_size=3), "message": json_values})
)
numbers = st.from_regex(r"[0-9]{0,6}(\.[0-9]{1,3})?", fullmatch=True)
header_text = st.lists(numbers | st.text(st.characters(codec="latin-1"), max_size=8), max_size=4).map(", ".join)
headers = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("Retry-After", "x-ratelimit-reset", "x-ratelimit-remaining", "x-ratelimit-limit"), header_text
    ),
)


@given(statuses, bodies)
def test_every_answer_has_a_verdict(status: int, body: object) -> None:
    response = answer(status, body)
    verdict = response.verdict
    if not isinstance(verdict, Again | Retry):
        error = verdict(response, RequestContext("boards", ("boards:read",), frozenset(), "Sign in", lambda: True))
        assert str(response) in error.message


@given(bodies)
def test_a_rate_limit_is_always_waited_for(body: object) -> None:
    assert answer(429, body).verdict is Again.WAIT


@given(st.integers(500, 599).filter(lambda status: status != 501), bodies)
def test_server_errors_are_retried(status: int, body: object) -> None:
    assert isinstance(answer(status, body).verdict, Retry)


@given(statuses, bodies)
def test_every_answer_can_be_described(status: int, body: object) -> None:
    assert f"HTTP {status}" in str(answer(status, body))


@given(statuses, bodies, headers)
def test_a_pause_is_a_time(status: int, body: object, told: dict[str, str]) -> None:
    pause = answer(status, body, told).pause_hint_seconds()

    assert pause is None or (pause >= 0 and math.isfinite(pause))
