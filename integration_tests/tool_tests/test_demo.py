"""The demo must not praise a sync that lost, doubled or invented a record."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from rich.console import Console

from integration_tests.tools.demo.__main__ import OPENING
from integration_tests.tools.demo.connector import Reading, started
from integration_tests.tools.demo.findings import Finding, findings
from integration_tests.tools.demo.run import campaign_to_pause, main, print_ending, print_table
from source_pinterest.streams import STREAMS

BOARD, EDITED, OTHER = {"id": "1", "name": "old"}, {"id": "1", "name": "new"}, {"id": "2", "name": "other"}


BOARDS, MORE_BOARDS = {("1",), ("2",)}, {("1",), ("2",), ("3",)}


def finding(first: list[dict[str, str]], second: list[dict[str, str]], later: set[tuple[str]] = BOARDS) -> Finding:
    """What the demo finds in a Pinterest with two boards at first."""
    readings = (Reading(records={"boards": first}), Reading(records={"boards": second}))
    readings[0].take({"type": "LOG", "log": {"message": "boards: 2 records, 1,003 requests (0 retries), "}})
    [found] = findings({"boards": ["id"]}, [{"boards": BOARDS}, {"boards": later}], readings)
    return found


def test_two_reads_without_a_fault_have_no_findings() -> None:
    found = finding([BOARD, OTHER], [EDITED])
    assert found.is_whole
    assert found.numbers == (2, 1_003, 1, 1, 0)


def test_the_second_reading_adds_what_is_new_in_pinterest() -> None:
    assert finding([BOARD, OTHER], [{"id": "3"}], MORE_BOARDS).is_whole
    assert not finding([BOARD, OTHER], [], MORE_BOARDS).is_whole


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [
        ([BOARD], [], "1 records are missing, Pinterest does not have 0, and 0 came twice."),
        ([BOARD], [OTHER], "1 records are missing, Pinterest does not have 0, and 0 came twice."),
        ([BOARD, BOARD], [], "1 records are missing, Pinterest does not have 0, and 1 came twice."),
        ([BOARD, OTHER, OTHER], [], "0 records are missing, Pinterest does not have 0, and 1 came twice."),
        ([BOARD, OTHER], [{"id": "3"}], "0 records are missing, Pinterest does not have 1, and 0 came twice."),
    ],
    ids=["lost", "late", "one for another", "doubled", "invented"],
)
def test_a_reading_that_is_not_whole_is_told(
    first: list[dict[str, str]], second: list[dict[str, str]], wrong: str
) -> None:
    found = finding(first, second)
    assert not found.is_whole
    assert found.trouble == f"boards is not complete: {wrong}"


SHORT_WORLD = (
    *("--boards", "1", "--sections-per-board", "1", "--pins-per-board", "2", "--pins-per-section", "1"),
    *("--ad-accounts", "1", "--campaigns", "2", "--ad-groups", "2", "--ads", "4"),
    *("--product-groups", "1", "--product-items", "1", "--active-percent", "20"),
)


def test_the_demo_is_right_on_the_day_of_the_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tmp_path / "demo", SHORT_WORLD) == 0, capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "demo-output").touch()
    monkeypatch.chdir(tmp_path)
    assert main(tmp_path / "demo-output") == 1
    said = " ".join(capsys.readouterr().out.split())
    assert said == "demo-output can't be written (File exists). Move it away, or get write permission."


def on_a_narrow_screen(show: Callable[[Console], object]) -> list[str]:
    """What a screen of 80 columns shows, line by line."""
    console = Console(width=80, file=io.StringIO(), record=True)
    show(console)
    return console.export_text().splitlines()


NAMES = [stream.stream_name() for stream in STREAMS]


def test_the_demo_fits_80_columns() -> None:
    found = [Finding(name, 1_234, 1_234, 123, 12, 9, 0, 0, 0) for name in NAMES]
    lines = on_a_narrow_screen(lambda console: print_table(console, found))
    [gap, *ending] = on_a_narrow_screen(lambda console: print_ending(console, found, []))

    assert max(map(len, (*lines, *ending, *OPENING.splitlines()))) <= 80
    assert "…" not in "".join(lines)
    rows = [" ".join(line.split()) for line in lines]
    assert [name for name in NAMES if f"{name} 1,234 12 1,234 123 9" not in rows] == []
    assert gap == ""
    assert ending[3].startswith("Nothing is missing")
    lost = on_a_narrow_screen(lambda console: print_ending(console, found, ["pins is not complete."]))
    assert lost[4] == "pins is not complete."


def test_every_run_pauses_the_same_campaign_so_that_it_counts_the_same_changes() -> None:
    campaigns = [{"id": "12"}, {"id": "11"}]
    assert campaign_to_pause(campaigns) == campaign_to_pause(campaigns[::-1]) == {"id": "11"}


def test_ctrl_c_during_the_demo_reaches_its_processes_through_it_alone() -> None:
    line = [sys.executable, "-c", "import os; os.kill(os.getpid(), 2); print('still here', flush=True); os.read(0, 1)"]
    with suppress(KeyboardInterrupt), started(line, stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"still here\n"
        os.kill(os.getpid(), signal.SIGINT)
    assert process.returncode == -signal.SIGTERM
