"""These rules reject combinations of parameters that Pinterest does not accept.

Dates as of section "date limits" of each analytics operation; a rule raises the rejection Pinterest would send.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from integration_tests.simulator.calls.errors import bad_request, last_90_days
from integration_tests.simulator.world.world import World

MAX_DAYS_BACK = 90
MAX_DAYS_RANGE = 90

Rule = Callable[[World, Mapping[str, Any]], None]


def recent_days(world: World, arguments: Mapping[str, Any]) -> None:
    """Both dates in the last 90 days, in order, at most 90 days apart; tomorrow is the latest end."""
    start, end = arguments["start_date"], arguments["end_date"]
    if start > end:
        raise bad_request("start_date must not be after end_date.")
    if start < world.today - timedelta(days=MAX_DAYS_BACK):
        raise last_90_days()
    if end - start > timedelta(days=MAX_DAYS_RANGE):
        raise bad_request(f"end_date cannot be more than {MAX_DAYS_RANGE} days past start_date.")
    if end > world.today + timedelta(days=1):
        raise bad_request("end_date must not be in the future.")


def at_most_one_of(*names: str) -> Rule:
    """Filters that exclude each other."""

    def rule(_world: World, arguments: Mapping[str, Any]) -> None:
        given = [name for name in names if arguments[name] is not None]
        if len(given) > 1:
            raise bad_request(f"Only one of {given} may be given.")

    return rule


def names_metrics_of_a_split(_world: World, arguments: Mapping[str, Any]) -> None:
    """All metrics, which is the default, do not go with a split."""
    if arguments["split_field"] != "NO_SPLIT" and arguments["metric_types"] is None:
        raise bad_request("metric_types cannot be ALL if split_field is set.")


def names_ads(_world: World, arguments: Mapping[str, Any]) -> None:
    """Ads are named by their ids. Campaigns and pins together, which Pinterest takes too, are not simulated."""
    if arguments["ad_ids"] is None:
        raise bad_request("Either ad_ids, or campaign_ids and pin_ids, must be given.")
