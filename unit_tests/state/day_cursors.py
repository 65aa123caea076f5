"""A day cursor of 90 days, its states, and the plan that a stream makes of it."""

import logging
from collections.abc import Generator
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from pendulum import Date

from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import FullRefresh
from source_pinterest.state.day_cursor import AccountDayCursor, DayCursor
from source_pinterest.state.period import Period
from source_pinterest.state.pin_cursor import PinCursor
from unit_tests.state.stores import store

RefreshedCursor = TypeVar("RefreshedCursor", DayCursor, PinCursor)

TODAY = Date(2026, 7, 1)
EARLIEST = days_before(TODAY, 89)
PERIOD = Period(EARLIEST, EARLIEST, TODAY, 33)
ONCE = replace(PERIOD, lookback_days=None, emits_once=True, merges_by_key=False)
"""Each day is emitted once, at an age of two days."""


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
    return {"states": [entry("549", ago(days_ago), **{"from": ago(89), **more})]}


def cursor(state: dict[str, Any] | None = None, period: Period = PERIOD, fingerprint: str = "") -> AccountDayCursor:
    return AccountDayCursor(store(state), lambda: period, fingerprint)


def profile_cursor(state: dict[str, Any] | None = None, period: Period = PERIOD) -> DayCursor:
    return DayCursor(store(state), lambda: period)


def pin_cursor(state: dict[str, Any] | None = None, period: Period = PERIOD) -> PinCursor:
    return PinCursor(store(state), lambda: period)


def refreshing(cursor_class: type[RefreshedCursor], state: dict[str, Any] | None = None) -> RefreshedCursor:
    """The cursor of an attempt of a full refresh, with the state of the attempt before."""
    refresh = FullRefresh(7)
    before = None if state is None else {**state, "full_refresh": refresh.mark(ended=False)}
    return cursor_class(store(before, refresh=refresh), lambda: replace(PERIOD, lookback_days=None))


def unread(task: Task) -> Generator[Bundle, None, Any]:
    raise AssertionError(task)
    yield


def slice_of(account: str, days: DateWindow, batch: int = 0) -> Task:
    return Task({"ad_account_id": account}, unread, days, {"batch": batch})


def windows(subject: DayCursor, account: str | None = "549") -> list[DateWindow]:
    """The unread windows of an account, or of the token's own user, once a sync has listed it."""
    if isinstance(subject, AccountDayCursor) and account:
        subject.oldest_first([account])
    return subject.unread(account)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


def plan(subject: AccountDayCursor, days_per_call: int, batches: int = 1, account: str = "549") -> list[DateWindow]:
    """Plan an account as the streams do, and return its windows."""
    in_order = subject.days_of(account).in_reading_order
    pieces = [piece for unread in subject.unread(account) for piece in in_order(unread.cut(days_per_call))]
    subject.plan(account, ((piece, batches) for piece in pieces))
    return pieces
