"""Are the numbers in the documents those of the code?"""

import math
import re
from pathlib import Path

import pytest

from integration_tests.live.calls import MOST_CALLS
from integration_tests.quota_table import LEVELS, RUNNING, analytics_calls, rounded, rows, sizes, written
from integration_tests.soak.__main__ import MOST_STATE_BYTES_PER_RECORD
from source_pinterest import limits
from source_pinterest.cli.authorize import scopes
from source_pinterest.streams.organic.rankings import TopPins, TopVideoPins

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
        ("The first sync, 89 days back", analytics_calls(limits.SYNC_HISTORY_DAYS + 1), "ads_analytics"),
    ],
)
def test_the_arithmetic_of_an_agency(what: str, each: list[int], category: str) -> None:
    total = ACCOUNTS * sum(each)
    minutes = math.ceil(total / limits.REQUESTS_PER_MINUTE[category])
    assert " + ".join(map(str, each)) in row(what)
    assert row(what).endswith(f"| {sum(each)} | {total:,} | {minutes} minutes |")


def test_the_arithmetic_of_older_days() -> None:
    reports = math.ceil((limits.ASYNC_HISTORY_DAYS - limits.SYNC_HISTORY_DAYS) / limits.REPORT_WINDOW_DAYS)
    total = ACCOUNTS * len(LEVELS) * reports * 2
    minutes = math.ceil(total / limits.REQUESTS_PER_MINUTE["ads_analytics"])
    assert f"4 levels of {reports} reports" in row("The first sync, the older days")
    assert row("The first sync, the older days").endswith(f"| {total:,} | {minutes} minutes |")


def test_the_hours_of_backfills_are_computed() -> None:
    text = (ROOT / "docs" / "pinterest.md").read_text(encoding="utf-8")
    assert f"<!-- quotas: begin -->\n\n{written()}\n\n<!-- quotas: end -->" in text, "Run `make docs`."


def test_the_sizes_of_syncs_are_computed() -> None:
    text = RUNNING.read_text(encoding="utf-8")
    assert f"<!-- sizes: begin -->\n\n{sizes()}\n\n<!-- sizes: end -->" in text, "Run `make docs`."


def test_the_hours_of_a_first_sync_are_those_of_its_calls() -> None:
    """For each account 6 calls for lists, 14 for 89 days of analytics and today, and 40 for the reports before that."""
    [row] = [row for row in rows() if row[0] == "First sync, 913 days back"]
    standard = (rounded(accounts * (14 + 40) / 300 / 60) for accounts in (10, 100, 1_000))
    assert row == ("First sync, 913 days back", "60", *standard, "0.1", "120", "1,416")


def test_fewer_calls_a_minute_take_more_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    before = written()
    monkeypatch.setitem(limits.REQUESTS_PER_MINUTE, "ads_analytics", 30)  # type: ignore[arg-type]
    assert written() != before


@pytest.mark.parametrize(
    ("hours", "told"), [(0.0, "0.1"), (0.1, "0.1"), (0.11, "0.2"), (3.0, "3.0"), (9.95, "10.0"), (1415.2, "1,416")]
)
def test_hours_are_rounded_up(hours: float, told: str) -> None:
    assert rounded(hours) == told


def spoken(document: str) -> str:
    """A document without its line breaks."""
    return " ".join((ROOT / document).read_text(encoding="utf-8").split())


