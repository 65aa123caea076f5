"""Reads the rows of a report's file: a JSON object of lists, a JSON list of rows, or a CSV table.

Pinterest's documentation does not give the form of every report's file. A file that has none of the requested columns
is not accepted, even if it can be parsed.
"""

import codecs
import csv
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any

from source_pinterest.api.errors import MalformedResponseError, UnknownFormError
from source_pinterest.api.rows import JsonBody, OnReplacement
from source_pinterest.columns import column_of
from source_pinterest.limits import ROW_BYTES

_BOM = codecs.BOM_UTF8

Filed = tuple[str, dict[str, Any]]
"""A row, after the id under which the file lists it."""


def rows_of_file(
    chunks: Iterable[bytes], columns: Collection[str], on_replacement: OnReplacement | None = None
) -> Iterator[Filed]:
    """Return the rows of a report, each after the id under which the file lists it, or after an empty text.

    Args:
        chunks: the file, split anywhere.
        columns: the requested columns.
        on_replacement: called with a warning about a value that was replaced.

    Raises:
        MalformedResponseError: the file is cut short, or is not a report.
    """
    opening, whole = _opened(chunks)
    if opening == b"{":
        return rows_of_object(whole, on_replacement)
    if opening == b"[":
        return _rows_of_list(JsonBody(whole, on_replacement))
    return (("", row) for row in _rows_of_csv(whole, columns, on_replacement)) if opening else iter(())


def rows_of_undocumented_file(
    chunks: Iterable[bytes], columns: Collection[str], on_replacement: OnReplacement | None = None
) -> Iterator[Filed]:
    """Return the rows of a report whose form is not documented, as `rows_of_file` does, and check the first row.

    Raises:
        MalformedResponseError: the file is cut short, or is not a report.
        UnknownFormError: the file can be parsed, but its first row has none of the columns.
    """
    known = frozenset(columns)
    for number, (entity, row) in enumerate(rows_of_file(chunks, columns, on_replacement)):
        if not number and known.isdisjoint(row):
            raise UnknownFormError
        yield entity, row


def rows_of_object(chunks: Iterable[bytes], on_replacement: OnReplacement | None = None) -> Iterator[Filed]:
    """Return the rows of a JSON object of lists, in the order of the file. An empty file or list is an empty report.

    Args:
        chunks: the file, split anywhere. Memory stays low with chunks of 32 KiB. With larger ones it grows with the
            size of the report, because the heap fragments.
        on_replacement: called with a warning about a value that was replaced, see `parse_json`.

    Raises:
        MalformedResponseError: the file is cut short, or is not a report.
    """
    body = JsonBody(chunks, on_replacement)
    opening = body.peek()
    if opening == b"[":
        body.expect(b"[")
        body.expect(b"]")
    elif opening:
        for entity in body.members():
            for row in body.rows():
                yield entity, row
    body.end()


def _opened(chunks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first byte that is not a space, if there is one, and the file without a byte order mark."""
    rest, begun = iter(chunks), b""
    for chunk in rest:
        begun += chunk
        if (opening := begun.removeprefix(_BOM).lstrip()) and not _BOM.startswith(begun):
            return opening[:1], chain((begun.removeprefix(_BOM),), rest)
    return b"", iter(())


def _rows_of_list(body: JsonBody) -> Iterator[Filed]:
    for row in body.rows():
        yield "", row
    body.end()


def _rows_of_csv(
    chunks: Iterable[bytes], columns: Collection[str], on_replacement: OnReplacement | None
) -> Iterator[dict[str, Any]]:
    try:
        lines = _Lines(chunks)
        rows = csv.reader(lines, strict=True)
        header = next(rows)
        if frozenset(columns).isdisjoint(header):
            raise MalformedResponseError(
                "The report's file is neither JSON nor a CSV table with the requested columns."
            )
        numbers = frozenset(name for name in columns if column_of(name).type == "number")
        for cells in rows:
            lines.begin_row()
            if len(cells) != len(header):
                raise MalformedResponseError("A line of the report's file has more or fewer cells than its header.")
            found = zip(header, cells, strict=True)
            yield {name: _value(name, cell, numbers, on_replacement) for name, cell in found if cell}
    except (csv.Error, UnicodeDecodeError) as error:
        raise MalformedResponseError("The report's file is cut short or is not a CSV table.") from error


def _value(name: str, cell: str, numbers: Collection[str], on_replacement: OnReplacement | None) -> Any:
    if name not in numbers:
        return cell
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    if on_replacement:
        on_replacement(f"The report has a value in the column {name} that is not a number. It is left out.")
    return None


class _Lines:
    """The lines of a CSV file. Bounds the length of a row, which may continue over several lines."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._characters = 0

    def begin_row(self) -> None:
        """Count the characters of a new row."""
        self._characters = 0

    def __iter__(self) -> Iterator[str]:
        for line in _lines(self._chunks):
            self._characters += len(line)
            if self._characters > ROW_BYTES:
                raise _too_long()
            yield line


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    begun = ""
    for chunk in chunks:
        *lines, begun = (begun + decoder.decode(chunk)).split("\n")
        yield from (f"{line}\n" for line in lines)
        if len(begun) > ROW_BYTES:
            raise _too_long()
    if begun + decoder.decode(b"", final=True):
        raise MalformedResponseError("The report's file ends inside a line.")


def _too_long() -> MalformedResponseError:
    return MalformedResponseError(f"A row of the report has more than {ROW_BYTES:,} characters.")
