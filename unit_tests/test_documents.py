"""Are the numbers in the documents those of the code?"""

import math
import re
from pathlib import Path

import pytest

from source_pinterest import limits
from source_pinterest.cli.authorize import scopes
from source_pinterest.streams.analytics.call_shape import tile

ROOT = Path(__file__).parents[1]
ACCOUNTS = 1_000
LEVELS = (1, 50, 200, 1_000)
"""Entities of an ad account at each level, as docs/sharding.md assumes them."""


COMPARED = {
    "Calls for 1,000 pins of boards": ("board_pins", "0 ms", "Calls per 1,000"),
    "Calls for 1,000 ads": ("ads", "0 ms", "Calls per 1,000"),
    "Calls for 1,000 rows of campaign analytics": ("campaign_analytics", "0 ms", "Calls per 1,000"),
    "Pins of boards a second, with 100 ms of latency": ("board_pins", "100 ms", "Records/s"),
}
"""The rows of the README's comparison: stream, latency and column in the table of docs/benchmarks.md."""


def measured(reader: str, stream: str, latency: str, column: str) -> str:
    """A number of docs/benchmarks.md, as short as the README has it."""
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    titles, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line]
    found = [dict(zip(titles, row, strict=True)) for row in rows]
    [number] = {
        row[column]
        for row in found
        if (row["Stream"], row["Reader"], row["Latency"]) == (f"`{stream}`", reader, latency)
        and row["Workers"] in {"", "default"}
    }
    value = float(number.replace(",", ""))
    return f"{value:,.0f}" if value >= 1 else f"{value:.1g}"


@pytest.mark.parametrize("what", COMPARED)
def test_the_readme_compares_with_the_numbers_that_were_measured(what: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    numbers = [measured(reader, *COMPARED[what]) for reader in ("official connector", "this connector")]
    assert f"| {what} | {' | '.join(numbers)} |\n" in text, "`make bench` has changed them: change the README too"


def calls(days: int) -> list[int]:
    """The analytics calls that each level of an account takes for so many days."""
    found = []
    for ids in LEVELS:
        ids_per_call, days_per_call = tile(ids, days)
        found.append(math.ceil(ids / ids_per_call) * math.ceil(days / days_per_call))
    return found


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
            calls(limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS + limits.LOOKBACK_MARGIN_DAYS + 1),
            "ads_analytics",
        ),
        ("The first sync, the last 90 days", calls(limits.SYNC_HISTORY_DAYS + 1), "ads_analytics"),
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


def test_the_consent_page_by_hand_asks_for_the_same_permissions() -> None:
    text = (ROOT / "docs" / "pinterest.md").read_text(encoding="utf-8")
    assert re.findall(r"&scope=(\S+)$", text, flags=re.MULTILINE) == [scopes()]
