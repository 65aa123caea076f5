"""The pages of the streams are as the code is, and say all that they should."""

import re

import pytest

from integration_tests.simulator.lists.catalogs import PASSWORD
from integration_tests.tools.entity_diagram import diagram
from integration_tests.tools.stream_pages import AREAS, COLUMNS_PAGE, INDEX, fields, pages
from integration_tests.tools.stream_table import every_stream
from source_pinterest.streams import STREAMS

NAMES = [stream.stream_name() for stream in STREAMS]
ARROW = re.compile(r'    (\w+) -.?->\|"[\w<>/]+"\| (\w+)(?:\["([\w<>/]+)"\])?')
FIELD = re.compile(r"^\| (`[^`]+`) \| ([^|]+) \| ((?:[^|\\]|\\.)+) \|$", flags=re.MULTILINE)
REFERENCE = re.compile(
    r"^Those of \[[^]]+\]\((\w+\.md)#([\w-]+)\)(?:, without (.*?))?(?:, and these:|\.)$", flags=re.MULTILINE
)
BOARDS = ("boards", "board_sections", "board_pins")


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


def test_each_stream_has_a_page_and_a_place_in_the_index(written: dict[str, str]) -> None:
    assert set(written) == {INDEX, COLUMNS_PAGE, *(f"{name}.md" for name in NAMES)}
    assert [name for name in NAMES if f"[`{name}`]({name}.md)" not in written[INDEX]] == []


def test_a_page_tells_keys_cursor_needs_cost_and_where_its_ids_lead(written: dict[str, str]) -> None:
    page = written["ads.md"]

    for line in (
        "Ads. Pinterest's documentation: [ads/list](https://developers.pinterest.com/docs/api/v5/ads-list).",
        "| Primary key | `id` |",
        "| Cursor | `updated_time` |",
        "| Needs | `ads:read` |",
        "| Requests | 1 an ad account and page of 250 |",
        "- `ad_group_id` is the `id` of [ad_groups](ad_groups.md).",
        "- `pin_id` is the `id` of [pins](pins.md), unless the pin is somebody else's or deleted.",
    ):
        assert line in page.splitlines()


def anchor_of(heading: str) -> str:
    return heading.lower().replace(",", "").replace(" ", "-")


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


def test_each_field_is_described_on_its_page_or_on_one_that_it_links_to(written: dict[str, str]) -> None:
    elsewhere = re.compile(r"`pin\.|`\w+_VALUE(_IN_USD)?`")
    for stream in every_stream():
        rows = list(fields(stream.get_json_schema()))
        told = fields_of(f"{stream.name}.md", written)

        assert [name for name, kind, description in rows if not kind or not description] == [], stream.name
        assert [row for row in rows if row not in told and not elsewhere.match(row[0])] == [], stream.name
        assert {name for name, *_ in told} <= {name for name, *_ in rows}, stream.name


def test_the_columns_of_analytics_stand_once(written: dict[str, str]) -> None:
    assert [page for page, text in written.items() if "| `TOTAL_CLICK_CHECKOUT` |" in text] == [COLUMNS_PAGE]


def test_fields_within_fields_are_told_by_their_path() -> None:
    text = {"type": ["null", "string"], "format": "date", "description": "A | B"}
    inner = {"type": ["null", "object"], "description": "C", "properties": {"day": text}}
    schema = {"properties": {"list": {"type": ["null", "array"], "description": "D", "items": inner}, "one": inner}}

    assert list(fields(schema)) == [
        ("`list`", "array of object", "D"),
        ("`list[].day`", "string, date", "A \\| B"),
        ("`one`", "object", "C"),
        ("`one.day`", "string, date", "A \\| B"),
    ]


def test_no_page_shows_what_signs_in(written: dict[str, str]) -> None:
    shown = "".join(written.values())

    assert [secret for secret in (PASSWORD, "false-url-password", "false-url-key") if secret in shown] == []


@pytest.mark.parametrize("area", AREAS)
def test_a_diagram_has_no_stream_without_an_arrow_and_none_of_another_area(area: str, written: dict[str, str]) -> None:
    [section] = [part for part in written[INDEX].split("\n## ") if part.startswith(f"{area}\n")]
    here = set(re.findall(r"^\| \[`(\w+)`\]", section, flags=re.MULTILINE))
    lines = re.findall(r"^    .*$", section, flags=re.MULTILINE)
    arrows = [ARROW.fullmatch(line) for line in lines]

    assert here <= set(NAMES)
    assert all(arrows)
    assert {name for arrow in arrows if arrow for name in (arrow[3] or arrow[2]).split("<br/>")} <= here
    assert {arrow[1] for arrow in arrows if arrow} <= set(NAMES)


def test_streams_that_name_the_same_record_share_a_box() -> None:
    streams = [
        stream for stream in every_stream() if stream.name in ("ad_accounts", "campaigns", "labels", "promotions")
    ]
    drawn = diagram(
        [stream.name for stream in streams], streams, {stream.name: [{"ad_account_id": "1"}] for stream in streams}
    )

    assert drawn.splitlines() == [
        "```mermaid",
        "flowchart LR",
        '    ad_accounts -->|"ad_account_id"| campaigns["campaigns<br/>promotions<br/>labels"]',
        "```",
    ]


def test_an_area_without_arrows_has_no_diagram() -> None:
    streams = [stream for stream in every_stream() if stream.name == "boards"]

    assert diagram(["boards"], streams, {"boards": []}) == ""


@pytest.mark.parametrize(
    ("section", "lines"),
    [
        ("7", ['    board_sections -->|"board_id<br/>board_section_id"| board_pins']),
        (
            None,
            [
                '    boards -->|"board_id"| board_pins',
                '    board_sections -.->|"board_id<br/>board_section_id"| board_pins',
            ],
        ),
    ],
    ids=["always in a section", "not always"],
)
def test_what_a_longer_way_leads_to_is_not_drawn(section: str | None, lines: list[str]) -> None:
    streams = [stream for stream in every_stream() if stream.name in BOARDS]
    pins = [{"board_id": "1", "board_section_id": "7"}, {"board_id": "1", "board_section_id": section}]
    drawn = diagram(BOARDS, streams, {"boards": [], "board_sections": [{"board_id": "1"}], "board_pins": pins})

    assert [line for line in drawn.splitlines() if line.endswith(" board_pins")] == lines
