"""`make bench` measures what it says, and reads an earlier commit with the package of that commit."""

from integration_tests.support.worktree import short_name
from integration_tests.tools.benchmarks.measure import take
from integration_tests.tools.benchmarks.readers import BARE_LOOP, Workload, connector_at


def test_a_read_is_measured_in_time_and_memory() -> None:
    world = {"boards": 2, "pins-per-board": 300, "sections-per-board": 0}
    taken = take(BARE_LOOP, Workload("board_pins", world, "boards"))

    assert taken.records == 600
    assert taken.calls == 1 + 2 * 2
    assert taken.peak_mib > 10
    assert taken.seconds >= taken.cpu_seconds


def test_an_earlier_commit_runs_its_own_package() -> None:
    commit = short_name("HEAD")
    with connector_at(commit) as reader:
        assert reader.name == f"this connector at {commit}"
        assert reader.checkout is not None
        assert (reader.checkout / "source_pinterest" / "run.py").is_file()
    assert not reader.checkout.exists()
