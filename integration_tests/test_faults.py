"""Every fault that the simulator can script, on a list, an entity and an analytics stream.

Either every record is there and the sync succeeds; or the stream is INCOMPLETE with a reason, and the next sync, from
the state that was emitted, completes the set. Which of the two, for each kind of fault, stands in the table below.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import FAULT_KINDS, Fault, FaultKind
from integration_tests.support.assertions import assert_exact, assert_same, assert_succeeded, key_of
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

OPERATIONS = {
    "board_pins": "boards/list_pins",
    "campaigns": "campaigns/list",
    "campaign_analytics": "campaigns/analytics",
}
STREAMS = tuple(OPERATIONS)

PASSES = dict.fromkeys(STREAMS, "exact")
FAILS_ALL = dict.fromkeys(STREAMS, "config_error")
ONLY_ANALYTICS_SPLIT = {"board_pins": "transient_error", "campaigns": "transient_error", "campaign_analytics": "exact"}
EXPECTED: Mapping[FaultKind, Mapping[str, str]] = {
    FaultKind.RATE_LIMITED: PASSES,
    FaultKind.RETRY_AFTER_400: PASSES,
    FaultKind.LAST_90_DAYS_400: PASSES,
    FaultKind.TRANSIENT_400: PASSES,
    FaultKind.SERVER_ERROR: PASSES,
    FaultKind.BAD_GATEWAY_HTML: PASSES,
    FaultKind.UNAVAILABLE: PASSES,
    FaultKind.GATEWAY_TIMEOUT: PASSES,
    FaultKind.TRUNCATED_JSON: PASSES,
    FaultKind.MALFORMED_JSON: PASSES,
    FaultKind.EMPTY_BODY: PASSES,
    FaultKind.CUT_BODY: PASSES,
    FaultKind.RESET_BEFORE_BODY: PASSES,
    FaultKind.RESET_INSIDE_BODY: PASSES,
    FaultKind.RESET_AFTER_BODY: PASSES,
    FaultKind.NEVER_ANSWERS: PASSES,
    FaultKind.SLOW: PASSES,
    FaultKind.TOKEN_EXPIRED: PASSES,
    FaultKind.TOKEN_REVOKED: FAILS_ALL,
    FaultKind.MISSING_SCOPE: FAILS_ALL,
    # One board or account that was never read before is left out with a warning, and read when it answers again.
    FaultKind.FORBIDDEN: dict.fromkeys(STREAMS, "left out"),
    FaultKind.GONE: dict.fromkeys(STREAMS, "left out"),
    # Only lists have bookmarks.
    FaultKind.REPEATED_BOOKMARK: {"board_pins": "system_error", "campaigns": "system_error"},
    FaultKind.EMPTY_PAGE_WITH_BOOKMARK: PASSES,
    FaultKind.TOO_LARGE_413: ONLY_ANALYTICS_SPLIT,
    FaultKind.TOO_LARGE_414: ONLY_ANALYTICS_SPLIT,
    FaultKind.TOO_LARGE_431: ONLY_ANALYTICS_SPLIT,
    # Organic streams know no account.
    FaultKind.ACCOUNT_VANISHES: {"campaigns": "left out", "campaign_analytics": "left out"},
    # Only the pins of a board have a cap.
    FaultKind.PIN_CAP: {"board_pins": "system_error"},
}
LASTING = {FaultKind.PIN_CAP, FaultKind.ACCOUNT_VANISHES}
"""No later sync gives back what these take."""

ADVICE = ("Authenticate again", "next sync", "Ask its owner", "Move such pins")


@pytest.fixture
def world() -> World:
    """Small, with lists of several pages, and an account whose analytics take several calls."""
    world = World(boards=3, pins_per_board=(510, 3, 251), sections_per_board=1, ad_accounts=3, campaigns=(510, 3, 20))
    world.first_day = world.today - timedelta(days=2)
    return world


def test_each_kind_of_fault_has_an_expectation() -> None:
    assert set(EXPECTED) == set(FAULT_KINDS)


FIRST, MIDDLE = 0, 3
ENDS_EVERY_TOKEN = FaultKind.TOKEN_EXPIRED
PASSING = [kind for kind in FAULT_KINDS if EXPECTED[kind] is PASSES and kind is not ENDS_EVERY_TOKEN]
CALLS_HIT = {FaultKind.REPEATED_BOOKMARK: (FIRST, 1), FaultKind.ACCOUNT_VANISHES: (FIRST,)}
"""Which call is hit, where it isn't the first and one in the middle: it must hit the same thing in every run."""
FAILING = [
    (kind, stream, call)
    for kind in FAULT_KINDS
    if EXPECTED[kind] is not PASSES
    for stream in EXPECTED[kind]
    for call in CALLS_HIT.get(kind, (FIRST, MIDDLE))
]


