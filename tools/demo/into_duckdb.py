"""Runs the demo: two reads of a local Pinterest into DuckDB, and tables of its campaigns and ads."""

import argparse
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from integration_tests.support.processes import ROOT
from tools.demo.connector import CONFIG, READ, Connector, started
from tools.demo.dbt_project import load, make_view
from tools.demo.pinterest import FINAL_AFTER_DAYS, RESTATED_DAYS, WORLD, local_pinterest, told_spend
from tools.demo.screen import DemoFailedError, play

OUTPUT = Path("demo-output/duckdb")
EXAMPLE = Path("examples/pyairbyte_duckdb.py")
MORE = (
    *("ad_groups", "ads", "ad_pins", "ad_account_analytics", "ad_group_analytics", "ad_analytics"),
    *("campaign_targeting_analytics", "targeting_options", "pins", "pin_analytics"),
    "user_account_analytics_by_content_type",
    "user_account_analytics_by_pin_format",
)
"""What the example reads beside its own streams, for the dbt project's model of creatives, the page and questions."""
STREAMS = ("ad_accounts", "campaigns", "campaign_analytics", *MORE)
DAYS_SHOWN = 2
CAMPAIGN_DAYS = ROOT / "examples" / "spend_by_campaign.sql"
SPEND = """
    select cast(date as date), currency, (coalesce(spend_in_micro_dollar, 0) / 1000000)::decimal(28, 6)
    from ad_account_analytics
"""
MOST_CLICKED = """
    select currency, coalesce(pin_title, ad_name, ad_id), spend, paid_clicks, ctr, landing_url
    from pinterest__ad_creatives
    qualify row_number() over (partition by currency order by paid_clicks desc, ad_id) <= 5
    order by currency, paid_clicks desc, ad_id
"""
LOG = "pyairbyte.log"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; the exit code, 0 if the database has what Pinterest has."""
    parser = argparse.ArgumentParser(
        prog="make demo-duckdb",
        description="Read a local Pinterest into DuckDB twice, and show its campaigns and ads.",
    )
    parser.add_argument("--pyairbyte", type=Path, help="Python of an environment that has PyAirbyte")
    parser.add_argument("--output", type=Path, default=ROOT / OUTPUT, help="folder of what it writes")
    given = parser.parse_args(arguments)
    return play(lambda console: show(console, given.pyairbyte, given.output), soft_wrap=True)


def show(console: Console, pyairbyte: Path | None, output: Path, world: Sequence[str] = WORLD) -> bool:
    """Read twice, show what the database has, and return whether that is all that Pinterest has."""
    database = output / "pinterest.duckdb"
    for leftover in (*output.glob("pinterest.*"), output / LOG):
        leftover.unlink(missing_ok=True)
    with local_pinterest(output, world) as pinterest:
        console.print("The connector reads a local Pinterest into DuckDB, in about a minute.")
        if pyairbyte:
            console.print(f"What PyAirbyte says meanwhile is in {os.path.relpath(output / LOG)}")
        else:
            console.print("PyAirbyte needs Python 3.11 or 3.12. Without one, this demo loads the lines itself.")
        for announcement in ("First read: everything", "Second read: new days, and days that may have changed"):
            console.print(f"[bold]{announcement}[/bold]")
            if pyairbyte:
                read_with_pyairbyte(pyairbyte, pinterest.url, output / CONFIG, database)
            else:
                console.print(read_with_loader(pinterest.connector, database))
            pinterest.world.restate(RESTATED_DAYS)
        if pyairbyte:
            console.print("[bold]Third read[/bold]: into a folder, as `make read` does, which makes a page of it")
            pinterest.connector.read(*STREAMS)
        expected = len(pinterest.expected("campaign_analytics", start=pinterest.start))
        today = pinterest.world.today
    with duckdb.connect(str(database), read_only=True) as connection:
        arrived = len(connection.table("campaign_analytics"))
        rows = connection.execute(CAMPAIGN_DAYS.read_text(encoding="utf-8")).fetchall()
        for drawn in (*campaigns(rows, today - timedelta(days=FINAL_AFTER_DAYS)), *creatives(connection)):
            console.print(drawn)
        spend = told_spend(connection.execute(SPEND).fetchall(), today)
    python = pyairbyte or ".tmp/pyairbyte/bin/python"
    for line in (
        spend,
        f"{len(rows):,} days of campaigns are in {os.path.relpath(database)}",
        f"A page to look at: {os.path.relpath(output / READ / 'page.html')}",
        "To read your own account, with your credentials in secrets/config.json:",
        f"  {python} {EXAMPLE} \\",
        "    secrets/config.json output/pinterest.duckdb",
    ):
        console.print(line, markup=False)
    return len(rows) == arrived == expected


def read_with_pyairbyte(python: Path, api_url: str, config: Path, database: Path) -> None:
    """Run the example as a user does."""
    line = [str(python), str(EXAMPLE), str(config), str(database), *MORE]
    environment = {**os.environ, "PINTEREST_API_URL": api_url}
    log = database.with_name(LOG)
    with log.open("ab") as file, started(line, cwd=ROOT, env=environment, stderr=file) as process:
        file.write(process.communicate()[0])
    if process.returncode:
        raise DemoFailedError(f"{EXAMPLE} ended with exit code {process.returncode}; see {os.path.relpath(log)}.")


def read_with_loader(connector: Connector, database: Path) -> str:
    """Read what is new without PyAirbyte, from the state in the folder; what arrived, in words."""
    records = connector.read(*STREAMS).records
    with duckdb.connect(str(database)) as connection:
        for stream in STREAMS:
            load(connection, stream, records[stream])
    return ", ".join(f"{len(records[stream]):,} {stream}" for stream in STREAMS)


def campaigns(rows: Iterable[Sequence[Any]], last: date) -> Iterator[Table]:
    """Yield a table for each currency: its campaigns on the newest whole days, up to the last one that is final."""
    newest = [row for row in rows if last - timedelta(days=DAYS_SHOWN) < row[1] <= last]
    for currency, found in groupby(sorted(newest, key=itemgetter(3, 1, 0)), itemgetter(3)):
        title = f"Campaigns in {currency}, the newest {DAYS_SHOWN} days whose spend is final"
        shown = Table("Campaign", "Day", title=title, title_justify="left")
        for name in ("Spend", "Paid impressions", "Paid clicks"):
            shown.add_column(name, justify="right")
        for campaign, day, spend, _, impressions, clicks in found:
            shown.add_row(campaign, str(day), f"{spend:,.2f}", f"{impressions:,}", f"{clicks:,}")
        yield shown


def creatives(connection: duckdb.DuckDBPyConnection) -> Iterator[Table]:
    """Yield a table for each currency: the ads of the last 30 days with the most paid clicks, by the dbt project."""
    make_view(connection, "pinterest__ad_creatives", "main")
    for currency, found in groupby(connection.execute(MOST_CLICKED).fetchall(), itemgetter(0)):
        title = f"The ads with the most paid clicks, in {currency}"
        shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=0, pad_edge=False)
        shown.add_column("Ad", min_width=20)
        for name in ("Spend", "Paid\nclicks", "CTR"):
            shown.add_column(name, justify="right", no_wrap=True)
        shown.add_column("Leads to", no_wrap=True)
        for _, name, spend, clicks, ctr, address in found:
            page = (address or "").partition("?")[0]
            shown.add_row(" ".join(name.split()), f"{spend:,.2f}", f"{clicks:,}", f"{ctr:.2%}", page)
        yield shown
