"""Days, windows and granularities. `properties/test_windows.py` has the laws that hold for all of them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pendulum
import pytest
from pendulum import Date

from source_pinterest.dates import DateWindow, Granularity, parse_day, utc_today

DAY, HOUR, WEEK, MONTH, TOTAL = (Granularity(name) for name in ("DAY", "HOUR", "WEEK", "MONTH", "TOTAL"))
TODAY = Date(2026, 7, 1)
"""A Wednesday."""


def window(start: str, end: str) -> DateWindow:
    return DateWindow.from_pair([start, end])


def pairs(windows: Sequence[DateWindow]) -> list[list[str]]:
    return [item.as_pair() for item in windows]


@pytest.mark.parametrize("text", ["2023-02-29", "24-01-01", "2024-1-1", "20240101", " 2024-01-01", "\u0662024-01-01"])
def test_a_text_that_is_no_day_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_day(text)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_today_is_that_of_utc_wherever_the_machine_stands(zone: str) -> None:
    with pendulum.test_local_timezone(pendulum.timezone(zone)):
        today = utc_today()

    assert (type(today), str(today)) == (Date, str(datetime.now(UTC).date()))


def test_a_window_counts_both_ends_and_does_not_end_before_it_starts() -> None:
    assert window("2024-02-28", "2024-03-01").days == 3
    assert window("2024-02-28", "2024-02-28").days == 1
    with pytest.raises(ValueError, match="2024-01-01"):
        window("2024-01-02", "2024-01-01")


def test_the_bucket_of_a_day() -> None:
    for granularity, day, bucket in [
        (HOUR, "2026-07-01", ["2026-07-01", "2026-07-01"]),
        (WEEK, "2026-06-29", ["2026-06-29", "2026-07-05"]),
        (WEEK, "2026-07-05", ["2026-06-29", "2026-07-05"]),
        (WEEK, "2027-01-01", ["2026-12-28", "2027-01-03"]),
        (MONTH, "2026-07-01", ["2026-07-01", "2026-07-31"]),
        (MONTH, "2024-02-15", ["2024-02-01", "2024-02-29"]),
        (MONTH, "2025-12-31", ["2025-12-01", "2025-12-31"]),
    ]:
        assert granularity.bucket_of(parse_day(day)).as_pair() == bucket, (granularity, day)


def test_the_last_bucket_that_is_over() -> None:
    for granularity, day, last in [
        (DAY, "2026-06-30", "2026-06-30"),
        (WEEK, "2026-07-04", "2026-06-28"),
        (WEEK, "2026-07-05", "2026-07-05"),
        (MONTH, "2026-06-29", "2026-05-31"),
        (MONTH, "2026-06-30", "2026-06-30"),
    ]:
        assert granularity.last_whole(parse_day(day)) == parse_day(last), (granularity, day)


def test_a_window_becomes_the_buckets_that_start_in_it() -> None:
    for granularity, wanted, whole in [
        (DAY, ["2026-05-05", "2026-07-01"], ["2026-05-05", "2026-07-01"]),
        (WEEK, ["2026-06-15", "2026-06-28"], ["2026-06-15", "2026-06-28"]),
        (WEEK, ["2026-06-16", "2026-06-24"], ["2026-06-22", "2026-06-28"]),
        (WEEK, ["2026-06-15", "2026-06-15"], ["2026-06-15", "2026-06-21"]),
        (WEEK, ["2026-06-16", "2026-06-21"], None),
        (MONTH, ["2026-05-02", "2026-07-01"], ["2026-06-01", "2026-07-31"]),
        (MONTH, ["2026-06-02", "2026-06-30"], None),
    ]:
        found = granularity.buckets_starting_in(DateWindow.from_pair(wanted))

        assert (found and found.as_pair()) == whole, (granularity, wanted)


def test_pieces_are_the_fewest_of_whole_buckets_and_the_running_one_ends_today() -> None:
    for granularity, whole, max_days, pieces in [
        (DAY, ["2026-06-28", "2026-07-01"], 3, [["2026-06-28", "2026-06-30"], ["2026-07-01"] * 2]),
        (WEEK, ["2026-06-01", "2026-06-28"], 20, [["2026-06-01", "2026-06-14"], ["2026-06-15", "2026-06-28"]]),
        (WEEK, ["2026-06-01", "2026-06-28"], 28, [["2026-06-01", "2026-06-28"]]),
        (WEEK, ["2026-06-15", "2026-07-05"], 14, [["2026-06-15", "2026-06-28"], ["2026-06-29", "2026-07-01"]]),
        (MONTH, ["2026-04-01", "2026-07-31"], 61, [["2026-04-01", "2026-05-31"], ["2026-06-01", "2026-07-01"]]),
        (MONTH, ["2026-05-01", "2026-06-30"], 60, [["2026-05-01", "2026-05-31"], ["2026-06-01", "2026-06-30"]]),
    ]:
        assert pairs(granularity.cut(DateWindow.from_pair(whole), max_days, TODAY)) == pieces, (granularity, whole)


def test_a_window_of_too_few_days_gets_whole_buckets_before_it_or_after_it() -> None:
    for granularity, wanted, least_days, first_day, wide in [
        (DAY, ["2026-06-10", "2026-06-10"], 1, None, ["2026-06-10", "2026-06-10"]),
        (DAY, ["2026-06-10", "2026-06-10"], 3, "2026-06-09", ["2026-06-09", "2026-06-11"]),
        (WEEK, ["2026-06-15", "2026-06-21"], 8, None, ["2026-06-08", "2026-06-21"]),
        (WEEK, ["2026-06-15", "2026-06-21"], 8, "2026-06-08", ["2026-06-08", "2026-06-21"]),
        (WEEK, ["2026-06-15", "2026-06-21"], 8, "2026-06-09", ["2026-06-15", "2026-06-28"]),
        (MONTH, ["2026-02-01", "2026-02-28"], 30, "2026-01-02", ["2026-02-01", "2026-03-31"]),
    ]:
        first = parse_day(first_day) if first_day else None

        assert granularity.widened(DateWindow.from_pair(wanted), least_days, first).as_pair() == wide, (
            granularity,
            wanted,
        )


def test_halves_are_whole_buckets() -> None:
    for granularity, whole, halves in [
        (DAY, ["2026-06-01", "2026-06-05"], [["2026-06-01", "2026-06-03"], ["2026-06-04", "2026-06-05"]]),
        (HOUR, ["2026-06-29", "2026-07-01"], [["2026-06-29", "2026-06-30"], ["2026-07-01", "2026-07-01"]]),
        (WEEK, ["2026-06-15", "2026-07-05"], [["2026-06-15", "2026-06-28"], ["2026-06-29", "2026-07-05"]]),
        (WEEK, ["2026-06-22", "2026-07-01"], [["2026-06-22", "2026-06-28"], ["2026-06-29", "2026-07-01"]]),
        (MONTH, ["2026-01-01", "2026-02-28"], [["2026-01-01", "2026-01-31"], ["2026-02-01", "2026-02-28"]]),
        (WEEK, ["2026-06-29", "2026-07-01"], None),
        (TOTAL, ["2026-01-01", "2026-06-30"], None),
    ]:
        found = granularity.halves(DateWindow.from_pair(whole))

        assert (found and pairs(found)) == halves, (granularity, whole)
