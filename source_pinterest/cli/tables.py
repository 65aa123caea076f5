"""The folder of `read` as tables of DuckDB: a typed view of each stream, with the newest record of each key."""

import glob
import json
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from source_pinterest.cli.catalog import NO_CREDENTIALS, configured
from source_pinterest.cli.folder import MESSAGES, OutputFolder, exists
from source_pinterest.config.files import read_object
from source_pinterest.config.options import config_error

_TYPES: Mapping[str, str] = {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "string": "VARCHAR"}
_FORMATS: Mapping[str, str] = {"date": "DATE", "date-time": "TIMESTAMP"}
_NESTED = "JSON"
_MESSAGES = """
create table message as
select parse_filename(filename) as run, type, record.emitted_at as emitted_at, record.data as data,
    coalesce(record.stream, trace.error.stream_descriptor.name, trace.stream_status.stream_descriptor.name) as stream,
    left(log.message, 2000) as warning, left(trace.error.message, 2000) as error, trace.stream_status.status as status
from read_json($files, format = 'newline_delimited', compression = 'uncompressed', ignore_errors = true,
    hive_partitioning = false, maximum_object_size = 33554432, filename = true,
    columns = {type: 'VARCHAR', record: 'STRUCT(stream VARCHAR, emitted_at BIGINT, data JSON)',
        log: 'STRUCT(level VARCHAR, message VARCHAR)', trace: 'STRUCT(
            error STRUCT(message VARCHAR, stream_descriptor STRUCT(name VARCHAR)),
            stream_status STRUCT(stream_descriptor STRUCT(name VARCHAR), status VARCHAR))'})
where type in ('RECORD', 'TRACE') or log.level = 'WARN'
"""
"""The messages in the files, which are parsed once. A line that is cut is passed over."""
_VIEW = """
create view {name} as
select unnest(from_json(data, {columns})), try(make_timestamp(emitted_at * 1000)) as _airbyte_extracted_at
from message where stream = {stream} and type = 'RECORD' {newest}
"""
_NEWEST = """
and rowid in (select max_by(rowid, emitted_at) from message where stream = {stream} and type = 'RECORD' group by {key})
"""


def column_types(schema: Mapping[str, Any]) -> dict[str, str]:
    """Return the type of each column of a stream in DuckDB; what is nested stays JSON."""
    return {name: _type(declared) for name, declared in schema["properties"].items()}


def _type(declared: Mapping[str, Any]) -> str:
    types = declared.get("type", [])
    [kind] = [each for each in ([types] if isinstance(types, str) else types) if each != "null"] or [""]
    known_format = _FORMATS.get(declared.get("format", "")) if kind == "string" else None
    return known_format or _TYPES.get(kind, _NESTED)


@contextmanager
def open_tables(path: Path, **settings: str) -> Generator[Any]:
    """Open a folder of `read`, or a file of DuckDB, for the block. An error of DuckDB in the block is a rejection.

    Args:
        path: the folder or the file.
        settings: settings of DuckDB.

    Raises:
        AirbyteTracedException: DuckDB is missing or can't read the files, or the folder has no messages.
    """
    try:
        import duckdb  # noqa: PLC0415 - the image does without it
    except ModuleNotFoundError as error:
        raise config_error(
            "DuckDB is missing. `make install` installs it; elsewhere: pip install 'airbyte-source-pinterest[page]'"
        ) from error
    database = str(path) if path.is_file() else ":memory:"
    try:
        with (
            tempfile.TemporaryDirectory() as temporary,
            duckdb.connect(database, read_only=path.is_file()) as connection,
        ):
            every = {"temp_directory": temporary, "preserve_insertion_order": "false", **settings}
            for name, value in every.items():
                connection.execute(f"set {name} = {_text(value)}")
            if not path.is_file():
                _load(connection, OutputFolder(path), path)
            yield connection
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise config_error(f"{path} needs more memory than this command may use.") from error
    except duckdb.Error as error:
        raise config_error(f"{path} can't be read: {error}") from error


def _load(connection: Any, folder: OutputFolder, path: Path) -> None:
    """Load the messages of a folder, and make a view of each stream that was read."""
    files = folder.messages()
    if not files:
        inner = sorted({str(found.parent) for found in path.glob(f"*/{MESSAGES}")})
        advice = f"Its folder {' or '.join(inner[:3])} has." if inner else "Read streams into it first (make read)."
        raise config_error(f"{path} has no messages of a read. {advice} --output names another folder.")
    connection.execute(_MESSAGES, {"files": [glob.escape(str(file)) for file in files]})
    config = read_object(folder.options) if exists(folder.options) else {}
    read = {name for (name,) in connection.execute("select distinct stream from message").fetchall()}
    read |= {selected.stream.name for selected in folder.configured().streams}
    for selected in configured((), {**config, **NO_CREDENTIALS}).streams:
        stream = selected.stream
        if stream.name in read:
            name = _text(stream.name)
            key = ", ".join(f"data->>{_text(field)}" for [field] in stream.source_defined_primary_key or ())
            view = _VIEW.format(
                name='"' + stream.name.replace('"', '""') + '"',
                columns=_text(json.dumps(column_types(stream.json_schema))),
                stream=name,
                newest=_NEWEST.format(stream=name, key=key) if key else "",
            )
            connection.execute(view)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
