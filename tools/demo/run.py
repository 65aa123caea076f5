"""Runs the demo: check, discover, a first read, a few changes in Pinterest, a second read, and what both brought."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path

from rich.console import Console

from integration_tests.support.outputs import Record
from integration_tests.support.processes import ROOT
from tools.demo.connector import CONFIG, READ
from tools.demo.findings import EXPLANATION, Finding, findings, table, totals
from tools.demo.pinterest import (
    RESTATED_DAYS,
    WORLD,
    local_pinterest,
    spend_of_records,
    told_spend,
)
from tools.demo.screen import PLAIN_WIDTH, play

OUTPUT = Path("demo-output")
TABLE = "streams.txt"
"""A file in that folder."""
OPTIONS_IN_A_LINE = 3


def main(output: Path = ROOT / OUTPUT, world: Sequence[str] = WORLD) -> int:
    """Run the demo in a folder; the exit code, 0 if every record arrived."""
    return play(lambda console: show(console, output, world))


def show(console: Console, output: Path, world: Sequence[str]) -> bool:
    """Run the connector, print what it read, and return whether that is all that Pinterest has."""
    with local_pinterest(output, world) as pinterest:
        announce(console, "check", "test the credentials")
        pinterest.connector.check()
        announce(console, "discover", "list the streams and their schemas")
        keys = pinterest.connector.discover()
        announce(console, "expect", "list the records that the local Pinterest has")
        expected = [pinterest.synced(keys)]
        pinterest.requests()
        announce(console, "read", f"all {len(keys)} streams, for the first time")
        first = pinterest.connector.read(*keys)
        first_requests = pinterest.requests()
        console.print("\nNow an advertiser pauses a campaign, and late conversions change the last days.")
        pinterest.pause(campaign_to_pause(first.records["campaigns"]))
        pinterest.world.restate(RESTATED_DAYS)
        announce(console, "expect", "list its records again")
        expected.append(pinterest.synced(keys))
        announce(console, "read", "go on from that state: what is new or has changed")
        second = pinterest.connector.read()
        second_requests = pinterest.requests()
        spend = told_spend(spend_of_records(first.records["ad_account_analytics"]), pinterest.world.today)
    announce(console, "compare", "what arrived with what the local Pinterest has, record by record")
    found = list(findings(keys, expected, (first, second)))
    with (output / TABLE).open("w", encoding="utf-8") as file:
        print_table(Console(file=file, width=PLAIN_WIDTH, highlight=False), found)
    troubles = [item.trouble for item in found if not item.is_whole]
    changed = {item.stream for item in found if item.changed}
    if not {"campaigns", "campaign_analytics"} <= changed:
        troubles.append("The paused campaign and the late conversions did not arrive.")
    if [first_requests, second_requests] != [first.requests.total(), second.requests.total()]:
        troubles.append(
            f"Pinterest counted {first_requests} and {second_requests} requests, but the streams reported other "
            "numbers."
        )
    print_ending(console, found, troubles, spend)
    return not troubles


def campaign_to_pause(campaigns: Sequence[Record]) -> Record:
    """The same one in each run: its account, of which some rows change, does not always arrive first."""
    return min(campaigns, key=itemgetter("id"))


def announce(console: Console, command: str, meaning: str) -> None:
    """Say which command the connector is given."""
    console.print(f"[bold]{command}[/bold]: {meaning}")


def continued(options: Sequence[str]) -> Iterator[str]:
    """Options, each of which has a value, as the last lines of a command."""
    step = 2 * OPTIONS_IN_A_LINE
    for at in range(0, len(options), step):
        end = "" if at + step >= len(options) else " \\"
        yield f"    {' '.join(options[at : at + step])}{end}"


def print_ending(console: Console, found: Sequence[Finding], troubles: Sequence[str], spend: str) -> None:
    """Print what both reads brought, whether that is everything, and where more of it stands."""
    records, requests, again, _, requests_again = totals(found)
    console.print(
        f"\nFirst read: {len(found)} streams, {records} records, {requests} requests.",
        f"Second read: {again} records, {requests_again} requests. It brought the days whose conversions",
        "may still grow, what is new, and the lists that Pinterest can't filter by time.",
        *(troubles or ["Nothing is missing: every record arrived, and so did both changes."]),
        spend,
        f"Each stream's numbers, and what to try next: {OUTPUT / TABLE}",
        f"A page to look at: {OUTPUT / READ / 'page.html'}",
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
        f"The JSON lines of both reads, the catalog and the state are in {OUTPUT / READ},",
        "the folder that `make read` writes for your own account.",
        "",
        "To read your own account, with your credentials in secrets/config.json (see",
        "README.md). The JSON lines go into a file in the folder output:",
        '  make read STREAMS="ad_accounts campaigns ads ad_account_analytics \\',
        '    campaign_analytics ad_analytics"',
        "",
        "To start the local Pinterest again, and read it in another terminal, into a file",
        f"in {OUTPUT / 'another'}:",
        "  .venv/bin/python -m integration_tests.simulator --port 8080 \\",
        *continued(WORLD),
        "  PINTEREST_API_URL=http://127.0.0.1:8080/v5 make read \\",
        f"    CONFIG={OUTPUT / CONFIG} OUTPUT={OUTPUT / 'another'} \\",
        '    STREAMS="boards pins campaigns"',
    )
    for line in lines:
        console.print(line, soft_wrap=True, markup=False)
