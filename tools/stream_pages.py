"""The pages of docs/streams: one for each stream, one for the columns of analytics, and an index with diagrams.

A small simulated world shows which keys may be empty, and has the example. Its day never changes, so that the pages do
not change with the calendar either.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple

from integration_tests.support.assertions import without_nulls
from integration_tests.support.documents import table
from integration_tests.support.expected_records import KEYS, World
from integration_tests.support.outputs import Record
from source_pinterest.columns import (
    COLUMNS,
    DEFAULT_COLUMNS,
    TARGETING_TYPE,
    TARGETING_VALUE,
    analytics_schema,
    column_of,
)
from source_pinterest.streams.base.declaration import ForeignKey
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.profile import ProfileAnalytics
from source_pinterest.streams.organic.rankings import RankingStream
from tools.stream_table import (
    as_code,
    every_stream,
    for_index,
    key_fields,
    link_of,
    needs_of,
    operation_of,
    records_of,
    requests_of,
)

INDEX, COLUMNS_PAGE = "README.md", "columns.md"

AREAS: Mapping[str, tuple[str, ...]] = {
    "Ads": ("ads.",),
    "Ads analytics": ("analytics.levels",),
    "Reports": ("analytics.level_reports", "analytics.special_reports"),
    "Boards, pins and profile": ("organic.",),
    "Catalogs": ("catalogs.",),
    "Businesses": ("business",),
    "Trends and dictionaries": ("trends", "resources."),
}
"""Each with the beginnings of its modules in `source_pinterest.streams`."""

_ALIKE = 0.8
"""Two streams of which this share of fields is the same have one table of fields."""

_INTRODUCTION = """# Streams

A page for each stream: its keys, what it needs, how many requests it takes, where to read more, and its fields.
[Columns of analytics](columns.md) has the fields of all ads analytics and reports. To see records, run `make demo`.

In the diagrams, an arrow goes from a stream to the streams that refer to it, with the fields of their foreign keys.
A dotted arrow means that these fields may be empty. Streams in one box have the same arrows. Each stream is drawn below
its nearest parent only: an ad also names its campaign and its ad account, but is drawn below its ad group. The page of
a stream has all of its foreign keys. Use `left join`: analytics may name a campaign that is not in your table, because
the option Status leaves it out or Pinterest no longer lists it.

**Needs** is what a token, or an app, has to have."""
_WANTED = (
    *("SPEND_IN_MICRO_DOLLAR", "IMPRESSION_1", "CLICKTHROUGH_1", "TOTAL_IMPRESSION", "TOTAL_CLICKTHROUGH"),
    *("TOTAL_CHECKOUT", "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR", "OUTBOUND_CLICK_1", "REPIN_1", "ENGAGEMENT_1"),
)
"""The most wanted first; the pages of the streams begin with them too."""
RATIOS: Mapping[str, tuple[str, str, float]] = {
    "CTR": ("CLICKTHROUGH_1", "IMPRESSION_1", 1),
    "ECTR": ("TOTAL_CLICKTHROUGH", "TOTAL_IMPRESSION", 1),
    "ECPC_IN_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "TOTAL_CLICKTHROUGH", 1 / 1_000_000),
    "CPM_IN_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "IMPRESSION_1", 1 / 1_000),
    "CHECKOUT_ROAS": ("TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR", "SPEND_IN_MICRO_DOLLAR", 1),
}
"""For each ratio: what is divided, by what, and the factor of the result."""
_ABOUT_WANTED = """# Columns of analytics

Ten columns that nearly everybody wants:"""
_ABOUT_RATIOS = """Paid (`…_1`) counts the ad itself. Earned (`…_2`) counts copies of its pin that people saved.
`TOTAL_…` is both. Reach is `TOTAL_IMPRESSION_USER`: never add up its days, because one person counts on each.

## CTR, CPC, CPM and ROAS

These are ratios. A row has the ratio of its day. For more days or campaigns, divide the sums: the sum
or average of ratios is a wrong number."""
_ABOUT_COLUMNS = f"""Pinterest skips a number that is zero, which is null in your table.

