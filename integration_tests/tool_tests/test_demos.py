"""The demos do what they say, and praise no sync that lost, doubled or invented a record."""

import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from rich.console import Console

from integration_tests.packaging_tests.test_dbt import queries_of
from integration_tests.support.processes import ROOT
from source_pinterest.cli import query
from source_pinterest.streams import STREAMS
from tools.demo import into_duckdb, pinterest
from tools.demo.__main__ import OPENING
from tools.demo.connector import Reading, started
from tools.demo.findings import Finding, findings
from tools.demo.run import main, print_table, show
from tools.page_picture import IMAGE, description, told_by

BOARD, EDITED, OTHER = {"id": "1", "name": "old"}, {"id": "1", "name": "new"}, {"id": "2", "name": "other"}


BOARDS, MORE_BOARDS = {("1",), ("2",)}, {("1",), ("2",), ("3",)}


def finding(first: list[dict[str, str]], second: list[dict[str, str]], later: set[tuple[str]] = BOARDS) -> Finding:
    """What the demo finds in a Pinterest with two boards at first."""
    readings = (Reading(records={"boards": first}), Reading(records={"boards": second}))
    readings[0].take({"type": "LOG", "log": {"message": "boards: 2 records, 1,003 requests (0 retries), "}})
    [found] = findings({"boards": ["id"]}, [{"boards": BOARDS}, {"boards": later}], readings)
    return found


def test_a_finding_has_the_numbers_of_both_reads() -> None:
    assert finding([BOARD, OTHER], [EDITED]).numbers == (2, 1_003, 1, 1, 0)


@pytest.mark.parametrize(
    ("first", "second", "later", "wrong"),
    [
        ([BOARD, OTHER], [EDITED], BOARDS, ()),
        ([BOARD, OTHER], [{"id": "3"}], MORE_BOARDS, ()),
        ([BOARD, OTHER], [], MORE_BOARDS, (1, 0, 0)),
        ([BOARD], [], BOARDS, (1, 0, 0)),
        ([BOARD], [OTHER], BOARDS, (1, 0, 0)),
        ([BOARD, BOARD], [], BOARDS, (1, 0, 1)),
        ([BOARD, OTHER, OTHER], [], BOARDS, (0, 0, 1)),
        ([BOARD, OTHER], [{"id": "3"}], BOARDS, (0, 1, 0)),
    ],
    ids=["edited", "new", "new and lost", "lost", "late", "one for another", "doubled", "invented"],
)
def test_a_demo_that_is_incomplete_says_what_is_missing_or_doubled(
    first: list[dict[str, str]], second: list[dict[str, str]], later: set[tuple[str]], wrong: tuple[int, ...]
) -> None:
    found = finding(first, second, later)
    assert found.is_whole == (not wrong)
    assert not wrong or found.trouble == (
        "boards is not complete: {} records are missing, Pinterest does not have {}, and {} came twice.".format(*wrong)
    )


SHORT_WORLD = (
    *(
        "--shop",
        "true",
        "--boards",
        "1",
        "--sections-per-board",
        "1",
        "--pins-per-board",
        "2",
        "--pins-per-section",
        "1",
    ),
    *("--ad-accounts", "3", "--shared-ad-accounts", "0", "--campaigns", "1", "--ad-groups", "1", "--ads", "2"),
    *("--product-groups", "1", "--product-items", "1", "--active-percent", "60"),
)


def test_the_demos_are_right_on_the_day_of_the_test_and_show_the_same_spend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pinterest, "HISTORY_DAYS", 36)
    console = Console(width=200)
    demos: dict[str, Callable[[Path], bool]] = {
        "demo": lambda folder: show(console, folder, SHORT_WORLD),
        "duckdb": lambda folder: into_duckdb.show(console, None, folder, SHORT_WORLD),
    }
    told: dict[str, str] = {}
    for name, demo in demos.items():
        assert demo(tmp_path / name), capsys.readouterr().out
        said = capsys.readouterr().out
        [told[name]] = re.findall(r"^Spend from .*", said, re.MULTILINE)
        if name == "duckdb":
            assert "PyAirbyte needs Python 3.11 or 3.12" in said
            first, second = map(int, re.findall(r"(\d+) campaign_analytics", said))
            assert 0 < second < first, "the second read is incremental"
            assert len(re.findall(r"\w.* [\d.,]+ .*\d% .*https://\S+", said)) == 6, "two ads in each currency"
    assert len(set(told.values())) == 1, told
    amounts = re.findall(r"([\d,.]+) (?:AUD|EUR|USD)", told["demo"])
    assert len(amounts) == 3
    for folder in ("demo", "duckdb"):
        page = (tmp_path / folder / "read" / "page.html").read_text(encoding="utf-8")
        assert [amount for amount in amounts if f">{amount} <small>" not in page] == []
    assert_answers(tmp_path / "duckdb" / "pinterest.duckdb", monkeypatch, capsys)
    assert_answers(tmp_path / "duckdb" / "read", monkeypatch, capsys)


def assert_answers(output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Each query of the questions finds something, but that about a report which a user has to define."""
    queries = [each for each in queries_of("docs/questions.md") if "custom_" not in each]
    monkeypatch.setenv("COLUMNS", "100000")  # each answer is a table, however many columns it has
    monkeypatch.setattr("sys.stdin", io.StringIO(";\n".join(queries)))
    assert query.main(["--output", str(output)]) == 0, capsys.readouterr().err
    answers = capsys.readouterr().out
    assert len(re.findall("^┌", answers, re.MULTILINE)) == len(queries)
    assert " 0 rows" not in answers


def test_a_folder_that_cannot_be_written_is_an_error_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "demo-output").touch()
    monkeypatch.chdir(tmp_path)
    assert main(tmp_path / "demo-output") == 1
    said = " ".join(capsys.readouterr().out.split())
    assert said == "demo-output can't be written (File exists). Move it away, or get write permission."


def test_the_demo_fits_80_columns() -> None:
    names = [stream.stream_name() for stream in STREAMS]
    console = Console(width=80, file=io.StringIO(), record=True)
    print_table(console, [Finding(name, 1_234, 1_234, 123, 12, 9, 0, 0, 0) for name in names])
    lines = console.export_text().splitlines()

    assert max(map(len, (*lines, *OPENING.splitlines()))) <= 80
    assert "…" not in "".join(lines)
    rows = [" ".join(line.split()) for line in lines]
    assert [name for name in names if f"{name} 1,234 12 1,234 123 9" not in rows] == []


def test_ctrl_c_during_the_demo_reaches_its_processes_through_it_alone() -> None:
    line = [sys.executable, "-c", "import os; os.kill(os.getpid(), 2); print('still here', flush=True); os.read(0, 1)"]
    with suppress(KeyboardInterrupt), started(line, stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"still here\n"
        os.kill(os.getpid(), signal.SIGINT)
    assert process.returncode == -signal.SIGTERM


def test_the_picture_of_the_page_shows_the_numbers_of_the_simulator_and_is_small() -> None:
    assert told_by(IMAGE) == description(), "make docs draws it anew"
    assert IMAGE.stat().st_size < 200_000


def test_the_example_without_a_configuration_says_where_it_comes_from(tmp_path: Path) -> None:
    line = [sys.executable, "examples/pyairbyte_duckdb.py", str(tmp_path / "config.json"), "it.duckdb"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    [sentence] = done.stderr.splitlines()
    assert "config.json. Sign in: .venv/bin/python -m source_pinterest.authorize --config" in sentence
