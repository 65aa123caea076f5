"""The days that a sync is about, and those of them that are unread."""

from dataclasses import replace
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteStream
from pendulum import Date

from source_pinterest.config import Config
from source_pinterest.dates import DateWindow, Granularity, days_before
from source_pinterest.state.days import OPEN_START, Days
from source_pinterest.state.period import DayRange, Period, fingerprint
from unit_tests.configs import TODAY, config
from unit_tests.state.day_cursors import ONCE, day, window
from unit_tests.streams.pinterest import configured

DAYS = DayRange(913)
EARLIEST = days_before(TODAY, 913)
DEDUPED, APPENDED = configured("incremental", "append_dedup"), configured("incremental", "append")
REFRESHED = configured("full_refresh", "overwrite")


def of(how: ConfiguredAirbyteStream | None, days: DayRange = DAYS, **options: Any) -> Period:
    """The period of a stream that has these days."""
    return Period.of(days, Config.from_mapping(config(**options), TODAY), how, TODAY)


@pytest.mark.parametrize(
    ("how", "options", "lookback_days", "final_days_only"),
    [
        (DEDUPED, {}, 33, False),
        (DEDUPED, {"attribution_window": "60/60/60"}, 63, False),
        (DEDUPED, {"attribution_window": "1/0/0"}, 4, False),
        (DEDUPED, {"lookback_days": 5, "attribution_window": "60/60/60"}, 5, False),
        (APPENDED, {"attribution_window": "60/60/60"}, None, True),
        (APPENDED, {"lookback_days": 0}, 0, False),
        (configured("full_refresh", "append"), {"lookback_days": 0}, None, False),
        (None, {}, None, False),
    ],
)
def test_the_period_depends_on_the_destination_and_the_lookback(
    how: ConfiguredAirbyteStream | None, options: dict[str, Any], lookback_days: int | None, final_days_only: bool
) -> None:
    found = of(how, **options)

    assert (found.lookback_days, found.final_days_only) == (lookback_days, final_days_only)
    assert found.end == (days_before(TODAY, 2) if final_days_only else TODAY)


@pytest.mark.parametrize(
    ("how", "days", "start_date", "words"),
    [
        (DEDUPED, DAYS, "2026-06-01", ()),
        (REFRESHED, DayRange(91), "2025-01-01", ("2025-01-01", "91 days", str(days_before(TODAY, 91)))),
        (APPENDED, DAYS, None, ("appends", "2 days", "Lookback Window")),
    ],
)
def test_the_period_explains_itself_in_one_log_line(
    how: ConfiguredAirbyteStream,
    days: DayRange,
    start_date: str | None,
    words: tuple[str, ...],
    caplog: pytest.LogCaptureFixture,
) -> None:
    of(how, days, start_date=start_date).explain("campaign_analytics")

    assert [text.partition(": ")[0] for text in caplog.messages] == ["campaign_analytics"] * bool(words)
    assert all(word in caplog.text for word in words)


@pytest.mark.parametrize(
    ("days", "ready_ago", "end"),
    [
        (DAYS, 1, days_before(TODAY, 2)),  # however soon Pinterest calls a day final
        (DAYS, 5, days_before(TODAY, 5)),
        (DayRange(89, final_after=7), None, days_before(TODAY, 7)),
        (DayRange(913, Granularity.HOUR), None, days_before(TODAY, 2)),
        (DayRange(913, Granularity.WEEK), 1, Date(2026, 6, 28)),
        (DayRange(913, Granularity.WEEK), 4, Date(2026, 6, 21)),
        (DayRange(913, Granularity.MONTH), None, Date(2026, 5, 31)),
    ],
)
def test_where_each_day_is_emitted_once_whole_weeks_and_months_are_that_are_final(
    days: DayRange, ready_ago: int | None, end: Date
) -> None:
    """Today, a Wednesday, is the first of a month."""
    ready = None if ready_ago is None else days_before(TODAY, ready_ago)

    assert replace(Period.of(days, Config.from_mapping(config(), TODAY), APPENDED, TODAY), ready=ready).end == end


def test_a_fingerprint_is_the_one_that_states_hold() -> None:
    """Another one would tell every user that the columns have changed."""
    assert fingerprint({"columns": ["A", "B"]}) == "91280ee2979bd6f4"


between = Days.between


def period(start_ago: int = 89, lookback_days: int | None = 33) -> Period:
    return Period(max(day(start_ago), day(89)), day(89), TODAY, lookback_days)


@pytest.mark.parametrize(
    ("known", "wanted", "expected"),
    [
        (Days.unread_from(day(40)), period(40), [window(40, 0)]),
        (Days.unread_from(day(400)), period(400), [window(89, 0)]),
        # the lookback counts from the last finished day, which is read again too
        (between(day(89), day(1)), period(), [window(34, 0)]),
        # a short lookback reads those again that were young when they were read
        (between(day(89), day(10)), period(lookback_days=0), [window(12, 0)]),
        (between(day(89), day(10)), replace(period(lookback_days=3), final_after=7), [window(17, 0)]),
        (between(day(89), day(10)), period(lookback_days=None), [window(9, 0)]),
        (between(day(300), day(300)), period(), [window(89, 0)]),
        # an earlier start date is caught up with
        (between(day(50), day(1)), period(80), [window(80, 51), window(34, 0)]),
        (between(day(50), day(1)), period(400), [window(89, 51), window(34, 0)]),
        # windows that touch are one
        (between(day(5), day(1)), period(80), [window(80, 0)]),
        # an older connector did not keep the first day
        (between(OPEN_START, day(1)), period(80), [window(34, 0)]),
        # a start date that has moved later hides no day that is owed
        (between(day(60), day(1)), period(20), [window(34, 0)]),
        (between(day(25), day(1)), period(0), [window(25, 0)]),
        (between(day(60), day(10), [window(50, 46)]), period(20), [window(50, 46), window(43, 0)]),
        # where each day is emitted once, no young day is read
        (between(day(60), day(40)), ONCE, [window(89, 61), window(39, 2)]),
        (between(day(60), day(40)), replace(ONCE, start=day(0), ready=day(6)), [window(39, 6)]),
        (between(day(60), day(2)), replace(ONCE, start=day(0), ready=day(6)), []),
        # a first day that is still to come: nothing after today, or after the last final day, is read before it
        (Days.unread_from(day(-9)), period(40), [window(40, 0)]),
        (Days.unread_from(day(-9)), replace(ONCE, start=day(40)), [window(40, 2)]),
    ],
)
def test_a_sync_reads_the_days_that_are_owed_and_those_of_the_lookback(
    known: Days, wanted: Period, expected: list[DateWindow]
) -> None:
    assert list(known.unread(wanted)) == expected
