"""Are the numbers in the documents those of the code?"""

import math
import re
from pathlib import Path

import pytest

from integration_tests.quota_table import LEVELS, analytics_calls, rounded, rows, written
from source_pinterest import limits
from source_pinterest.cli.authorize import scopes

ROOT = Path(__file__).parents[1]
ACCOUNTS = 1_000
COMPARED = ("board_pins", "ads", "campaign_analytics")
"""The streams that docs/benchmarks.md compares with the official connector."""


def calls_per_1_000(reader: str, stream: str) -> set[float]:
    """What docs/benchmarks.md has measured."""
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    titles: list[str] = []
    found = set()
    for row in cells:
        titles = row if row[0] == "Stream" else titles
        cell = dict(zip(titles, row, strict=False))
        if (cell.get("Stream"), cell.get("Reader")) == (f"`{stream}`", reader):
            found.add(float(cell["Calls per 1,000"].replace(",", "")))
    return found


@pytest.mark.parametrize("stream", COMPARED)
def test_the_readme_says_that_the_connector_makes_a_fraction_of_the_calls(stream: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    ours, theirs = (calls_per_1_000(reader, stream) for reader in ("this connector", "official connector"))
    assert max(ours) < min(theirs) / 2, "say something else in README.md"
    assert "[a fraction of the official connector's calls](docs/benchmarks.md)" in text


def row(what: str) -> str:
    text = (ROOT / "docs" / "sharding.md").read_text(encoding="utf-8")
    [line] = [line for line in text.splitlines() if line.startswith(f"| {what}")]
    return line


@pytest.mark.parametrize(
    ("what", "each", "category"),
    [
        ("Lists", [1, 1, LEVELS[-1] // limits.PAGE_SIZE], "ads_read"),
        (
            "A daily sync",
            analytics_calls(limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS + limits.LOOKBACK_MARGIN_DAYS + 1),
            "ads_analytics",
        ),
        ("The first sync, the last 90 days", analytics_calls(limits.SYNC_HISTORY_DAYS + 1), "ads_analytics"),
    ],
)
def test_the_arithmetic_of_an_agency(what: str, each: list[int], category: str) -> None:
    total = ACCOUNTS * sum(each)
    minutes = math.ceil(total / limits.CALLS_PER_MINUTE[category])
    assert " + ".join(map(str, each)) in row(what)
    assert row(what).endswith(f"| {sum(each)} | {total:,} | {minutes} minutes |")


def test_the_arithmetic_of_older_days() -> None:
    reports = math.ceil((limits.ASYNC_HISTORY_DAYS - limits.SYNC_HISTORY_DAYS) / limits.REPORT_WINDOW_DAYS)
    total = ACCOUNTS * len(LEVELS) * reports * 2
    minutes = math.ceil(total / limits.CALLS_PER_MINUTE["ads_analytics"])
    assert f"4 levels of {reports} reports" in row("The first sync, the older days")
    assert row("The first sync, the older days").endswith(f"| {total:,} | {minutes} minutes |")


def test_the_hours_of_backfills_are_computed() -> None:
    text = (ROOT / "docs" / "pinterest.md").read_text(encoding="utf-8")
    assert f"<!-- quotas: begin -->\n\n{written()}\n\n<!-- quotas: end -->" in text, "Run `make docs`."


def test_the_hours_of_a_first_sync_are_those_of_its_calls() -> None:
    """For each account 6 calls for lists, 14 for 90 days of analytics, and 40 for the reports about the days before."""
    [row] = [row for row in rows() if row[0] == "First sync, 914 days"]
    standard = (rounded(accounts * (14 + 40) / 300 / 60) for accounts in (10, 100, 1_000))
    assert row == ("First sync, 914 days", "60", *standard, "0.1", "120", "1,416")


def test_fewer_calls_a_minute_take_more_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    before = written()
    monkeypatch.setitem(limits.CALLS_PER_MINUTE, "ads_analytics", 30)  # type: ignore[arg-type]
    assert written() != before


@pytest.mark.parametrize(
    ("hours", "told"), [(0.0, "0.1"), (0.1, "0.1"), (0.11, "0.2"), (3.0, "3.0"), (9.95, "10.0"), (1415.2, "1,416")]
)
def test_hours_are_rounded_up(hours: float, told: str) -> None:
    assert rounded(hours) == told


def test_the_consent_page_by_hand_asks_for_the_same_permissions() -> None:
    text = (ROOT / "docs" / "pinterest.md").read_text(encoding="utf-8")
    assert re.findall(r"&scope=(\S+)$", text, flags=re.MULTILINE) == [scopes()]
