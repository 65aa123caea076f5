"""These are the fields of requests for each kind of report, and the rules that reject combinations of them.

As in Pinterest's OpenAPI document 5.28, without those that no stream sends. Limits that its texts state are kept in the
stricter way.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from integration_tests.simulator.analytics.columns import names_in
from integration_tests.simulator.analytics.operation import WINDOW_DAYS
from integration_tests.simulator.calls.errors import bad_request, forbidden
from integration_tests.simulator.calls.fields import Field, ListField, NumberField, text
from integration_tests.simulator.calls.parameters import Choice, Day, Digits, Text
from integration_tests.simulator.reports.columns import (
    AD_COLUMNS,
    DEMOGRAPHICS,
    MMM_COLUMNS,
    PRODUCT_COLUMNS,
    REPORT_COLUMNS,
)
from integration_tests.simulator.reports.request import (
    BETA_TARGETING,
    LEVELS,
    PRODUCT_ITEM_LEVELS,
    TARGETING_OF_ONE_LEVEL,
    TARGETING_SUFFIX,
    TARGETING_VALUES,
)
from integration_tests.simulator.reports.subjects import BREAKDOWNS
from integration_tests.simulator.world.world import World

_MOST_IDS = 500
_MOST_STATUSES = 6
_MOST_TARGETING_TYPES = 5
_LIFE = ("RUNNING", "PAUSED", "NOT_STARTED", "COMPLETED", "ADVERTISER_DISABLED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")
_REVIEW = ("APPROVED", "PAUSED", "PENDING", "REJECTED", "ADVERTISER_DISABLED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")


def choice(name: str, *values: str, required: bool = False, default: str | None = None) -> Field:
    return text(Choice(name, values=values, required=required, default=default))


def choices(name: str, values: tuple[str, ...], most: int | None = None, *, required: bool = False) -> Field:
    return ListField(name, item=choice(name, *values), max_items=most, required=required)


def window_days(name: str, default: int) -> Field:
    return NumberField(name, values=tuple(map(int, WINDOW_DAYS)), default=default)


_FILTER_FIELDS = (
    ListField("campaign_ids", item=text(Digits("campaign_ids")), max_items=_MOST_IDS),
    choices("campaign_statuses", _LIFE, _MOST_STATUSES),
    choices("ad_group_statuses", _LIFE, _MOST_STATUSES),
    choices("ad_statuses", _REVIEW, _MOST_STATUSES),
    choices("product_group_statuses", ("RUNNING", "PAUSED", "EXCLUDED", "ARCHIVED"), _MOST_STATUSES),
)
FILTERS = tuple(field.name for field in _FILTER_FIELDS)

REPORT_FIELDS: tuple[Field, ...] = (
    text(Day("start_date", required=True)),
    text(Day("end_date", required=True)),
    choice("granularity", "TOTAL", "DAY", "HOUR", "WEEK", "MONTH", required=True),
    choice("level", *LEVELS, required=True),
    choices("columns", (*REPORT_COLUMNS, *DEMOGRAPHICS), required=True),
    choices("targeting_types", tuple(TARGETING_VALUES), _MOST_TARGETING_TYPES),
    *_FILTER_FIELDS,
    window_days("click_window_days", 30),
    window_days("engagement_window_days", 30),
    window_days("view_window_days", 1),
    choice("conversion_report_time", "TIME_OF_AD_ACTION", "TIME_OF_CONVERSION", default="TIME_OF_AD_ACTION"),
    choices("attribution_types", ("INDIVIDUAL", "HOUSEHOLD")),
    choice("report_format", "JSON", default="JSON"),
)


_MOST_OBJECTIVES = 7
_MOST_MMM_TYPES = 7
_MMM_DAYS_BACK, _MMM_DAYS_RANGE = 914, 186  # no document says: those of other reports
_PRODUCT_AFTER = date(2024, 3, 16)
_BRAND_ATTRIBUTION_AFTER = date(2025, 4, 1)
_PRODUCT_DAYS_RANGE = 365
_PRODUCT_LEAST_DAYS = 7
_DATES = (text(Day("start_date", required=True)), text(Day("end_date", required=True)))
_NAME = text(Text("report_name", required=True))

OBJECTIVES = names_in("""
    AWARENESS CONSIDERATION WEB_CONVERSION CATALOG_SALES VIDEO_COMPLETION APP_INSTALL SALES LEADS CTV_CONSIDERATION
