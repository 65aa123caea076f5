"""The table of analytics columns: their types, their descriptions, and the endpoints that accept them.

`columns.tsv` has one row per column, as of API 5.28. A mark says who accepts the column: `sync` the synchronous
endpoints, `async` the asynchronous reports, `mmm` marketing mix reports, and `product` reports on the brands,
categories and SKUs of conversions. The columns marked `live` are metrics that Pinterest listed in
`/resources/delivery_metrics` (seen in July 2026) and documents for none of these endpoints. The schemas of the
analytics streams are generated from the table. Those marked `account` are columns of account reports since API 5.31.
"""

import csv
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, cast

DATE, HOUR = "DATE", "HOUR"
AD_ACCOUNT_ID = "AD_ACCOUNT_ID"
CURRENCY = "CURRENCY"
"""The connector's own column. Pinterest knows none of this name, so it is never requested."""
TARGETING_TYPE, TARGETING_VALUE = "TARGETING_TYPE", "TARGETING_VALUE"
ENTITY_ID, ITEM_ID = "ENTITY_ID", "PRODUCT_ITEM_ID"
"""Columns of responses that can't be requested: the id of a report's row, and an id in rows of product items."""

# Columns that no request names, and that the table therefore lacks.
_UNREQUESTED: Mapping[str, str] = {
    DATE: "UTC day that the numbers are of; in reports by week or month, the first day of the period.",
    CURRENCY: "ISO 4217 code of the amounts' currency, that of the ad account; added by the connector.",
    HOUR: "Hour of the day, in UTC, that the numbers are of.",
    "START_DATE": "First UTC day of the period that the totals are of; added by the connector.",
    "END_DATE": "Last UTC day of the period that the totals are of; added by the connector.",
    TARGETING_TYPE: "By what the row is broken down, such as GENDER or COUNTRY; types overlap, so never add them up.",
    TARGETING_VALUE: "Part of that breakdown that the numbers are of, by Pinterest's name or id, such as female.",
    ENTITY_ID: "Id under which Pinterest's report lists the row, such as that of the product group or the keyword.",
    ITEM_ID: "Id of the advertised product; the one that the row is listed under where Pinterest sends none.",
}

# Columns of a single ad, which the levels PRODUCT_ITEM and PRODUCT_ITEM_TARGETING reject.
AD_COLUMNS = frozenset(
    {"AD_ID", "AD_NAME", "AD_STATUS", "PIN_PROMOTION_ID", "PIN_PROMOTION_NAME", "PIN_PROMOTION_STATUS"},
)
# Synchronous analytics send these as whole numbers, reports as text (schemas of the official connector, wm-func), so
# only reports are asked for them. `campaigns` and `ad_groups` have the status of today.
STATUS_COLUMNS = frozenset({"AD_GROUP_ENTITY_STATUS", "CAMPAIGN_ENTITY_STATUS"})
# Reach and frequency: only for whole entities, not for parts such as a targeting value.
REACH_COLUMNS = frozenset({"TOTAL_IMPRESSION_FREQUENCY", "TOTAL_IMPRESSION_USER"})

ColumnType = Literal["id", "string", "number"]

# Pinterest declares no types. Every metric is a number, since a count may arrive as 3.0. Columns without documentation
# (yes/no flags, prices) are strings, which hold any value.
_JSON_TYPES: dict[ColumnType, str] = {"id": "string", "string": "string", "number": "number"}

# Pinterest adds columns without notice: the type of a column that the table lacks is guessed from its name.
NAME_FORM = re.compile(r"[A-Z][A-Z0-9_]*")
_TEXT_NAME = re.compile(r"IS_.*|.*_(NAME|STATUS|TYPE|LABELS?|TAG|URL|REFERENCE|CURRENCY|DESCRIPTION|CATEGORY)")
_TYPE_WORDS: dict[ColumnType, str] = {"id": "an id", "string": "text", "number": "a number"}
_UNLISTED = "In none of Pinterest's lists of columns; taken for {kind} by its name. Null where Pinterest sends none."