Below are the {len(DEFAULT_COLUMNS)} columns that ads analytics and reports have by default. A description begins with
the name in Ads Manager if it is known. The options **Analytics Columns** and **Columns** choose among Pinterest's
{len(COLUMNS):,} columns; [columns.tsv](../../source_pinterest/columns.tsv) describes each and names the endpoints that
accept it."""

_ABOUT_AMOUNTS = f"""Amounts are in the ad account's currency. [Columns of analytics]({COLUMNS_PAGE}) says how to
compute CTR, CPC, CPM and ROAS."""
_ABOUT_VALUES = """Each column that ends in `_QUANTITY` has two more: `…_VALUE` has the value of these
products in the ad account's currency, `…_VALUE_IN_USD` that in US dollars."""
_COUNT, _VALUES = "_QUANTITY`", ("_VALUE`", "_VALUE_IN_USD`")

_MADE_UP = "It is made up: it comes from the simulator that the tests read."
_TITLES = ("Ads analytics and reports", "Reports by brand, category and SKU")

_FIRST = 10
_BREAKDOWN = (TARGETING_TYPE, TARGETING_VALUE)
_NUMBERS = (
    *_WANTED,
    *("TOTAL_CONVERSION_PRODUCT_QUANTITY", "TOTAL_CONVERSION_PRODUCT_VALUE", "TOTAL_CONVERSION_PRODUCT_VALUE_IN_USD"),
    *("TOTAL_CHECKOUT_CONVERSION_PRODUCT_QUANTITY", "TOTAL_CHECKOUT_CONVERSION_PRODUCT_VALUE"),
    *("data_status", "metrics.IMPRESSION", "metrics.PIN_CLICK", "metrics.OUTBOUND_CLICK", "metrics.SAVE"),
    *("metrics.ENGAGEMENT", "metrics.PROFILE_VISIT", "metrics.USER_FOLLOW", "metrics.VIDEO_MRC_VIEW"),
)
"""The columns to begin with in addition to the key, the most wanted first."""
_SUMS = {
    "CAMPAIGN_NAME": ("campaign", "max(campaign_name)"),
    "SPEND_IN_MICRO_DOLLAR": ("spend", "coalesce(sum(spend_in_micro_dollar), 0) / 1000000.0"),
    "IMPRESSION_1": ("paid_impressions", "sum(impression_1)"),
    "CLICKTHROUGH_1": ("paid_clicks", "sum(clickthrough_1)"),
    "TOTAL_CONVERSION_PRODUCT_QUANTITY": ("products", "sum(total_conversion_product_quantity)"),
    "TOTAL_CONVERSION_PRODUCT_VALUE": ("value", "sum(total_conversion_product_value)"),
    "metrics.IMPRESSION": ("impressions", "sum(cast(cast(metrics as json) ->> 'IMPRESSION' as bigint))"),
    "metrics.PIN_CLICK": ("pin_clicks", "sum(cast(cast(metrics as json) ->> 'PIN_CLICK' as bigint))"),
    "metrics.SAVE": ("saves", "sum(cast(cast(metrics as json) ->> 'SAVE' as bigint))"),
}
"""A name and a formula for what a query makes of a column."""

Row = tuple[str, str, str]
"""Name, type and description of a field."""


Records = Mapping[str, Collection[Record]]
Parents = Mapping[str, Mapping[str, ForeignKey]]
"""For each stream, the streams that it names, each with the key that does."""


class Reference(NamedTuple):
    """A table of fields that other pages refer to."""

    link: str
    rows: Sequence[Row]


