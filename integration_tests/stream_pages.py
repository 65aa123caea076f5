"""What is there to know of a stream? A page for each, and an index with the entity diagram, made from the code.

`make docs` writes them; a test tells when they are stale. The example records are those of a small simulated world, on
a day that never changes, so that the pages do not change with the calendar either.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from integration_tests.entity_diagram import diagram
from integration_tests.stream_table import (
    ROOT,
    as_code,
    every_stream,
    key_fields,
    link_of,
    needs_of,
    operation_of,
    records_of,
    table_of,
)
from integration_tests.support.assertions import without_nulls
from integration_tests.support.outputs import Record
from integration_tests.support.truth import KEYS, World
from source_pinterest.streams.base.stream import ForeignKey, PinterestStream

FOLDER = ROOT / "docs" / "streams"
INDEX = "README.md"

_MANY_FIELDS = 40
"""An example of so many fields is folded away."""
_INTRODUCTION = """# Streams

A page for each stream: what it is, its keys, what it needs and costs, an example record and every field. The records
are made up: they come from the simulator that the tests read.

Every foreign key stands on the page of its stream. Where the record that it names may be missing, the page says when.
Numbers of analytics and reports may also be about an entity that Status leaves out, or that is no longer at Pinterest.

The diagram leaves out keys whose records may be missing, and what a longer way leads to: an ad names its ad group, its
campaign and its ad account, and is drawn below its ad group alone. A small circle beside the upper stream marks a key
that may be empty.
"""


@cache
def simulated() -> Mapping[str, tuple[Record, ...]]:
    """The records of each stream in a world of a few of everything, as they leave the connector: without nulls."""
    world = World(
        now=datetime(2026, 3, 4, 12, tzinfo=UTC),
        first_day=date(2026, 3, 1),
        boards=2,
        catalogs=3,
        feeds=3,
        catalog_product_groups=4,
        ad_accounts=1,
        shared_ad_accounts=0,
        campaigns=2,
        ad_groups=2,
        ads=2,
        report_grain="ad",
    )
    return {stream: tuple(map(without_nulls, world.expected(stream).values())) for stream in KEYS}


def pages() -> dict[str, str]:
    """Every page by the name of its file, the index among them."""
    streams = every_stream()
    by_name = {stream.name: stream for stream in streams}
    rows = ((f"[`{name}`]({name}.md)", records_of(stream)) for name, stream in by_name.items())
    index = (_INTRODUCTION, diagram(streams, simulated()), "", table_of(("Stream", "Records"), rows), "")
    return {
        INDEX: "\n".join(index),
        **{f"{name}.md": page(stream, by_name) for name, stream in by_name.items()},
    }


def page(stream: PinterestStream, streams: Mapping[str, PinterestStream]) -> str:
    """The page of a stream, among the streams that its foreign keys lead to."""
    facts = {
        "Primary key": as_code(key_fields(stream)),
        "Cursor": f"`{stream.cursor_field}`" if stream.cursor_field else "None: it is read whole each time",
        "Needs": needs_of(stream),
        "Calls": stream.cost,
    }
    keys = [f"- {_sentence(key, streams[key.stream])}" for key in stream.foreign_keys]
    parts = (
        f"# {stream.name}",
        f"{records_of(stream)}. Pinterest's documentation: [{operation_of(type(stream))}]({link_of(type(stream))[0]}).",
        table_of(("", ""), facts.items()),
        *(("## Foreign keys", "\n".join(keys)) if keys else ()),
        "## Example",
        _folded(example(stream)),
        "## Fields",
        table_of(("Field", "Type", "Description"), fields(stream.get_json_schema())),
        f"[All streams]({INDEX})",
    )
    return "\n\n".join(parts) + "\n"


def example(stream: PinterestStream) -> Record:
    """The simulated record that has the most to show, in the order of the schema."""
    record = max(simulated()[stream.name], key=len)
    return {name: record[name] for name in stream.get_json_schema()["properties"] if name in record}


def fields(schema: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """A row for each field, those of objects and lists within it included."""
    for name, field in schema.get("properties", {}).items():
        description = " ".join(str(field.get("description", "")).split()).replace("|", "\\|")
        yield f"`{prefix}{name}`", _type(field), description
        inner, path = field, f"{prefix}{name}"
        while "items" in inner:
            inner, path = inner["items"], f"{path}[]"
        yield from fields(inner, f"{path}.")


def stale() -> Iterator[tuple[Path, str | None]]:
    """The pages that are not as the code is, with the text that they should have; None for those that should go."""
    wanted = pages()
    for name, text in wanted.items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield path, text
    for path in FOLDER.glob("*"):
        if path.name not in wanted:
            yield path, None


def _sentence(key: ForeignKey, parent: PinterestStream) -> str:
    verb = "are" if len(key.fields) > 1 else "is"
    named = key_fields(parent)[-len(key.fields) :]
    there = f"{as_code(key.fields)} {verb} the {as_code(named)} of [{key.stream}]({key.stream}.md)"
    return f"{there}, unless {key.unless}." if key.unless else f"{there}."


def _folded(record: Mapping[str, Any]) -> str:
    block = f"```json\n{json.dumps(record, indent=2, ensure_ascii=False)}\n```"
    if len(record) <= _MANY_FIELDS:
        return block
    return f"<details>\n<summary>{len(record)} fields</summary>\n\n{block}\n\n</details>"


def _type(field: Mapping[str, Any]) -> str:
    types = [field["type"]] if isinstance(field.get("type"), str) else field.get("type", [])
    named = " or ".join(name for name in types if name != "null")
    if named == "array" and "items" in field:
        return f"array of {_type(field['items'])}"
    return f"{named}, {field['format']}" if "format" in field else named


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in stale():
        if text is None:
            path.unlink()
        else:
            path.write_text(text, encoding="utf-8")
