"""The pages and tables of the streams say all that they should. `test_documents.py` compares them with the code."""

import json
import re
from pathlib import Path

import duckdb
import pytest

from integration_tests.simulator.lists.catalogs import PASSWORD
from integration_tests.tools.demo_duckdb.run import replace
from integration_tests.tools.stream_pages import (
    AREAS,
    COLUMNS_PAGE,
    INDEX,
    fields,
    is_by_day,
    overview,
    pages,
    simulated,
)
from integration_tests.tools.stream_table import every_stream, key_fields, table
from source_pinterest.columns import DEFAULT_COLUMNS
from source_pinterest.streams import STREAMS

ROOT = Path(__file__).parents[1]
NAMES = [stream.stream_name() for stream in STREAMS]
ARROW = re.compile(r'    (\w+) -.?->\|"[\w<>/]+"\| (\w+)(?:\["([\w<>/]+)"\])?')
FIELD = re.compile(r"^\| (`[^`]+`) \| ([^|]+) \| ((?:[^|\\]|\\.)+) \|$", flags=re.MULTILINE)
BEGINNING = re.compile(r"\n(- `.*?)\n\n.*?```json\n(.*?)```.*?```sql\n(.*?)```", flags=re.DOTALL)
REFERENCE = re.compile(
    r"^Those of \[[^]]+\]\((\w+\.md)#([\w-]+)\)(?:, without (.*?))?(?:, and these:|\.)$", flags=re.MULTILINE
)


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


def test_a_page_tells_keys_cursor_needs_cost_and_where_its_ids_lead(written: dict[str, str]) -> None:
    assert set(written) == {INDEX, COLUMNS_PAGE, *(f"{name}.md" for name in NAMES)}
    assert [name for name in NAMES if f"[`{name}`]({name}.md)" not in written[INDEX]] == []
    for line in (
        "Ads. Pinterest's documentation: [ads/list](https://developers.pinterest.com/docs/api/v5/ads-list).",
        "| Primary key | `id` |",
        "| Cursor | `updated_time` |",
        "| Needs | `ads:read` |",
        "| Requests | One request for each ad account and 250 ads |",
        "- `ad_group_id` is the `id` of [ad_groups](ad_groups.md).",
        "- `pin_id` is the `id` of [pins](pins.md), unless the pin is somebody else's or deleted.",
    ):
        assert line in written["ads.md"].splitlines()


def test_each_field_is_described_on_its_page_or_on_one_that_it_links_to(written: dict[str, str]) -> None:
    elsewhere = re.compile(r"`pin\.|`\w+_VALUE(_IN_USD)?`")
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
            replace(connection, stream.name, key_fields(stream), simulated()[stream.name])
            rows = connection.execute(sql).fetchall()

        assert len(first.splitlines()) <= 10, stream.name
        assert {name.lower() for name in shown} >= {"date"}, stream.name
        assert rows, stream.name
        assert sum(rows[0][-2:]) > 0, stream.name


def test_the_page_of_columns_begins_with_ten_of_the_default(written: dict[str, str]) -> None:
    beginning, *_ = written[COLUMNS_PAGE].partition("\n## ")
    named = re.findall(r"^\| (\w[^|]*) \| `(\w+)` \|", beginning, flags=re.MULTILINE)

    assert ("Pin clicks", "TOTAL_CLICKTHROUGH") in named
    assert len({column for _, column in named} & set(DEFAULT_COLUMNS)) == len(named) == 10


def test_no_page_shows_a_password(written: dict[str, str]) -> None:
    shown = "".join(written.values())

    assert [secret for secret in (PASSWORD, "false-url-password", "false-url-key") if secret in shown] == []


def test_a_diagram_has_arrows_to_streams_of_its_area_alone(written: dict[str, str]) -> None:
    for area in AREAS:
        [section] = [part for part in written[INDEX].split("\n## ") if part.startswith(f"{area}\n")]
        here = set(re.findall(r"^\| \[`(\w+)`\]", section, flags=re.MULTILINE))
        for line in re.findall(r"^    .*$", section, flags=re.MULTILINE):
            arrow = ARROW.fullmatch(line)
            assert arrow, (area, line)
            assert {*(arrow[3] or arrow[2]).split("<br/>")} <= here <= set(NAMES), (area, line)
            assert arrow[1] in NAMES, (area, line)


def test_the_user_page_and_the_index_have_every_stream_and_the_readme_the_suggested_ones() -> None:
    listed = overview()
    assert sorted(re.findall(r"`(\w+)`", listed)) == sorted(NAMES)
    index = re.findall(r"^\| \[`(\w+)`\]\(\w+\.md\)<br/>", pages()["README.md"], flags=re.MULTILINE)
    assert sorted(index) == sorted(NAMES)
    assert "`user_accounts:read`, a business account" in pages()["README.md"]
    suggested = [line.split("`")[1] for line in table().splitlines()[2:]]
    metadata = (ROOT / "metadata.yaml").read_text(encoding="utf-8")
    assert len(suggested) == 8
    for document, before in (
        ("docs/quick-start.md", "## The first eight streams\n"),
        ("docs/pinterest.md", "**Start with"),
    ):
        text = (ROOT / document).read_text(encoding="utf-8").partition(before)[2].partition("\n\n## ")[0]
        assert re.findall(r"\[`(\w+)`\]\(", text)[:8] == suggested, document
    assert [name for name in suggested if f"      - {name}\n" not in metadata] == []
