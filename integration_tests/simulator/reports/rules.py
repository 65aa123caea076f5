"""These rules refuse combinations of fields that a request for a report must not contain.

Limits as of https://developers.pinterest.com/docs/api/v5/analytics-create_report.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from integration_tests.simulator.calls.errors import bad_request, forbidden
from integration_tests.simulator.reports.columns import AD_COLUMNS
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


_HOURLY = _Limit(8, 3, "Hourly")
_PRODUCT_ITEM = _Limit(92, 31, "Product item")
_USUAL = _Limit(914, 186, "Non-hourly")


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
    refused += ["ad_statuses"] if arguments["ad_statuses"] is not None else []
    if refused:
        raise bad_request(f"{refused[0]} is not supported for Product Item level reports.")


def _beta(_world: World, arguments: _Arguments) -> None:
    """Features that Pinterest opens to few apps."""
    if not set(BETA_TARGETING).isdisjoint(arguments["targeting_types"] or ()):
        raise forbidden()


REPORT_RULES = (_dates, _targeting, _product_items, _beta)
