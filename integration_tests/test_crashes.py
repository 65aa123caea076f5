"""A read that is killed, told to stop, or has nobody left to listen: does it end, and does the next one complete it?

Each is a process of its own whose lines are read one by one, so that it can be ended in the middle.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import orjson
import pytest

from integration_tests.simulator import Fault, FaultKind, Simulator, World
from integration_tests.support.assertions import assert_same, assert_succeeded, key_of
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.outputs import Output, Record
from integration_tests.support.promises import promised_keys
from integration_tests.support.syncs import ROOT, clean_environment, read_arguments, run_sync

STREAMS = ("board_pins", "campaigns", "campaign_analytics")
ENDS_WITHIN_SECONDS = 5


@contextmanager
def reading(sim: Simulator, arguments: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`python main.py` as a child; its stderr goes into a file, so that no pipe of it can fill up."""
    with (
        (folder / "stderr").open("wb") as stderr,
        subprocess.Popen(
            [sys.executable, "main.py", *arguments],
            cwd=ROOT,
            env=clean_environment(sim.url),
            stdout=subprocess.PIPE,
            stderr=stderr,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def world() -> World:
    """Large enough that its records do not fit into the pipe, so that the process can't end before its reader wants."""
    world = World(boards=6, pins_per_board=400, ad_accounts=6, campaigns=60)
    world.first_day = world.today - timedelta(days=20)
    return world


@pytest.mark.parametrize("lines", [1, 200, 3_000, 6_000])
def test_a_killed_read_is_completed_by_the_next(lines: int, world: World, tmp_path: Path) -> None:
    with Simulator(world) as sim:
        with reading(sim, _arguments(sim, tmp_path), tmp_path) as process:
            seen = list(_first_lines(_stdout(process), lines))
            process.send_signal(signal.SIGKILL)
        _assert_completed(Output.of_process(b"".join(seen), process.returncode, ""), sim)


@pytest.mark.parametrize("lines", [1, 3_000])
def test_a_terminated_read_says_its_last_words_and_ends(lines: int, world: World, tmp_path: Path) -> None:
    with Simulator(world) as sim:
        with reading(sim, _arguments(sim, tmp_path), tmp_path) as process:
            seen = list(_first_lines(_stdout(process), lines))
            process.send_signal(signal.SIGTERM)
            told_at = time.monotonic()
            rest = _stdout(process).read()
            assert process.wait(ENDS_WITHIN_SECONDS) == 128 + signal.SIGTERM
            assert time.monotonic() - told_at < ENDS_WITHIN_SECONDS
        assert rest == b"" or rest.endswith(b"\n")
        # Every line is whole: parsing them is the test.
        _assert_completed(Output.of_process(b"".join(seen) + rest, process.returncode, ""), sim)


def test_a_terminated_read_that_nobody_reads_any_more_still_ends(world: World, tmp_path: Path) -> None:
    with Simulator(world) as sim, reading(sim, _arguments(sim, tmp_path), tmp_path) as process:
        list(_first_lines(_stdout(process), 5))
        process.send_signal(signal.SIGTERM)
        # The last resort waits five seconds for a reader.
        assert process.wait(2 * ENDS_WITHIN_SECONDS) == 128 + signal.SIGTERM


def test_a_read_whose_output_is_closed_ends(world: World, tmp_path: Path) -> None:
    with Simulator(world) as sim, reading(sim, _arguments(sim, tmp_path), tmp_path) as process:
        list(_first_lines(_stdout(process), 50))
        _stdout(process).close()
        assert process.wait(2 * ENDS_WITHIN_SECONDS) != 0


def test_a_read_that_waits_for_its_quota_hands_its_state_out_and_ends_when_told(tmp_path: Path) -> None:
    world = World(ad_accounts=1, campaigns=5)
    fault = Fault(FaultKind.RATE_LIMITED, on="campaigns/analytics", times=None, seconds=600)
    with Simulator(world, faults=[fault]) as sim:
        arguments = _arguments(sim, tmp_path, ["campaigns", "campaign_analytics"], max_wait_minutes=60)
        with reading(sim, arguments, tmp_path) as process:
            seen = []
            for line in _stdout(process):
                seen.append(line)
                if orjson.loads(line)["type"] == "STATE":
                    break
            process.send_signal(signal.SIGTERM)
            rest = _stdout(process).read()
            assert process.wait(ENDS_WITHIN_SECONDS) == 128 + signal.SIGTERM
    output = Output.of_process(b"".join(seen) + rest, process.returncode, "")
    assert_same("campaigns", output.records["campaigns"], sim.expected("campaigns"))
    assert output.states["campaigns"]["states"]


@pytest.mark.parametrize("stream", ["campaigns", "campaign_analytics", "board_pins", "board_section_pins"])
def test_no_state_is_ahead_of_its_records(stream: str, tmp_path: Path) -> None:
    world = World(ad_accounts=8, campaigns=(300, 5, 40), boards=8, pins_per_board=(300, 5), pins_per_section=(200, 3))
    world.first_day = world.today - timedelta(days=6)
    with Simulator(world) as sim:
        # A state after each slice, as though ten seconds had gone by.
        eager = "import source_pinterest.limits as l; l.STATE_EVERY_SECONDS = 0; import runpy, sys; "
        command = [
            sys.executable,
            "-c",
            f"{eager}sys.argv[0] = 'main.py'; runpy.run_path('main.py', run_name='__main__')",
        ]
        truth = sim.expected(stream)
        seen: set[tuple[Any, ...]] = set()
        states = 0
        with subprocess.Popen(
            [*command, *_arguments(sim, tmp_path, [stream])],
            cwd=ROOT,
            env=clean_environment(sim.url),
            stdout=subprocess.PIPE,
        ) as process:
            # A slow reader: a small pipe keeps the process waiting for it all the time.
            for line in _stdout(process):
                message = orjson.loads(line)
                if message["type"] == "RECORD":
                    seen.add(key_of(stream, message["record"]["data"]))
                elif message["type"] == "STATE":
                    states += 1
                    to_come = promised_keys(message["state"]["stream"]["stream_state"], truth) - seen
                    assert not to_come, f"{len(to_come)} records are still to come"
        assert process.returncode == 0
        assert states >= 8
        assert seen == set(sim.expected(stream))


def _arguments(sim: Simulator, folder: Path, streams: Sequence[str] = STREAMS, **config: Any) -> list[str]:
    return read_arguments(folder, catalog_of(streams), sim.config(lookback_days=0, **config))


def _stdout(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None
    return process.stdout


def _first_lines(lines: IO[bytes], count: int) -> Iterator[bytes]:
    for _ in range(count):
        if line := lines.readline():
            yield line


def _assert_completed(first: Output, sim: Simulator) -> None:
    second = run_sync(sim, STREAMS, config=sim.config(lookback_days=0), state=first.states)
    assert_succeeded(second, STREAMS)
    for stream in STREAMS:
        united: dict[tuple[Any, ...], Record] = {}
        for record in [*first.records[stream], *second.records[stream]]:
            united[key_of(stream, record)] = record
        assert_same(stream, united.values(), sim.expected(stream))
