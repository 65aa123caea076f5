"""The days that a sync is about, in one table over sync modes, destinations and the lookback option."""

import logging
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteStream
from pendulum import Date

from source_pinterest import limits
from source_pinterest.config import Config
from source_pinterest.dates import Granularity, days_before
from source_pinterest.state.period import DayRange, Period, PeriodPlan, Restatement, fingerprint
from unit_tests.configs import TODAY, config
from unit_tests.streams.pinterest import configured

DAYS = DayRange(913)
EARLIEST = days_before(TODAY, 913)
SETTLED = days_before(TODAY, limits.FINAL_AFTER_DAYS)
BY_LOOKBACK, READ_AGAIN, EMIT_ONCE = Restatement.BY_LOOKBACK, Restatement.READ_AGAIN, Restatement.EMIT_ONCE


def of(how: ConfiguredAirbyteStream | None, days: DayRange = DAYS, **options: Any) -> Period:
    """The days of a stream that has these days."""
    return Period.of(PeriodPlan(days, Config.from_mapping(config(**options), TODAY), how), TODAY)


def period(sync_mode: str, destination: str, **options: Any) -> Period:
    return of(configured(sync_mode, destination), **options)


def words_of(found: Period, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What is logged of these days."""
    with caplog.at_level(logging.INFO):
        found.explain("campaign_analytics")
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize(
    ("sync_mode", "destination", "options", "lookback_days", "restatement"),
    [
        ("incremental", "append_dedup", {}, 33, BY_LOOKBACK),
        ("incremental", "overwrite", {}, 33, BY_LOOKBACK),
        ("incremental", "append", {}, None, EMIT_ONCE),
        ("incremental", "append_dedup", {"attribution_window": "60/60/60"}, 63, BY_LOOKBACK),
        ("incremental", "append_dedup", {"attribution_window": "1/1/1"}, 4, BY_LOOKBACK),
        ("incremental", "append_dedup", {"attribution_window": "0/0/0"}, 3, BY_LOOKBACK),
        ("incremental", "append", {"attribution_window": "60/60/60"}, None, EMIT_ONCE),
        ("incremental", "append_dedup", {"lookback_days": 5}, 5, BY_LOOKBACK),
        ("incremental", "append_dedup", {"lookback_days": 3}, 3, BY_LOOKBACK),
        ("incremental", "append_dedup", {"lookback_days": 2}, 2, READ_AGAIN),
        ("incremental", "append_dedup", {"lookback_days": 0}, 0, READ_AGAIN),
        ("incremental", "append", {"lookback_days": 5}, 5, BY_LOOKBACK),
        ("incremental", "append", {"lookback_days": 0}, 0, READ_AGAIN),
        ("incremental", "append_dedup", {"lookback_days": 5, "attribution_window": "60/60/60"}, 5, BY_LOOKBACK),
        ("full_refresh", "append", {}, None, BY_LOOKBACK),
        ("full_refresh", "overwrite", {}, None, BY_LOOKBACK),
        ("full_refresh", "append_dedup", {}, None, BY_LOOKBACK),
        ("full_refresh", "append", {"lookback_days": 0}, None, BY_LOOKBACK),
    ],
)
def test_how_far_back_and_what_becomes_of_days_that_still_move(
    sync_mode: str,
    destination: str,
    options: dict[str, Any],
    lookback_days: int | None,
    restatement: Restatement,
) -> None:
    found = period(sync_mode, destination, **options)

    assert (found.lookback_days, found.restatement, found.last_final_day) == (lookback_days, restatement, None)
    assert found.end == TODAY, "which days have settled is asked later, and only where it matters"


@pytest.mark.parametrize(
    ("start_date", "start"),
    [(None, EARLIEST), ("2026-06-01", days_before(TODAY, 30)), ("2023-01-01", EARLIEST), (str(EARLIEST), EARLIEST)],
)
def test_from_when(start_date: str | None, start: Any) -> None:
    found = period("incremental", "append_dedup", start_date=start_date)

    assert (found.start, found.earliest) == (start, EARLIEST)


@pytest.mark.parametrize("history_days", [7, 89, 913])
def test_no_further_back_than_pinterest_does(history_days: int) -> None:
    found = of(None, DayRange(history_days), start_date="2023-01-01")

    assert found.start == found.earliest == days_before(TODAY, history_days)


def test_a_start_date_beyond_reach_is_logged_once_with_both_dates(caplog: pytest.LogCaptureFixture) -> None:
    found = of(configured("full_refresh", "overwrite"), DayRange(91), start_date="2025-01-01")

    [words] = words_of(found, caplog)
    for word in ("campaign_analytics", "2025-01-01", "91 days", str(days_before(TODAY, 91))):
        assert word in words


@pytest.mark.parametrize("options", [{}, {"start_date": str(EARLIEST)}, {"start_date": "2026-06-01"}])
def test_nothing_is_said_where_there_is_nothing_to_say(
    caplog: pytest.LogCaptureFixture, options: dict[str, Any]
) -> None:
    assert words_of(period("incremental", "append_dedup", **options), caplog) == []


def test_why_an_appending_destination_waits_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    [words] = words_of(period("incremental", "append"), caplog)
    for word in ("campaign_analytics", "appends", "two days", "Lookback Window"):
        assert word in words


@pytest.mark.parametrize(
    ("sync_mode", "destination", "options", "is_emitted_once"),
    [
        ("incremental", "append", {}, True),
        ("incremental", "append", {"lookback_days": 0}, False),
        ("incremental", "append", {"lookback_days": 3}, False),
        ("incremental", "append_dedup", {}, False),
        ("full_refresh", "append", {}, False),
    ],
)
def test_days_are_emitted_once_where_nothing_replaces_or_rereads_them(
    sync_mode: str, destination: str, options: dict[str, Any], is_emitted_once: bool
) -> None:
    found = period(sync_mode, destination, **options)

    assert found.is_emitted_once is is_emitted_once


def test_a_stream_that_is_not_selected_looks_back_on_nothing() -> None:
    found = of(None)

    assert (found.lookback_days, found.restatement, found.end) == (None, BY_LOOKBACK, TODAY)


# ---- Reports of the user's own


@pytest.mark.parametrize(
    ("granularity", "settled"),
    [
        (Granularity.DAY, None),
        (Granularity.HOUR, None),
        (Granularity.WEEK, Date(2026, 6, 28)),
        (Granularity.MONTH, Date(2026, 6, 30)),
    ],
)
def test_a_running_week_or_month_is_never_read_for_good(granularity: Granularity, settled: Date | None) -> None:
    """Today, a Wednesday, is the first of a month."""
    found = of(configured("incremental", "append_dedup"), DayRange(913, granularity))

    assert found.last_final_day == settled


def test_a_start_date_of_ones_own_comes_first() -> None:
    days = DayRange(913, own_start=Date(2026, 5, 5))

    assert of(None, days, start_date="2026-06-01").start == Date(2026, 5, 5)
    assert of(None, days).start == Date(2026, 5, 5)


# ---- What a request is


def test_a_fingerprint_stands_for_the_request_however_it_is_written() -> None:
    body = {"level": "CAMPAIGN", "columns": ["A", "B"]}

    assert fingerprint(body) == fingerprint({"columns": ["A", "B"], "level": "CAMPAIGN"})
    for other in ({**body, "columns": ["A"]}, {**body, "click_window_days": 7}, {**body, "level": "AD_GROUP"}):
        assert fingerprint(other) != fingerprint(body)


def test_a_fingerprint_is_the_one_that_states_hold() -> None:
    """Another one would tell every user that the columns have changed."""
    assert fingerprint({"columns": ["A", "B"]}) == "91280ee2979bd6f4"


@pytest.mark.parametrize(
    ("how", "merges"),
    [
        (None, True),
        (configured("incremental", "append_dedup"), True),
        (configured("incremental", "append"), False),
        (configured("full_refresh", "overwrite"), False),
    ],
)
def test_what_becomes_of_rows_with_one_key(how: ConfiguredAirbyteStream | None, merges: bool) -> None:
    assert of(how).merges_by_key is merges