_PRODUCT_PINS = "How do I leave product pins out of organic numbers?"
TOPICS: Mapping[str, Callable[[PinterestStream], bool]] = {
    "Which streams name people": lambda stream: stream.name.startswith(("business_", "follow")),
    "Get the names of targeting values": lambda stream: TARGETING_TYPE.lower() in map(str.lower, key_fields(stream)),
    "Keep a history of trends": lambda stream: type(stream).__module__.endswith(".trends"),
    "Which currency amounts are in": lambda stream: any(
        "_DOLLAR" in name or name.endswith("_VALUE") for name in stream.get_json_schema()["properties"]
    ),
    "Which days are read again": lambda stream: is_by_day(stream),  # noqa: PLW0108 - it is defined below
    "Use targeting rows": lambda stream: TARGETING_TYPE in key_fields(stream),
    "Sum rows of keywords and products": lambda stream: "ENTITY_ID" in key_fields(stream),
    "Read organic analytics": lambda stream: (
        "_analytics" in stream.name and area_of(type(stream)) == "Boards, pins and profile"
    ),
    _PRODUCT_PINS: lambda stream: isinstance(stream, ProfileAnalytics | RankingStream),
    "When pins are updated": lambda stream: stream.cursor_field == "board_pins_modified_at",
    "Set up special reports": lambda stream: type(stream).__module__.endswith(".special_reports"),
}
"""The sections of the documents that have more on a stream."""

_DOCUMENTS = {"Which days are read again": "options", "Set up special reports": "options", _PRODUCT_PINS: "questions"}
"""The documents of topics. The others are in docs/streams-and-limits.md."""


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
    """Every page by the name of its file, the index among them.

    Raises:
        LookupError: a stream has no records to take an example from.
    """
    streams = every_stream()
    by_name = {stream.name: stream for stream in streams}
    if unknown := by_name.keys() - simulated().keys():
        raise LookupError(
            f"integration_tests/support/expected_records has no records of {', '.join(sorted(unknown))}. "
            "CONTRIBUTING.md says where they go, under Add a stream."
        )
    columns = column_tables(streams)
    tables = field_tables(streams, columns)
    return {
        INDEX: "\n\n".join((_INTRODUCTION, *(_area(title, streams) for title in AREAS))) + "\n",
        COLUMNS_PAGE: columns_page(columns),
        **{f"{name}.md": page(stream, by_name, tables[name]) for name, stream in by_name.items()},
    }


def page(stream: PinterestStream, streams: Mapping[str, PinterestStream], fields_of_it: Sequence[str]) -> str:
    """The page of a stream, among the streams that its foreign keys lead to."""
    facts = {
        "Primary key": as_code(key_fields(stream)),
        "Cursor": f"`{stream.cursor_field}`" if stream.cursor_field else "None: every sync reads all records",
        "Needs": needs_of(stream),
        "Requests": requests_of(stream),
    }
    keys = [f"- {_sentence(key, streams[key.stream])}" for key in stream.foreign_keys]
    concerned = (topic for topic, concerns in TOPICS.items() if concerns(stream))
    more = [f"[{topic}](../{_DOCUMENTS.get(topic, 'streams-and-limits')}.md#{_anchor(topic)})" for topic in concerned]
    parts = (
        f"# {stream.name}",
        f"{records_of(stream)}. Pinterest's documentation: [{operation_of(type(stream))}]({link_of(type(stream))[0]}).",
        *(beginning(stream) if is_by_day(stream) else ()),
        table(("", ""), facts.items()),
        *((f"See also: {', '.join(more)}.",) if more else ()),
        *((f"## Foreign keys of {stream.name}", "\n".join(keys)) if keys else ()),
        *fields_of_it,
        f"[All streams]({INDEX})",
    )
    return "\n\n".join(parts) + "\n"


def columns_page(tables: Sequence[Reference]) -> str:
    """The page of the columns of analytics."""
    [analytics] = [stream for stream in every_stream() if stream.name == "campaign_analytics"]
    default, converted = (table.rows for table in tables)
    counts = {name for name, *_ in converted if name.endswith(_COUNT)}
    values = {name.replace(_COUNT, value) for name in counts for value in _VALUES}
    record = max(simulated()[analytics.name], key=len)
    example = {name: record[name] for name in analytics.get_json_schema()["properties"] if name in record}
    shown = json.dumps(example, indent=2, ensure_ascii=False)
    wanted = [(one.display_name, f"`{one.name}`", one.description) for one in map(column_of, _WANTED)]
    ratios = [(column_of(name).display_name, _formula(*ratio), f"`{name}`") for name, ratio in RATIOS.items()]
    parts = (
        _ABOUT_WANTED,
        table(("In Ads Manager", "Field", "Description"), wanted),
        _ABOUT_RATIOS,
        table(("In Ads Manager", "Divide the sums", "Field of a row"), ratios),
        _ABOUT_COLUMNS,
        f"## {_TITLES[0]}",
        _fields_table(default),
        f"## {_TITLES[1]}",
        _ABOUT_VALUES,
        _fields_table(row for row in converted if row[0] not in values),
        f"## A record of {analytics.name}",
        _MADE_UP,
        f"<details>\n<summary>{len(example)} fields</summary>\n\n```json\n{shown}\n```\n\n</details>",
        f"[All streams]({INDEX})",
    )
    return "\n\n".join(parts) + "\n"


