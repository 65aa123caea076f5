"""How do records become the tables that dbt reads? Each stream has one, with the columns and types of its schema."""

import json
import tempfile
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

_TYPES: Mapping[str, str] = {"integer": "bigint", "number": "double", "boolean": "boolean", "string": "varchar"}
_FORMATS: Mapping[str, str] = {"date": "date", "date-time": "timestamp"}
_ANYTHING_ELSE = "json"


def column_types(schema: Mapping[str, Any]) -> dict[str, str]:
    """The type of each column in DuckDB; what is nested stays JSON."""
    return {name: _type(declared) for name, declared in schema["properties"].items()}


def load(
    connection: duckdb.DuckDBPyConnection, table: str, types: Mapping[str, str], records: Iterable[Mapping[str, Any]]
) -> None:
    """Make a table and fill it; a stream without records has one as well."""
    columns = ", ".join(f'"{name}" {type_}' for name, type_ in types.items())
    connection.execute(f"create or replace table {table} ({columns})")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as lines:
        lines.writelines(f"{json.dumps(record)}\n" for record in records)
        lines.flush()
        # Names come from the connector, the path from here: nothing to escape.
        connection.execute(
            f"insert into {table} by name "
            f"select * from read_json('{lines.name}', format = 'newline_delimited', columns = {dict(types)})"
        )


def _type(declared: Mapping[str, Any]) -> str:
    named = declared.get("type", [])
    [kind] = [each for each in ([named] if isinstance(named, str) else named) if each != "null"] or [""]
    if kind == "string":
        return _FORMATS.get(declared.get("format", ""), "varchar")
    return _TYPES.get(kind, _ANYTHING_ELSE)
