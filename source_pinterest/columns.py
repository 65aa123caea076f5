"""Which analytics columns does Pinterest have, what is the type of each, and which endpoints accept it?

`columns.tsv` has one row per column, as of API 5.28. The synchronous endpoints accept the columns marked `sync`, the
asynchronous reports those marked `async`. The schemas of the analytics streams are made from it.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, cast

from source_pinterest.column_words import KEY_WORDS, words_of

DATE = "DATE"
TARGETING_TYPE, TARGETING_VALUE = "TARGETING_TYPE", "TARGETING_VALUE"

ColumnType = Literal["id", "string", "number"]

# Pinterest declares no types. Every metric is a number, so that a count that arrives as 3.0 still fits. What is not
# documented (yes/no flags, prices) is a string, which holds any value.
_JSON_TYPES: dict[ColumnType, str] = {"id": "string", "string": "string", "number": "number"}


@dataclass(frozen=True, slots=True)
class Column:
    """One row of the table: https://developers.pinterest.com/docs/api/v5/campaigns-analytics, parameter `columns`.

    `accepted` holds `sync`, `async` or both.
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
SYNC_COLUMNS = frozenset(column.name for column in COLUMNS if "sync" in column.accepted)
ASYNC_COLUMNS = frozenset(column.name for column in COLUMNS if "async" in column.accepted)
# The 112 columns that the official connector requests.
DEFAULT_COLUMNS = tuple(column.name for column in COLUMNS if column.is_default)
# Some responses have ids as JSON numbers, which a reader that turns them into floats rounds; records have strings.
ID_COLUMNS = frozenset(column.name for column in COLUMNS if column.type == "id")

# Columns of a single ad, which the levels PRODUCT_ITEM and PRODUCT_ITEM_TARGETING refuse.
AD_COLUMNS = frozenset(
    {"AD_ID", "AD_NAME", "AD_STATUS", "PIN_PROMOTION_ID", "PIN_PROMOTION_NAME", "PIN_PROMOTION_STATUS"},
)
STRING_COLUMNS = frozenset(column.name for column in COLUMNS if _JSON_TYPES[column.type] == "string")

_BY_NAME = {column.name: column for column in COLUMNS}


def column_schema(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The JSON Schema `properties` of these columns: `{"SPEND_IN_DOLLAR": {"type": ["null", "number"]}, ...}`."""
    return {name: _BY_NAME[name].json_schema for name in names}


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
