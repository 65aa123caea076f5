"""Write what the documents have from the code: `make docs`. A test tells what is stale."""

import re
from collections.abc import Iterator
from pathlib import Path

from integration_tests.support.documents import DOCS, with_section
from integration_tests.support.processes import ROOT
from source_pinterest.streams import STREAMS
from tools import quota_table, stream_pages, stream_table

PAGES = DOCS / "streams"
SECTIONS = (
    (ROOT / "README.md", "streams", stream_table.render),
    (DOCS / "pinterest.md", "streams", stream_pages.overview),
    (DOCS / "streams-and-limits.md", "quotas", quota_table.render),
    (DOCS / "running-it.md", "sizes", quota_table.sizes),
)
_COUNT = re.compile(r"\d+(?= streams instead of)")


def stale() -> Iterator[tuple[Path, str | None]]:
    """The documents that are not as the code is, with the text that they should have; None for those that should go."""
    wanted: dict[Path, str | None] = dict.fromkeys(PAGES.glob("*"))
    wanted |= {PAGES / name: text for name, text in stream_pages.pages().items()}
    for document, name, render in SECTIONS:
        text = wanted.get(document) or _COUNT.sub(str(len(STREAMS)), document.read_text(encoding="utf-8"))
        wanted[document] = with_section(text, name, render())
    for document, text in wanted.items():
        if not document.exists() or document.read_text(encoding="utf-8") != text:
            yield document, text


if __name__ == "__main__":
    PAGES.mkdir(exist_ok=True)
    for document, text in stale():
        if text is None:
            document.unlink()
        else:
            document.write_text(text, encoding="utf-8")
