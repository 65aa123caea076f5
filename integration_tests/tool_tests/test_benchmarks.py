"""`make bench` measures what it says, and reads an earlier commit with the package of that commit."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from integration_tests.support.worktree import short_name
from tools.benchmarks.measure import Taken, read
from tools.benchmarks.picture import draw
from tools.benchmarks.readers import (
    BARE_LOOP,
    CONNECTOR,
    NO_API,
    OFFICIAL_CONNECTOR,
    Workload,
    connector_at,
)
from tools.benchmarks.runs import BY_STREAM, in_short, report, runs

SMALL_WORLD = {"campaigns": 10, "ad_groups": 10, "ads": 10, "pins_per_board": 300}


def test_a_read_is_measured_in_time_and_memory() -> None:
    world = {"boards": 2, "pins_per_board": 300, "sections_per_board": 0}
    taken = read(BARE_LOOP, Workload("board_pins", world, "boards"))

    assert taken.records == 600
    assert taken.calls == 1 + 2 * 2
    assert taken.peak_mib > 10
    assert taken.seconds >= taken.cpu_seconds


@pytest.mark.parametrize("stream", BY_STREAM)
def test_the_bare_loop_and_the_connector_read_the_same_records(stream: str) -> None:
    """Each in a process of its own, as the benchmarks start it, in a small world with one board or ad account."""
    workload = BY_STREAM[stream].scaled(0)
    world = {name: min(size, SMALL_WORLD.get(name, size)) for name, size in workload.world.items()}
    workload = replace(workload, world=world)
    loop, seen = (read(reader, workload, report_seconds=0) for reader in (BARE_LOOP, CONNECTOR))

    assert seen.keys == loop.keys
    assert seen.records == loop.records == len(loop.keys)


def test_the_tables_say_what_each_reader_leaves_out(tmp_path: Path) -> None:
    taken = Taken(records=6_300, seconds=1, cpu_seconds=1, peak_mib=100, calls=218, skipped=11_700)
    measured = dict.fromkeys(runs([BARE_LOOP, CONNECTOR, OFFICIAL_CONNECTOR]), taken)
    draw(measured, tmp_path / "benchmarks.svg")

    assert "| `ads` | official connector | 6,300 | 11,700 | 218 | 1.0 | 1.0 | 100 |" in report(measured)
    assert "| `ads` | 6,300 | 6,300 with 218 requests | 6,300 with 218 requests |" in in_short(measured)


def test_an_earlier_commit_runs_its_own_package() -> None:
    command = [sys.executable, "-c", "import source_pinterest.run; print(source_pinterest.run.__file__)"]
    with connector_at(short_name("HEAD")) as reader:
        assert reader.checkout is not None
        ours = subprocess.check_output(command, cwd=reader.checkout, env=reader.environment(NO_API), text=True)
        assert Path(ours.strip()).samefile(reader.checkout / "source_pinterest" / "run.py")
    assert not reader.checkout.exists()
