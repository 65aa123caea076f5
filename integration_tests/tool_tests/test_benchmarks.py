"""`make bench` measures what it says, and reads an earlier commit with the package of that commit."""

import subprocess
import sys
from pathlib import Path

from integration_tests.support.worktree import short_name
from integration_tests.tools.benchmarks.measure import take
from integration_tests.tools.benchmarks.readers import BARE_LOOP, NO_API, Workload, connector_at


def test_a_read_is_measured_in_time_and_memory() -> None:
    world = {"boards": 2, "pins_per_board": 300, "sections_per_board": 0}
    taken = take(BARE_LOOP, Workload("board_pins", world, "boards"))

    assert taken.records == 600
    assert taken.calls == 1 + 2 * 2
    assert taken.peak_mib > 10
    assert taken.seconds >= taken.cpu_seconds


def test_an_earlier_commit_runs_its_own_package() -> None:
    command = [sys.executable, "-c", "import source_pinterest.run; print(source_pinterest.run.__file__)"]
    with connector_at(short_name("HEAD")) as reader:
        assert reader.checkout is not None
        ours = subprocess.check_output(command, cwd=reader.checkout, env=reader.environment(NO_API), text=True)
        assert Path(ours.strip()).samefile(reader.checkout / "source_pinterest" / "run.py")
    assert not reader.checkout.exists()
