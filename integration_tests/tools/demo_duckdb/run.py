"""Runs the demo: two reads of a local Pinterest into DuckDB, a table of campaign numbers, and a chart of them."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import duckdb
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from integration_tests.support.processes import ROOT
from integration_tests.tools.demo.connector import CONFIG, READ, Connector, started
from integration_tests.tools.demo.pinterest import SHOP, local_pinterest
from integration_tests.tools.demo.screen import DemoFailedError, play
from integration_tests.tools.demo_dbt.project import load, make_view
from integration_tests.tools.demo_duckdb.chart import CampaignDay, campaign_days, draw, save

OUTPUT = Path("demo-output/duckdb")
EXAMPLE = Path("examples/pyairbyte_duckdb.py")
RESTATED_DAYS = 7
MORE = ("ad_groups", "ads", "ad_pins", "ad_account_analytics", "ad_group_analytics", "ad_analytics")
"""What the example reads beside its own streams, for the dbt project's model of creatives and for the page."""
STREAMS = ("ad_accounts", "campaigns", "campaign_analytics", *MORE)
WORLD = (*SHOP, "--campaigns", "6", "--ad-groups", "12", "--ads", "18", "--boards", "1")
HISTORY_DAYS = 89
"""The picture in the docs shows the same."""
ROWS_SHOWN = 12
BEST_CREATIVES = """
    select coalesce(pin_title, ad_name, ad_id), spend, currency, paid_clicks, ctr, landing_url
    from pinterest__ad_creatives
    order by paid_clicks desc, ad_id
    limit 5
"""
LOG = "pyairbyte.log"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; the exit code, 0 if the database has what Pinterest has."""
    parser = argparse.ArgumentParser(
        prog="make demo-duckdb",
        description="Read a local Pinterest into DuckDB twice, and draw a chart of its campaigns.",
    )
    parser.add_argument("--pyairbyte", type=Path, help="Python of an environment that has PyAirbyte")
    parser.add_argument("--output", type=Path, default=ROOT / OUTPUT, help="folder of what it writes")
    given = parser.parse_args(arguments)
    return play(lambda console: show(console, given.pyairbyte, given.output), soft_wrap=True)


def show(console: Console, pyairbyte: Path | None, output: Path) -> bool:
    """Read twice, show what the database has, and return whether that is all that Pinterest has."""
    database, image = output / "pinterest.duckdb", output / "spend_by_campaign.png"
    for leftover in (*output.glob("pinterest.*"), output / LOG):
        leftover.unlink(missing_ok=True)
    with local_pinterest(output, WORLD, days=HISTORY_DAYS) as pinterest:
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
    with duckdb.connect(str(database), read_only=True) as connection:
        arrived = len(connection.table("campaign_analytics"))
    rows = campaign_days(database)
    drawn = of_one_currency(rows)
    save(draw(drawn), image)
    console.print(table(rows))
    console.print(creatives(database))
    python = pyairbyte or ".tmp/pyairbyte/bin/python"
    for line in (
        f"{len(rows):,} days of campaigns are in {os.path.relpath(database)}",
        f"A chart of those in {drawn[0].currency}: {os.path.relpath(image)}",
        f"A page to look at: {os.path.relpath(output / READ / 'report.html')}",
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


def of_one_currency(rows: Sequence[CampaignDay]) -> list[CampaignDay]:
    """The days of the campaigns in the currency that most have: no chart adds two."""
    currency = max(sorted({row.currency for row in rows}), key=[row.currency for row in rows].count)
    return [row for row in rows if row.currency == currency]


def table(rows: Sequence[CampaignDay]) -> Table:
    """The newest days that the query returns."""
    titles = ("Campaign", "Day", "Spend", "Paid impressions", "Paid clicks")
    shown = Table(*titles, title="The newest days", title_justify="left")
    for column in shown.columns[2:]:
        column.justify = "right"
    for row in rows[-ROWS_SHOWN:]:
        spend = f"{row.spend:,.2f} {row.currency}"
        shown.add_row(row.campaign, str(row.day), spend, f"{row.paid_impressions:,}", f"{row.paid_clicks:,}")
    return shown


def creatives(database: Path) -> Table:
    """The five ads of the last 30 days with the most clicks, as the dbt project's model has them."""
    shown = Table(title="The best creatives", title_justify="left", box=SIMPLE_HEAD, padding=0, pad_edge=False)
    shown.add_column("Ad", min_width=20)
    for title in ("Spend", "Paid\nclicks", "CTR"):
        shown.add_column(title, justify="right", no_wrap=True)
    shown.add_column("Leads to", no_wrap=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        make_view(connection, "pinterest__ad_creatives", "main")
        for name, spend, currency, clicks, ctr, address in connection.execute(BEST_CREATIVES).fetchall():
            page = (address or "").partition("?")[0]
            shown.add_row(" ".join(name.split()), f"{spend:,.2f} {currency}", f"{clicks:,}", f"{ctr:.2%}", page)
    return shown
