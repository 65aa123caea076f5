"""A read that is ended again and again, in every way there is, and continues each time from its last state.

The points are the same in every run. Whatever they are, all reads together bring the whole set, and no state is ever
ahead of its records.
"""

import random
import signal
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import Key, assert_same, assert_succeeded, key_of
from integration_tests.support.catalogs import ALL_STREAMS, CURSOR_FIELDS, catalog_of
from integration_tests.support.interrupted import End, interrupted_read
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import clean_environment, main, running
from integration_tests.support.state_coverage import covered_keys
from integration_tests.support.syncs import read_arguments, run_sync
from integration_tests.support.worlds import simulated, small_world
from source_pinterest import limits

STREAMS = ("board_pins", "campaigns", "campaign_analytics", "advertiser_report")
HISTORY_DAYS = 92
METRICS = ("AD_ACCOUNT_ID", "SPEND_IN_DOLLAR")
INTERRUPTIONS = 3
HANGS_SECONDS = 60
"""Whatever has not ended by then will not."""
MAGNITUDES = dict.fromkeys(End, (0, 4)) | {End.MEMORY: (7, 8.7)}
"""From one line to all of them, and from 10 to 500 megabytes; early points are as likely as late ones."""


@pytest.fixture
def world() -> World:
    """Large enough that its records do not fit into the pipe, so that the process can't end before its reader wants."""
    return small_world(days=HISTORY_DAYS + 1, boards=4, pins_per_board=300, ad_accounts=6, campaigns=20)


def first_day(sim: Simulator) -> date:
    """Days that are older than 89 come from reports."""
    return sim.world.today - timedelta(days=HISTORY_DAYS)


def config(sim: Simulator) -> dict[str, Any]:
    return sim.config(start_date=str(first_day(sim)), analytics_columns=list(METRICS), lookback_days=0)


class Destination:
    """What all reads together have brought."""

    def __init__(self, sim: Simulator) -> None:
        self.expected_records = {
            stream: sim.expected(
                stream, start=first_day(sim), **({"wanted_columns": METRICS} if stream == "campaign_analytics" else {})
            )
            for stream in STREAMS
        }
        self.held: dict[str, dict[Key, Record]] = {stream: {} for stream in STREAMS}
        self.states: dict[str, dict[str, Any]] = {}

    def take(self, output: Output) -> None:
        """Hold what a read brought; its states, the last of each stream, promise nothing that is not held."""
        for stream in STREAMS:
            self.held[stream] |= {key_of(stream, record): record for record in output.records[stream]}
        self.states |= output.states
        for stream, state in self.states.items():
            to_come = covered_keys(state, self.expected_records[stream]) - set(self.held[stream])
            assert not to_come, f"{stream}: the state is {len(to_come)} records ahead"


@pytest.mark.parametrize(
    "end",
    [
        *(end for end in End if end is not End.MEMORY),
        pytest.param(End.MEMORY, marks=pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and RLIMIT_AS")),
    ],
)
def test_reads_that_are_ended_anywhere_complete_the_set(end: End, world: World, tmp_path: Path) -> None:
    dice = random.Random(end)  # noqa: S311 - to be repeated, not to be secret
    with Simulator(world) as sim:
        destination = Destination(sim)
        for _ in range(INTERRUPTIONS):
            size = int(10 ** dice.uniform(*MAGNITUDES[end]))
            arguments = read_arguments(tmp_path, catalog_of(STREAMS), config(sim), destination.states)
            output = interrupted_read(sim.url, arguments, end, size, tmp_path)
            destination.take(output)
            if output.exit_code == 0:
                assert_succeeded(output, STREAMS)
            elif end is End.TERMINATE:
                assert output.exit_code == 128 + signal.SIGTERM
        last = run_sync(sim, STREAMS, config=config(sim), state=destination.states)
        assert_succeeded(last, STREAMS)
        destination.take(last)
        for stream in STREAMS:
            assert_same(stream, destination.held[stream].values(), destination.expected_records[stream])


def test_a_read_that_waits_for_a_quota_emits_its_state_and_ends_at_a_signal(tmp_path: Path) -> None:
    fault = Fault(FaultKind.RATE_LIMITED, on="campaigns/analytics", times=None, seconds=600)
    with Simulator(World(ad_accounts=1, campaigns=5), faults=[fault]) as sim:
        catalog = catalog_of(["campaigns", "campaign_analytics"])
        arguments = read_arguments(tmp_path, catalog, sim.config(max_wait_minutes=60))
        with running(["main.py", *arguments], clean_environment(sim.url), body=main) as process:
            seen = []
            for line in process.stdout:
                seen.append(line)
                if orjson.loads(line)["type"] == "STATE":
                    break
            process.send_signal(signal.SIGTERM)
            rest = process.stdout.read()
            code = process.wait(HANGS_SECONDS)
        assert code == 128 + signal.SIGTERM
    output = Output.of_process(b"".join(seen) + rest, code, "")
    assert_same("campaigns", output.records["campaigns"], sim.expected("campaigns"))
    assert output.states["campaigns"]["states"]


sim = simulated(
    lambda: World(boards=2, pins_per_board=3, campaigns=3, ad_groups=3, ads=3), scope="module", profile="ample"
)


@pytest.mark.parametrize("sync_mode", ["incremental", "full_refresh"])
def test_every_state_of_a_sync_is_known_and_is_behind_its_records(
    sim: Simulator, sync_mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STATE_EVERY_SECONDS", 0)
    output = run_sync(sim, ALL_STREAMS, sync_mode=sync_mode)
    expected_records = {stream: sim.expected(stream) for stream in ALL_STREAMS}
    seen: dict[str, set[Any]] = {stream: set() for stream in ALL_STREAMS}
    states = 0
    for message in output.messages:
        if message.record:
            seen[message.record.stream].add(key_of(message.record.stream, message.record.data))
        elif message.state:
            stream = message.state.stream.stream_descriptor.name
            promised = covered_keys(vars(message.state.stream.stream_state), expected_records[stream])
            assert promised <= seen[stream], stream
            states += 1
    assert states > len(ALL_STREAMS)


def test_the_last_state_of_an_incremental_sync_promises_all_that_is_not_read_again(sim: Simulator) -> None:
    output = run_sync(sim, CURSOR_FIELDS, destination="append")
    for stream in CURSOR_FIELDS:
        emitted = {key_of(stream, record) for record in output.records[stream]}
        assert covered_keys(output.states[stream], sim.expected(stream)) == emitted, stream
        assert emitted, stream
