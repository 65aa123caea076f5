"""Do spans of days keep every day, once, however they are cut, clamped and joined?"""

from datetime import UTC, datetime

import pendulum
import pytest
from pendulum import Date

from source_pinterest.dates import DateWindow, days_before, merge_windows, parse_day, utc_today


def window(start: str, end: str) -> DateWindow:
    return DateWindow.from_pair([start, end])


def test_a_day_is_read_as_a_pendulum_date() -> None:
    day = parse_day("2024-02-29")

    assert type(day) is Date
    assert day.isoformat() == "2024-02-29"


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29",
        "2024-13-01",
        "24-01-01",
        "2024-1-1",
        "20240101",
        "2024-01-01T00:00:00Z",
        " 2024-01-01",
        "",
        "\u0662024-01-01",
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_day(text)


def test_another_form_is_named_as_the_reason() -> None:
    with pytest.raises(ValueError, match=r"^'20240101' is not a day written as YYYY-MM-DD\.$"):
        parse_day("20240101")


def test_today_is_a_pendulum_date() -> None:
    assert type(utc_today()) is Date


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [("2024-03-01", 1, "2024-02-29"), ("2024-01-01", 0, "2024-01-01"), ("2026-07-01", 914, "2023-12-30")],
)
def test_days_before(day: str, count: int, expected: str) -> None:
    earlier = days_before(parse_day(day), count)

    assert (type(earlier), earlier) == (Date, parse_day(expected))


def test_a_window_counts_both_ends() -> None:
    assert window("2024-02-28", "2024-03-01").days == 3
    assert window("2024-02-28", "2024-02-28").days == 1


def test_a_window_goes_to_a_state_and_back() -> None:
    pair = ["2024-02-28", "2024-03-01"]

    assert DateWindow.from_pair(pair).as_pair() == pair


def test_a_window_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="2024-01-01"):
        window("2024-01-02", "2024-01-01")


@pytest.mark.parametrize(
    ("earliest", "expected"),
    [
        ("2023-12-31", ["2024-01-01", "2024-01-10"]),
        ("2024-01-05", ["2024-01-05", "2024-01-10"]),
        ("2024-01-10", ["2024-01-10", "2024-01-10"]),
    ],
)
def test_a_clamped_window_keeps_what_is_not_too_old(earliest: str, expected: list[str]) -> None:
    clamped = window("2024-01-01", "2024-01-10").clamp(parse_day(earliest))

    assert clamped is not None
    assert clamped.as_pair() == expected


def test_nothing_is_left_of_a_window_that_is_too_old() -> None:
    assert window("2024-01-01", "2024-01-10").clamp(parse_day("2024-01-11")) is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2024-01-01", None),
        ("2024-01-02", ["2024-01-01", "2024-01-01"]),
        ("2024-01-10", ["2024-01-01", "2024-01-09"]),
        ("2024-01-11", ["2024-01-01", "2024-01-10"]),
        ("2024-06-01", ["2024-01-01", "2024-01-10"]),
    ],
)
def test_what_lies_before_a_day(day: str, expected: list[str] | None) -> None:
    found = window("2024-01-01", "2024-01-10").before(parse_day(day))

    assert (found and found.as_pair()) == expected


@pytest.mark.parametrize(("max_days", "sizes"), [(90, [90, 90, 20]), (200, [200]), (500, [200]), (199, [199, 1])])
def test_a_cut_window_is_whole(max_days: int, sizes: list[int]) -> None:
    whole = DateWindow(parse_day("2024-01-01"), parse_day("2024-01-01").add(days=199))

    pieces = whole.cut(max_days)

    assert [piece.days for piece in pieces] == sizes
    assert merge_windows(pieces) == [whole]
    assert all(type(day) is Date for piece in pieces for day in (piece.start, piece.end))


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param(
            [("2024-01-05", "2024-01-06"), ("2024-01-01", "2024-01-03")],
            [["2024-01-01", "2024-01-03"], ["2024-01-05", "2024-01-06"]],
            id="a day lies between",
        ),
        pytest.param(
            [("2024-01-04", "2024-01-06"), ("2024-01-01", "2024-01-03")], [["2024-01-01", "2024-01-06"]], id="touching"
        ),
        pytest.param(
            [("2024-01-01", "2024-01-09"), ("2024-01-02", "2024-01-03"), ("2024-01-10", "2024-01-10")],
            [["2024-01-01", "2024-01-10"]],
            id="one inside another",
        ),
    ],
)
def test_merged_windows(windows: list[tuple[str, str]], expected: list[list[str]]) -> None:
    assert [merged.as_pair() for merged in merge_windows(window(*pair) for pair in windows)] == expected


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_today_is_that_of_utc_wherever_the_machine_stands(zone: str) -> None:
    with pendulum.test_local_timezone(pendulum.timezone(zone)):
        assert str(utc_today()) == str(datetime.now(UTC).date())


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (window("2026-01-05", "2026-01-09"), window("2026-01-05", "2026-01-05")),
        (window("2025-12-01", "2026-01-01"), window("2026-01-01", "2026-01-01")),
        (window("2026-01-02", "2026-01-03"), window("2026-01-02", "2026-01-03")),
        (window("2026-01-06", "2026-01-09"), None),
    ],
)
def test_the_days_that_two_windows_share(other: DateWindow, shared: DateWindow | None) -> None:
    first = window("2026-01-01", "2026-01-05")

    assert first.overlap(other) == other.overlap(first) == shared
