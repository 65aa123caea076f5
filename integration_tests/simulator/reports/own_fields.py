"""These are the fields of requests for marketing mix reports and conversion product reports.

As in Pinterest's OpenAPI document 5.28; limits that its texts state are kept in the stricter way.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from integration_tests.simulator.calls.errors import bad_request
from integration_tests.simulator.calls.fields import Field, text
from integration_tests.simulator.calls.parameters import Day, Text
from integration_tests.simulator.reports.fields import choice, choices, window_days
from integration_tests.simulator.reports.own_columns import MMM_COLUMNS, PRODUCT_COLUMNS
from integration_tests.simulator.reports.products import BREAKDOWNS
from integration_tests.simulator.world.world import World

_MOST_OBJECTIVES = 7
_MOST_MMM_TYPES = 7
_MMM_DAYS_BACK, _MMM_DAYS_RANGE = 914, 186  # no document says: those of other reports
_PRODUCT_AFTER = date(2024, 3, 16)
_BRAND_ATTRIBUTION_AFTER = date(2025, 4, 1)
_PRODUCT_DAYS_RANGE = 365
_PRODUCT_LEAST_DAYS = 7
_DATES = (text(Day("start_date", required=True)), text(Day("end_date", required=True)))
_NAME = text(Text("report_name", required=True))

OBJECTIVES = (
    "AWARENESS",
    "CONSIDERATION",
    "WEB_CONVERSION",
    "CATALOG_SALES",
    "VIDEO_COMPLETION",
    "APP_INSTALL",
    "SALES",
    "LEADS",
    "CTV_CONSIDERATION",
)
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


MMM_RULES = (_in_order, _mmm_dates)
PRODUCT_RULES = (_in_order, _product_dates)
