"""Days, windows and granularities."""

import itertools
import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pendulum
import pytest
from pendulum import Date

from source_pinterest.dates import DateWindow, Granularity, days_before, merge_windows, parse_day, utc_today


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


DAY, HOUR, WEEK, MONTH, TOTAL = (Granularity(name) for name in ("DAY", "HOUR", "WEEK", "MONTH", "TOTAL"))
BUCKETS = (DAY, WEEK, MONTH)
TODAY = Date(2026, 7, 1)
"""A Wednesday."""
SEEDS = range(200)
MONTHS = ((5, "2026-05-31"), (6, "2026-06-30"), (7, "2026-07-01"))


def buckets(start: str, end: str) -> DateWindow:
    return DateWindow.from_pair([start, end])


def pairs(windows: Sequence[DateWindow]) -> list[list[str]]:
    return [item.as_pair() for item in windows]


def any_window(seed: int) -> DateWindow:
    """The same windows each time; they end today or earlier."""
    rng = random.Random(seed)  # noqa: S311 - test data, not cryptography
    end = days_before(TODAY, rng.randrange(60))
    return DateWindow(days_before(end, rng.randrange(900)), end)


# ---- Which bucket


def test_the_bucket_of_a_day() -> None:
    for granularity, day, bucket in [
        (DAY, "2026-07-01", ["2026-07-01", "2026-07-01"]),
        (HOUR, "2026-07-01", ["2026-07-01", "2026-07-01"]),
        (WEEK, "2026-06-29", ["2026-06-29", "2026-07-05"]),
        (WEEK, "2026-07-01", ["2026-06-29", "2026-07-05"]),
        (WEEK, "2026-07-05", ["2026-06-29", "2026-07-05"]),
        (WEEK, "2026-07-06", ["2026-07-06", "2026-07-12"]),
        (WEEK, "2027-01-01", ["2026-12-28", "2027-01-03"]),
        (MONTH, "2026-07-01", ["2026-07-01", "2026-07-31"]),
        (MONTH, "2026-06-30", ["2026-06-01", "2026-06-30"]),
        (MONTH, "2024-02-15", ["2024-02-01", "2024-02-29"]),
        (MONTH, "2026-02-28", ["2026-02-01", "2026-02-28"]),
        (MONTH, "2025-12-31", ["2025-12-01", "2025-12-31"]),
    ]:
        assert granularity.bucket_of(Date.fromisoformat(day)).as_pair() == bucket, (granularity, day, bucket)


def test_the_last_bucket_that_is_over() -> None:
    for granularity, day, last in [
        (DAY, "2026-06-30", "2026-06-30"),
        (WEEK, "2026-07-04", "2026-06-28"),
        (WEEK, "2026-07-05", "2026-07-05"),
        (WEEK, "2026-07-06", "2026-07-05"),
        (MONTH, "2026-06-29", "2026-05-31"),
        (MONTH, "2026-06-30", "2026-06-30"),
        (MONTH, "2026-07-01", "2026-06-30"),
    ]:
        assert granularity.last_whole(Date.fromisoformat(day)) == Date.fromisoformat(last), (granularity, day, last)


# ---- Inward at the start


def test_a_window_becomes_whole_buckets() -> None:
    for granularity, wanted, whole in [
        (DAY, ["2026-05-05", "2026-07-01"], ["2026-05-05", "2026-07-01"]),
        (DAY, ["2026-05-05", "2026-05-05"], ["2026-05-05", "2026-05-05"]),
        (WEEK, ["2026-06-15", "2026-06-28"], ["2026-06-15", "2026-06-28"]),
        (WEEK, ["2026-06-16", "2026-06-28"], ["2026-06-22", "2026-06-28"]),
        (WEEK, ["2026-06-21", "2026-06-24"], ["2026-06-22", "2026-06-28"]),
        (WEEK, ["2026-06-15", "2026-07-01"], ["2026-06-15", "2026-07-05"]),
        (WEEK, ["2026-06-15", "2026-06-15"], ["2026-06-15", "2026-06-21"]),
        (MONTH, ["2026-05-02", "2026-07-01"], ["2026-06-01", "2026-07-31"]),
        (MONTH, ["2026-05-01", "2026-06-30"], ["2026-05-01", "2026-06-30"]),
    ]:
        found = granularity.inward(DateWindow.from_pair(wanted))

        assert found, (granularity, wanted, whole)
        assert found.as_pair() == whole, (granularity, wanted, whole)


