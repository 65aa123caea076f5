"""The tables of streams in the documents are those of the code."""

from pathlib import Path

import pytest

from integration_tests.tools.stream_table import TABLES, table
from source_pinterest.streams import STREAMS

ROOT = Path(__file__).parents[1]


def names_in(document: str) -> list[str]:
    """The streams whose rows the table of a document has."""
    return [line.split("`")[1] for line in table(document).splitlines()[2:]]


@pytest.mark.parametrize("document", TABLES)
def test_each_stream_has_a_row_without_an_empty_cell(document: str) -> None:
    titles, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table(document).splitlines()]

    assert len(rows) > 1
    for row in rows[1:]:
        assert len(row) == len(titles)
        assert [title for title, cell in zip(titles, row, strict=True) if not cell] in ([], ["Incremental by"]), row


def test_the_user_page_has_every_stream_and_the_readme_the_suggested_ones() -> None:
    assert names_in("docs/pinterest.md") == [stream.stream_name() for stream in STREAMS]
    names = names_in("README.md")
    assert len(names) == 7
    for name in names:
        assert f"      - {name}\n" in (ROOT / "metadata.yaml").read_text(encoding="utf-8")


def test_what_is_behind_a_right_says_so() -> None:
    assert "`user_accounts:read`, a business account" in table("docs/pinterest.md")