def _formula(divided: str, by: str, factor: float) -> str:
    digits = f" / {round(1 / factor):,}" if factor < 1 else ""
    return f"`{divided}`{digits} / `{by}`"


def column_tables(streams: Iterable[PinterestStream]) -> list[Reference]:
    """The tables of the page of columns: what is read by default, and what all reports on converted products have."""
    converted = [
        list(fields(stream.get_json_schema())) for stream in streams if stream.name.endswith("conversions_report")
    ]
    default = list(fields(analytics_schema(DEFAULT_COLUMNS)))
    tables = (default, [row for row in converted[0] if all(row in rows for rows in converted)])
    return [
        Reference(f"[{title}]({COLUMNS_PAGE}#{_anchor(title)})", rows)
        for title, rows in zip(_TITLES, tables, strict=True)
    ]


def field_tables(streams: Iterable[PinterestStream], columns: Iterable[Reference]) -> dict[str, tuple[str, ...]]:
    """The part of each page that tells the fields, by the name of the stream.

    It refers to another page that has nearly the same ones, so that each table stands once.
    """
    rows_of = {stream: list(fields(stream.get_json_schema())) for stream in streams}
    references, found = list(columns), {}
    for stream, rows in sorted(rows_of.items(), key=lambda item: len(item[1])):
        heading = f"Fields of {stream.name}"
        alike = [each for each in references if _likeness(rows, each.rows) >= _ALIKE]
        if alike:
            likest = max(alike, key=lambda it: _likeness(rows, it.rows))
            found[stream.name] = (f"## {heading}", *_difference(rows, likest))
        else:
            found[stream.name] = (f"## {heading}", _fields_table(rows))
            references.append(Reference(f"[{stream.name}]({stream.name}.md#{_anchor(heading)})", rows))
    return found


def fields(schema: Mapping[str, Any], prefix: str = "") -> Iterator[Row]:
    """A row for each field, those of objects and lists within it included."""
    for name, field in schema.get("properties", {}).items():
        description = " ".join(str(field.get("description", "")).split()).replace("|", "\\|")
        yield f"`{prefix}{name}`", _type(field), description
        if "with the fields of the" in description:
            continue  # the stream that it names has them on its page
        inner, path = field, f"{prefix}{name}"
        while "items" in inner:
            inner, path = inner["items"], f"{path}[]"
        yield from fields(inner, f"{path}.")


def _area(title: str, streams: Sequence[PinterestStream]) -> str:
    here = [stream for stream in streams if area_of(type(stream)) == title]
    drawn = diagram([stream.name for stream in here], streams, simulated())
    titles = ("Stream", "Primary key", "Needs")
    return "\n\n".join((f"## {title}", *((drawn,) if drawn else ()), table(titles, map(for_index, here))))


def overview() -> str:
    """The names of all streams, by area."""
    names = {title: [one.name for one in every_stream() if area_of(type(one)) == title] for title in AREAS}
    return "\n".join(f"- **{title}**: {as_code(streams)}" for title, streams in names.items())


def area_of(stream: type[PinterestStream]) -> str:
    """The area that a stream belongs to."""
    module = stream.__module__.removeprefix("source_pinterest.streams.")
    [area] = [title for title, modules in AREAS.items() if module.startswith(modules)]
    return area


