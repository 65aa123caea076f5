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
from tools.demo.dbt_project import MODELS, STREAMS, load, make_view

DBT = ROOT / ".tmp" / "dbt" / "bin" / "dbt"
needs_dbt = pytest.mark.skipif(not DBT.exists(), reason="`make demo-dbt` installs dbt")

FIVETRAN = ROOT / "examples" / "dbt_fivetran"
_SOURCE, _ = yaml.safe_load((FIVETRAN / "models" / "_sources.yml").read_text(encoding="utf-8"))["sources"]
TABLES_OF_FIVETRAN = {table["name"]: table.get("identifier", table["name"]) for table in _SOURCE["tables"]}
_EXTRACTED = datetime(2026, 11, 28, 12)  # noqa: DTZ001  # as Airbyte writes it, in UTC


def rows_of(world: World, stream: str, days: int = 3) -> list[dict[str, Any]]:
    return [dict(row) for row in world.expected(stream, start=world.today - timedelta(days=days)).values()]


def load_stream(connection: duckdb.DuckDBPyConnection, world: World, stream: str, days: int = 3) -> None:
    connection.execute(f"drop table if exists {stream}")
    load(connection, stream, rows_of(world, stream, days))
    connection.execute(f"alter table {stream} add column _airbyte_extracted_at timestamp default '{_EXTRACTED}'")


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
        for stream in {*STREAMS, *TABLES_OF_FIVETRAN, "user_account_analytics_by_content_type"}:
            load_stream(connection, world, stream)
        for model in MODELS:
            make_view(connection, model, "main")
        yield connection


@pytest.fixture
def connection(database: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database, which is afterwards as it was."""
    database.begin()
    yield database
    database.rollback()
