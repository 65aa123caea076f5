"""Every fault that the simulator can script, on a list, an entity and an analytics stream.

Either every record is there and the sync succeeds; or the stream is INCOMPLETE with a reason, and the next sync, from
the state that was emitted, completes the set. Which of the two, for each kind of fault, stands in the table below.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import FAULT_KINDS, Fault, FaultKind, Simulator, World
from integration_tests.support.assertions import assert_exact, assert_same, assert_succeeded, key_of
from integration_tests.support.outputs import Output, Record
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
    FaultKind.NEVER_ANSWERS: PASSES,
    FaultKind.SLOW: PASSES,
    FaultKind.TOKEN_EXPIRED: PASSES,
    FaultKind.TOKEN_REVOKED: FAILS_ALL,
    FaultKind.MISSING_SCOPE: FAILS_ALL,
    # One board or account that was never read before is left out with a warning, and read when it answers again.
    FaultKind.FORBIDDEN: dict.fromkeys(STREAMS, "left out"),
    FaultKind.GONE: dict.fromkeys(STREAMS, "left out"),
    # Only lists have bookmarks.
    FaultKind.REPEATED_BOOKMARK: {
        "board_pins": "system_error",
        "campaigns": "system_error",
        "campaign_analytics": "exact",
    },
    FaultKind.EMPTY_PAGE_WITH_BOOKMARK: PASSES,
    FaultKind.TOO_LARGE_413: ONLY_ANALYTICS_SPLIT,
    FaultKind.TOO_LARGE_414: ONLY_ANALYTICS_SPLIT,
    FaultKind.TOO_LARGE_431: ONLY_ANALYTICS_SPLIT,
    # An account that goes before it was read is not missed; board_pins know no account.
    FaultKind.ACCOUNT_VANISHES: {"board_pins": "exact", "campaigns": "left out", "campaign_analytics": "left out"},
    # Only a list of pins has the cap. It lasts, so that no later sync can complete the board.
    FaultKind.PIN_CAP: {"board_pins": "system_error", "campaigns": "exact", "campaign_analytics": "exact"},
}
MIDDLE = 2


@pytest.fixture
def world() -> World:
    """Small, with lists of several pages, and accounts whose analytics take several calls."""
    world = World(boards=3, pins_per_board=(260, 3, 251), sections_per_board=1, ad_accounts=3, campaigns=(260, 3, 20))
    world.first_day = world.today - timedelta(days=3)
    return world


def test_each_kind_of_fault_has_an_expectation() -> None:
    assert set(EXPECTED) == set(FAULT_KINDS)


@pytest.mark.parametrize("call", [0, MIDDLE], ids=["first call", "middle call"])
@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("kind", [kind for kind in FAULT_KINDS if EXPECTED[kind] is not PASSES])
def test_a_fault_that_does_not_pass(kind: FaultKind, stream: str, call: int, world: World) -> None:
    fault = Fault(kind, on=OPERATIONS[stream], after=call, account=_account_of(kind, world), items=250)
    with Simulator(world, faults=[fault]) as sim:
        first = run_sync(sim, [stream], config=_config(sim, kind))
        assert sim.fired(kind) or EXPECTED[kind][stream] == "exact"
        _assert_as_expected(first, sim, stream, kind)
        if kind in {FaultKind.PIN_CAP, FaultKind.ACCOUNT_VANISHES}:
            return  # nothing gives back what is gone
        sim.clear_faults()
        _assert_completed_by_the_next_sync(first, sim, stream)


@pytest.mark.parametrize("call", [0, MIDDLE], ids=["first call", "middle call"])
@pytest.mark.parametrize("kind", [kind for kind in FAULT_KINDS if EXPECTED[kind] is PASSES])
def test_a_fault_that_passes(kind: FaultKind, call: int, world: World) -> None:
    faults = [Fault(kind, on=operation, after=call, seconds=0.2) for operation in OPERATIONS.values()]
    with Simulator(world, faults=faults) as sim:
        output = run_sync(sim, STREAMS, config=_config(sim, kind))
        assert sim.fired(kind) == len(STREAMS)
        assert_succeeded(output, STREAMS)
        assert_exact(output, sim, STREAMS)


def _account_of(kind: FaultKind, world: World) -> str:
    return world.account_id(0) if kind is FaultKind.ACCOUNT_VANISHES else ""


def _config(sim: Simulator, kind: FaultKind) -> dict[str, Any]:
    timeout = {"request_timeout_seconds": 0.5} if kind is FaultKind.NEVER_ANSWERS else {}
    # Without a look back, nothing but the state makes the next sync read a window that failed.
    return sim.config(lookback_days=0, **timeout)


def _assert_as_expected(output: Output, sim: Simulator, stream: str, kind: FaultKind) -> None:
    outcome = EXPECTED[kind][stream]
    if outcome == "exact":
        assert_succeeded(output, [stream])
        assert_exact(output, sim, [stream])
    elif outcome == "left out" and output.exit_code == 0:
        assert output.status(stream) == "COMPLETE"
        assert any(text.startswith(f"{stream}: ") and "left out" in text for text in output.warnings()), output.text()
    else:
        _assert_incomplete(output, stream, "config_error" if outcome == "left out" else outcome)


def _assert_incomplete(output: Output, stream: str, failure_type: str) -> None:
    assert output.exit_code != 0
    assert output.status(stream) == "INCOMPLETE"
    errors = output.errors_of(stream)
    assert {error.failure_type.value for error in errors} == {failure_type}, output.text()
    for error in output.errors:
        assert "Traceback" not in str(error.message)
    for error in errors:
        sentence = str(error.message)
        assert sentence.endswith("."), sentence
        assert not sentence.startswith("Exhausted"), sentence
        assert any(word in sentence for word in ("Authenticate", "next sync", "Ask its owner", "Move such pins")), sentence


def _assert_completed_by_the_next_sync(first: Output, sim: Simulator, stream: str) -> None:
    second = run_sync(sim, [stream], config=sim.config(lookback_days=0), state=first.states)
    assert_succeeded(second, [stream])
    united: dict[tuple[Any, ...], Record] = {}
    for record in [*first.records[stream], *second.records[stream]]:
        united[key_of(stream, record)] = record
    assert_same(stream, united.values(), sim.expected(stream))
