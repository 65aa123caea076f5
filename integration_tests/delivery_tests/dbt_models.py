"""The models of the dbt project, rendered and run without dbt on the tables of a sync."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import yaml

from integration_tests.support.pinterest import World
from integration_tests.tools.demo_dbt.project import PROJECT, column_types, load
from source_pinterest.source import SourcePinterest

MODELS: Mapping[str, Path] = {path.stem: path for path in sorted((PROJECT / "models").rglob("*.sql"))}
CONFIG = {"access_token": "pina_false"}


def load_streams(connection: duckdb.DuckDBPyConnection, world: World, streams: Iterable[str]) -> None:
    schemas = {stream.name: stream.get_json_schema() for stream in SourcePinterest().streams(CONFIG)}
    for stream in streams:
        records = world.expected(stream, start=world.today - timedelta(days=3)).values()
        load(connection, stream, column_types(schemas[stream]), records)


def make_views(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    macros = "".join(path.read_text(encoding="utf-8") for path in sorted((PROJECT / "macros").glob("*.sql")))
    waiting = {name: rendered(macros + path.read_text(encoding="utf-8"), schema) for name, path in MODELS.items()}
    while waiting:
        ready = [name for name, (_, parents) in waiting.items() if waiting.keys().isdisjoint(parents)]
        assert ready, f"{sorted(waiting)} wait for each other"
        for name in ready:
            query, _ = waiting.pop(name)
            connection.execute(f"create view {name} as {query}")


def rendered(model: str, schema: str) -> tuple[str, set[str]]:
    """A model's query, and the models that it reads."""
    parents: set[str] = set()

    def ref(parent: str) -> str:
        parents.add(parent)
        return parent

    template = jinja2.Environment(autoescape=False).from_string(model)  # noqa: S701
    return template.render(source=lambda _source, table: f"{schema}.{table}", ref=ref), parents


def declared(kind: str) -> list[dict[str, Any]]:
    files = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (PROJECT / "models").rglob("*.yml"))
    return [each for file in files for each in file.get(kind, [])]


def copy_of(database: Path, folder: Path) -> Path:
    copy = folder / "pinterest.duckdb"
    copy.write_bytes(database.read_bytes())
    return copy