@pytest.mark.parametrize(
    ("granularity", "wanted"),
    [(WEEK, ["2026-06-16", "2026-06-21"]), (WEEK, ["2026-06-30", "2026-07-01"]), (MONTH, ["2026-06-02", "2026-06-30"])],
)
def test_a_window_that_begins_in_its_only_bucket_has_none(granularity: Granularity, wanted: list[str]) -> None:
    assert granularity.inward(DateWindow.from_pair(wanted)) is None


# ---- In pieces


def test_pieces_end_where_buckets_do_and_the_running_one_ends_today() -> None:
    for granularity, whole, max_days, pieces in [
        (
            DAY,
            ["2026-06-25", "2026-07-01"],
            3,
            [["2026-06-25", "2026-06-27"], ["2026-06-28", "2026-06-30"], ["2026-07-01"] * 2],
        ),
        (WEEK, ["2026-06-01", "2026-06-28"], 14, [["2026-06-01", "2026-06-14"], ["2026-06-15", "2026-06-28"]]),
        (WEEK, ["2026-06-01", "2026-06-28"], 20, [["2026-06-01", "2026-06-14"], ["2026-06-15", "2026-06-28"]]),
        (WEEK, ["2026-06-01", "2026-06-28"], 28, [["2026-06-01", "2026-06-28"]]),
        (WEEK, ["2026-06-15", "2026-07-05"], 14, [["2026-06-15", "2026-06-28"], ["2026-06-29", "2026-07-01"]]),
        (MONTH, ["2026-04-01", "2026-07-31"], 61, [["2026-04-01", "2026-05-31"], ["2026-06-01", "2026-07-01"]]),
        (MONTH, ["2026-05-01", "2026-07-31"], 60, [[f"2026-0{m}-01", end] for m, end in MONTHS]),
        (MONTH, ["2026-07-01", "2026-07-31"], 186, [["2026-07-01", "2026-07-01"]]),
        (MONTH, ["2026-05-01", "2026-06-30"], 31, [["2026-05-01", "2026-05-31"], ["2026-06-01", "2026-06-30"]]),
    ]:
        assert pairs(granularity.cut(DateWindow.from_pair(whole), max_days, TODAY)) == pieces, (
            granularity,
            whole,
            max_days,
            pieces,
        )


def test_pieces_are_the_fewest_legal_ones_and_cover_every_bucket_once() -> None:
    for max_days in [31, 186]:
        for granularity in BUCKETS:
            for seed in SEEDS:
                whole = granularity.inward(any_window(seed))
                if whole is None:
                    continue
                pieces = granularity.cut(whole, max_days, TODAY)
                assert merge_windows(pieces) == [DateWindow(whole.start, min(whole.end, TODAY))], seed
                assert all(piece.days <= max_days for piece in pieces), seed
                assert all(granularity.bucket_of(piece.start).start == piece.start for piece in pieces), seed
                assert all(granularity.bucket_of(piece.end).end == piece.end for piece in pieces[:-1]), seed
                assert all(
                    DateWindow(earlier.start, granularity.bucket_of(later.start).end).days > max_days
                    for earlier, later in itertools.pairwise(pieces)
                ), f"{seed}: two pieces would have made one"


def test_whole_buckets_begin_no_earlier_and_leave_out_less_than_one() -> None:
    for granularity in BUCKETS:
        for seed in SEEDS:
            wanted = any_window(seed)
            whole = granularity.inward(wanted)
            first = whole.start if whole else granularity.bucket_of(wanted.end).end.add(days=1)
            assert wanted.start <= first, seed
            assert wanted.start > granularity.bucket_of(first.subtract(days=1)).start or wanted.start == first, seed


