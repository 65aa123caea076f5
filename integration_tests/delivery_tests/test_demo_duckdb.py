"""What Pinterest has ends in DuckDB, each row once, and on a chart that says the same."""

import hashlib
import json
import os
import re
import runpy
import stat
import subprocess
import sys
import warnings
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import duckdb
import pytest
from PIL import Image

from integration_tests.simulator.world import world
from integration_tests.support.processes import ROOT
from integration_tests.tools.demo_duckdb import docs_picture
from integration_tests.tools.demo_duckdb import run as demo
from integration_tests.tools.demo_duckdb.chart import CampaignDay, draw, save, shows
from integration_tests.tools.demo_duckdb.docs_picture import IMAGE, description, draw_docs, rows_of_docs

DAYS = [
    CampaignDay("Wedding ideas", date(2026, 1, 1), 12.5, "USD", 900, 12),
    CampaignDay("Home office", date(2026, 1, 1), 0.1, "USD", 20_000, 30),
    CampaignDay("Wedding ideas", date(2026, 1, 2), 7.25, "USD", 0, 0),
]


def test_without_pyairbyte_the_demo_loads_by_itself_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "HISTORY_DAYS", 45)
    image = tmp_path / "new folder" / "chart.png"
    assert demo.main(["--image", str(image)]) == 0
    told = capsys.readouterr().out
    assert "PyAirbyte needs Python 3.11 or 3.12" in told
    first, second = map(int, re.findall(r"(\d+) campaign_analytics", told))
    assert 0 < second < first, "the second read is incremental"
    best = told.partition("The best creatives")[2]
    assert len(re.findall(r"\w.* [\d.,]+ (?:USD|EUR) .*\d% .*https://\S+", best)) == 5
    assert image.read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert demo.main(["--image", str(tmp_path / "file" / "chart.png")]) == 1
    told = capsys.readouterr()
    [sentence] = told.out.splitlines()
    assert sentence.startswith("The demo failed: ")
    assert told.err == ""


def test_the_chart_shows_what_the_query_found(tmp_path: Path) -> None:
    figure = draw(DAYS)
    assert shows(figure, DAYS)
    assert figure.get_suptitle().startswith("Simulated account: ")
    save(figure, tmp_path / "chart.png")
    wrong = CampaignDay("Wedding ideas", date(2026, 1, 2), 7.5, "USD", 0, 0)
    other = CampaignDay("Another", date(2026, 1, 2), 7.25, "USD", 0, 0)
    for others in ([*DAYS[:2], wrong], [*DAYS, other], DAYS[:2], DAYS[::2]):
        assert not shows(figure, others)


def test_the_picture_of_the_docs_is_the_same_on_any_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = []
    monkeypatch.setattr(docs_picture, "HISTORY_DAYS", 5)
    for day in (1, 2):
        monkeypatch.setattr(world, "datetime", _clock_of(datetime(2031, 5, day, tzinfo=UTC)))
        draw_docs(tmp_path / f"{day}.png")
        pictures.append(hashlib.sha256((tmp_path / f"{day}.png").read_bytes()).hexdigest())

    assert pictures[0] == pictures[1]


def test_the_picture_of_the_docs_shows_the_numbers_of_today_s_simulator() -> None:
    with Image.open(IMAGE) as picture:
        assert picture.text["Description"] == description(rows_of_docs()), "make docs draws it anew"


def _clock_of(moment: datetime) -> type[datetime]:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return moment.astimezone(tz)

    return Clock


def test_rows_are_replaced_by_key(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "it.duckdb")) as connection:
        key = ["CAMPAIGN_ID", "DATE"]
        first = [{"CAMPAIGN_ID": "1", "DATE": f"2026-01-0{day}", "SPEND": day} for day in (1, 2)]
        demo.replace(connection, "campaign_analytics", key, first)
        demo.replace(connection, "campaign_analytics", key, [{"CAMPAIGN_ID": "1", "DATE": "2026-01-02", "SPEND": 20}])
        demo.replace(connection, "campaign_analytics", key, [])
        found = connection.execute("select date, spend from campaign_analytics order by date").fetchall()
    assert found == [(date(2026, 1, 1), 1), (date(2026, 1, 2), 20)]


class PyAirbyte(ModuleType):
    """Stands for the library, of which it has what the example uses; its source rotates the token at each step."""

    def __init__(self) -> None:
        super().__init__("airbyte")
        self.exceptions = SimpleNamespace(PyAirbyteError=RuntimeError)
        self.used: list[str] = []

    def get_source(self, _: str, **settings: Any) -> "PyAirbyte":
        self.config, self.changed = settings["config"], settings["config_change_callback"]
        return self

    def set_config(self, config: dict[str, Any], *, validate: bool) -> None:
        assert not validate
        self.config = config

    def check(self) -> None:
        self.used.append(self.config["refresh_token"])
        self.changed({"refresh_token": f"false-token-{len(self.used)}"})

    def read(self, cache: object) -> None:
        assert cache is self
        self.check()

    def DuckDBCache(self, db_path: Path) -> "PyAirbyte":  # noqa: N802 - the library's name
        assert db_path.name == "it.duckdb"
        return self

    def run_sql_query(self, query: str) -> list[Mapping[str, object]]:
        assert "campaign_analytics" in query
        warnings.warn("the future of another package", FutureWarning, stacklevel=1)
        names = ("campaign", "day", "spend", "currency", "paid_impressions", "paid_clicks")
        days = [("Käse", "EUR", 0.5), ("Cheese", "USD", 7.25), ("Wurst [red]", "EUR", 1_234.5)]
        return [
            dict(zip(names, (name, date(2026, 1, 1), spend, currency, 20_000, 30), strict=True))
            for name, currency, spend in days
        ]


def test_the_example_goes_on_with_the_newest_token_and_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config, library = tmp_path / "config.json", PyAirbyte()
    config.write_text('{"refresh_token": "false-token-0"}', encoding="utf-8")
    config.with_suffix(".new").touch(mode=0o644)  # the draft of a killed run
    monkeypatch.setitem(sys.modules, "airbyte", library)
    monkeypatch.setattr(sys, "argv", ["", str(config), str(tmp_path / "it.duckdb")])
    environment = {**os.environ, "COLUMNS": "80"}
    monkeypatch.setattr(os, "environ", environment)
    runpy.run_path(str(ROOT / "examples" / "pyairbyte_duckdb.py"))
    assert library.used == ["false-token-0", "false-token-1"]
    assert json.loads(config.read_text(encoding="utf-8")) == {"refresh_token": "false-token-2"}
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [config]
    assert environment["AIRBYTE_LOGGING_ROOT"] == str(ROOT / ".tmp" / "pyairbyte-logs")

    lines = capsys.readouterr().out.splitlines()
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "2026" in line]
    assert rows == [
        ["Käse", "2026-01-01", "0.50", "20,000", "30"],
        ["Wurst [red]", "2026-01-01", "1,234.50", "20,000", "30"],
    ]
    assert "days of campaigns in EUR" in lines[0]
    assert lines[-1] == f"Campaigns in USD are in {tmp_path / 'it.duckdb'} as well."


def test_the_example_without_a_configuration_says_where_it_comes_from(tmp_path: Path) -> None:
    line = [sys.executable, "examples/pyairbyte_duckdb.py", str(tmp_path / "config.json"), "it.duckdb"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    [sentence] = done.stderr.splitlines()
    assert sentence.endswith("config.json. Sign in with: .venv/bin/python -m source_pinterest.authorize")
