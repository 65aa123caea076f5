"""Write tables into the documents, between two marks; measured ones with their day and their commit."""

import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from integration_tests.support.processes import ROOT

DOCS = ROOT / "docs"


def with_section(document: str, name: str, text: str) -> str:
    """A document with the text between `<!-- name: begin -->` and `<!-- name: end -->`, for what stood there."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = document.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise LookupError(f"There is no section {name}.")
    return f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}"


def write_section(document: Path, name: str, text: str) -> None:
    """Write the text into a section of a file."""
    document.write_text(with_section(document.read_text(encoding="utf-8"), name, text), encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def provenance(command: str) -> str:
    """Which command made a table, when, and of which commit."""
    return f"Made by `{command}` on {datetime.now(UTC):%Y-%m-%d}, commit {_commit()}."


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty=, with changes"],  # noqa: S607 - whichever git there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"
