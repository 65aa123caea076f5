"""Write measured tables into the documents, between two marks, with their day and their commit."""

import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from integration_tests.support.processes import ROOT

DOCS = ROOT / "docs"


def write_section(document: Path, name: str, text: str) -> None:
    """Put the text between `<!-- name: begin -->` and `<!-- name: end -->`, in the place of what stood there."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = document.read_text(encoding="utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise LookupError(f"{document.name} has no section {name}.")
    document.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", encoding="utf-8")


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
