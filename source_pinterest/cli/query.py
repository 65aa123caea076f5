"""The command `python -m source_pinterest.query`, which answers SQL about the folder of `read`, or a file of DuckDB.

Each stream that was read is a table in DuckDB, with the newest record of each key.
"""

import argparse
import glob
import io
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout, suppress
from itertools import chain
from pathlib import Path
from typing import Any

from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.cli.catalog import NO_CREDENTIALS, configured
from source_pinterest.cli.folder import MESSAGES, OUTPUT, OutputFolder, exists
from source_pinterest.cli.terminal import say
from source_pinterest.config.files import read_object
from source_pinterest.config.options import config_error
from source_pinterest.masking import printable

_TYPES: Mapping[str, str] = {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "string": "VARCHAR"}
_FORMATS: Mapping[str, str] = {"date": "DATE", "date-time": "TIMESTAMP"}
_NESTED = "JSON"
_ROWS_SHOWN = 100
_HIDDEN_COLUMNS = "│ … │"
"""What a table of DuckDB has in the place of the columns that are too many for the terminal."""
_RECORDS = """
create temp table records as
select record.stream as stream, record.emitted_at as emitted_at, record.data as data
from read_json([{files}], format = 'newline_delimited', compression = 'uncompressed', hive_partitioning = false,
    maximum_object_size = 33554432,
    columns = {{record: 'STRUCT(stream VARCHAR, emitted_at BIGINT, data JSON)'}})
where record.stream is not null
"""
"""The records in the files, which are parsed once. A line that is cut is an error."""
_TABLE = """
create temp view {name} as
select unnest(from_json(data, {columns})), make_timestamp(emitted_at * 1000) as _airbyte_extracted_at
from records where stream = {stream} {newest}
"""
_NEWEST = "qualify 1 = row_number() over (partition by {key} order by emitted_at desc)"
_UNKNOWN_TABLE = re.compile(r".*Table with name .* does not exist!")
_HOW = "Type a query; a semicolon or an empty line ends it. Ctrl-D ends the command."


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer queries from standard input, and return the exit code: 0 if each one had an answer."""
    parser = argparse.ArgumentParser(
        prog="python -m source_pinterest.query",
        description="Answer SQL, in the dialect of DuckDB, about a folder that `read` has written. A semicolon at the "
        "end of a line, or an empty line, ends a query.",
    )
    parser.add_argument(
        "--output", type=Path, default=OUTPUT, help=f"folder of read, or a file of DuckDB (default: {OUTPUT})"
    )
    options = parser.parse_args(arguments)
    try:
        return _answer(options.output)
    except AirbyteTracedException as error:
        say(str(error.message), sys.stderr)
    return 1


def column_types(schema: Mapping[str, Any]) -> dict[str, str]:
    """Return the type of each column of a stream in DuckDB; what is nested stays JSON."""
    return {name: _type(declared) for name, declared in schema["properties"].items()}


def _type(declared: Mapping[str, Any]) -> str:
    named = declared.get("type", [])
    [kind] = [each for each in ([named] if isinstance(named, str) else named) if each != "null"] or [""]
    named_format = _FORMATS.get(declared.get("format", "")) if kind == "string" else None
    return named_format or _TYPES.get(kind, _NESTED)


def _answer(path: Path) -> int:
    """Answer the queries, and return the exit code.

    Raises:
        AirbyteTracedException: DuckDB is missing, or there is nothing to open.
    """
    try:
        import duckdb  # noqa: PLC0415 - the image does without it
    except ModuleNotFoundError as error:
        raise config_error(
            "Queries need DuckDB. `make install` brings it; elsewhere: pip install 'airbyte-source-pinterest[page]'"
        ) from error
    code, is_typed = 0, sys.stdin.isatty()
    with tempfile.TemporaryDirectory() as temporary:
        try:
            connection = duckdb.connect(str(path), read_only=True) if path.is_file() else duckdb.connect()
            connection.execute("set temp_directory = $folder", {"folder": temporary})
            connection.execute("set preserve_insertion_order = false")
            if not path.is_file():
                _make_tables(connection, OutputFolder(path))
        except duckdb.Error as error:
            raise config_error(f"{path} can't be opened: {error}") from error
        with connection:
            tables = f"Tables: {', '.join(name for (name,) in connection.execute('show tables').fetchall())}"
            if is_typed:
                say(tables)
                say(_HOW)
            for query in _queries(_typed() if is_typed else sys.stdin):
                try:
                    _show(connection.sql(query))
                except duckdb.Error as error:
                    code = 1
                    sys.stderr.write(printable(f"{_error_message(error, tables)}\n", "\n"))
    return code


def _error_message(error: Exception, tables: str) -> str:
    """Return the message of an error. For an unknown table it names the tables; DuckDB would suggest its own."""
    unknown = _UNKNOWN_TABLE.match(str(error))
    return f"{unknown[0]}\n{tables}" if unknown else str(error)


def _show(rows: Any) -> None:
    """Print rows as a table, or as one line for each column of a row if the table would hide columns."""
    if rows is None:
        return
    table = io.StringIO()
    with redirect_stdout(table):
        rows.show(max_width=shutil.get_terminal_size().columns, max_rows=_ROWS_SHOWN)
    text = "".join(_lines(rows)) if _HIDDEN_COLUMNS in table.getvalue() else table.getvalue()
    sys.stdout.write(printable(text, "\n"))
    sys.stdout.flush()


def _lines(rows: Any) -> Iterator[str]:
    """Yield the columns of the first rows as lines, in the form of DuckDB's line mode."""
    width = max(map(len, rows.columns))
    values = rows.project("cast(columns(*) as varchar)").fetchmany(_ROWS_SHOWN + 1)
    for row in values[:_ROWS_SHOWN]:
        for name, value in zip(rows.columns, row, strict=True):
            yield f"{name:>{width}} = {'NULL' if value is None else value}\n"
        yield "\n"
    if len(values) > _ROWS_SHOWN:
        yield f"There are more rows; {_ROWS_SHOWN} are shown.\n"


