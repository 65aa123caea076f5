"""Runs the demo: check, discover, a first read, a few changes in Pinterest, a second read, and what both brought."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from pathlib import Path

from rich.console import Console

from integration_tests.network_guard import confine_to_loopback
from integration_tests.tools.demo.connector import Connector, ConnectorFailedError, Record
from integration_tests.tools.demo.findings import EXPLANATION, Finding, findings, table, totals
from integration_tests.tools.demo.pinterest import WORLD, LocalPinterest

ROOT = Path(__file__).parents[3]
OUTPUT = Path("demo-output")
CONFIG, CATALOG, STATE = OUTPUT / "config.json", OUTPUT / "catalog.json", OUTPUT / "state.json"
FIRST, SECOND = OUTPUT / "first-read.jsonl", OUTPUT / "second-read.jsonl"
READ, TABLE = OUTPUT / "read", OUTPUT / "streams.txt"
OPTIONS_IN_A_LINE = 3
LOOKBACK_DAYS = 7
HISTORY_DAYS = 100
PLAIN_WIDTH = 80


def main() -> int:
    """Run the demo; the exit code, 0 if every record arrived."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PLAIN_WIDTH)
    confine_to_loopback()
    try:
        (ROOT / OUTPUT).mkdir(exist_ok=True)
        is_whole = show(console)
    except ConnectorFailedError as error:
        console.print(f"The demo failed: {error}", style="bold red", markup=False)
        return 1
    except OSError as error:
        if not error.filename:  # a request to the local Pinterest failed
            raise
        console.print(f"{OUTPUT} can't be written ({error.strerror}). Move it away, or get write permission.")
        return 1
    return 0 if is_whole else 1


def show(console: Console) -> bool:
    """Run the connector, print what it read, and return whether that is all that Pinterest has."""
    with LocalPinterest(ROOT / CONFIG, ROOT) as pinterest:
        start = datetime.now(UTC).date() - timedelta(days=HISTORY_DAYS)
        config = choose_days(start)
        connector = Connector(pinterest.url, CONFIG, ROOT)
        announce(console, "check", "test the credentials")
        connector.check()
        announce(console, "discover", "list the streams and their schemas")
        keys = connector.discover()
        connector.choose(ROOT / CATALOG, "--append", "--config", str(CONFIG))  # lines are appended to a file
        pinterest.requests()
        announce(console, "read", f"all {len(keys)} streams, for the first time")
        first = connector.read(CATALOG, ROOT / FIRST)
        first.save_states(ROOT / STATE)
        first_requests = pinterest.requests()
        console.print("\nNow an advertiser pauses a campaign, and late conversions change the last days.")
        pinterest.edit(campaign_to_pause(first.records["campaigns"]))
        pinterest.restate(days_back=LOOKBACK_DAYS)
        announce(console, "read", "go on from that state: what is new or has changed")
        second = connector.read(CATALOG, ROOT / SECOND, STATE)
        second.save_states(ROOT / STATE)
        second_requests = pinterest.requests()
        (ROOT / CONFIG).write_text(
            config, encoding="utf-8"
        )  # a local Pinterest started anew knows its first token alone
        expected = pinterest.expected(keys, start)
    found = list(findings(keys, expected, (first, second)))
    with (ROOT / TABLE).open("w", encoding="utf-8") as file:
        print_table(Console(file=file, width=PLAIN_WIDTH, highlight=False), found)
    troubles = [item.trouble for item in found if not item.is_whole]
    if not any(item.changed for item in found if item.stream == "campaigns"):
        troubles.append("The paused campaign did not arrive.")
    if [first_requests, second_requests] != [first.requests.total(), second.requests.total()]:
        troubles.append(
            f"Pinterest counted {first_requests} and {second_requests} requests, but the streams reported other "
            "numbers."
        )
    print_ending(console, found, troubles)
    return not troubles


def campaign_to_pause(campaigns: Sequence[Record]) -> Record:
    """The same one in each run: its account, of which some rows change, does not always arrive first."""
    return min(campaigns, key=itemgetter("id"))


def choose_days(start: date) -> str:
    """Configure more history than the synchronous endpoints have, and a lookback although the catalog appends.

    Returns:
        The configuration, as it is in its file.
    """
    config = json.loads((ROOT / CONFIG).read_text(encoding="utf-8"))
    text = json.dumps({**config, "start_date": str(start), "lookback_days": LOOKBACK_DAYS}, indent=2)
    (ROOT / CONFIG).write_text(text, encoding="utf-8")
    return text


def announce(console: Console, command: str, meaning: str) -> None:
    """Say which command the connector is given."""
    console.print(f"[bold]{command}[/bold]: {meaning}")


def continued(options: Sequence[str]) -> Iterator[str]:
    """Options, each of which has a value, as the last lines of a command."""
    step = 2 * OPTIONS_IN_A_LINE
    for at in range(0, len(options), step):
        end = "" if at + step >= len(options) else " \\"
        yield f"    {' '.join(options[at : at + step])}{end}"


def print_ending(console: Console, found: Sequence[Finding], troubles: Sequence[str]) -> None:
    """Print what both reads brought, whether that is everything, and where more of it stands."""
    records, requests, again, changed, requests_again = totals(found)
    console.print(
        f"\nFirst read: {len(found)} streams, {records} records, {requests} requests.",
        f"Second read: {again} records, {changed} of them changed, {requests_again} requests.",
        *(troubles or ["Nothing is missing: every record and every change arrived, and none came twice."]),
        f"Each stream's numbers, and what to try next: {TABLE}",
        "Your own account: .venv/bin/python -m source_pinterest.authorize (see README.md)",
        sep="\n",
        markup=False,
        soft_wrap=True,
    )


def print_table(console: Console, found: Sequence[Finding]) -> None:
    """Print the numbers of each stream, where the output is and what to run next."""
    console.print(table(found))
    lines = (
        EXPLANATION,
        "",
        f"The JSON lines of the connector are in {FIRST} and",
        f"{SECOND}, its state is in {STATE}.",
        "",
        "To read your own account, with your credentials in secrets/config.json (see",
        "README.md). The JSON lines go into a file in the folder output:",
        '  make read STREAMS="campaigns campaign_analytics"',
        "",
        "To start the local Pinterest again, and read it in another terminal, into a file",
        f"in {READ}:",
        "  .venv/bin/python -m integration_tests.simulator --port 8080 \\",
        *continued(WORLD),
        "  PINTEREST_API_URL=http://127.0.0.1:8080/v5 make read \\",
        f"    CONFIG={CONFIG} OUTPUT={READ} \\",
        '    STREAMS="boards pins campaigns"',
    )
    for line in lines:
        console.print(line, soft_wrap=True, markup=False)
