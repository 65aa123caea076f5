"""Rows of other days are told from those that were requested, and rows without a day are kept."""

import logging

import pytest

from source_pinterest.dates import DateWindow, Granularity
from source_pinterest.engine.progress import Notices
from source_pinterest.streams.base.listing import within

WINDOW = DateWindow.from_pair(["2026-03-04", "2026-03-10"])


def is_kept(day: object, granularity: Granularity = Granularity.DAY) -> bool:
    return bool(list(within([{"DATE": day}], WINDOW, "DATE", Notices("ads"), granularity)))


@pytest.mark.parametrize(
    ("granularity", "kept", "left_out"),
    [
        (Granularity.DAY, ["2026-03-04", "2026-03-10", "2026-03-10T00:00:00"], ["2026-03-03", "2026-03-11T01:00:00"]),
        (Granularity.HOUR, ["2026-03-04", "2026-03-10 23:00:00"], ["2026-03-03 23:00:00", "2026-03-11"]),
        (Granularity.WEEK, ["2026-03-02", "2026-03-09", "2026-03-15"], ["2026-03-01", "2026-03-16"]),
        (Granularity.MONTH, ["2026-03-01", "2026-03-31"], ["2026-02-01", "2026-04-01"]),
    ],
)
def test_days_are_compared_by_their_bucket(granularity: Granularity, kept: list[str], left_out: list[str]) -> None:
    assert all(is_kept(day, granularity) for day in kept)
    assert not any(is_kept(day, granularity) for day in left_out)


def test_a_time_of_the_only_day_is_of_that_day() -> None:
    only = DateWindow.from_pair(["2026-03-04", "2026-03-04"])
    rows = [{"DATE": f"2026-03-0{day}T00:00:00"} for day in (3, 4, 5)]

    assert list(within(rows, only, "DATE", Notices("ads"))) == [rows[1]]


@pytest.mark.parametrize("day", [None, 20260301, "", "March", "03/01/2026", "0000-99-99", {"day": "2026-03-01"}])
def test_what_is_no_day_is_left_to_others(day: object) -> None:
    assert is_kept(day)


def test_a_row_without_the_field_is_kept() -> None:
    assert list(within([{"SPEND": 1}], WINDOW, "DATE", Notices("ads"))) == [{"SPEND": 1}]


def test_a_stream_warns_once(caplog: pytest.LogCaptureFixture) -> None:
    notices = Notices("ads")
    with caplog.at_level(logging.WARNING, "airbyte"):
        for _ in range(3):
            assert not list(within([{"DATE": "2026-03-03"}] * 3, WINDOW, "DATE", notices))

    assert len(caplog.messages) == 1
    assert "such as 2026-03-03 for 2026-03-04 to 2026-03-10" in caplog.text