@dataclass(frozen=True, slots=True)
class Column:
    """A row of the table: https://developers.pinterest.com/docs/api/v5/campaigns-analytics, parameter `columns`.

    `display_name` is the name in Ads Manager, empty where none is known. `accepted` holds one or more of `sync`,
    `async`, `mmm` and `product`; or `live`, or `account`.
    """

    name: str
    display_name: str
    type: ColumnType
    accepted: frozenset[str]
    is_default: bool
    description: str

    @property
    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of the column, as in `{"type": ["null", "number"], "description": "..."}`.

        Pinterest leaves a column out of a row if it has no value.
        """
        known_as = f"{self.display_name} in Ads Manager. " if self.display_name else ""
        return {"type": ["null", _JSON_TYPES[self.type]], "description": known_as + self.description}


_TABLE = files(__package__).joinpath("columns.tsv").read_text(encoding="utf-8")
COLUMNS = tuple(
    Column(
        name=row["name"],
        display_name=row["display_name"],
        type=cast("ColumnType", row["type"]),
        accepted=frozenset(row["accepted"].split("+")),
        is_default=row["default"] == "yes",
        description=row["description"],
    )
    for row in csv.DictReader(_TABLE.splitlines(), delimiter="\t")
)
ACCOUNT_COLUMNS = tuple(column.name for column in COLUMNS if "account" in column.accepted)
"""Columns that may split the rows of an ad account, which nobody has seen. A key has those that are requested."""
SYNC_COLUMNS = frozenset(column.name for column in COLUMNS if "sync" in column.accepted)
ASYNC_COLUMNS = frozenset(column.name for column in COLUMNS if "async" in column.accepted)
MMM_COLUMNS = tuple(column.name for column in COLUMNS if "mmm" in column.accepted)
PRODUCT_COLUMNS = tuple(column.name for column in COLUMNS if "product" in column.accepted)
# The 112 columns that the official connector requests, and those that were added.
DEFAULT_COLUMNS = tuple(column.name for column in COLUMNS if column.is_default)
# Some responses have ids as JSON numbers, which readers may round to floats. Records have them as strings.
ID_COLUMNS = frozenset(column.name for column in COLUMNS if column.type == "id")

_BY_NAME = {column.name: column for column in COLUMNS}


def column_of(name: str) -> Column:
    """Return a column of the table, or one with a type guessed from its name if the table lacks it."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    text: ColumnType = "string" if _TEXT_NAME.fullmatch(name) else "number"
    by_name: ColumnType = "id" if name.endswith("_ID") else text
    description = _UNLISTED.format(kind=_TYPE_WORDS[by_name])
    return Column(name, "", by_name, frozenset(), is_default=False, description=description)


def may_be_requested(name: str, listed: Container[str]) -> bool:
    """Return whether a column may be requested: the endpoint's own list has it, or no list at all."""
    return name in listed or name not in SYNC_COLUMNS | ASYNC_COLUMNS


def text_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that hold text, including ids."""
    return tuple(name for name in names if _JSON_TYPES[column_of(name).type] == "string")


def number_columns(names: Iterable[str]) -> frozenset[str]:
    """Return the columns that hold numbers."""
    return frozenset(name for name in names if column_of(name).type == "number")


def key_schema(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the JSON Schema `properties` of columns that no request names; all are text."""
    return {name: {"type": ["null", "string"], "description": _UNREQUESTED[name]} for name in names}


def analytics_schema(names: Iterable[str]) -> dict[str, Any]:
    """Return the JSON Schema of a stream with one row per entity and day: `DATE`, these columns, and `CURRENCY`."""
    own = key_schema([DATE, CURRENCY])
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": ["null", "object"],
        "additionalProperties": True,
        "properties": {
            DATE: {**own.pop(DATE), "format": "date"},
            **{name: column_of(name).json_schema for name in names},
            **own,
        },
    }
