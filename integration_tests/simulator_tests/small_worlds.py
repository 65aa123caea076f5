"""Worlds that are the same on any day, and what their lists hold."""

from datetime import UTC, datetime
from typing import Any

from integration_tests.simulator import Kind
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import World

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CAMPAIGN = Kind.CAMPAIGNS


def small_world(**sizes: Any) -> World:
    return World(**{"now": NOW, "boards": 3, "ad_accounts": 2, **sizes})


def items(api: Client, path: str, **query: Any) -> list[dict[str, Any]]:
    return [item for page in api.pages(path, page_size=250, **query) for item in page]
