"""Stand-in."""

from collections.abc import Iterable, Iterator
from typing import Any

from source_pinterest.api.bodies import parse_json
from source_pinterest.api.errors import MalformedAnswerError

Filed = tuple[str, dict[str, Any]]


def report_rows(chunks: Iterable[bytes]) -> Iterator[Filed]:
    """Rows."""
    body = b"".join(chunks)
    if not body:
        return
    found = parse_json(body)
    if not isinstance(found, dict):
        raise MalformedAnswerError("A report is an object.")
    for entity, rows in found.items():
        for row in rows:
            yield entity, row
