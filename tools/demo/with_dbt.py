"""Runs the demo: a read of a local Pinterest into DuckDB, the dbt project over it, and a table of its campaigns."""

import argparse
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from integration_tests.support.processes import ROOT
from tools.demo.dbt_project import (
    BUILD,
    LOCAL_VARIABLES,
    READ_INTO_DUCKDB,
    REPORTS,
    STREAMS,
    build,
    load,
    require,
)
from tools.demo.pinterest import WORLD, local_pinterest, told_spend
from tools.demo.screen import play

OUTPUT = Path("demo-output/dbt")
MICROS = 1_000_000
BY_CAMPAIGN = """
    select ad_account_name, campaign_id, campaign_name, sum(spend), currency, sum(paid_impressions), sum(paid_clicks),
        sum(purchase_value) / nullif(sum(spend), 0)
    from pinterest_reports.pinterest__campaign_report
    group by all
    order by ad_account_name, sum(spend) desc
"""
SPEND = "select date_day, currency, spend from pinterest_reports.pinterest__advertiser_report"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; the exit code, 0 if dbt's tests pass and the report has the spend that arrived."""
    parser = argparse.ArgumentParser(prog="make demo-dbt", description="Make reports of a local Pinterest with dbt.")
    parser.add_argument("--dbt", type=Path, default=ROOT / ".tmp/dbt/bin/dbt", help="the command dbt")
    parser.add_argument("--output", type=Path, default=ROOT / OUTPUT, help="folder of what it writes")
    given = parser.parse_args(arguments)
    return play(lambda console: show(console, given.dbt.absolute(), given.output.absolute()), soft_wrap=True)


def show(console: Console, dbt: Path, output: Path, world: Sequence[str] = WORLD) -> bool:
    """Read, build, show the campaigns, and return whether their spend is what arrived."""
    require(dbt)
    database = output / "pinterest.duckdb"
    database.unlink(missing_ok=True)
    console.print("[bold]Reading a local Pinterest into DuckDB[/bold]")
    with local_pinterest(output, world) as pinterest, duckdb.connect(str(database)) as connection:
        reading = pinterest.connector.read(*STREAMS)
        for stream in STREAMS:
            load(connection, stream, reading.records[stream])
    console.print("[bold]dbt build[/bold]  [dim]# models, and tests of keys, nulls and relationships[/dim]")
    built = build(dbt, database, output, LOCAL_VARIABLES)
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(BY_CAMPAIGN).fetchall()
        spend = told_spend(connection.execute(SPEND).fetchall(), pinterest.world.today)
    console.print(table(rows))
    agrees = spend_of(reading.records["campaign_analytics"]) == {row[1]: row[3] for row in rows}
    console.print(f"dbt built {built['model']} models, and {built['test']} tests passed.")
    console.print(
        "The spend of each campaign is the sum of the records."
        if agrees
        else "The spend in the report is not the sum of the records."
    )
    console.print(spend, markup=False)
    console.print(next_steps(os.path.relpath(database)), markup=False)
    return agrees


def next_steps(database: str) -> str:
    """What to type next: a look at a report, and the reports of one's own account."""
    look = (
        f"import duckdb; duckdb.connect('{database}').table('{REPORTS}.pinterest__campaign_report')"
        ".select('date_day, campaign_name, spend, currency').order('all').show(max_rows=20)"
    )
    return "\n".join(
        (
            f"{database} has the reports. To look at day, campaign and spend:",
            f'  .venv/bin/python -c "{look}"',
            "To make them of your own account, with your credentials in secrets/config.json",
            "(make demo-duckdb installs PyAirbyte):",
            f"  {READ_INTO_DUCKDB}",
            f"  {BUILD}",
        )
    )


def spend_of(records: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """What each campaign has spent, by its id."""
    micros: Counter[str] = Counter()
    for record in records:
        micros[record["CAMPAIGN_ID"]] += int(record.get("SPEND_IN_MICRO_DOLLAR") or 0)
    return {campaign: Decimal(spent) / MICROS for campaign, spent in micros.items()}


def table(rows: Iterable[Sequence[Any]]) -> Table:
    """The campaign report, summed up over its days."""
    shown = Table(title="Campaigns, all days", title_justify="left", box=SIMPLE_HEAD)
    for name, width in (("Ad account", 12), ("Campaign", 14)):
        shown.add_column(name, no_wrap=True, max_width=width)
    for name in ("Spend", "Paid\nimpressions", "Paid\nclicks", "ROAS"):
        shown.add_column(name, justify="right", no_wrap=True, min_width=max(map(len, name.split())))
    for account, _, campaign, spend, currency, impressions, clicks, roas in rows:
        name = " ".join(campaign.split())
        returned = "" if roas is None else f"{roas:.2f}"
        shown.add_row(account, name, f"{spend:,.2f} {currency}", f"{impressions:,}", f"{clicks:,}", returned)
    return shown