def _likeness(rows: Sequence[Row], others: Sequence[Row]) -> float:
    return len(set(rows) & set(others)) / max(len(rows), len(others))


def _difference(rows: Sequence[Row], reference: Reference) -> Iterator[str]:
    missing = [name for name, *_ in reference.rows if name not in {own for own, *_ in rows}]
    other = [row for row in rows if row not in reference.rows]
    without = f", without {', '.join(missing)}" if missing else ""
    yield f"Those of {reference.link}{without}{', and these:' if other else '.'}"
    if other:
        yield _fields_table(other)


def _fields_table(rows: Iterable[Row]) -> str:
    return table(("Field", "Type", "Description"), rows)


def _anchor(heading: str) -> str:
    return re.sub("[,?]", "", heading.lower()).replace(" ", "-")


def _sentence(key: ForeignKey, parent: PinterestStream) -> str:
    verb = "are" if len(key.fields) > 1 else "is"
    named = key_fields(parent)[-len(key.fields) :]
    there = f"{as_code(key.fields)} {verb} the {as_code(named)} of [{key.stream}]({key.stream}.md)"
    return f"{there}, unless {key.unless}." if key.unless else f"{there}."


def _type(field: Mapping[str, Any]) -> str:
    types = [field["type"]] if isinstance(field.get("type"), str) else field.get("type", [])
    named = " or ".join(name for name in types if name != "null")
    if named == "array" and "items" in field:
        return f"array of {_type(field['items'])}"
    return f"{named}, {field['format']}" if "format" in field else named


def is_by_day(stream: PinterestStream) -> bool:
    """Whether the records of a stream are the numbers of days, weeks or months."""
    return str(stream.cursor_field or "").lower() == "date"


def beginning(stream: PinterestStream) -> Iterator[str]:
    """The columns to begin with, a record of them and a query."""
    columns = first_columns(stream)
    record = max(simulated()[stream.name], key=lambda record: len(_chosen(record, columns)))
    yield f"## Columns of {stream.name} to begin with"
    described = {name.strip("`"): description for name, _, description in fields(stream.get_json_schema())}
    yield "\n".join(f"- `{column}`: {described[column]}" for column in columns)  # a table is too wide for a phone
    yield f"A record with these columns. {_MADE_UP}"
    yield f"```json\n{json.dumps(_chosen(record, columns), indent=2, ensure_ascii=False)}\n```"
    amounts = f" {_ABOUT_AMOUNTS}" if "SPEND_IN_MICRO_DOLLAR" in columns else ""
    yield f"A query for DuckDB, with names in lower case.{amounts}"
    yield f"```sql\n{query(stream)}\n```"
    yield f"## Keys and requests of {stream.name}"


def first_columns(stream: PinterestStream) -> tuple[str, ...]:
    """The ten columns to begin with: what a row is about, then the numbers that most people want."""
    filled = {name for record in simulated()[stream.name] for name in _filled(record)}
    about = ["DATE", "AD_ACCOUNT_ID", *_subject(stream), *_BREAKDOWN] if "DATE" in filled else key_fields(stream)
    names = ["CAMPAIGN_NAME"] if "CAMPAIGN_ID" in about else []
    return tuple(dict.fromkeys(name for name in (*about, *names, *_NUMBERS) if name in filled))[:_FIRST]


def query(stream: PinterestStream) -> str:
    """A query that adds the numbers of a stream up by what its rows are about, of one targeting type at a time."""
    columns = first_columns(stream)
    types = {record.get(TARGETING_TYPE) for record in simulated()[stream.name]}
    by = [name.lower() for name in (*_subject(stream), *_BREAKDOWN[1:]) if name in columns]
    sums = {alias: formula for name, (alias, formula) in _SUMS.items() if name in columns}
    where = "date >= date '2026-01-01'"
    if TARGETING_TYPE in columns:
        where += f" and targeting_type = '{'COUNTRY' if 'COUNTRY' in types else min(map(str, types))}'"
    lines = ",\n    ".join([*by, *(f"{formula} as {alias}" for alias, formula in sums.items())])
    largest = next(alias for alias in sums if alias != "campaign")
    ending = f"\ngroup by {', '.join(by)}\norder by {largest} desc" if by else ""
    return f"select\n    {lines}\nfrom {stream.name}\nwhere {where}{ending}"


