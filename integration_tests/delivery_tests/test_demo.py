"""The demo must not praise a sync that lost, doubled or invented a record."""

import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from integration_tests.support.assertions import assert_same, assert_succeeded
from integration_tests.support.pinterest import Simulator
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth import KEYS, by_key
from integration_tests.support.worlds import small_world
from integration_tests.tools.demo.areas import AREAS
from integration_tests.tools.demo.connector import Reading, started
from integration_tests.tools.demo.findings import Finding, findings, table
from integration_tests.tools.demo.pinterest import WORLD
from integration_tests.tools.demo.run import OPENING, main, print_ending, print_table
from source_pinterest.streams import STREAMS

BOARD, EDITED, OTHER = {"id": "1", "name": "old"}, {"id": "1", "name": "new"}, {"id": "2", "name": "other"}


def finding(first: list[dict[str, str]], second: list[dict[str, str]]) -> Finding:
    """What the demo finds in a Pinterest with two boards."""
    readings = (Reading(records={"boards": first}), Reading(records={"boards": second}))
    readings[0].take({"type": "LOG", "log": {"message": "boards: 2 records, 1,003 requests (0 retries), "}})
    [found] = findings({"boards": ["id"]}, {"boards": 2}, readings)
    return found


def test_two_good_readings() -> None:
    found = finding([BOARD, OTHER], [EDITED])
    assert found.is_whole
    assert (found.first, found.second, found.changed, found.first_requests, found.second_requests) == (
        2,
        1,
        1,
        1_003,
        0,
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [([BOARD], []), ([BOARD, BOARD], []), ([BOARD, OTHER, OTHER], []), ([BOARD, OTHER], [{"id": "3"}])],
    ids=["lost", "one for another", "doubled", "invented"],
)
def test_a_reading_that_is_not_whole(first: list[dict[str, str]], second: list[dict[str, str]]) -> None:
    assert not finding(first, second).is_whole


def test_a_stream_that_is_not_whole_is_told_with_its_numbers() -> None:
    assert finding([BOARD], [BOARD]).trouble == (
        "boards is not complete: Pinterest holds 2 records, the first read brought 1, "
        "and both reads together 1 different ones."
    )


REACHES = {
    "product_item_report": 91,
    "ad_account_targeting_analytics": 89,
    "user_account_analytics": 89,
    "advertiser_targeting_report": 95,
    "ad_account_analytics": 95,
}
"""How many days back the oldest record lies, of each kind of stream, where the start date is 95 days back."""


def test_what_pinterest_is_said_to_hold_is_what_a_sync_reads() -> None:
    """However far back a stream reaches, and without the targeting types that few accounts have."""
    sizes = {"ad_accounts": 1, "campaigns": 1, "ad_groups": 1, "ads": 1, "product_groups": 1, "product_items": 1}
    with Simulator(small_world(days=110, active_percent=100, **sizes), profile="ample") as sim:
        start = sim.world.today - timedelta(days=95)
        output = run_sync(sim, REACHES, config=sim.config(start_date=str(start), lookback_days=7))
        assert_succeeded(output, REACHES)
        for stream, days in REACHES.items():
            held = by_key(KEYS[stream], sim.world.synced(stream, start))
            assert_same(stream, output.records[stream], held)
            oldest = min(date.fromisoformat(str(record.get("DATE") or record["date"])) for record in held.values())
            assert (sim.world.today - oldest).days == days, stream


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "demo-output").touch()
    monkeypatch.setattr("integration_tests.tools.demo.run.ROOT", tmp_path)
    assert main() == 1
    said = " ".join(capsys.readouterr().out.split())
    assert said == "demo-output can't be written (File exists). Move it away, or get write permission."


def on_a_narrow_screen(show: Callable[[Console], object]) -> list[str]:
    """What a screen of 80 columns shows, line by line."""
    console = Console(width=80, file=io.StringIO(), record=True)
    show(console)
    return console.export_text().splitlines()


NAMES = [stream.stream_name() for stream in STREAMS]


def test_the_summary_fits_80_columns_and_hides_nothing() -> None:
    longest = max(NAMES, key=len)
    large = Finding(longest, 123_456, 123_456, 65_432, 43_210, 1_234, 987, 123_456)
    lost = Finding("campaigns", 6, 5, 5, 0, 1, 1, 5)

    lines = on_a_narrow_screen(lambda console: console.print(table([lost, large])))

    rows = [line.split() for line in lines if line.strip(" ─")]
    assert rows[0] == ["First", "First", "Second", "Second", "Second"]
    assert rows[1] == ["Stream", "records", "requests", "records", "differ", "requests"]
    del rows[0]
    numbers = ["123,456", "1,234", "65,432", "43,210", "987"]
    assert rows[1:3] == [["Boards,", "pins", "and", "the", "profile", *numbers], [longest, *numbers]]
    assert rows[4] == ["campaigns", "5", "1", "5", "0", "1"]
    assert rows[5] == ["2", "streams", "123,461", "1,235", "65,437", "43,210", "988"]
    assert "…" not in "".join(lines)


def test_the_summary_has_each_stream_in_one_area_and_explains_every_column() -> None:
    drawn = table([Finding(name, 1, 1, 1, 0, 1, 1, 1) for name in NAMES])
    lines = on_a_narrow_screen(lambda console: console.print(drawn))
    assert max(map(len, lines)) <= 80
    assert sorted(line.split()[0] for line in lines if line[:1].islower()) == sorted(NAMES)
    assert [line.split("  ")[0] for line in lines if line[:1].isupper()] == ["Stream", *AREAS]


def test_what_the_demo_suggests_fits_80_columns_and_writes_into_files() -> None:
    lines = on_a_narrow_screen(lambda console: print_table(console, [Finding("campaigns", 1, 1, 1, 0, 1, 1, 1)]))
    assert max(map(len, lines)) <= 80
    text = "\n".join(line for line in lines[1:] if line.startswith("  ") and line.strip())
    commands = text.replace("\\\n", " ").splitlines()
    local = "PINTEREST_API_URL=http://127.0.0.1:8080/v5 make read"
    assert [re.sub(r"\s+", " ", command.strip()) for command in commands] == [
        'make read STREAMS="campaigns campaign_analytics"',
        f".venv/bin/python -m integration_tests.simulator --port 8080 {' '.join(WORLD)}",
        f'{local} CONFIG=demo-output/config.json OUTPUT=demo-output/read STREAMS="boards pins campaigns"',
    ]


def test_the_demo_begins_and_ends_in_five_lines_of_80_columns() -> None:
    found = [Finding("campaigns", *([12_345] * 7))] * 89
    [gap, *ending] = on_a_narrow_screen(lambda console: print_ending(console, found, []))
    assert ending[2].startswith("Nothing is missing")
    for lines in (OPENING.splitlines(), ending):
        assert len(lines) <= 5
        assert max(map(len, lines)) <= 80
    lost = on_a_narrow_screen(lambda console: print_ending(console, found, ["pins is not complete."]))
    assert gap == ""
    assert lost[3] == "pins is not complete."


def test_ctrl_c_during_the_demo_reaches_its_processes_through_it_alone() -> None:
    line = [sys.executable, "-c", "import os; os.kill(os.getpid(), 2); print('still here', flush=True); os.read(0, 1)"]
    with suppress(KeyboardInterrupt), started(line, stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"still here\n"
        os.kill(os.getpid(), signal.SIGINT)
    assert process.returncode == -signal.SIGTERM
