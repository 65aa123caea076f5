"""Does the table of mutants count every result that mutmut has left, and a missing one as not run?"""

import json
from pathlib import Path

import pytest

from integration_tests import mutant_table
from integration_tests.mutant_table import NO_TEST, NOT_NOTICED, NOT_RUN, NOTICED, counted, rows


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """What mutmut leaves: a file beside each module, those in folders and one that is in none."""
    for path, codes in {
        "state/history.py": [1, 1, 0, 36],
        "state/inner/cursor.py": [3, None],
        "state/__init__.py": [],
        "dates.py": [33, 5, 34, 2, -24],
        "run.py": [],
    }.items():
        meta = tmp_path / f"{path}.meta"
        meta.parent.mkdir(parents=True, exist_ok=True)
        meta.write_text(json.dumps({"exit_code_by_key": {str(number): code for number, code in enumerate(codes)}}))
    return tmp_path


def test_every_mutant_is_counted_where_its_module_stands(results: Path) -> None:
    assert counted(results) == {
        "`dates`": {NO_TEST: 2, NOT_RUN: 2, NOTICED: 1},
        "`state/`": {NOTICED: 4, NOT_NOTICED: 1, NOT_RUN: 1},
    }


def test_the_last_row_is_the_sum(results: Path) -> None:
    assert list(rows(counted(results))) == [
        ("`dates`", "5", "1", "0", "2", "2"),
        ("`state/`", "6", "4", "1", "0", "1"),
        ("all", "11", "5", "1", "2", "3"),
    ]


def test_without_results_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutant_table, "RESULTS", tmp_path)
    monkeypatch.setattr(mutant_table, "DOCS", tmp_path / "nowhere")

    assert mutant_table.main() == 1
    assert "make mutants" in capsys.readouterr().err
