"""Which stream has what an operation of the API reads, or why has none? The table of docs/operations.md.

The operations are those of `pinterestsdk`, so that a version of it with more of them shows. `make docs` writes them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from integration_tests.simulator.contract import sdk_reads
from integration_tests.tools.operation_reasons import CALLED_FOR, LISTED_BY, REASONS
from integration_tests.tools.stream_table import ROOT, operation_of, with_table
from source_pinterest.streams import STREAMS

DOCUMENT = ROOT / "docs" / "operations.md"


def streams_by_method() -> Mapping[str, list[str]]:
    """The streams that are made of an operation, by the name of its method."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for stream in STREAMS:
        found[operation_of(stream).replace("/", "_").replace("-", "_")].append(f"`{stream.stream_name()}`")
    return found


def what_becomes_of(method: str) -> str:
    """The streams of an operation, or why it has none.

    Raises:
        LookupError: neither is known.
    """
    if streams := streams_by_method().get(method):
        return ", ".join(streams)
    if method in CALLED_FOR:
        return f"Called for {CALLED_FOR[method]}"
    if method in LISTED_BY:
        return f"A part of `{LISTED_BY[method]}`"
    if method in REASONS:
        return REASONS[method]
    raise LookupError(f"{method} reads something, and neither a stream nor operation_reasons.py says what of it.")


def rows() -> Iterator[tuple[str, str]]:
    """Each path that can be read, and what becomes of it."""
    for path, method in sorted((path, method) for method, path in sdk_reads().items()):
        yield f"`{path}`", what_becomes_of(method)


def written() -> str:
    """The document as it should be."""
    lines = [("Path", "Stream, or why there is none"), ("---", "---"), *rows()]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return with_table(DOCUMENT.read_text(encoding="utf-8"), table)


def stale() -> Iterator[tuple[Path, str]]:
    """The document, if it is not as it should be, with the text that it should have."""
    if DOCUMENT.read_text(encoding="utf-8") != written():
        yield DOCUMENT, written()


if __name__ == "__main__":
    DOCUMENT.write_text(written(), encoding="utf-8")
