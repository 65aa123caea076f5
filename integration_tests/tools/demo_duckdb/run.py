"""Runs the demo: two reads of a local Pinterest into DuckDB, a table of campaign numbers, and a chart of them."""

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from integration_tests.tools.demo.connector import Connector, Record, started
from integration_tests.tools.demo.pinterest import SHOP, LocalPinterest
from integration_tests.tools.demo.screen import DemoFailedError, play
from integration_tests.tools.demo_dbt.project import column_types, make_view
from integration_tests.tools.demo_duckdb.chart import CampaignDay, campaign_days, draw, save

ROOT = Path(__file__).parents[3]
OUTPUT = Path("demo-output/duckdb")
READ = "read"
"""A folder as `source_pinterest.read` writes it."""
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
    database, config, folder, log = (output / name for name in ("pinterest.duckdb", "config.json", READ, LOG))
    image = output / "spend_by_campaign.png"
    output.mkdir(parents=True, exist_ok=True)
    clear(output)
    start = datetime.now(UTC).date() - timedelta(days=HISTORY_DAYS)
    with LocalPinterest(config, ROOT, WORLD) as pinterest:
        console.print("The connector reads a local Pinterest into DuckDB, in about a minute.")
        if pyairbyte:
            console.print(f"What PyAirbyte says meanwhile is in {os.path.relpath(log)}")
        config.write_text(json.dumps({**json.loads(config.read_text()), "start_date": str(start)}, indent=2))
        if pyairbyte is None:
            console.print("PyAirbyte needs Python 3.11 or 3.12. Without one, this demo loads the lines itself.")
        for announcement in ("First read: everything", "Second read: new days, and days that may have changed"):
            console.print(f"[bold]{announcement}[/bold]")
            if pyairbyte:
                read_with_pyairbyte(pyairbyte, pinterest.url, config, database)
            else:
                console.print(read_with_loader(pinterest.url, config, database))
            pinterest.restate(days_back=RESTATED_DAYS)
        if pyairbyte:
            console.print("[bold]Third read[/bold]: into a folder, as `make read` does, which makes a page of it")
            Connector(pinterest.url, config, ROOT).read(folder, *STREAMS)
        expected = len(pinterest.expected(["campaign_analytics"], start)["campaign_analytics"])
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
        f"A page to look at: {os.path.relpath(folder / 'report.html')}",
        "To read your own account, with your credentials in secrets/config.json:",
        f"  {python} {EXAMPLE} \\",
        "    secrets/config.json output/pinterest.duckdb",
    ):
        console.print(line, markup=False)
    return len(rows) == arrived == expected


def clear(folder: Path) -> None:
    """Remove what an earlier run has read: its state belongs to a Pinterest that has ended."""
    for leftover in (*folder.glob("pinterest.*"), folder / LOG):
        leftover.unlink(missing_ok=True)
    if (folder / READ).exists():
        shutil.rmtree(folder / READ)


def read_with_pyairbyte(python: Path, api_url: str, config: Path, database: Path) -> None:
    """Run the example as a user does."""
    line = [str(python), str(EXAMPLE), str(config), str(database), *MORE]
    environment = {**os.environ, "PINTEREST_API_URL": api_url}
    log = database.with_name(LOG)
    with log.open("ab") as file, started(line, cwd=ROOT, env=environment, stderr=file) as process:
        file.write(process.communicate()[0])
    if process.returncode:
        raise DemoFailedError(f"{EXAMPLE} ended with exit code {process.returncode}; see {os.path.relpath(log)}.")


def read_with_loader(api_url: str, config: Path, database: Path) -> str:
    """Read what is new without PyAirbyte, from the state in the folder; what arrived, in words."""
    connector = Connector(api_url, config, ROOT)
    reading = connector.read(database.with_name(READ), *STREAMS)
    with duckdb.connect(str(database)) as connection:
        for stream in connector.streams():
            if stream["name"] not in STREAMS:
                continue
            columns = ", ".join(f'"{name}" {type_}' for name, type_ in column_types(stream["json_schema"]).items())
            connection.execute(f"create table if not exists {stream['name']} ({columns})")
            key = [path[0] for path in stream["source_defined_primary_key"]]
            replace(connection, stream["name"], key, reading.records[stream["name"]])
    return ", ".join(f"{len(reading.records[stream]):,} {stream}" for stream in STREAMS)


def replace(connection: duckdb.DuckDBPyConnection, table: str, key: Sequence[str], records: Sequence[Record]) -> None:
    """Insert records into a table, where they replace rows with the same key."""
    if not records:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".json") as lines:
        lines.writelines(f"{json.dumps(record)}\n" for record in records)
        lines.flush()
        # The names of tables and columns come from the connector, and the path from here: nothing to escape.
        arrived = f"read_json('{lines.name}', format = 'newline_delimited', union_by_name = true)"
        same = " and ".join(f'old."{column}" = new."{column}"' for column in key)
        connection.execute(f"create table if not exists {table} as select * from {arrived} limit 0")
        connection.execute(f"delete from {table} as old using {arrived} as new where {same}")
        connection.execute(f"insert into {table} by name select * from {arrived}")


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
