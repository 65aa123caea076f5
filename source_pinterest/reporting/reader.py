"""Which rows are in a report's file? One by one, whatever its size.

The file is an object of lists, one per entity, `{"626735000496": [{row}, {row}], ...}`; a single list may take 100 MB.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from source_pinterest.api.bodies import OnReplacement
from source_pinterest.api.rows import JsonBody

Filed = tuple[str, dict[str, Any]]
"""A row, after the id that Pinterest files it under."""


def report_rows(chunks: Iterable[bytes], on_replacement: OnReplacement | None = None) -> Iterator[Filed]:
    """The rows of a report, in the order of the file. An empty file and an empty list are empty reports.

    Args:
        chunks: the file, cut anywhere. Small ones (32 KiB) leave the heap whole, with large ones it grows with the
            report.
        on_replacement: takes a sentence on what of a row could not be kept, see `parse_json`.

    Raises:
        MalformedAnswerError: the file is cut short, or is not a report.
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
