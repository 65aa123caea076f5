"""The tables of requests, hours, rows and bytes in docs/streams-and-limits.md and docs/running-it.md."""

import json
import math
from collections.abc import Iterator
from typing import NamedTuple

from integration_tests.simulator.access.quotas import PROFILES, UNIVERSAL
from integration_tests.support.documents import table
from source_pinterest import limits
from source_pinterest.streams.analytics.shapes import request_shape
from tools.stream_pages import simulated

AGENCIES = (10, 100, 1_000)
"""Ad accounts."""

ENTITIES = (50, 200, 1_000)
"""Campaigns, ad groups and ads of each ad account, as docs/sharding.md assumes them too."""

LEVELS = (1, *ENTITIES)
"""Entities of an ad account at each level of analytics: the account itself comes first."""

PINS = 1_000
"""Of each ad account's owner, where pin analytics are read."""

POLLS_PER_REPORT = 1
"""Of a report that is ready at once."""

_MINUTES_PER_HOUR = 60
_HOURS_PER_DAY = 24


class Task(NamedTuple):
    """Something that a sync does for each ad account.

    Attributes:
        name: what the table calls it.
        calls: by category of Pinterest's quotas; categories run at the same time.
        days: the days of analytics of all levels, if it reads these.
    """

    name: str
    calls: dict[str, int]
    days: int = 0


def list_calls(entities: tuple[int, ...] = ENTITIES) -> int:
    """The calls for one ad account's campaigns, ad groups and ads."""
    return sum(math.ceil(count / limits.PAGE_SIZE) for count in entities)


def analytics_calls(days: int, rows_a_day: int = 1, levels: tuple[int, ...] = LEVELS) -> list[int]:
    """The calls that each level of an ad account's analytics takes for so many days."""
    found = []
    for ids in levels:
        ids_per_call, days_per_call = request_shape(ids, days, rows_a_day)
        found.append(math.ceil(ids / ids_per_call) * math.ceil(days / days_per_call))
    return found


def report_calls() -> int:
    """The calls for the days of one ad account that only reports have."""
    reports = math.ceil((limits.ASYNC_HISTORY_DAYS - limits.SYNC_HISTORY_DAYS) / limits.REPORT_WINDOW_DAYS)
    return len(LEVELS) * reports * (1 + POLLS_PER_REPORT)


def tasks() -> Iterator[Task]:
    """What the table has rows for."""
    lookback = limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS + limits.LOOKBACK_MARGIN_DAYS + 1
    back, older = limits.SYNC_HISTORY_DAYS, limits.ASYNC_HISTORY_DAYS
    history = back + 1  # and today
    lists = {"ads_read": list_calls()}
    yield Task("A daily sync", {**lists, "ads_analytics": sum(analytics_calls(lookback))}, lookback)
    yield Task(f"First sync, {back} days back", {**lists, "ads_analytics": sum(analytics_calls(history))}, history)
    yield Task(
        f"First sync, {older} days back",
        {**lists, "ads_analytics": sum(analytics_calls(history)) + report_calls()},
        older + 1,
    )
    [targeting] = analytics_calls(history, limits.TARGETING_ROWS_A_DAY, ENTITIES[:1])
    yield Task(f"`campaign_targeting_analytics`, {back} days back", {"ads_analytics": targeting})
    yield Task(f"`pin_analytics` of {PINS:,} pins an owner", {"org_analytics": PINS})


def standard_hours(task: Task, accounts: int) -> float:
    """The fewest hours with Standard access, one user."""
    minutes = (accounts * calls / limits.REQUESTS_PER_MINUTE[category] for category, calls in task.calls.items())
    return max(minutes) / _MINUTES_PER_HOUR


def trial_hours(task: Task, accounts: int) -> float:
    """The fewest hours with Trial access: what the first day does not allow waits for the next ones."""
    calls_a_day = PROFILES["trial"][UNIVERSAL].calls
    days = math.ceil(accounts * sum(task.calls.values()) / calls_a_day)
    return max((days - 1) * _HOURS_PER_DAY, standard_hours(task, accounts))


def rounded(hours: float) -> str:
    """Hours as the table has them: never fewer than they are."""
    if hours <= 0.1:
        return "0.1"
    return f"{math.ceil(hours * 10) / 10:,.1f}" if hours < 10 else f"{math.ceil(hours):,}"


def rows() -> Iterator[tuple[str, ...]]:
    """The rows of the table."""
    for task in tasks():
        hours = (hours_of(task, accounts) for hours_of in (standard_hours, trial_hours) for accounts in AGENCIES)
        yield task.name, f"{sum(task.calls.values()):,}", *map(rounded, hours)


def render() -> str:
    """The table."""
    titles = (f"{tier}, {accounts:,} accounts" for tier in ("Standard", "Trial") for accounts in AGENCIES)
    return table(("What is read", "Requests an account", *titles), rows())


def sizes() -> str:
    """The table of rows and bytes of an ad account each of whose entities has numbers on every day."""
    bytes_per_row = max(len(json.dumps(row)) for row in simulated()["campaign_analytics"])
    days = limits.REPORT_WINDOW_DAYS
    read = [(task.name, sum(task.calls.values()), task.days, task.days * sum(LEVELS)) for task in tasks() if task.days]
    read.append((f"One report about {LEVELS[-1]:,} ads", 1 + POLLS_PER_REPORT, days, days * LEVELS[-1]))
    return table(
        ("What is read", "Requests", "Days", "Rows of analytics at most", "JSON lines at most, MB"),
        ((*cells, f"{rows:,}", f"{rows * bytes_per_row / 1_000_000:,.0f}") for *cells, rows in read),
    )
