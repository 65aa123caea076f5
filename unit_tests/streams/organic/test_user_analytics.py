"""The user's days are read as Pinterest settles them."""

from typing import Any

import pytest

from source_pinterest.api.errors import SliceError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.organic.profile import ProfileAnalytics, UserAccountAnalytics
from unit_tests.streams.pinterest import Pinterest, configured, read_slice

PATH = "user_account/analytics"
APPEND = configured("incremental", "append")


def day(number: int, status: str = "READY") -> dict[str, Any]:
    return {"date": f"2026-06-{number}", "data_status": status, "metrics": {"IMPRESSION": number}}


def days(*statuses: str) -> dict[str, Any]:
    found = [day(25 + number, status) for number, status in enumerate(statuses)]
    return {"json": {"all": {"daily_metrics": list(reversed(found)), "summary_metrics": {}}}}


def window(first: int = 25, last: int = 29) -> DateWindow:
    return DateWindow.from_pair([f"2026-06-{first}", f"2026-06-{last}"])


def window_of(stream: ProfileAnalytics, first: int = 25, last: int = 29) -> Task:
    return Task({}, stream.read_days, window(first, last))


def read(pinterest: Pinterest, how: Any = None) -> tuple[list[int], dict[str, Any]]:
    """The days of the window that are emitted, and the state after it."""
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), how)
    dates = [int(record["date"][-2:]) for record in read_slice(stream, window_of(stream))]
    return dates, stream.checkpoint.state


def state(settled: int, newest: int | None = None) -> dict[str, Any]:
    days_told = {"date": f"2026-06-{settled}", "from": "2026-06-25", "settled": f"2026-06-{settled}"}
    return {**days_told, "read": f"2026-06-{newest}"} if newest else days_told


NOTHING_FINAL = {"date": "2026-06-24", "from": "2026-06-25"}


# ---- How far the cursor moves


@pytest.mark.parametrize(
    ("statuses", "settled", "newest"),
    [
        ("READY READY BEFORE_BUSINESS_CREATED READY READY", 29, None),
        ("READY READY PROCESSING READY PROCESSING", 26, 29),
        ("READY READY ESTIMATE READY ESTIMATE", 26, 29),
        ("READY READY READY", 27, None),
        ("ESTIMATE ESTIMATE", None, 26),
        ("", None, None),
    ],
)
def test_the_cursor_stops_before_a_day_that_is_still_counted_or_young_and_missing(
    mock: Any, statuses: str, settled: int | None, newest: int | None
) -> None:
    """Where each day is emitted once, no later day is emitted."""
    found = [25 + number for number, _ in enumerate(statuses.split())]
    again, once = Pinterest(mock), Pinterest(mock)
    again.answers(PATH, days(*statuses.split()))

    nothing = {**NOTHING_FINAL, **({"read": f"2026-06-{newest}"} if newest else {})}
    assert read(again) == (found, state(settled, newest) if settled else nothing)
    final = [number for number in found if settled and number <= settled]
    assert read(once, APPEND) == (final, state(settled) if settled else NOTHING_FINAL)


@pytest.mark.parametrize("how", [None, APPEND], ids=["again", "once"])
@pytest.mark.parametrize("shown", [[20, 21], []], ids=["few days", "none"])
def test_a_week_old_day_that_a_response_does_not_hold_counts_as_read(
    pinterest: Pinterest, how: Any, shown: list[int]
) -> None:
    pinterest.answers(PATH, {"json": {"all": {"daily_metrics": list(map(day, shown))}}})
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), how)
    records = read_slice(stream, window_of(stream, 20, 28))

    assert [int(record["date"][-2:]) for record in records] == shown
    assert stream.checkpoint.state == {"date": "2026-06-24", "from": "2026-06-20", "settled": "2026-06-24"}


# ---- What comes


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{}", "The analytics have no parts, or none under the key all."),
        ('{"all": {}}', "A part of the analytics has no daily_metrics with dates."),
        ('{"all": {"daily_metrics": [{"date": ""}]}}', "A part of the analytics has no daily_metrics with dates."),
        ('{"all": {"daily_metrics": [{"date": "2026-06-31"}]}}', "is not a day written as YYYY-MM-DD."),
        ('{"all": {"daily_metrics": [', ""),
    ],
)
def test_a_body_without_days_is_never_read_as_none(pinterest: Pinterest, body: str, says: str) -> None:
    pinterest.answers(PATH, {"text": body})

    with pytest.raises(SliceError) as raised:
        pinterest.read(UserAccountAnalytics, window_of(pinterest.stream(UserAccountAnalytics)))
    assert str(raised.value.message).endswith(says)
