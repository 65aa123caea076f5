"""Which analytics columns does Pinterest have, what is the type of each, and which endpoints accept it?

`columns.tsv` has one row per column, as of API 5.28. The synchronous endpoints accept the columns marked `sync`, the
asynchronous reports those marked `async`, marketing mix reports those marked `mmm`, and reports on the brands,
categories and SKUs of conversions those marked `product`. Those marked `live` are metrics that Pinterest was seen to
offer (`/resources/delivery_metrics`, July 2026) and lists for none of these, so that only Pinterest knows where it
takes them. The schemas of the analytics streams are made from it.
"""

import csv
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, cast

from source_pinterest.column_words import KEY_WORDS, UNLISTED, words_of

DATE = "DATE"
TARGETING_TYPE, TARGETING_VALUE = "TARGETING_TYPE", "TARGETING_VALUE"
ENTITY_ID, ITEM_ID = "ENTITY_ID", "PRODUCT_ITEM_ID"
"""Not to be asked for: what a report lists a row under, and what a product item's row may hold."""

ColumnType = Literal["id", "string", "number"]

# Pinterest declares no types. Every metric is a number, so that a count that arrives as 3.0 still fits. What is not
# documented (yes/no flags, prices) is a string, which holds any value.
_JSON_TYPES: dict[ColumnType, str] = {"id": "string", "string": "string", "number": "number"}


@dataclass(frozen=True, slots=True)
class Column:
    """One row of the table: https://developers.pinterest.com/docs/api/v5/campaigns-analytics, parameter `columns`.

    `accepted` holds one or more of `sync`, `async`, `mmm` and `product`; or `live`.
    """

    name: str
    type: ColumnType
    accepted: frozenset[str]
    is_default: bool
    description: str

    @property
    def json_schema(self) -> dict[str, Any]:
        """The type of this column's value in a record, as in `{"type": ["null", "number"], "description": "..."}`.

        Pinterest leaves a column out of a row if it has no value.
        """
        return {"type": ["null", _JSON_TYPES[self.type]], "description": self.description}


def _read_table() -> tuple[Column, ...]:
    table = files(__package__).joinpath("columns.tsv").read_text(encoding="utf-8")
    return tuple(
        Column(
            name=row["name"],
            type=cast("ColumnType", row["type"]),
            accepted=frozenset(row["accepted"].split("+")),
            is_default=row["default"] == "yes",
            description=row["description"] or words_of(row["name"]),
        )
        for row in csv.DictReader(table.splitlines(), delimiter="\t")
    )


COLUMNS = _read_table()
LIVE_COLUMNS = frozenset(column.name for column in COLUMNS if "live" in column.accepted)
SYNC_COLUMNS = frozenset(column.name for column in COLUMNS if "sync" in column.accepted)
ASYNC_COLUMNS = frozenset(column.name for column in COLUMNS if "async" in column.accepted)
MMM_COLUMNS = tuple(column.name for column in COLUMNS if "mmm" in column.accepted)
PRODUCT_COLUMNS = tuple(column.name for column in COLUMNS if "product" in column.accepted)
# The 112 columns that the official connector requests.
DEFAULT_COLUMNS = tuple(column.name for column in COLUMNS if column.is_default)
# Some responses have ids as JSON numbers, which a reader that turns them into floats rounds; records have strings.
ID_COLUMNS = frozenset(column.name for column in COLUMNS if column.type == "id")

# Columns of a single ad, which the levels PRODUCT_ITEM and PRODUCT_ITEM_TARGETING refuse.
AD_COLUMNS = frozenset(
    {"AD_ID", "AD_NAME", "AD_STATUS", "PIN_PROMOTION_ID", "PIN_PROMOTION_NAME", "PIN_PROMOTION_STATUS"},
)
# How many people were reached, and how often: an entity's own numbers, not those of a part of it.
REACH_COLUMNS = frozenset({"TOTAL_IMPRESSION_FREQUENCY", "TOTAL_IMPRESSION_USER"})

# Pinterest adds columns without telling.
NAME_FORM = re.compile(r"[A-Z][A-Z0-9_]*")
_TEXT_NAME = re.compile(r"IS_.*|.*_(NAME|STATUS|TYPE|LABELS?|TAG|URL|REFERENCE|CURRENCY|DESCRIPTION|CATEGORY)")
_KINDS: dict[ColumnType, str] = {"id": "an id", "string": "text", "number": "a number"}

_BY_NAME = {column.name: column for column in COLUMNS}


def column_of(name: str) -> Column:
    """The row of the table, or what the name alone says of a column that the table lacks."""
    return _BY_NAME.get(name) or _unlisted(name)


def _unlisted(name: str) -> Column:
    text: ColumnType = "string" if _TEXT_NAME.fullmatch(name) else "number"
    by_name: ColumnType = "id" if name.endswith("_ID") else text
    return Column(name, by_name, frozenset(), is_default=False, description=UNLISTED.format(kind=_KINDS[by_name]))


def may_be_asked(name: str, listed: Container[str]) -> bool:
    """Whether an endpoint may be asked for a column: its own list has it, or no list at all."""
    return name in listed or name not in SYNC_COLUMNS | ASYNC_COLUMNS


def text_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the columns that hold text, ids among them."""
    return tuple(name for name in names if _JSON_TYPES[column_of(name).type] == "string")


def column_schema(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The JSON Schema `properties` of these columns: `{"SPEND_IN_DOLLAR": {"type": ["null", "number"]}, ...}`."""
    return {name: column_of(name).json_schema for name in names}


def key_schema(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The JSON Schema `properties` of columns that only a key names, in their order; all are text."""
    return {name: {"type": ["null", "string"], "description": KEY_WORDS[name]} for name in names}


def analytics_schema(names: Iterable[str]) -> dict[str, Any]:
    """The JSON Schema of a stream with one row per entity and day: `DATE` and these columns."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": ["null", "object"],
        "additionalProperties": True,
        "properties": {DATE: {**key_schema([DATE])[DATE], "format": "date"}, **column_schema(names)},
    }
