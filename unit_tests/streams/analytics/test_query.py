"""Analytics are requested in legal requests, taken whole or not at all, and split when they are too large."""

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import requests_mock

from source_pinterest import limits
from source_pinterest.api.errors import RejectedError, UnavailableError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.analytics.levels import AdAccountAnalytics, CampaignAnalytics, CampaignTargetingAnalytics
from source_pinterest.streams.analytics.query import QueryAnalytics, request_shape
from unit_tests.answers import refused
from unit_tests.streams.analytics.syncs import ago, window
from unit_tests.streams.pinterest import Pinterest, page, records_of, run_of
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits

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


def row(campaign: Any, date: str | None = "2026-07-01", **more: Any) -> dict[str, Any]:
    return {"CAMPAIGN_ID": campaign, "AD_ACCOUNT_ID": "11", "DATE": date, **more}


def test_a_refused_column_of_the_rows_own_id_fails_the_request(pinterest: Pinterest) -> None:
    no_id = refused(400, 1, "There is no CAMPAIGN_ID.")
    pinterest.answers(PATH, no_id, no_id, {"json": [row("1")]})

    with pytest.raises(RejectedError, match="There is no CAMPAIGN_ID"):
        rows_of(pinterest, call(window(9, 0), "1"))


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


def test_an_id_that_has_more_rows_than_a_call_may_bring_is_asked_for_alone() -> None:
    assert request_shape(3, 90, rows_a_day=200) == (1, 90)


@pytest.fixture
def recent(mock: requests_mock.Mocker) -> Pinterest:
    """A Pinterest that is read from the first day that needs no report."""
    return Pinterest(mock, start_date=ago(89))


def lists_of(pinterest: Pinterest, **ids: list[str]) -> None:
    pinterest.lists("ad_accounts", *(name.removeprefix("a") for name in ids))
    for name, entities in ids.items():
        pinterest.answers(f"ad_accounts/{name.removeprefix('a')}/campaigns", page(entities))


@pytest.mark.parametrize("answer", [{"json": []}, refused(503)], ids=["read", "failed"])
def test_planning_waits_while_many_tasks_are_unread(
    recent: Pinterest, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    monkeypatch.setattr(limits, "TASKS_IN_LINE", 1)
    lists_of(recent, a11=["1"], a12=["2"])
    recent.answers(PATH, answer)
    tasks = iter(run_of(recent.stream(CampaignAnalytics)).tasks())
    first = next(tasks)
    second = in_thread(lambda: next(tasks))
    assert waits(second)

    with suppress(UnavailableError):
        recent.read(CampaignAnalytics, first)
    assert second.result(PATIENCE_SECONDS)["ad_account_id"] == "12"
