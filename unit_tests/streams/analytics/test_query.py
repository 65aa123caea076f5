"""The sizes of requests for analytics, and the rows that they may hold in memory."""

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any

from source_pinterest import limits
from source_pinterest.dates import DateWindow
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.analytics.levels import AdAccountAnalytics, CampaignAnalytics, CampaignTargetingAnalytics
from source_pinterest.streams.analytics.query import QueryAnalytics, request_shape
from unit_tests.streams.analytics.syncs import window
from unit_tests.streams.pinterest import Pinterest, records_of

PATH = "ad_accounts/11/campaigns/analytics"


def call(days: DateWindow, *ids: str) -> tuple[DateWindow, tuple[str, ...]]:
    return days, ids


def bundles_of(stream: QueryAnalytics, asked: tuple[DateWindow, tuple[str, ...]]) -> Iterator[Bundle]:
    """What is read of a task that no cursor has planned."""
    days, ids = asked
    read = partial(stream.read_query, ids)
    return Task({"ad_account_id": "11"}, read, days).bundles()


def rows_of(
    pinterest: Pinterest, asked: tuple[DateWindow, tuple[str, ...]], of: type[QueryAnalytics] = CampaignAnalytics
) -> list[dict[str, Any]]:
    return list(records_of(bundles_of(pinterest.stream(of), asked)))


def test_the_rows_in_memory_are_limited(pinterest: Pinterest) -> None:
    held: list[int] = []

    @contextmanager
    def holding(rows: int) -> Generator[None, None, None]:
        held.append(rows)
        yield

    vars(pinterest.sync)["rows"] = SimpleNamespace(holding=holding)
    pinterest.answers(PATH, {"json": []})
    pinterest.answers("ad_accounts/11/analytics", {"json": []})
    pinterest.answers("ad_accounts/11/campaigns/targeting_analytics", {"json": {"data": []}})
    rows_of(pinterest, call(window(9, 0), "1", "2", "3"))
    rows_of(pinterest, call(window(9, 0)), AdAccountAnalytics)
    rows_of(pinterest, call(window(9, 0), "1", "2"), CampaignTargetingAnalytics)

    assert held == [30, 10, 20 * limits.TARGETING_ROWS_A_DAY]


def cost(ids: int, days: int, ids_per_call: int, days_per_call: int) -> tuple[int, int]:
    """The calls, and the windows that they make."""
    windows = math.ceil(days / days_per_call)
    return math.ceil(ids / ids_per_call) * windows, windows


def least_cost(ids: int, days: int) -> tuple[int, int]:
    shapes = [
        (min(limits.IDS_PER_ANALYTICS_REQUEST, limits.ROWS_PER_ANALYTICS_REQUEST // window), window)
        for window in range(1, limits.ANALYTICS_WINDOW_DAYS + 1)
    ]
    return min(cost(ids, days, *shape) for shape in shapes)


def test_the_shape_of_requests_is_the_cheapest() -> None:
    for ids in (0, 1, 2, 19, 40, 110, 111, 112, 125, 249, 250, 251, 333, 1_000, 5_000):
        for days in (1, 2, 12, 33, 40, 41, 45, 89, 90, 91, 180, 181, 913):
            assert cost(ids, days, *request_shape(ids, days)) == least_cost(ids, days), (ids, days)


def test_an_id_with_more_rows_than_a_request_may_have_is_requested_alone() -> None:
    assert request_shape(3, 90, rows_a_day=200) == (1, 90)
