"""The pages and tables of the streams say all that they should. `test_documents.py` compares them with the code."""

import json
import re
from pathlib import Path

import duckdb
import pytest

from integration_tests.simulator.lists.catalogs import PASSWORD
from source_pinterest.streams import STREAMS
from tools.demo.dbt_project import load
from tools.stream_pages import (
    COLUMNS_PAGE,
    RATIOS,
    fields,
    is_by_day,
    pages,
    simulated,
)
from tools.stream_table import every_stream
from tools.stream_table import render as suggested_table

ROOT = Path(__file__).parents[2]
NAMES = [stream.stream_name() for stream in STREAMS]
FIELD = re.compile(r"^\| (`[^`]+`) \| ([^|]+) \| ((?:[^|\\]|\\.)+) \|$", flags=re.MULTILINE)
BEGINNING = re.compile(r"\n(- `.*?)\n\n.*?```json\n(.*?)```.*?```sql\n(.*?)```", flags=re.DOTALL)
REFERENCE = re.compile(
    r"^Those of \[[^]]+\]\((\w+\.md)#([\w-]+)\)(?:, without (.*?))?(?:, and these:|\.)$", flags=re.MULTILINE
)


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


def test_each_field_is_described_on_its_page_or_on_one_that_it_links_to(written: dict[str, str]) -> None:
    elsewhere = re.compile(r"`\w+_VALUE(_IN_USD)?`")
    for stream in every_stream():
        rows = list(fields(stream.get_json_schema()))
        told = fields_of(f"{stream.name}.md", written)

        assert [name for name, kind, description in rows if not kind or not description] == [], stream.name
        assert [row for row in rows if row not in told and not elsewhere.match(row[0])] == [], stream.name
        assert {name for name, *_ in told} <= {name for name, *_ in rows}, stream.name


def fields_of(name: str, written: dict[str, str]) -> set[tuple[str, ...]]:
    """The fields that a page has, or that it refers to."""
    text = written[name]
    found: set[tuple[str, ...]] = set(FIELD.findall(text))
    for page, anchor, without in REFERENCE.findall(text):
        there = fields_of(page, written)
        if page == COLUMNS_PAGE:
            sections = {anchor_of(part.partition("\n")[0]): part for part in written[page].split("\n## ")}
            there = set(FIELD.findall(sections[anchor]))
        found |= {row for row in there if row[0] not in without.split(", ")}
    return found


def anchor_of(heading: str) -> str:
    return heading.lower().replace(",", "").replace(" ", "-")


def test_the_page_of_a_stream_of_days_begins_with_ten_columns_a_record_and_a_query(written: dict[str, str]) -> None:
    daily = [stream for stream in every_stream() if is_by_day(stream)]
    assert daily
    for stream in daily:
        [(first, record, sql)] = BEGINNING.findall(written[f"{stream.name}.md"])
        shown = json.loads(record)
        with duckdb.connect() as connection:
            load(connection, stream.name, simulated()[stream.name])
            rows = connection.execute(sql).fetchall()

        assert len(first.splitlines()) <= 10, stream.name
        assert {name.lower() for name in shown} >= {"date"}, stream.name
        assert rows, stream.name
        assert sum(rows[0][-2:]) > 0, stream.name


def test_ratios_are_computed_as_their_page_says() -> None:
    for ratio, (divided, by, factor) in RATIOS.items():
        rows = [record for record in simulated()["campaign_analytics"] if record.get(ratio) and record.get(by)]
        assert rows, ratio
        assert [row[divided] / row[by] * factor for row in rows] == pytest.approx([row[ratio] for row in rows]), ratio


def test_no_page_shows_a_password(written: dict[str, str]) -> None:
    shown = "".join(written.values())

    assert [secret for secret in (PASSWORD, "false-url-password", "false-url-key") if secret in shown] == []


def test_the_suggested_streams_are_those_of_the_documents() -> None:
    suggested = [line.split("`")[1] for line in suggested_table().splitlines()[2:]]
    for document, before in (
        ("docs/quick-start.md", "## The first eight streams\n"),
        ("docs/pinterest.md", "**Start with"),
    ):
        text = (ROOT / document).read_text(encoding="utf-8").partition(before)[2].partition("\n\n## ")[0]
        assert re.findall(r"\[`(\w+)`\]\(", text)[:8] == suggested, document
