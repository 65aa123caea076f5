"""Runs the demo: check, discover, a first read, a few changes in Pinterest, a second read, and a table of both."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from integration_tests.demo.connector import Connector, ConnectorFailedError
from integration_tests.demo.findings import findings, table
from integration_tests.demo.pinterest import WORLD, LocalPinterest
from integration_tests.network_guard import confine_to_loopback

ROOT = Path(__file__).parents[2]
OUTPUT = Path("demo-output")
CATALOG = Path("integration_tests/configured_catalog.json")
CONFIG, STATE = OUTPUT / "config.json", OUTPUT / "state.json"
FIRST, SECOND = OUTPUT / "first-read.jsonl", OUTPUT / "second-read.jsonl"
LOOKBACK_DAYS = 7
HISTORY_DAYS, ORGANIC_HISTORY_DAYS = 200, 89
PLAIN_WIDTH = 140


def main() -> int:
    """Run the demo; the exit code, 0 if every record arrived."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PLAIN_WIDTH)
    confine_to_loopback()
    (ROOT / OUTPUT).mkdir(exist_ok=True)
    try:
        is_whole = show(console)
    except ConnectorFailedError as error:
        console.print(f"The demo failed: {error}", style="bold red", markup=False)
        return 1
    return 0 if is_whole else 1


def show(console: Console) -> bool:
    """Run the connector, print what it read, and return whether that is all that Pinterest has."""
    today = datetime.now(UTC).date()
    with LocalPinterest(ROOT / CONFIG, ROOT) as pinterest:
        console.print(f"A local Pinterest runs at {pinterest.url}. The connector reads it like the real one.\n")
        choose_days()
        connector = Connector(pinterest.url, CONFIG, ROOT)
        announce(console, "check", "test the credentials")
        connector.check()
        announce(console, "discover", "list the streams and their schemas")
        keys = connector.discover()
        pinterest.calls()
        announce(console, "read", "read everything for the first time")
        first = connector.read(CATALOG, ROOT / FIRST)
        first.save_states(ROOT / STATE)
        first_calls = pinterest.calls()
        console.print("\nNow an advertiser pauses a campaign, and late conversions change the last days.\n")
        pinterest.edit(first.records["campaigns"][0])
        pinterest.restate(days_back=LOOKBACK_DAYS)
        announce(console, f"read --state {STATE}", "read what is new or has changed")
        second = connector.read(CATALOG, ROOT / SECOND, STATE)
        second.save_states(ROOT / STATE)
        second_calls = pinterest.calls()
        expected = pinterest.expected(today - timedelta(days=HISTORY_DAYS), today)
        recent = pinterest.expected(today - timedelta(days=ORGANIC_HISTORY_DAYS), today)
    expected |= {stream: count for stream, count in recent.items() if "date" in keys[stream]}
    found = list(findings(keys, expected, (first, second)))
    console.print(table(found))
    troubles = [f"{item.stream} is not complete." for item in found if not item.is_whole]
    if not any(item.changed for item in found if item.stream == "campaigns"):
        troubles.append("The paused campaign did not arrive.")
    if [first_calls, second_calls] != [first.calls.total(), second.calls.total()]:
        troubles.append(
            f"Pinterest counted {first_calls} and {second_calls} calls, but the streams reported other numbers."
        )
    console.print(" ".join(troubles) or "Every record and every change arrived, and no read contained a record twice.")
    print_next_steps(console)
    return not troubles


def choose_days() -> None:
    """Configure more history than the synchronous endpoints have, and a lookback although the catalog appends."""
    config = json.loads((ROOT / CONFIG).read_text(encoding="utf-8"))
    start = datetime.now(UTC).date() - timedelta(days=HISTORY_DAYS)
    text = json.dumps({**config, "start_date": str(start), "lookback_days": LOOKBACK_DAYS}, indent=2)
    (ROOT / CONFIG).write_text(text, encoding="utf-8")


def announce(console: Console, command: str, meaning: str) -> None:
    """Show a command as a user would type it."""
    console.print(f"[bold]$ source-pinterest {command}[/bold]  [dim]# {meaning}[/dim]")


def print_next_steps(console: Console) -> None:
    """Print where the output is and what to run next."""
    read = f".venv/bin/source-pinterest read --catalog {CATALOG}"
    lines = (
        "",
        f"The JSON lines of the connector are in {FIRST} and {SECOND}, its state is in {STATE}.",
        "",
        "Next, read your own account, with your credentials in secrets/config.json (see README.md):",
        f"  PINTEREST_SAVE_TOKENS=1 {read} --config secrets/config.json > messages.jsonl",
        "",
        "Or start the local Pinterest again, and read it in another terminal:",
        f"  .venv/bin/python -m integration_tests.simulator --port 8080 {' '.join(WORLD)}",
        f"  PINTEREST_API_URL=http://127.0.0.1:8080/v5 {read} --config {CONFIG} --state {STATE} > messages.jsonl",
    )
    for line in lines:
        console.print(line, soft_wrap=True, markup=False)


if __name__ == "__main__":
    sys.exit(main())
