"""A read that nobody listens to, or that waits, ends when it is told to, and promises nothing that it has not read.

Each is a process of its own whose lines are read one by one. Where a read is ended matters: see `test_crash_points.py`.
"""

import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import assert_same, key_of
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.interrupted import hurried
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import ConnectorProcess, clean_environment, main, running
from integration_tests.support.promises import promised_keys
from integration_tests.support.syncs import read_arguments

HANGS_SECONDS = 60
"""Whatever has not ended by then will not."""


def test_a_terminated_read_that_nobody_reads_any_more_still_ends(tmp_path: Path) -> None:
    """Its records do not fit into the pipe, so that it can't end before it is told to."""
    with (
        Simulator(World(boards=6, pins_per_board=400)) as sim,
        reading(sim, tmp_path, ["board_pins"]) as process,
    ):
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        # Its last resort waits for a reader, and no longer than it says.
        assert process.wait(HANGS_SECONDS) == 128 + signal.SIGTERM


def test_a_read_that_waits_for_its_quota_hands_its_state_out_and_ends_when_told(tmp_path: Path) -> None:
    world = World(ad_accounts=1, campaigns=5)
    fault = Fault(FaultKind.RATE_LIMITED, on="campaigns/analytics", times=None, seconds=600)
    with (
        Simulator(world, faults=[fault]) as sim,
        reading(sim, tmp_path, ["campaigns", "campaign_analytics"], max_wait_minutes=60) as process,
    ):
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


def test_no_state_is_ahead_of_its_records(tmp_path: Path) -> None:
    streams = ("campaigns", "campaign_analytics", "board_pins", "board_section_pins")
    world = World(
        ad_accounts=8,
        campaigns=(300, 5, 4),
        boards=8,
        pins_per_board=(90, 5),
        sections_per_board=1,
        pins_per_section=(30, 3),
    )
    world.first_day = world.today - timedelta(days=1)
    with Simulator(world) as sim:
        truth = {stream: sim.expected(stream) for stream in streams}
        seen: dict[str, set[tuple[Any, ...]]] = {stream: set() for stream in streams}
        states = Counter[str]()
        with reading(sim, tmp_path, streams, body=hurried) as process:
            # A slow reader: a small pipe keeps the process waiting for it all the time.
            for line in process.stdout:
                message = orjson.loads(line)
                if message["type"] == "RECORD":
                    stream = message["record"]["stream"]
                    seen[stream].add(key_of(stream, message["record"]["data"]))
                elif message["type"] == "STATE":
                    stream = message["state"]["stream"]["stream_descriptor"]["name"]
                    states[stream] += 1
                    to_come = promised_keys(message["state"]["stream"]["stream_state"], truth[stream]) - seen[stream]
                    assert not to_come, f"{len(to_come)} records are still to come"
            assert process.wait(HANGS_SECONDS) == 0
        assert min(states[stream] for stream in streams) >= 8
        assert seen == {stream: set(truth[stream]) for stream in streams}


@contextmanager
def reading(
    sim: Simulator, folder: Path, streams: Sequence[str], body: Callable[[], object] = main, **config: Any
) -> Iterator[ConnectorProcess]:
    """A read as a child."""
    arguments = read_arguments(folder, catalog_of(streams), sim.config(lookback_days=0, **config))
    with running(["main.py", *arguments], clean_environment(sim.url), body=body) as process:
        yield process
