"""The table of analytics columns, with their types and the endpoints that accept them.

`columns.tsv` has one row per column, as of API 5.28. The synchronous endpoints accept the columns marked `sync`, the
asynchronous reports those marked `async`, marketing mix reports those marked `mmm`, and reports on the brands,
categories and SKUs of conversions those marked `product`. The columns marked `live` are metrics that Pinterest listed
in `/resources/delivery_metrics` (seen in July 2026) and documents for none of these endpoints. The schemas of the
analytics streams are generated from the table.
"""

import csv
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, cast

# Columns that no request names: a row has them as a part of its key.
KEY_WORDS: Mapping[str, str] = {
    "DATE": "UTC day that the numbers are of; in reports by week or month, the first day of the period.",
    "HOUR": "Hour of the day, in UTC, that the numbers are of.",
    "START_DATE": "First UTC day of the period that the totals are of; added by the connector.",
    "END_DATE": "Last UTC day of the period that the totals are of; added by the connector.",
    "TARGETING_TYPE": "By what the row is broken down, such as GENDER or COUNTRY; types overlap, so never add them up.",
    "TARGETING_VALUE": "Part of that breakdown that the numbers are of, by Pinterest's name or id, such as female.",
    "ENTITY_ID": "Id under which Pinterest's report lists the row, such as that of the product group or the keyword.",
    "PRODUCT_ITEM_ID": "Id of the advertised product; the one that the row is listed under where Pinterest sends none.",
}

UNLISTED = "In none of Pinterest's lists of columns; taken for {kind} by its name. Null where Pinterest sends none."

MICRO = "in millionths of the ad account's currency"
NONE_REPORTED = "null if none are reported"

# `_1` is paid, `_2` is earned, and TOTAL_ is both.
_REACH: Mapping[str, str] = {
    "1": "counted while the pin ran as an ad (paid)",
    "2": "counted after people had saved the ad (earned)",
    "TOTAL": "paid and earned together",
}
_DELIVERY: Mapping[str, str] = {
    "CLICKTHROUGH": "Clicks on the pin to something on or off Pinterest",
    "COLLECTION_PIN_ITEM_CLICKTHROUGH": "Clicks on an item of a collection",
    "COLLECTION_PIN_ITEM_IMPRESSION": "Times that an item of a collection was on a screen",
    "ENGAGEMENT": "Saves, clicks and other uses of the pin",
    "IDEA_PIN_PAGE_BACKWARD": "Swipes back to an earlier page of an Idea Pin",
    "IDEA_PIN_PAGE_FORWARD": "Swipes on to the next page of an Idea Pin",
    "IDEA_PIN_PRODUCT_TAG_VISIT": "Visits to products that are tagged in an Idea Pin",
    "IMPRESSION": "Times that the pin was on a screen",
    "OUTBOUND_CLICK": "Clicks that led to a page outside Pinterest",
    "REPIN": "Times that the pin was saved to a board",
    "VIDEO_15SEC_UNIQUE_VIEWS": "People who watched at least 15 seconds of the video",
    "VIDEO_3SEC_VIEWS": "Plays of 3 seconds or more with half of the video in view",
    "VIDEO_AVG_WATCHTIME_IN_SECOND": "Average time that the video was played",
    "VIDEO_MRC_VIEWS": "Plays of 2 seconds or more with half of the video in view",
    "VIDEO_P0_COMBINED": "Times that the video began to play",
    "VIDEO_P25_COMBINED": "Plays that reached 25 % of the video, skips ahead included",
    "VIDEO_P50_COMBINED": "Plays that reached 50 % of the video, skips ahead included",
    "VIDEO_P75_COMBINED": "Plays that reached 75 % of the video, skips ahead included",
    "VIDEO_P95_COMBINED": "Plays that reached 95 % of the video, skips ahead included",
    "VIDEO_P100_COMPLETE": "Plays that reached the end of the video, skips ahead included",
    "WEB_SESSIONS": "Visits to the advertiser's website",
}
_DELIVERY_UNITS: Mapping[str, str] = {"VIDEO_AVG_WATCHTIME_IN_SECOND": "in seconds, null without plays"}

