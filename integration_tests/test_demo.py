"""The demo must not praise a sync that lost, doubled or invented a record."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from integration_tests.demo.__main__ import main, print_next_steps
from integration_tests.demo.connector import Reading
from integration_tests.demo.findings import EXPLANATION, Finding, findings, left_out, table
from integration_tests.demo.pinterest import WORLD
from integration_tests.support.truth import PRIMARY_KEYS
from source_pinterest.streams import STREAMS

BOARD, EDITED, OTHER = {"id": "1", "name": "old"}, {"id": "1", "name": "new"}, {"id": "2", "name": "other"}


def finding(first: list[dict[str, str]], second: list[dict[str, str]]) -> Finding:
    """What the demo finds in a Pinterest with two boards."""
    readings = (Reading(records={"boards": first}), Reading(records={"boards": second}))
    readings[0].take({"type": "LOG", "log": {"message": "boards: records 2, calls 1,003, of these sent again 0"}})
    [found] = findings({"boards": ["id"]}, {"boards": 2}, readings)
    return found


def test_two_good_readings() -> None:
    found = finding([BOARD, OTHER], [EDITED])
    assert found.is_whole
    assert (found.first, found.second, found.changed, found.first_calls, found.second_calls) == (2, 1, 1, 1_003, 0)


@pytest.mark.parametrize(
    ("first", "second"),
    [([BOARD], []), ([BOARD, BOARD], []), ([BOARD, OTHER, OTHER], []), ([BOARD, OTHER], [{"id": "3"}])],
    ids=["lost", "one for another", "doubled", "invented"],
)
def test_a_reading_that_is_not_whole(first: list[dict[str, str]], second: list[dict[str, str]]) -> None:
    assert not finding(first, second).is_whole


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "demo-output").touch()
    monkeypatch.setattr("integration_tests.demo.__main__.ROOT", tmp_path)
    assert main() == 1
    said = " ".join(capsys.readouterr().out.split())
    assert said == "demo-output can't be written (File exists). Move it away, or get the right to write."


def on_a_narrow_screen(show: Callable[[Console], object]) -> list[str]:
    """What a screen of 80 columns shows, line by line."""
    console = Console(width=80, file=io.StringIO(), record=True)
    show(console)
    return console.export_text().splitlines()


def test_the_summary_fits_80_columns_and_hides_nothing() -> None:
    longest = max(PRIMARY_KEYS, key=len)
    large = Finding(longest, 123_456, 123_456, 65_432, 43_210, 1_234, 987, 123_456)
    lost = Finding("boards", 6, 5, 5, 0, 1, 1, 5)

    lines = on_a_narrow_screen(lambda console: console.print(table([large, lost])))

    text = " ".join(" ".join(lines).split())
    assert "Stream Records Calls Again Changed Calls" in text
    assert f"{longest} 123,456 1,234 65,432 43,210 987" in text
    assert "boards 5 of 6 1 5 0 1" in text
    assert "…" not in text


def test_the_summary_explains_every_column_and_names_what_it_leaves_out() -> None:
    drawn = table([])
    assert {str(column.header) for column in drawn.columns} - {"Stream"} <= set(re.findall(r"[A-Z][a-z]+", EXPLANATION))
    found = finding([BOARD], [])
    keys = {stream.stream_name(): ["id"] for stream in STREAMS}
    assert {*left_out(keys, [found]), "boards"} == set(keys)


def test_what_the_demo_suggests_fits_80_columns_and_writes_into_files() -> None:
    lines = on_a_narrow_screen(print_next_steps)
    assert max(map(len, lines)) <= 80
    text = "\n".join(line for line in lines if line.startswith("  "))
    commands = text.replace("\\\n", " ").splitlines()
    local = "PINTEREST_API_URL=http://127.0.0.1:8080/v5 make read"
    assert [re.sub(r"\s+", " ", command.strip()) for command in commands] == [
        'make read STREAMS="campaigns campaign_analytics"',
        f".venv/bin/python -m integration_tests.simulator --port 8080 {' '.join(WORLD)}",
        f'{local} CONFIG=demo-output/config.json OUTPUT=demo-output/read STREAMS="boards pins campaigns"',
    ]
