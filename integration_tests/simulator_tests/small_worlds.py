"""Worlds that are the same on any day, and windows and rows of the reports on them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from integration_tests.simulator_tests.api_client import Client
from integration_tests.support.pinterest import World

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def small_world(**options: Any) -> World:
    return World(**{"now": NOW, **options})


def days_back(world: World, start: int, end: int) -> dict[str, str]:
    """A window in days back from today."""
    return {f"{name}_date": str(world.today - timedelta(days=days)) for name, days in (("start", start), ("end", end))}


def rows(api: Client, account: int = 0, /, **order: Any) -> list[dict[str, Any]]:
    return [row for under_id in api.report(account, **order).values() for row in under_id]