_EVENTS: Mapping[str, str] = {
    "ADD_PAYMENT_INFO": "entries of payment details",
    "ADD_TO_CART": "additions to a cart",
    "ADD_TO_WISHLIST": "additions to a wishlist",
    "APP_INSTALL": "app installs",
    "APP_OPEN": "app launches",
    "CHECKOUT": "purchases",
    "CONTACT": "contacts with the advertiser",
    "CONVERSIONS": "conversions of every kind",
    "CUSTOM": "custom events",
    "CUSTOMIZE_PRODUCT": "products made to measure",
    "FIND_LOCATION": "searches for a store",
    "INITIATE_CHECKOUT": "purchases begun",
    "LEAD": "leads",
    "PAGE_VISIT": "visits to a page",
    "SCHEDULE": "appointments made",
    "SEARCH": "searches",
    "SIGNUP": "sign-ups",
    "START_TRIAL": "trials begun",
    "SUBMIT_APPLICATION": "applications sent",
    "SUBSCRIBE": "subscriptions",
    "UNKNOWN": "events of unknown kind",
    "VIEW_CATEGORY": "visits to a category of products",
    "VIEW_CONTENT": "views of content",
    "WATCH_VIDEO": "videos watched",
}
_PLACES: Mapping[str, str] = {
    "WEB": "on the advertiser's website",
    "INAPP": "reported by the advertiser's app",
    "OFFLINE": "in a store or elsewhere offline",
    "PINTEREST": "on Pinterest itself",
}
_ACTIONS: Mapping[str, str] = {
    "CLICK": "after a click on the ad",
    "ENGAGEMENT": "after an engagement with the ad, such as a save",
    "VIEW": "from people who only saw the ad",
}
_DEVICES: Mapping[str, str] = {"DESKTOP": "a computer", "MOBILE": "a phone", "TABLET": "a tablet"}
_MEASURES: Mapping[str, str] = {
    "": "Number of {events} {credit}; " + NONE_REPORTED + ".",
    "_CONVERSION_RATE": "How often the ad led to {events}, as a share from 0 to 1; null where it can't be computed.",
    "_COST_PER_ACTION": "Spend divided by the number of {events} {credit}, in the ad account's currency; null if none.",
    "_QUANTITY": "Sum of the quantities reported with {events} {credit}; " + NONE_REPORTED + ".",
    "_ROAS": "Value of {events} {credit}, divided by spend: 2.5 means 2.5 for each 1 spent; null without spend.",
    "_VALUE_IN_MICRO_DOLLAR": "Value of {events} {credit}, " + MICRO + "; " + NONE_REPORTED + ".",
}
_PRODUCT_MEASURES: Mapping[str, str] = {
    "QUANTITY": "Units of the row's products in {events} that the ad is credited with; " + NONE_REPORTED + ".",
    "VALUE": "Value of the row's products in {events} that the ad is credited with, in the ad account's currency; "
    + NONE_REPORTED
    + ".",
    "VALUE_IN_USD": "Value of the row's products in {events} that the ad is credited with, in US dollars; "
    + NONE_REPORTED
    + ".",
}


def _any(words: Mapping[str, str]) -> str:
    return "|".join(map(re.escape, words))


_DELIVERY_NAME = re.compile(rf"(?P<total>TOTAL_)?(?P<what>{_any(_DELIVERY)})(?:_(?P<side>[12]))?")
_CONVERSION_NAME = re.compile(
    rf"(?:TOTAL_)?(?:(?P<place>{_any(_PLACES)})_)?(?:(?P<action>{_any(_ACTIONS)})_)?(?P<event>{_any(_EVENTS)})"
    rf"(?:_(?P<seen>{_any(_DEVICES)})_ACTION_TO_(?P<done>{_any(_DEVICES)})_CONVERSION|(?P<measure>{_any(_MEASURES)}))",
)
_PRODUCT_NAME = re.compile(
    rf"TOTAL_(?:(?P<place>{_any(_PLACES)})_)?(?:(?P<event>{_any(_EVENTS)})_)?CONVERSION_PRODUCT_"
    rf"(?P<measure>{_any(_PRODUCT_MEASURES)})",
)


def words_of(name: str) -> str:
    """One sentence about a column whose name is put together from known parts.

    Raises:
        ValueError: it is not.
    """
    if (parts := _DELIVERY_NAME.fullmatch(name)) and bool(parts["total"]) is not bool(parts["side"]):
        reach = _REACH[parts["side"] or "TOTAL"]
        unit = _DELIVERY_UNITS.get(parts["what"], f"whole number, {NONE_REPORTED}")
        return f"{_DELIVERY[parts['what']]}, {reach}; {unit}."
    if parts := _CONVERSION_NAME.fullmatch(name):
        return _MEASURES[parts["measure"] or ""].format(events=_events(parts), credit=_credit(parts))
    if parts := _PRODUCT_NAME.fullmatch(name):
        return _PRODUCT_MEASURES[parts["measure"]].format(events=_events(parts))
    raise ValueError(f"{name} needs a sentence of its own in columns.tsv.")


