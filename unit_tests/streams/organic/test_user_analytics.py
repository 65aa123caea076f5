"""The user's days are read as Pinterest settles them."""

from typing import Any

import pytest

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
    stream.checkpoint.begin([None])
    dates = [int(record["date"][-2:]) for record in read_slice(stream, window_of(stream))]
    return dates, stream.checkpoint.state


@pytest.mark.parametrize("shown", [[20, 21], []], ids=["few days", "none"])
def test_a_day_that_a_response_does_not_hold_counts_as_read(pinterest: Pinterest, shown: list[int]) -> None:
    pinterest.answers(PATH, {"json": {"all": {"daily_metrics": list(map(day, shown))}}})
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics))
    stream.checkpoint.begin([None])
    records = read_slice(stream, window_of(stream, 20, 28))

    assert [int(record["date"][-2:]) for record in records] == shown
    assert stream.checkpoint.state["date"] == "2026-06-28"


@pytest.mark.parametrize("how", [None, APPEND], ids=["again", "once"])
def test_a_day_that_pinterest_still_counts_is_warned_of_if_rows_are_appended(
    pinterest: Pinterest, how: Any, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers(PATH, days("READY", "PROCESSING", "BEFORE_BUSINESS_CREATED", "ESTIMATE"))
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), how)
    stream.checkpoint.begin([None])

    assert [record["date"][-2:] for record in read_slice(stream, window_of(stream))] == ["25", "26", "27", "28"]
    told = [text for text in caplog.messages if "still counts" in text]
    assert [("2 rows of days up to 2026-06-28" in text) for text in told] == [True] * (how is APPEND)