MINUTE = limits.REQUESTS_PER_MINUTE
LOOKBACK_DAYS = limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS + limits.LOOKBACK_MARGIN_DAYS
ROWS, WINDOW = f"{limits.ROWS_PER_ANALYTICS_REQUEST:,} rows", f"{limits.ANALYTICS_WINDOW_DAYS} days"
SPOKEN = {
    "docs/pinterest.md": (
        f"about {MINUTE['org_read']:,} calls a minute for lists, {MINUTE['ads_analytics']} a minute for ads analytics",
        f"and {MINUTE['org_analytics']} a minute for profile and pin analytics",
        f"Pinterest allows {MINUTE['trends_read']} calls for trends a minute",
        f"| One for {limits.PAGE_SIZE} records of one parent;",
        f"| One for {limits.PAGE_SIZE} records; for conversion tags,",
        f"for each further {limits.PAGE_SIZE} products |",
        f"for each further {limits.PAGE_SIZE} records |",
        f"fit into an address of {limits.URL_CHARACTERS:,} characters;",
        f"one for {limits.AD_GROUPS_PER_REQUEST} ad groups and one for each",
        f"| One for about {ROWS}, with at most {limits.IDS_PER_ANALYTICS_REQUEST} entities and {WINDOW};",
        f"| One for about {ROWS}; an entity has some {limits.TARGETING_ROWS_A_DAY} rows a day, so that is",
        f"{limits.ROWS_PER_ANALYTICS_REQUEST // limits.TARGETING_ROWS_A_DAY} days of single entities |",
        f"| One for {WINDOW} of one account |",
        f"| Days older than {limits.SYNC_HISTORY_DAYS}, and all reports |",
        f"| One to order {limits.REPORT_WINDOW_DAYS} days of a whole account",
        f"({limits.PRODUCT_ITEM_WINDOW_DAYS} for product items)",
        f"| One for {WINDOW}; the same for each split, two for content types |",
        f"| One for {WINDOW} of one pin, or of {limits.PINS_PER_ANALYTICS_REQUEST} pins if",
        f"| One for each metric: {len(TopPins.values)} for pins, {len(TopVideoPins.values)} for video pins |",
        f"| One for {limits.PAGE_SIZE} pins of a board that has changed,",
        f"{100 * MINUTE['org_analytics']:,} pins then takes 100 minutes",
        f"a call for each interest that has others below it, and no more than {limits.INTERESTS_LOOKED_UP} in a sync",
        f"plus {limits.LOOKBACK_MARGIN_DAYS} days again, {LOOKBACK_DAYS} days by default",
        f"to {limits.ASYNC_HISTORY_DAYS} days ago, to {limits.PRODUCT_ITEM_HISTORY_DAYS} days for product items,",
        f"and to {limits.HOUR_HISTORY_DAYS} days for hourly reports",
        f"Pinterest lists at most {limits.PINS_PER_BOARD_LISTED:,} pins of a board",
    ),
    "docs/sharding.md": (
        f"Quotas are {MINUTE['ads_read']:,} calls a minute for lists and {MINUTE['ads_analytics']} for analytics",
    ),
    "docs/troubleshooting.md": (
        f"one pin at a time, {MINUTE['org_analytics']} a minute",
        f"a sync requests no more than {limits.INTERESTS_LOOKED_UP}.",
    ),
    "docs/known-unknowns.md": (
        f"in at most {MOST_CALLS} calls: one for each stream",
        f"none of more than {limits.URL_CHARACTERS:,} characters",
        f"of more than {limits.SAFE_URL_CHARACTERS:,} is refused without JSON and with",
        f"later ones stay shorter until {limits.GOOD_REQUESTS_BEFORE_LARGER} have",
        f"After {limits.PAGES_WITHOUT_NEWS} pages in a row without a new record",
        f"a call serves {limits.AD_GROUPS_PER_REQUEST} ad groups",
        f"a call serves {limits.PINS_PER_ANALYTICS_REQUEST} pins",
        f"pin by pin, about {MINUTE['org_analytics']} a minute",
    ),
    "docs/reliability.md": (
        f"or {limits.STATE_EVERY_RECORDS:,} records of a stream",
        f"a stream with more than {limits.ENTRIES_OF_A_FREQUENT_STATE:,} accounts or boards is emitted less often",
        f"all states together take less than {MOST_STATE_BYTES_PER_RECORD} bytes a record",
    ),
}
"""Sentences with numbers in them, as the code would write them."""


@pytest.mark.parametrize(
    ("document", "words"), [(document, words) for document, sentences in SPOKEN.items() for words in sentences]
)
def test_a_number_in_a_sentence_is_that_of_the_code(document: str, words: str) -> None:
    assert words in spoken(document)


def test_the_consent_page_by_hand_asks_for_the_same_permissions() -> None:
    text = (ROOT / "docs" / "pinterest.md").read_text(encoding="utf-8")
    assert re.findall(r"&scope=(\S+)$", text, flags=re.MULTILINE) == [scopes()]
