"""Reads the rows of a report's file: a JSON object of lists, or a JSON list of rows.

Pinterest's documentation does not give the form of every report's file. A file that has none of the requested columns
is not accepted, even if it can be parsed.
"""

import codecs
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any

from source_pinterest.api.bodies import JsonBody, OnReplacement
from source_pinterest.api.errors import MalformedResponseError, SliceError

_BOM = codecs.BOM_UTF8

Filed = tuple[str, dict[str, Any]]
"""A row, after the id under which the file lists it."""


def rows_of_file(chunks: Iterable[bytes], on_replacement: OnReplacement | None = None) -> Iterator[Filed]:
    """Return the rows of a report, each after the id under which the file lists it, or after an empty text.

    Args:
        chunks: the file, split anywhere. Memory stays low with chunks of 32 KiB. With larger ones it grows with the
            size of the report, because the heap fragments.
        on_replacement: called with a warning about a value that was replaced, see `parse_json`.

    Raises:
        MalformedResponseError: the file is cut short, or is not a report.
    """
    body = JsonBody(_without_byte_order_mark(chunks), on_replacement)
    opening = body.peek()
    if opening == b"{":
        for entity in body.members():
            for row in body.rows_or_null():
                yield entity, row
    elif opening == b"[":
        for row in body.rows():
            yield "", row
    elif opening:
        raise MalformedResponseError("The file of the report is not JSON.")
    body.end()


def rows_of_undocumented_file(
    chunks: Iterable[bytes], columns: Collection[str], on_replacement: OnReplacement | None = None
) -> Iterator[Filed]:
    """Return the rows of a report whose form is not documented, as `rows_of_file` does, and check the first row.

    Raises:
        MalformedResponseError: the file is cut short, or is not a report.
        SliceError: the file can be parsed, but its first row has none of the columns.
    """
    known = frozenset(columns)
    for number, (entity, row) in enumerate(rows_of_file(chunks, on_replacement)):
        if not number and known.isdisjoint(row):
            raise SliceError(
                "Pinterest sends the report in a form that this version of the connector does not know: its rows have "
                "none of the columns that were asked for. No row is emitted, and the days stay noted as missing, so "
                "that a version that knows the form reads them. Please report the problem, and leave the stream out "
                "until then."
            )
        yield entity, row


def _without_byte_order_mark(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest, beginning = iter(chunks), b""
    for chunk in rest:
        beginning += chunk
        if len(beginning) >= len(_BOM):
            break
    return chain((beginning.removeprefix(_BOM),), rest)
