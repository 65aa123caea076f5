"""The check that no state is ahead of its records knows every state, and sees one that is."""

from collections.abc import Iterator
from typing import Any

import pytest

from integration_tests.simulator import NoAccess
from integration_tests.support.assertions import key_of
from integration_tests.support.catalogs import ALL_STREAMS, BOARDED, CURSOR_FIELDS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.promises import UnknownStateError, promised_keys
from integration_tests.support.syncs import run_sync
from source_pinterest import limits


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(World(boards=2, pins_per_board=3, campaigns=3, ad_groups=3, ads=3), profile="ample") as simulator:
        yield simulator


@pytest.mark.parametrize("sync_mode", ["incremental", "full_refresh"])
def test_every_state_of_a_sync_is_known_and_is_behind_its_records(
    sim: Simulator, sync_mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STATE_EVERY_SECONDS", 0)
    output = run_sync(sim, ALL_STREAMS, sync_mode=sync_mode)
    truth = {stream: sim.expected(stream) for stream in ALL_STREAMS}
    seen: dict[str, set[Any]] = {stream: set() for stream in ALL_STREAMS}
    states = 0
    for message in output.messages:
        if message.record:
            seen[message.record.stream].add(key_of(message.record.stream, message.record.data))
        elif message.state:
            stream = message.state.stream.stream_descriptor.name
            promised = promised_keys(vars(message.state.stream.stream_state), truth[stream])
            assert promised <= seen[stream], stream
            states += 1
    assert states > len(ALL_STREAMS)


def test_the_last_state_of_an_incremental_sync_promises_all_that_is_not_read_again(sim: Simulator) -> None:
    output = run_sync(sim, CURSOR_FIELDS, destination="append")
    for stream in CURSOR_FIELDS:
        emitted = {key_of(stream, record) for record in output.records[stream]}
        assert promised_keys(output.states[stream], sim.expected(stream)) == emitted, stream
        assert emitted, stream


def test_a_full_refresh_that_has_ended_promises_everything(sim: Simulator) -> None:
    output = run_sync(sim, ALL_STREAMS, sync_mode="full_refresh")
    for stream in ALL_STREAMS:
        truth = sim.expected(stream)
        assert promised_keys(output.states[stream], truth) == set(truth), stream
        assert promised_keys({"full_refresh": {"generation": None, "ended": False}}, truth) == set()


@pytest.mark.parametrize("stream", ["board_pins", "pin_analytics", "user_account_analytics", "campaigns"])
def test_a_state_that_is_ahead_is_seen(sim: Simulator, stream: str) -> None:
    output = run_sync(sim, [stream], destination="append")
    one_is_late = {key_of(stream, record) for record in output.records[stream][:-1]}

    assert promised_keys(output.states[stream], sim.expected(stream)) - one_is_late


def test_owners_are_told_apart(sim: Simulator) -> None:
    streams = (*BOARDED, "pin_analytics", "user_account_analytics")
    output = run_sync(sim, streams, config=sim.config(organic_per_ad_account=True), destination="append")
    for stream in streams:
        found = {
            ("owner", record["ad_account_id"], *key_of(stream, record)): record for record in output.records[stream]
        }
        assert len({record["ad_account_id"] for record in found.values()}) > 1
        assert promised_keys(output.states[stream], found) == set(found)
        [first, *_] = output.states[stream].get("states") or [{"partition": {"ad_account_id": sim.world.account_id(0)}}]
        account = first["partition"]["ad_account_id"]
        state = dict(output.states[stream])
        if stream in BOARDED:
            state["boards"] = {name: time for name, time in state["boards"].items() if name.startswith(f"{account}/")}
        else:
            state["states"] = [first]
        assert promised_keys(state, found) == {key for key in found if key[1] == account}


def test_a_reading_promises_the_days_of_the_pins_that_it_has_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STATE_EVERY_SECONDS", 0)
    closed = {"multi_pins/analytics": NoAccess.BETA_CLOSED}
    with Simulator(World(boards=1, pins_per_board=3), no_access=closed) as sim:
        output = run_sync(sim, ["pin_analytics"])
        truth = sim.expected("pin_analytics")
    [state, *_] = [state for state in output.states_of("pin_analytics") if "reading" in state]
    promised = promised_keys(state, truth)

    assert {pin for pin, _ in promised} == {state["reading"][0]["after"]}
    assert len(promised) == len(truth) / len({pin for pin, _ in truth})


@pytest.mark.parametrize(
    "state",
    [
        {"pages": 7},
        {"states": [{"partition": {"ad_account_id": "1"}, "cursor": {"DATE": "2026-01-01", "until": "2026-01-02"}}]},
        {"states": [{"partition": {"board_id": "1"}, "cursor": {"DATE": "2026-01-01"}}]},
        {"reading": [{"after": "7"}]},
    ],
    ids=str,
)
def test_a_state_of_unknown_shape_is_no_promise_but_an_error(state: dict[str, Any]) -> None:
    with pytest.raises(UnknownStateError):
        promised_keys(state, {})
