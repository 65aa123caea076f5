"""These rules refuse combinations of fields that a request for a report must not contain.

Limits as of https://developers.pinterest.com/docs/api/v5/analytics-create_report. What Pinterest would take and the
local Pinterest can't make is refused too, in words that say so, rather than answered wrongly.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from integration_tests.simulator.calls.errors import ApiError, bad_request, forbidden
from integration_tests.simulator.calls.rules import MAX_HOURLY_DAYS_BACK, MAX_HOURLY_DAYS_RANGE
from integration_tests.simulator.reports.columns import AD_COLUMNS
from integration_tests.simulator.reports.fields import FILTERS
from integration_tests.simulator.reports.request import (
    BETA_TARGETING,
    PRODUCT_ITEM_LEVELS,
    TARGETING_OF_ONE_LEVEL,
    TARGETING_SUFFIX,
)
from integration_tests.simulator.world.world import World

_Arguments = Mapping[str, Any]


class _Limit(NamedTuple):
    """How far back a report may start, how far it may reach, and how Pinterest calls such a request."""

    days_back: int
    days_range: int
    kind: str


_HOURLY = _Limit(MAX_HOURLY_DAYS_BACK, MAX_HOURLY_DAYS_RANGE, "Hourly")
_PRODUCT_ITEM = _Limit(92, 31, "Product item")
_USUAL = _Limit(914, 186, "Non-hourly")

# Which filters narrow down the entities of a level: those on the entities themselves and on what they belong to.
_CAMPAIGN_FILTERS = ("campaign_ids", "campaign_statuses", "campaign_objective_types")
_AD_GROUP_FILTERS = (*_CAMPAIGN_FILTERS, "ad_group_ids", "ad_group_statuses")
_LEVEL_FILTERS: Mapping[str, tuple[str, ...]] = {
    "ADVERTISER": (),
    "CAMPAIGN": _CAMPAIGN_FILTERS,
    "AD_GROUP": _AD_GROUP_FILTERS,
    "PIN_PROMOTION": (*_AD_GROUP_FILTERS, "ad_ids", "ad_statuses"),
    "PRODUCT_GROUP": (*_AD_GROUP_FILTERS, "product_group_ids", "product_group_statuses"),
    "PRODUCT_ITEM": (*_AD_GROUP_FILTERS, "product_item_ids"),
    "KEYWORD": _AD_GROUP_FILTERS,
}


def _dates(world: World, arguments: _Arguments) -> None:
    limit = _limit(arguments)
    start, end = arguments["start_date"], arguments["end_date"]
    if start > end:
        raise bad_request("start_date must not be after end_date.")
    if start < world.today - timedelta(days=limit.days_back):
        raise bad_request(f"{limit.kind} request must be within {limit.days_back} recent days")
    if end - start > timedelta(days=limit.days_range):
        raise bad_request(f"{limit.kind} request must not span more than {limit.days_range} days")
    if end > world.today + timedelta(days=1):
        raise bad_request("end_date must not be in the future.")


def _limit(arguments: _Arguments) -> _Limit:
    if arguments["granularity"] == "HOUR":
        return _HOURLY
    return _PRODUCT_ITEM if arguments["level"] in PRODUCT_ITEM_LEVELS else _USUAL


def _hours(_world: World, arguments: _Arguments) -> None:
    given = [name for name in ("start_hour", "end_hour") if arguments[name] is not None]
    if given and arguments["granularity"] != "HOUR":
        raise bad_request(f"{given[0]} is only allowed for hourly reports.")


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
    refused = [name for name in AD_COLUMNS if name in arguments["columns"]]
    refused += [name for name in ("ad_ids", "ad_statuses") if arguments[name] is not None]
    if refused:
        raise bad_request(f"{refused[0]} is not supported for Product Item level reports.")


def _beta(_world: World, arguments: _Arguments) -> None:
    """Features that Pinterest opens to few apps."""
    if (
        arguments["combine_targeting_types"]
        or arguments["reporting_timezone"] == "AD_ACCOUNT_TIME_ZONE"
        or not set(BETA_TARGETING).isdisjoint(arguments["targeting_types"] or ())
    ):
        raise forbidden()


def _simulated(_world: World, arguments: _Arguments) -> None:
    if arguments["report_format"] != "JSON":
        raise _not_simulated("report_format CSV")
    if arguments["primary_sort"] != "BY_ID":
        raise _not_simulated("primary_sort BY_DATE")
    known = _LEVEL_FILTERS[arguments["level"].removesuffix(TARGETING_SUFFIX)]
    for name in FILTERS:
        if arguments[name] is not None and name not in known:
            raise _not_simulated(f"{name} at level {arguments['level']}")


def _not_simulated(what: str) -> ApiError:
    return bad_request(f"{what} is not simulated.")


REPORT_RULES = (_dates, _hours, _targeting, _product_items, _beta, _simulated)
