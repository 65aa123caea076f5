"""A read whose output is not taken, or that waits, ends when it is told to.

Each is a process of its own whose lines are read one by one. Where a read is ended matters: see `test_crash_points.py`.
"""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import assert_same
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import ConnectorProcess, clean_environment, main, running
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


@contextmanager
def reading(sim: Simulator, folder: Path, streams: Sequence[str], **config: Any) -> Iterator[ConnectorProcess]:
    """A read as a child."""
    arguments = read_arguments(folder, catalog_of(streams), sim.config(lookback_days=0, **config))
    with running(["main.py", *arguments], clean_environment(sim.url), body=main) as process:
        yield process