@pytest.mark.parametrize("kind", PASSING)
def test_a_fault_that_passes(kind: FaultKind, world: World) -> None:
    faults = [
        Fault(kind, on=operation, after=call, seconds=0.2)
        for operation in OPERATIONS.values()
        for call in (FIRST, MIDDLE)
    ]
    with Simulator(world, faults=faults) as sim:
        output = run_sync(sim, STREAMS, config=_config(sim, kind))
        assert sim.fired(kind) == len(faults)
        assert_succeeded(output, STREAMS)
        assert_exact(output, sim, STREAMS)


@pytest.mark.parametrize("call", [FIRST, MIDDLE])
@pytest.mark.parametrize("stream", STREAMS)
def test_a_token_that_expires(stream: str, call: int, world: World) -> None:
    with Simulator(world, faults=[Fault(ENDS_EVERY_TOKEN, on=OPERATIONS[stream], after=call)]) as sim:
        output = run_sync(sim, [stream])
        assert sim.fired(ENDS_EVERY_TOKEN) == 1
        assert_succeeded(output, [stream])
        assert_exact(output, sim, [stream])


@pytest.mark.parametrize(("kind", "stream", "call"), FAILING)
def test_a_fault_that_fails(kind: FaultKind, stream: str, call: int, world: World) -> None:
    account = world.account_id(0) if kind is FaultKind.ACCOUNT_VANISHES else ""
    fault = Fault(kind, on=OPERATIONS[stream], after=call, account=account, items=250)
    with Simulator(world, faults=[fault]) as sim:
        first = run_sync(sim, [stream], config=_config(sim, kind))
        assert sim.fired(kind)
        _assert_as_expected(first, sim, stream, EXPECTED[kind][stream])
    if kind not in LASTING:
        _assert_completed_by_the_next_sync(first, world, stream)


def _config(sim: Simulator, kind: FaultKind) -> dict[str, Any]:
    timeout = {"request_timeout_seconds": 0.5} if kind is FaultKind.NEVER_ANSWERS else {}
    # Without a look back, nothing but the state makes the next sync read a window that failed.
    return sim.config(lookback_days=0, **timeout)


def _assert_as_expected(output: Output, sim: Simulator, stream: str, outcome: str) -> None:
    if outcome == "exact":
        assert_succeeded(output, [stream])
        assert_exact(output, sim, [stream])
    elif outcome == "left out" and output.exit_code == 0:
        assert output.status(stream) == "COMPLETE"
        assert any(text.startswith(f"{stream}: ") and "left out" in text for text in output.warnings()), output.text()
    else:
        _assert_incomplete(output, stream, "transient_error" if outcome == "left out" else outcome)


def _assert_incomplete(output: Output, stream: str, failure_type: str) -> None:
    assert output.exit_code != 0
    assert output.status(stream) == "INCOMPLETE"
    errors = output.errors_of(stream)
    assert {error.failure_type.value for error in errors} == {failure_type}, output.text()
    for error in errors:
        assert_understandable(str(error.message))
    assert "Traceback" not in str(output.errors[-1].message)


def assert_understandable(sentence: str) -> None:
    """It says what to do, in words."""
    assert sentence.endswith("."), sentence
    assert "Traceback" not in sentence
    assert not sentence.startswith("Exhausted"), sentence
    assert any(advice in sentence for advice in ADVICE), sentence


def _assert_completed_by_the_next_sync(first: Output, world: World, stream: str) -> None:
    with Simulator(world) as sim:
        second = run_sync(sim, [stream], config=sim.config(lookback_days=0), state=first.states)
        assert_succeeded(second, [stream])
        united: dict[tuple[Any, ...], Record] = {}
        for record in [*first.records[stream], *second.records[stream]]:
            united[key_of(stream, record)] = record
        assert_same(stream, united.values(), sim.expected(stream))
