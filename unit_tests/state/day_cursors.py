"""Days and periods that tests of cursors and of days share."""

from collections.abc import Generator
from typing import Any

from pendulum import Date

from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.engine.tasks import Task
from source_pinterest.state.period import Period

TODAY = Date(2026, 7, 1)
EARLIEST = days_before(TODAY, 89)
ONCE = Period(EARLIEST, EARLIEST, TODAY, lookback_days=None, final_days_only=True, merges_by_key=False)
"""Each day is emitted once, at an age of two days."""


def day(days_ago: int) -> Date:
    return days_before(TODAY, days_ago)


def window(first_ago: int, last_ago: int) -> DateWindow:
    return DateWindow(day(first_ago), day(last_ago))


def unread(task: Task) -> Generator[RecordBatch, None, Any]:
    raise AssertionError(task)
    yield
