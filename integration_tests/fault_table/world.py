"""This module defines the world that the streams of the table read, and the options of their syncs."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from integration_tests.support.pinterest import World

DAYS = 15
DAYS_OF_HISTORY = 92
"""Three of these are older than what Pinterest tells without a report."""

PAGE_CAP = 2
METRICS = ("AD_ACCOUNT_ID", "SPEND_IN_DOLLAR", "TOTAL_CONVERSIONS")
"""The last one has other numbers once late conversions have arrived."""
TARGETING_TYPES = ("GENDER",)

OPTIONS: Mapping[str, Any] = {
    "analytics_columns": list(METRICS),
    "marketing_mix_report": {"targeting_types": list(TARGETING_TYPES)},
    "custom_reports": [
        {
            "name": "Mine",
            "level": "AD_GROUP_TARGETING",
            "granularity": "DAY",
            "targeting_types": list(TARGETING_TYPES),
            "columns": list(METRICS),
        }
    ],
}
"""What is requested, beside the days."""


def small_world() -> World:
    """A few of everything, all of it in three parts; in pages of two, a list takes three calls."""
    world = World(
        boards=5,
        pins_per_board=(5, 1, 3, 0, 2),
        sections_per_board=0,
        ad_accounts=3,
        campaigns=(5, 2, 1),
        ad_groups=(3, 1, 1),
        ads=(3, 2, 1),
        feeds=3,
        feed_results=(5, 1, 2),
        active_percent=100,
    )
    world.first_day = world.today - timedelta(days=DAYS_OF_HISTORY)
    return world
