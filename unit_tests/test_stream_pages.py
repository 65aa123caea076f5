"""Are the pages of the streams as the code is, and do they say all that they should?"""

import json
import re
from pathlib import Path

import pytest

from integration_tests import stream_pages
from integration_tests.entity_diagram import diagram
from integration_tests.simulator.lists.catalogs import PASSWORD
from integration_tests.stream_pages import INDEX, example, fields, pages, stale
from integration_tests.stream_table import every_stream
from source_pinterest.streams import STREAMS
from source_pinterest.streams.base.stream import PinterestStream

NAMES = [stream.stream_name() for stream in STREAMS]
LINE = re.compile(r'    (\w+) (\|\||\|o)--o\{ (\w+) : "[\w, ]+"')
BOARDS = ("boards", "board_sections", "board_pins")


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


def test_the_pages_are_as_the_code_is() -> None:
    """On any day: the records come from a world whose day never changes."""
    assert [path.name for path, _ in stale()] == [], "Run `make docs`, which writes the pages of streams."


def test_a_page_that_is_stale_missing_or_too_much_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: dict[str, str]
) -> None:
    for name, text in written.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "ads.md").write_text("old", encoding="utf-8")
    (tmp_path / "pins.md").unlink()
    (tmp_path / "gone.md").write_text("a stream that is no more", encoding="utf-8")
    monkeypatch.setattr(stream_pages, "FOLDER", tmp_path)

    assert dict(stale()) == {
        tmp_path / "ads.md": written["ads.md"],
        tmp_path / "pins.md": written["pins.md"],
        tmp_path / "gone.md": None,
    }


def test_each_stream_has_a_page_and_a_place_in_the_index(written: dict[str, str]) -> None:
    assert set(written) == {INDEX, *(f"{name}.md" for name in NAMES)}
    assert [name for name in NAMES if f"[`{name}`]({name}.md)" not in written[INDEX]] == []


def test_each_link_leads_to_a_page(written: dict[str, str]) -> None:
    links = {link for text in written.values() for link in re.findall(r"\]\(([^):]+)\)", text)}

    assert links <= set(written)


def test_a_page_tells_keys_cursor_needs_cost_and_where_its_ids_lead(written: dict[str, str]) -> None:
    page = written["ads.md"]

    for line in (
        "Ads. Pinterest's documentation: [ads/list](https://developers.pinterest.com/docs/api/v5/ads-list).",
        "| Primary key | `id` |",
        "| Cursor | `updated_time` |",
        "| Needs | `ads:read` |",
        "| Calls | 1 an ad account and page of 250 |",
        "- `ad_group_id` is the `id` of [ad_groups](ad_groups.md).",
        "- `pin_id` is the `id` of [pins](pins.md), unless the pin is somebody else's or deleted.",
    ):
        assert line in page.splitlines()


@pytest.mark.parametrize("stream", every_stream(), ids=lambda stream: stream.name)
def test_each_example_is_a_record_and_each_field_has_type_and_description(
    stream: PinterestStream, written: dict[str, str]
) -> None:
    record = example(stream)
    rows = list(fields(stream.get_json_schema()))

    assert record
    assert f"```json\n{json.dumps(record, indent=2, ensure_ascii=False)}\n```" in written[f"{stream.name}.md"]
    assert {f"`{name}`" for name in record} <= {name for name, _, _ in rows}
    assert [name for name, kind, description in rows if not kind or not description] == []


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


def test_the_diagram_names_every_stream_and_draws_only_streams() -> None:
    first, kind, *lines, last = diagram(every_stream(), stream_pages.simulated()).splitlines()
    drawn = [LINE.fullmatch(line) for line in lines[len(NAMES) :]]

    assert (first, kind, last) == ("```mermaid", "erDiagram", "```")
    assert lines[: len(NAMES)] == [f"    {name}" for name in NAMES]
    assert all(drawn)
    assert {line[name] for line in drawn if line for name in (1, 3)} <= set(NAMES)


@pytest.mark.parametrize(
    ("section", "lines"),
    [
        ("7", ['    board_sections ||--o{ board_pins : "board_id, board_section_id"']),
        (
            None,
            [
                '    boards ||--o{ board_pins : "board_id"',
                '    board_sections |o--o{ board_pins : "board_id, board_section_id"',
            ],
        ),
    ],
    ids=["always in a section", "not always"],
)
def test_what_a_longer_way_leads_to_is_not_drawn(section: str | None, lines: list[str]) -> None:
    streams = [stream for stream in every_stream() if stream.name in BOARDS]
    pins = [{"board_id": "1", "board_section_id": "7"}, {"board_id": "1", "board_section_id": section}]
    drawn = diagram(streams, {"boards": [], "board_sections": [{"board_id": "1"}], "board_pins": pins})

    assert [line for line in drawn.splitlines() if "board_pins :" in line] == lines