def _subject(stream: PinterestStream) -> list[str]:
    """The key's fields without the day and the targeting; of a finer report's, without the ads that show a product."""
    skipped = {"date", *(name.lower() for name in _BREAKDOWN)}
    if "ENTITY_ID" in key_fields(stream):
        skipped |= {"ad_group_id", "ad_id", "pin_id", "entity_id"}
    return [name for name in key_fields(stream) if name.lower() not in skipped]


def _filled(record: Record) -> Iterator[str]:
    """The fields of a record that have a value, those of objects within it included."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from (f"{name}.{inner}" for inner in value)
        elif value not in {None, ""}:
            yield name


def _chosen(record: Record, columns: Iterable[str]) -> Record:
    """A record with some of its fields; a dot leads into an object."""
    chosen: dict[str, Any] = {}
    for column in columns:
        name, _, inner = column.partition(".")
        if inner and inner in record.get(name, {}):
            chosen.setdefault(name, {})[inner] = record[name][inner]
        elif not inner and name in record:
            chosen[name] = record[name]
    return chosen


class Arrow(NamedTuple):
    """A foreign key that is drawn."""

    parent: str
    fields: tuple[str, ...]
    is_filled: bool


def diagram(area: Collection[str], streams: Sequence[PinterestStream], records: Records) -> str:
    """The streams of an area that name others or are named in it; empty if there are none.

    Streams without children that have the same arrows share a box.

    Args:
        area: names of streams.
        streams: all streams.
        records: some of each; they show which keys may be empty.
    """
    drawn = {name: arrows for name, arrows in every_arrow(streams, records).items() if name in area and arrows}
    above = {arrow.parent for arrows in drawn.values() for arrow in arrows}
    boxes: dict[object, list[str]] = {}
    for name, arrows in drawn.items():
        boxes.setdefault(name if name in above else arrows, []).append(name)
    lines = []
    for names in boxes.values():
        first, *_ = names
        label = "<br/>".join(names)
        child = f'{first}["{label}"]' if len(names) > 1 else first
        for arrow in drawn[first]:
            line = "-->" if arrow.is_filled else "-.->"
            lines.append(f'    {arrow.parent} {line}|"{"<br/>".join(arrow.fields)}"| {child}')
            child = first
    # One arrow fits, with its boxes, onto the screen of a phone; a way of several goes down.
    is_long = any(arrow.parent in drawn.keys() - {name} for name, arrows in drawn.items() for arrow in arrows)
    direction = "TB" if is_long else "LR"
    return "\n".join(("```mermaid", f"flowchart {direction}", *lines, "```")) if lines else ""


def every_arrow(streams: Sequence[PinterestStream], records: Records) -> dict[str, tuple[Arrow, ...]]:
    """The foreign keys of each stream that always hold, but for those to what a longer way leads to as well."""
    parents = {stream.name: _parents_of(stream) for stream in streams}
    arrows = {}
    for name, keys in parents.items():
        filled = {
            parent for parent, key in keys.items() if all(row.get(one) for row in records[name] for one in key.fields)
        }
        passed = {above for parent in filled for above in _above(parent, parents)}
        arrows[name] = tuple(
            Arrow(parent, tuple(key.fields), parent in filled) for parent, key in keys.items() if parent not in passed
        )
    return arrows


def _parents_of(stream: PinterestStream) -> dict[str, ForeignKey]:
    """Of several keys that lead to one stream the one that is part of the primary key, otherwise the first."""
    found: dict[str, ForeignKey] = {}
    for key in sorted(stream.foreign_keys, key=lambda key: not set(key.fields) <= set(key_fields(stream))):
        if not key.unless:
            found.setdefault(key.stream, key)
    return found


def _above(name: str, parents: Parents) -> Iterator[str]:
    """The streams that lie above one, at any height; none lies above itself."""
    for parent in parents[name]:
        if parent != name:
            yield parent
            yield from _above(parent, parents)
