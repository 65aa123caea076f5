"""Reads the rows of a report's file: a JSON object of lists, or a JSON list of rows.

Pinterest's documentation does not give the form of every report's file. A file that has none of the requested columns
is not accepted, even if it can be parsed.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from source_pinterest.api.bodies import JsonBody

Filed = tuple[str, dict[str, Any]]
"""A row, after the id under which the file lists it."""


def rows_of_file(chunks: Iterable[bytes]) -> Iterator[Filed]:
    """Return the rows of a report, each after the id under which the file lists it, or after an empty text.

    Args:
        chunks: the file, split anywhere. Memory stays low with chunks of 32 KiB. With larger ones it grows with the
            size of the report, because the heap fragments.

    Raises:
        MalformedResponseError: the file is cut short, or is not a report.
    """
    body = JsonBody(chunks)
    if body.peek() == b"{":
        for entity in body.members():
            for row in body.rows_or_null():
                yield entity, row
    else:
        for row in body.rows():
            yield "", row
    body.end()
