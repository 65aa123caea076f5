"""Which rows are in a report's file? An object of lists, a list of rows and CSV are all understood.

Pinterest's documents say of some reports only that there is a file. What has none of the columns that were asked for is
no such report, however well it parses.
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

Filed = tuple[str, dict[str, Any]]
"""A row, after the id that Pinterest files it under."""


def report_rows(chunks: Iterable[bytes], on_replacement: OnReplacement | None = None) -> Iterator[Filed]:
    """The rows of a report, in the order of the file. An empty file and an empty list are empty reports.

    Args:
        chunks: the file, cut anywhere. Small ones (32 KiB) leave the heap whole, with large ones it grows with the
            report.
        on_replacement: takes a sentence on what of a row could not be kept, see `parse_json`.

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


_BOM = codecs.BOM_UTF8


def rows_of_any_form(
    chunks: Iterable[bytes], columns: Collection[str], on_replacement: OnReplacement | None = None
) -> Iterator[Filed]:
    """The rows of a report, each after the id that it is listed under; an empty text where the file lists none.

    Args:
        chunks: the file, cut anywhere.
        columns: those that were asked for.
        on_replacement: takes a sentence on what of a row could not be kept.

    Raises:
        MalformedResponseError: the file is cut short, or is not a report.
    """
    opening, whole = _opened(chunks)
    if opening == b"{":
        return report_rows(whole, on_replacement)
    if opening == b"[":
        return _listed(JsonBody(whole, on_replacement))
    return (("", row) for row in _csv_rows(whole, columns, on_replacement)) if opening else iter(())


def rows_of_unseen_reports(
    chunks: Iterable[bytes], columns: Collection[str], on_replacement: OnReplacement | None = None
) -> Iterator[Filed]:
    """The same of a kind of report of which nobody has seen a file: one without the columns is another one.

    Raises:
        MalformedResponseError: the file is cut short, or is not a report.
        UnknownFormError: it is whole, and its rows have none of the columns.
    """
    known = frozenset(columns)
    for number, (entity, row) in enumerate(rows_of_any_form(chunks, columns, on_replacement)):
        if not number and known.isdisjoint(row):
            raise UnknownFormError
        yield entity, row


def _opened(chunks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first byte that is no space, and all of the file but a byte order mark; no byte where there is none."""
    rest, begun = iter(chunks), b""
    for chunk in rest:
        begun += chunk
        if (opening := begun.removeprefix(_BOM).lstrip()) and not _BOM.startswith(begun):
            return opening[:1], chain((begun.removeprefix(_BOM),), rest)
    return b"", iter(())


def _listed(body: JsonBody) -> Iterator[Filed]:
    for row in body.rows():
        yield "", row
    body.end()


def _csv_rows(
    chunks: Iterable[bytes], columns: Collection[str], on_replacement: OnReplacement | None
) -> Iterator[dict[str, Any]]:
    try:
        lines = _Lines(chunks)
        rows = csv.reader(lines, strict=True)
        header = next(rows)
        if frozenset(columns).isdisjoint(header):
            raise MalformedResponseError("The file is neither JSON nor a table of the columns that were asked for.")
        numbers = frozenset(name for name in columns if column_of(name).type == "number")
        for cells in rows:
            lines.begin_row()
            if len(cells) != len(header):
                raise MalformedResponseError("A line of the report has another number of cells than its first one.")
            found = zip(header, cells, strict=True)
            yield {name: _value(name, cell, numbers, on_replacement) for name, cell in found if cell}
    except (csv.Error, UnicodeDecodeError) as error:
        raise MalformedResponseError("The report is cut short, or is no table.") from error


def _value(name: str, cell: str, numbers: Collection[str], on_replacement: OnReplacement | None) -> Any:
    if name not in numbers:
        return cell
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    if on_replacement:
        on_replacement(f"The report has something else than a number in the column {name}, which is left empty.")
    return None


class _Lines:
    """The lines of a table; a row that goes on over many of them is no longer than one of a single line."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._characters = 0

    def begin_row(self) -> None:
        """Count anew."""
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
        raise MalformedResponseError("The report breaks off inside a line.")


def _too_long() -> MalformedResponseError:
    return MalformedResponseError(f"A row of the report has more than {ROW_BYTES:,} characters.")