# ---- Wider, where a report covers more days than are wanted


def test_a_window_of_too_few_days_gets_whole_buckets_before_it_or_after_it() -> None:
    for granularity, wanted, least_days, first_day, wide in [
        (DAY, ["2026-06-10", "2026-06-10"], 1, None, ["2026-06-10", "2026-06-10"]),
        (DAY, ["2026-06-10", "2026-06-10"], 2, None, ["2026-06-09", "2026-06-10"]),
        (DAY, ["2026-06-10", "2026-06-10"], 3, "2026-06-09", ["2026-06-09", "2026-06-11"]),
        (DAY, ["2026-06-10", "2026-06-10"], 2, "2026-06-10", ["2026-06-10", "2026-06-11"]),
        (WEEK, ["2026-06-15", "2026-06-21"], 7, None, ["2026-06-15", "2026-06-21"]),
        (WEEK, ["2026-06-15", "2026-06-21"], 8, None, ["2026-06-08", "2026-06-21"]),
        (WEEK, ["2026-06-15", "2026-06-21"], 8, "2026-06-08", ["2026-06-08", "2026-06-21"]),
        (WEEK, ["2026-06-15", "2026-06-21"], 8, "2026-06-09", ["2026-06-15", "2026-06-28"]),
        (WEEK, ["2026-06-15", "2026-06-21"], 15, "2026-06-02", ["2026-06-08", "2026-06-28"]),
        (MONTH, ["2026-02-01", "2026-02-28"], 30, None, ["2026-01-01", "2026-02-28"]),
        (MONTH, ["2026-02-01", "2026-02-28"], 30, "2026-01-02", ["2026-02-01", "2026-03-31"]),
    ]:
        first = Date.fromisoformat(first_day) if first_day else None

        assert granularity.widened(DateWindow.from_pair(wanted), least_days, first).as_pair() == wide, (
            granularity,
            wanted,
            least_days,
            first_day,
            wide,
        )


# ---- In halves


def test_halves_are_whole_buckets() -> None:
    for granularity, whole, halves in [
        (DAY, ["2026-06-01", "2026-06-02"], [["2026-06-01", "2026-06-01"], ["2026-06-02", "2026-06-02"]]),
        (DAY, ["2026-06-01", "2026-06-05"], [["2026-06-01", "2026-06-03"], ["2026-06-04", "2026-06-05"]]),
        (HOUR, ["2026-06-29", "2026-07-01"], [["2026-06-29", "2026-06-30"], ["2026-07-01", "2026-07-01"]]),
        (WEEK, ["2026-06-15", "2026-06-28"], [["2026-06-15", "2026-06-21"], ["2026-06-22", "2026-06-28"]]),
        (WEEK, ["2026-06-15", "2026-07-05"], [["2026-06-15", "2026-06-28"], ["2026-06-29", "2026-07-05"]]),
        (WEEK, ["2026-06-22", "2026-07-01"], [["2026-06-22", "2026-06-28"], ["2026-06-29", "2026-07-01"]]),
        (MONTH, ["2026-06-01", "2026-07-01"], [["2026-06-01", "2026-06-30"], ["2026-07-01", "2026-07-01"]]),
        (MONTH, ["2026-01-01", "2026-02-28"], [["2026-01-01", "2026-01-31"], ["2026-02-01", "2026-02-28"]]),
        (MONTH, ["2026-02-01", "2026-03-31"], [["2026-02-01", "2026-02-28"], ["2026-03-01", "2026-03-31"]]),
        (DAY, ["2026-06-01", "2026-06-01"], None),
        (WEEK, ["2026-06-15", "2026-06-21"], None),
        (WEEK, ["2026-06-29", "2026-07-01"], None),
        (MONTH, ["2026-06-01", "2026-06-30"], None),
        (TOTAL, ["2026-01-01", "2026-06-30"], None),
    ]:
        found = granularity.halves(DateWindow.from_pair(whole))

        assert (found and pairs(found)) == halves, (granularity, whole, halves)
