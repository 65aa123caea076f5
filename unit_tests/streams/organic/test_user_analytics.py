"""Are the user's days read as Pinterest settles them?"""

from typing import Any

import pytest
from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest.api.errors import UnavailableError
from source_pinterest.streams.base.slices import partition_slice
from source_pinterest.streams.organic.user_analytics import UserAccountAnalytics
from unit_tests.streams.pinterest import Pinterest

PATH = "user_account/analytics"
WINDOW = partition_slice({}, {"start_date": "2026-06-20", "end_date": "2026-06-24"})


def day(number: int, status: str = "READY") -> dict[str, Any]:
    return {"date": f"2026-06-{number}", "data_status": status, "metrics": {"IMPRESSION": number}}


def days(*statuses: str) -> dict[str, Any]:
    found = [day(20 + number, status) for number, status in enumerate(statuses)]
    return {"json": {"all": {"daily_metrics": list(reversed(found)), "summary_metrics": {}}}}


class Reading:
    """Reads the window, and notes how far the cursor may move."""

    def __init__(self, pinterest: Pinterest, settled_only: bool = False) -> None:
        self._stream = pinterest.stream(UserAccountAnalytics)
        self._stream.settled_only = settled_only
        self.settled: list[Date | None] = []
        self._stream.checkpoint.complete = self._complete  # type: ignore[method-assign, assignment]

    def _complete(self, _: StreamSlice, settled: Date | None) -> None:
        self.settled.append(settled)

    def dates(self) -> list[int]:
        return [int(record["date"][-2:]) for record in self._stream.read_slice(WINDOW)]


def test_the_endpoint_is_asked_for_days_alone(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, days("READY"))
    pinterest.read(UserAccountAnalytics, WINDOW)

    assert pinterest.asked(PATH) == [{"start_date": ["2026-06-20"], "end_date": ["2026-06-24"]}]


def test_account_id_reads_on_behalf_of_its_owner(mock: Any) -> None:
    pinterest = Pinterest(mock, account_id="549")
    pinterest.answers(PATH, days("READY"))
    pinterest.read(UserAccountAnalytics, WINDOW)

    assert pinterest.asked(PATH)[0]["ad_account_id"] == ["549"]


def test_settled_days_move_the_cursor_to_the_windows_end(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, days("READY", "READY", "BEFORE_BUSINESS_CREATED", "READY", "READY"))
    reading = Reading(pinterest)

    assert reading.dates() == [20, 21, 22, 23, 24]
    assert reading.settled == [Date(2026, 6, 24)]


@pytest.mark.parametrize("counting", ["PROCESSING", "ESTIMATE"])
def test_the_cursor_stops_before_a_day_that_is_still_counted(pinterest: Pinterest, counting: str) -> None:
    pinterest.answers(PATH, days("READY", "READY", counting, "READY", counting))
    reading = Reading(pinterest)

    assert reading.dates() == [20, 21, 22, 23, 24]
    assert reading.settled == [Date(2026, 6, 21)]


def test_when_each_day_is_emitted_once_none_after_the_cursor_is(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, days("READY", "READY", "ESTIMATE", "READY", "READY"))
    reading = Reading(pinterest, settled_only=True)

    assert reading.dates() == [20, 21]
    assert reading.settled == [Date(2026, 6, 21)]


def test_a_window_that_is_all_still_counted_moves_nothing(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, days("ESTIMATE", "ESTIMATE"))
    reading = Reading(pinterest, settled_only=True)

    assert reading.dates() == []
    assert reading.settled == [Date(2026, 6, 19)]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"all": {}}',
        '{"all": null}',
        '{"all": []}',
        '{"all": {"daily_metrics": null}}',
        '{"all": {"daily_metrics": [',
    ],
)
def test_a_body_without_days_is_never_read_as_none(pinterest: Pinterest, body: str) -> None:
    pinterest.answers(PATH, {"text": body})

    with pytest.raises(UnavailableError):
        pinterest.read(UserAccountAnalytics, WINDOW)


def test_the_first_sync_reads_all_days_in_one_call(pinterest: Pinterest) -> None:
    assert [dict(one) for one in pinterest.slices(UserAccountAnalytics)] == [
        {"start_date": "2026-04-03", "end_date": "2026-07-01"},
    ]
