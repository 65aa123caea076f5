"""The check that no state is ahead of its records knows every state, and sees one that is."""

from typing import Any

import pytest

from integration_tests.support.assertions import key_of
from integration_tests.support.catalogs import ALL_STREAMS, CURSOR_FIELDS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.promises import promised_keys
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import simulated
from source_pinterest import limits

sim = simulated(
    lambda: World(boards=2, pins_per_board=3, campaigns=3, ad_groups=3, ads=3), scope="module", profile="ample"
)


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