""")
OBJECTIVES_BY_DEFAULT = ("CONSIDERATION", "AWARENESS", "WEB_CONVERSION", "VIDEO_COMPLETION")


MMM_TARGETING_TYPES = ("APPTYPE", "COUNTRY", "CREATIVE_TYPE", "GENDER", "LOCATION", "PLACEMENT", "AUDIENCE_INCLUDE")

MMM_FIELDS: tuple[Field, ...] = (
    _NAME,
    *_DATES,
    choice("granularity", "DAY", "WEEK", required=True),
    choice("level", "CAMPAIGN_TARGETING", "AD_GROUP_TARGETING", required=True),
    choices("columns", MMM_COLUMNS, required=True),
    choices("targeting_types", MMM_TARGETING_TYPES, _MOST_MMM_TYPES, required=True),
)

PRODUCT_FIELDS: tuple[Field, ...] = (
    _NAME,
    *_DATES,
    choice("granularity", "TOTAL", "WEEK", "MONTH", required=True),
    choice("level", "CAMPAIGN", "AD_GROUP", required=True),
    choices("columns", PRODUCT_COLUMNS, required=True),
    choice("conversion_product_breakdown", *BREAKDOWNS, default="PRODUCT_BRAND"),
    choice("conversion_product_attribution_type", "DEFAULT", "BRAND_ATTRIBUTION", default="DEFAULT"),
    choice("conversion_report_time", "TIME_OF_AD_ACTION", "TIME_OF_CONVERSION", default="TIME_OF_AD_ACTION"),
    window_days("click_window_days", 30),
    window_days("view_window_days", 1),
    choices("campaign_objective_types", OBJECTIVES, _MOST_OBJECTIVES),
)

_Arguments = Mapping[str, Any]


def _in_order(world: World, arguments: _Arguments) -> None:
    if arguments["start_date"] > arguments["end_date"]:
        raise bad_request("start_date must not be after end_date.")
    if arguments["end_date"] > world.today + timedelta(days=1):
        raise bad_request("end_date must not be in the future.")


class _Limit(NamedTuple):
    """How far back a report may start, how far it may reach, and how Pinterest calls such a request."""

    days_back: int
    days_range: int
    kind: str


_HOURLY = _Limit(8, 3, "Hourly")
_PRODUCT_ITEM = _Limit(92, 31, "Product item")
_USUAL = _Limit(914, 186, "Non-hourly")


def _report_dates(world: World, arguments: _Arguments) -> None:
    limit = _limit(arguments)
    start, end = arguments["start_date"], arguments["end_date"]
    if start < world.today - timedelta(days=limit.days_back):
        raise bad_request(f"{limit.kind} request must be within {limit.days_back} recent days")
    if end - start > timedelta(days=limit.days_range):
        raise bad_request(f"{limit.kind} request must not span more than {limit.days_range} days")


def _limit(arguments: _Arguments) -> _Limit:
    if arguments["granularity"] == "HOUR":
        return _HOURLY
    return _PRODUCT_ITEM if arguments["level"] in PRODUCT_ITEM_LEVELS else _USUAL


def _targeting(_world: World, arguments: _Arguments) -> None:
    level, targeting_types = arguments["level"], arguments["targeting_types"]
    if level.endswith(TARGETING_SUFFIX) is (targeting_types is None):
        raise bad_request("targeting_types requires level to be a value ending in _TARGETING, and the reverse.")
    for targeting_type in targeting_types or ():
        if TARGETING_OF_ONE_LEVEL.get(targeting_type, level) != level:
            raise bad_request(f"{targeting_type} is not available at level {level}.")


def _product_items(_world: World, arguments: _Arguments) -> None:
    if arguments["level"] not in PRODUCT_ITEM_LEVELS:
        return
    rejected = [name for name in AD_COLUMNS if name in arguments["columns"]]
    rejected += ["ad_statuses"] if arguments["ad_statuses"] is not None else []
    if rejected:
        raise bad_request(f"{rejected[0]} is not supported for Product Item level reports.")


def _demographics(_world: World, arguments: _Arguments) -> None:
    asked = [name for name in DEMOGRAPHICS if name in arguments["columns"]]
    if asked and not arguments["level"].startswith("ADVERTISER"):
        raise bad_request(f"Columns {asked[0]} are not available.")


def _beta(_world: World, arguments: _Arguments) -> None:
    """Features that Pinterest opens to few apps."""
    if not set(BETA_TARGETING).isdisjoint(arguments["targeting_types"] or ()):
        raise forbidden()


def _mmm_dates(world: World, arguments: _Arguments) -> None:
    if arguments["start_date"] < world.today - timedelta(days=_MMM_DAYS_BACK):
        raise bad_request(f"Request must be within {_MMM_DAYS_BACK} recent days")
    if arguments["end_date"] - arguments["start_date"] > timedelta(days=_MMM_DAYS_RANGE):
        raise bad_request(f"Request must not span more than {_MMM_DAYS_RANGE} days")


def _product_dates(_world: World, arguments: _Arguments) -> None:
    start, end = arguments["start_date"], arguments["end_date"]
    if start <= _PRODUCT_AFTER:
        raise bad_request(f"start_date must be after {_PRODUCT_AFTER}.")
    if end - start < timedelta(days=_PRODUCT_LEAST_DAYS):
        raise bad_request(f"{_PRODUCT_LEAST_DAYS} day minimum time window for report is required.")
    if end - start > timedelta(days=_PRODUCT_DAYS_RANGE):
        raise bad_request("A max of 1 year is allowed between the start and end date for reports.")
    if arguments["conversion_product_attribution_type"] == "BRAND_ATTRIBUTION" and start <= _BRAND_ATTRIBUTION_AFTER:
        raise bad_request(f"start_date must be after {_BRAND_ATTRIBUTION_AFTER} for BRAND_ATTRIBUTION.")


REPORT_RULES = (_in_order, _report_dates, _targeting, _product_items, _demographics, _beta)
MMM_RULES = (_in_order, _mmm_dates)
PRODUCT_RULES = (_in_order, _product_dates)
