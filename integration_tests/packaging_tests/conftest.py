"""A database with what a sync of a small world loads, and the views of the dbt project."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from integration_tests.support.pinterest import World
from integration_tests.support.processes import ROOT
from integration_tests.support.worlds import small_world
from source_pinterest.cli.catalog import NO_CREDENTIALS, configured
from source_pinterest.cli.tables import column_types
from tools.demo.dbt_project import MODELS, STREAMS, load, make_view

DBT = ROOT / ".tmp" / "dbt" / "bin" / "dbt"
needs_dbt = pytest.mark.skipif(not DBT.exists(), reason="`make demo-dbt` installs dbt")

FIVETRAN = ROOT / "examples" / "dbt_fivetran"
_SOURCE, _ = yaml.safe_load((FIVETRAN / "models" / "_sources.yml").read_text(encoding="utf-8"))["sources"]
TABLES_OF_FIVETRAN = {table["name"]: table.get("identifier", table["name"]) for table in _SOURCE["tables"]}
_REACH = {"name": "reach", "level": "CAMPAIGN", "granularity": "MONTH"}
_REACH_COLUMNS = ["TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY"]
"""The custom report that docs/questions.md describes."""
_SPLITS = ("user_account_analytics_by_content_type", "user_account_analytics_by_pin_format")
"""The streams of organic numbers in docs/questions.md."""
_EXTRACTED = datetime(2026, 11, 28, 12)  # noqa: DTZ001  # as Airbyte writes it, in UTC


def rows_of(world: World, stream: str, days: int = 3) -> list[dict[str, Any]]:
    return [dict(row) for row in world.expected(stream, start=world.today - timedelta(days=days)).values()]


def load_stream(connection: duckdb.DuckDBPyConnection, world: World, stream: str, days: int = 3) -> None:
    connection.execute(f"drop table if exists {stream}")
    load(connection, stream, rows_of(world, stream, days))
    connection.table(stream).update({"_airbyte_extracted_at": duckdb.ConstantExpression(_EXTRACTED)})


def make_reach(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table of the custom report, with days instead of months."""
    config = {**NO_CREDENTIALS, "custom_reports": [{**_REACH, "columns": _REACH_COLUMNS}]}
    [selected] = configured(["custom_reach"], config).streams
    types = column_types(selected.stream.json_schema)
    connection.execute(f"create table custom_reach ({', '.join(map(' '.join, types.items()))})")
    days = connection.table("campaign_analytics").select("AD_ACCOUNT_ID", "CAMPAIGN_ID", "DATE", *_REACH_COLUMNS)
    days.create_view("reach_by_day")
    connection.execute("insert into custom_reach by name from reach_by_day")


def file_of(database: duckdb.DuckDBPyConnection, folder: Path) -> Path:
    """The same tables in a file, which dbt reads."""
    path = folder / "pinterest.duckdb"
    database.execute(f"attach '{path}' as file; copy from database memory to file; detach file")
    return path


@pytest.fixture(scope="package")
def world() -> World:
    return small_world(ad_accounts=2, ads=8, boards=1)


@pytest.fixture(scope="package")
def database(world: World) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for stream in {*STREAMS, *TABLES_OF_FIVETRAN, *_SPLITS}:
            load_stream(connection, world, stream)
        make_reach(connection)
        for model in MODELS:
            make_view(connection, model, "main")
        yield connection


@pytest.fixture
def connection(database: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database, which is afterwards as it was."""
    database.begin()
    yield database
    database.rollback()
