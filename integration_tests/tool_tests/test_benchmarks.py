"""`make bench` measures what it says, and its tables have the numbers. With made-up numbers."""

from integration_tests.support.processes import ROOT
from integration_tests.support.worktree import short_name
from integration_tests.tools.benchmarks.measure import Taken, take
from integration_tests.tools.benchmarks.readers import (
    BARE_LOOP,
    CONNECTOR,
    OFFICIAL_CONNECTOR,
    Workload,
    connector,
    connector_at,
)
from integration_tests.tools.benchmarks.runs import differences, report, runs

EARLIER = connector(ROOT / ".tmp" / "beside", "this connector at 0123abcd")
TAKEN = {
    BARE_LOOP: Taken(records=250_000, seconds=2.0, cpu_seconds=2.0, peak_mib=34.2, calls=1_001),
    CONNECTOR: Taken(records=250_000, seconds=2.5, cpu_seconds=3.0, peak_mib=104.6, calls=1_002),
    EARLIER: Taken(records=250_000, seconds=10.0, cpu_seconds=7.5, peak_mib=109.0, calls=1_002),
    OFFICIAL_CONNECTOR: Taken(records=10_000, seconds=4.0, cpu_seconds=2.0, peak_mib=133.0, calls=402),
}
MADE_UP = {run: TAKEN[run.reader] for run in runs(tuple(TAKEN))}


def test_a_read_is_measured_in_time_and_memory() -> None:
    world = {"boards": 2, "pins-per-board": 300, "sections-per-board": 0}
    taken = take(BARE_LOOP, Workload("board_pins", world, "boards"))

    assert taken.records == 600
    assert taken.calls == 1 + 2 * 2
    assert taken.peak_mib > 10
    assert taken.seconds >= taken.cpu_seconds


def test_the_table_without_latency_has_seconds_beside_ratios() -> None:
    table = report(MADE_UP).partition("## Without latency")[2].partition("##")[0].strip().splitlines()

    assert table[0].endswith("| CPU s per 100,000 | Times the bare loop's | Records/s | Peak MiB | Calls per 1,000 |")
    assert table[2:6] == [
        "| `board_pins` | bare loop | 250,000 | 0.80 | 1.0 | 125,000 | 34 | 4.00 |",
        "| `board_pins` | this connector | 250,000 | 1.20 | 1.5 | 100,000 | 105 | 4.01 |",
        "| `board_pins` | this connector at 0123abcd | 250,000 | 3.00 | 3.8 | 25,000 | 109 | 4.01 |",
        "| `board_pins` | official connector | 10,000 | 20.00 | 25.0 | 2,500 | 133 | 40.20 |",
    ]


def test_the_difference_to_an_earlier_commit_is_a_ratio() -> None:
    rows = differences(MADE_UP, EARLIER).splitlines()

    assert rows[0] == "| Times that of this connector at 0123abcd | CPU s | Seconds | Peak MiB |"
    assert rows[2] == "| board_pins, 0 ms | 0.40 | 0.25 | 0.96 |"


def test_an_earlier_commit_runs_its_own_package() -> None:
    commit = short_name("HEAD")
    with connector_at(commit) as reader:
        assert reader.name == f"this connector at {commit}"
        assert reader.checkout is not None
        assert (reader.checkout / "source_pinterest" / "run.py").is_file()
    assert not reader.checkout.exists()
