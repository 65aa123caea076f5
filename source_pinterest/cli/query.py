"""The command `python -m source_pinterest.query`, which answers SQL about the folder of `read`, or a file of DuckDB.

Each stream that was read is a table in DuckDB, with the newest record of each key. The schema `page` has the tables of
the page, such as `page.line`.
"""

import argparse
import io
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stdout, suppress
from itertools import chain
from pathlib import Path
from typing import Any

from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.cli.folder import OUTPUT, OutputFolder
from source_pinterest.cli.page_data import PageData
from source_pinterest.cli.tables import open_tables
from source_pinterest.cli.terminal import say
from source_pinterest.masking import printable

_ROWS_SHOWN = 100
_HIDDEN_COLUMNS = "│ … │"
"""What a table of DuckDB has instead of the columns that are too many for the terminal."""
_UNKNOWN_TABLE = re.compile(r".*Table with name .* does not exist!")
_PAGE_TABLE = re.compile(r"\bpage\.", re.IGNORECASE)
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


def _answer(path: Path) -> int:
    """Answer the queries, and return the exit code.

    Raises:
        AirbyteTracedException: DuckDB is missing, or there is nothing to open.
    """
    code, is_typed, has_page_tables = 0, sys.stdin.isatty(), False
    with open_tables(path) as connection:
        import duckdb  # noqa: PLC0415 - the image does without it

        tables = f"Tables: {', '.join(name for (name,) in connection.execute('show tables').fetchall())}"
        if is_typed:
            say(tables)
            say(_HOW)
        for query in _queries(_typed() if is_typed else sys.stdin):
            try:
                if not has_page_tables and path.is_dir() and _PAGE_TABLE.search(query):
                    PageData(connection, OutputFolder(path))
                    has_page_tables = True
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
