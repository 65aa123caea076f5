"""`make bench` measures what it says, and its tables and picture can be read. With made-up numbers."""

import shutil
import subprocess
from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from integration_tests.support.processes import ROOT
from integration_tests.support.worktree import short_name
from integration_tests.tools.benchmarks.beside import connector_at
from integration_tests.tools.benchmarks.measure import Taken, take
from integration_tests.tools.benchmarks.picture import figure
from integration_tests.tools.benchmarks.readers import BARE_LOOP, CONNECTOR, OFFICIAL_CONNECTOR, connector
from integration_tests.tools.benchmarks.runs import Run, runs
from integration_tests.tools.benchmarks.tables import differences, report
from integration_tests.tools.benchmarks.workloads import Workload

EARLIER = connector(ROOT / ".tmp" / "beside", "this connector at 0123abcd")
SMALLEST_TEXT_PX = 11
POINTS_PER_PX = 0.75
TAKEN = {
    BARE_LOOP: Taken(records=250_000, seconds=2.0, cpu_seconds=2.0, peak_mib=34.2, calls=1_001),
    CONNECTOR: Taken(records=250_000, seconds=2.5, cpu_seconds=3.0, peak_mib=104.6, calls=1_002),
    EARLIER: Taken(records=250_000, seconds=10.0, cpu_seconds=7.5, peak_mib=109.0, calls=1_002),
    OFFICIAL_CONNECTOR: Taken(records=10_000, seconds=4.0, cpu_seconds=2.0, peak_mib=133.0, calls=402),
}


def made_up() -> dict[Run, Taken]:
    return {run: TAKEN[run.reader] for run in runs(tuple(TAKEN))}


def lines_of(text: str, title: str) -> list[str]:
    """The rows of the table under a title."""
    return [line for line in text.partition(f"## {title}")[2].partition("##")[0].splitlines() if line.startswith("|")]


def test_a_read_is_measured_in_time_and_memory() -> None:
    world = {"boards": 2, "pins-per-board": 300, "sections-per-board": 0}
    taken = take(BARE_LOOP, Workload("list", "board_pins", world, "boards"))

    assert taken.records == 600
    assert taken.calls == 1 + 2 * 2
    assert taken.peak_mib > 10
    assert taken.seconds >= taken.cpu_seconds


def test_the_table_without_latency_has_seconds_beside_ratios() -> None:
    rows = lines_of(report(made_up()), "Without latency")

    assert rows[0].endswith("| CPU s per 100,000 | Times the bare loop's | Records/s | Peak MiB | Calls per 1,000 |")
    assert rows[2:6] == [
        "| `board_pins` | bare loop | 250,000 | 0.80 | 1.0 | 125,000 | 34 | 4.00 |",
        "| `board_pins` | this connector | 250,000 | 1.20 | 1.5 | 100,000 | 105 | 4.01 |",
        "| `board_pins` | this connector at 0123abcd | 250,000 | 3.00 | 3.8 | 25,000 | 109 | 4.01 |",
        "| `board_pins` | official connector | 10,000 | 20.00 | 25.0 | 2,500 | 133 | 40.20 |",
    ]
    assert len(rows) == 2 + 4 * 4


def test_an_earlier_commit_is_in_no_document_and_its_difference_is_printed() -> None:
    rows = differences(made_up(), EARLIER).splitlines()

    assert rows[0] == "| Times that of this connector at 0123abcd | CPU s | Seconds | Peak MiB |"
    assert rows[2] == "| board_pins, 0 ms | 0.40 | 0.25 | 0.96 |"
    assert len(rows) == 2 + 4 * 3 + 1


def texts(picture: Figure) -> list[tuple[str, Bbox]]:
    """Each text of a picture with the room it takes."""
    FigureCanvasAgg(picture).draw()
    found = [text for text in picture.findobj(Text) if isinstance(text, Text) and text.get_text()]
    assert all(float(text.get_fontsize()) >= SMALLEST_TEXT_PX * POINTS_PER_PX for text in found)
    return [(text.get_text(), text.get_window_extent()) for text in found]


def test_no_text_of_the_picture_covers_another_or_leaves_it() -> None:
    picture = figure(made_up())
    found = texts(picture)

    assert {"this connector at 0123abcd", "125,000", "20.0", "campaign_analytics_report"} <= {text for text, _ in found}
    assert [(one, other) for (one, its), (other, room) in combinations(found, 2) if its.overlaps(room)] == []
    assert [text for text, room in found if not (picture.bbox.x0 <= room.x0 and room.x1 <= picture.bbox.x1)] == []
    assert [text for text, room in found if not (picture.bbox.y0 <= room.y0 and room.y1 <= picture.bbox.y1)] == []


# -- an earlier commit

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Of two commits, the first of which has an empty connector."""
    package = tmp_path / "source_pinterest"
    package.mkdir()
    git(tmp_path, "init", "--quiet")
    (package / "__init__.py").touch()
    for text in ("", "import a_package_that_is_nowhere\n"):
        (package / "run.py").write_text(text, encoding="utf-8")
        git(tmp_path, "add", "source_pinterest")
        git(
            tmp_path,
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@localhost",
            "commit",
            "--quiet",
            "-m",
            "one",
            "--allow-empty",
        )
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)  # noqa: S607
    return done.stdout.strip()


@needs_git
def test_an_earlier_commit_runs_its_own_package(repository: Path) -> None:
    commit = short_name("HEAD~1", repository)
    with connector_at(commit, repository) as reader:
        assert reader.name == f"this connector at {commit}"
        assert reader.checkout is not None
        assert (reader.checkout / "source_pinterest" / "run.py").read_text(encoding="utf-8") == ""
        assert git(reader.checkout, "rev-parse", "--short", "HEAD") == commit

    assert not reader.checkout.exists()
    assert len(git(repository, "worktree", "list").splitlines()) == 1


@needs_git
def test_a_package_from_elsewhere_is_refused(repository: Path) -> None:
    git(repository, "rm", "--quiet", "-r", "source_pinterest")
    git(repository, "-c", "user.name=a", "-c", "user.email=a@localhost", "commit", "--quiet", "-m", "none")
    with pytest.raises(ImportError, match="not in its worktree"), connector_at("HEAD", repository):
        pytest.fail("it was run")
