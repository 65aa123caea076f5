"""Worlds that are the same on any day."""

from datetime import UTC, datetime
from typing import Any

from integration_tests.simulator import Kind
from integration_tests.support.pinterest import World

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CAMPAIGN = Kind.CAMPAIGNS


def small_world(**sizes: Any) -> World:
    return World(**{"now": NOW, "boards": 3, "ad_accounts": 2, **sizes})