def _make_tables(connection: Any, folder: OutputFolder) -> None:
    """Make a view of each stream of the last read, and of each one that has records.

    Raises:
        AirbyteTracedException: the folder has no messages, or a file of it holds something else.
    """
    if not (files := [path for path in folder.messages() if path.match(MESSAGES)]):
        raise config_error(
            "There are no messages of a read. Read streams first (make read), or name a folder with --output."
        )
    connection.execute(_RECORDS.format(files=", ".join(_text(glob.escape(str(path))) for path in files)))
    config = read_object(folder.options) if exists(folder.options) else {}
    arrived = {name for (name,) in connection.execute("select distinct stream from records").fetchall()}
    arrived |= {selected.stream.name for selected in folder.configured().streams}
    for selected in configured((), {**config, **NO_CREDENTIALS}).streams:
        stream = selected.stream
        if stream.name in arrived:
            key = ", ".join(f"data->>{_text(field)}" for [field] in stream.source_defined_primary_key or ())
            table = _TABLE.format(
                name=_name(stream.name),
                columns=_text(json.dumps(column_types(stream.json_schema))),
                stream=_text(stream.name),
                newest=_NEWEST.format(key=key) if key else "",
            )
            connection.execute(table)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _typed() -> Iterator[str]:
    """Yield the lines that a user types."""
    with suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - `input` then has a history
    while True:
        try:
            yield input("sql> ")
        except EOFError:
            return


def _queries(lines: Iterable[str]) -> Iterator[str]:
    """Yield the queries in lines; a semicolon at the end of a line or an empty line ends one."""
    query: list[str] = []
    for line in chain(lines, [""]):
        query.append(line)
        if not line.strip() or line.rstrip().endswith(";"):
            yield "\n".join(query)
            query = []