def _events(parts: re.Match[str]) -> str:
    """What people did, and where; conversions of every kind where the name says no more."""
    return " ".join(filter(None, [_EVENTS[parts["event"] or "CONVERSIONS"], _PLACES.get(parts["place"])]))


def _credit(parts: re.Match[str]) -> str:
    """What the events followed."""
    if parts["seen"]:
        return f"on {_DEVICES[parts['done']]} from people who came across the ad on {_DEVICES[parts['seen']]}"
    return _ACTIONS.get(parts["action"], "that the ad is credited with")


DATE = "DATE"
TARGETING_TYPE, TARGETING_VALUE = "TARGETING_TYPE", "TARGETING_VALUE"
ENTITY_ID, ITEM_ID = "ENTITY_ID", "PRODUCT_ITEM_ID"
"""Columns of responses that can't be requested: the id of a report's row, and an id in rows of product items."""

ColumnType = Literal["id", "string", "number"]

# Pinterest declares no types. Every metric is a number, since a count may arrive as 3.0. Columns without documentation
# (yes/no flags, prices) are strings, which hold any value.
_JSON_TYPES: dict[ColumnType, str] = {"id": "string", "string": "string", "number": "number"}


@dataclass(frozen=True, slots=True)
class Column:
    """A row of the table: https://developers.pinterest.com/docs/api/v5/campaigns-analytics, parameter `columns`.

    `accepted` holds one or more of `sync`, `async`, `mmm` and `product`; or `live`.
    """

    name: str
    type: ColumnType
    accepted: frozenset[str]
    is_default: bool
    description: str

    @property
    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of the column, as in `{"type": ["null", "number"], "description": "..."}`.

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
# Some responses have ids as JSON numbers, which readers may round to floats. Records have them as strings.
ID_COLUMNS = frozenset(column.name for column in COLUMNS if column.type == "id")

# Columns of a single ad, which the levels PRODUCT_ITEM and PRODUCT_ITEM_TARGETING refuse.
AD_COLUMNS = frozenset(
    {"AD_ID", "AD_NAME", "AD_STATUS", "PIN_PROMOTION_ID", "PIN_PROMOTION_NAME", "PIN_PROMOTION_STATUS"},
)
# Reach and frequency: numbers of an entity as a whole, not of a part of it, such as a targeting value.
REACH_COLUMNS = frozenset({"TOTAL_IMPRESSION_FREQUENCY", "TOTAL_IMPRESSION_USER"})

# Pinterest adds columns without notice.
NAME_FORM = re.compile(r"[A-Z][A-Z0-9_]*")
_TEXT_NAME = re.compile(r"IS_.*|.*_(NAME|STATUS|TYPE|LABELS?|TAG|URL|REFERENCE|CURRENCY|DESCRIPTION|CATEGORY)")
_KINDS: dict[ColumnType, str] = {"id": "an id", "string": "text", "number": "a number"}

_BY_NAME = {column.name: column for column in COLUMNS}


def column_of(name: str) -> Column:
    """Return a column of the table, or one with a type guessed from its name if the table lacks it."""
    return _BY_NAME.get(name) or _unlisted(name)


def _unlisted(name: str) -> Column:
    text: ColumnType = "string" if _TEXT_NAME.fullmatch(name) else "number"
    by_name: ColumnType = "id" if name.endswith("_ID") else text
    return Column(name, by_name, frozenset(), is_default=False, description=UNLISTED.format(kind=_KINDS[by_name]))


def may_be_requested(name: str, listed: Container[str]) -> bool:
    """Return whether a column may be requested: the endpoint's own list has it, or no list at all."""
    return name in listed or name not in SYNC_COLUMNS | ASYNC_COLUMNS


def text_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that hold text, including ids."""
    return tuple(name for name in names if _JSON_TYPES[column_of(name).type] == "string")


def column_schema(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the JSON Schema `properties` of columns: `{"SPEND_IN_DOLLAR": {"type": ["null", "number"]}, ...}`."""
    return {name: column_of(name).json_schema for name in names}


def key_schema(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the JSON Schema `properties` of key columns that are not in the table; all are text."""
    return {name: {"type": ["null", "string"], "description": KEY_WORDS[name]} for name in names}


def analytics_schema(names: Iterable[str]) -> dict[str, Any]:
    """Return the JSON Schema of a stream with one row per entity and day: `DATE` and these columns."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": ["null", "object"],
        "additionalProperties": True,
        "properties": {DATE: {**key_schema([DATE])[DATE], "format": "date"}, **column_schema(names)},
    }
