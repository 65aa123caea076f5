"""Draws the chart of README.md: that of the demo, on a day that never changes. `make docs` runs it."""

import hashlib
import tempfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from integration_tests.simulator.__main__ import parse
from integration_tests.support.pinterest import World
from integration_tests.tools.demo_dbt.project import load
from integration_tests.tools.demo_duckdb.chart import CampaignDay, campaign_days, draw, save
from integration_tests.tools.demo_duckdb.run import HISTORY_DAYS, STREAMS, WORLD, of_one_currency

IMAGE = Path(__file__).parents[3] / "docs" / "images" / "spend_by_campaign.png"
NOW = "2026-06-30T12:00:00+00:00"


def rows_of_docs() -> list[CampaignDay]:
    """What the query finds in a database that has all that Pinterest has on that day."""
    world = World(**parse([*WORLD, "--now", NOW])[0])
    start: date = datetime.fromisoformat(NOW).date() - timedelta(days=HISTORY_DAYS)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "pinterest.duckdb"
        with duckdb.connect(str(database)) as connection:
            for stream in STREAMS:
                load(connection, stream, world.expected(stream, start=start).values())
        return of_one_currency(campaign_days(database))


def description(rows: Sequence[CampaignDay]) -> str:
    """What the picture says of itself, so that a picture of other numbers is noticed."""
    digest = hashlib.sha256(repr(sorted(map(repr, rows))).encode()).hexdigest()
    return f"{len(rows)} days of campaigns, {digest}"


def draw_docs(image: Path = IMAGE) -> None:
    """Write the picture; in one environment, always the same bytes."""
    rows = rows_of_docs()
    save(draw(rows), image, description(rows))


if __name__ == "__main__":
    draw_docs()
