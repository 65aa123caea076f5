"""A day cursor of 90 days, its states, and the plan that a stream makes of it."""

import logging
from dataclasses import replace
from typing import Any

import pytest
from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.slices import batch_slice
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.history import PlannedWindow, WindowProgress
from source_pinterest.state.period import Period, Restatement
from unit_tests.state.stores import store

TODAY = Date(2026, 7, 1)
EARLIEST = days_before(TODAY, 89)
PERIOD = Period(EARLIEST, EARLIEST, TODAY, 33)


def day(days_ago: int) -> Date:
    return days_before(TODAY, days_ago)


def ago(days: int) -> str:
    return str(day(days))


def window(first_ago: int, last_ago: int) -> DateWindow:
    return DateWindow(day(first_ago), day(last_ago))


def entry(account: str, date: str, **more: Any) -> dict[str, Any]:
    return {"partition": {"ad_account_id": account}, "cursor": {"DATE": date, **more}}


def read_up_to(days_ago: int, **more: Any) -> dict[str, Any]:
    """The state of an account that was read from the first day to this one."""
    settled = ago(max(days_ago, 2))
    return {"states": [entry("549", ago(days_ago), **{"from": ago(89), "settled": settled, **more})]}


def cursor(
    state: dict[str, Any] | None = None, period: Period = PERIOD, fingerprint: str = "", *, organic: bool = False
) -> DayCursor:
    return DayCursor(store(state), lambda: period, lambda: TODAY, fingerprint, organic=organic)


def restatement(how: Restatement, lookback_days: int | None = None) -> Period:
    return replace(PERIOD, lookback_days=lookback_days, restatement=how)


def slice_of(account: str, planned: PlannedWindow, batch: int = 0) -> StreamSlice:
    return batch_slice({"ad_account_id": account}, planned, (), batch)


def windows(subject: DayCursor, account: str | None = "549") -> list[DateWindow]:
    return [item.window for item in subject.unread(account)]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


def plan(subject: DayCursor, days_per_call: int, batches: int = 1, account: str = "549") -> list[PlannedWindow]:
    """Plan an account as the streams do, and return its windows."""
    pieces = [
        WindowProgress(piece, item.purpose)
        for item in subject.unread(account)
        for piece in item.window.cut(days_per_call)
    ]
    return subject.plan(account, pieces, [batches] * len(pieces))
