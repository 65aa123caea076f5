"""Worlds that are the same on any day, and windows and rows of the reports on them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from integration_tests.simulator_tests.api_client import Client
from integration_tests.support.pinterest import World

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def small_world(**options: Any) -> World:
    return World(**{"now": NOW, **options})


def window(world: World, start: int, end: int) -> dict[str, Any]:
    """A window in days back from today."""
    return {"start": world.today - timedelta(days=start), "end": world.today - timedelta(days=end)}


def ordered(dates: dict[str, date]) -> dict[str, str]:
    return {f"{name}_date": str(day) for name, day in dates.items()}


def rows(api: Client, account: int = 0, /, **order: Any) -> list[dict[str, Any]]:
    return [row for under_id in api.report(account, **order).values() for row in under_id]
