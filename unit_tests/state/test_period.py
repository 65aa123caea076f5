"""The days that a sync is about, over sync modes, destinations and the lookback option."""

from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteStream
from pendulum import Date

from source_pinterest.config import Config
from source_pinterest.dates import Granularity, days_before
from source_pinterest.state.period import DayRange, Period, Restatement, Setup, fingerprint
from unit_tests.configs import TODAY, config
from unit_tests.streams.pinterest import configured

DAYS = DayRange(913)
EARLIEST = days_before(TODAY, 913)
BY_LOOKBACK, READ_AGAIN, EMIT_ONCE = Restatement.BY_LOOKBACK, Restatement.READ_AGAIN, Restatement.EMIT_ONCE
DEDUPED, APPENDED = configured("incremental", "append_dedup"), configured("incremental", "append")
REFRESHED = configured("full_refresh", "overwrite")


def of(how: ConfiguredAirbyteStream | None, days: DayRange = DAYS, **options: Any) -> Period:
    """The period of a stream that has these days."""
    return Period.of(Setup(days, Config.from_mapping(config(**options), TODAY), how), TODAY)


@pytest.mark.parametrize(
    ("how", "options", "lookback_days", "restatement"),
    [
        (DEDUPED, {}, 33, BY_LOOKBACK),
        (DEDUPED, {"attribution_window": "60/60/60"}, 63, BY_LOOKBACK),
        (DEDUPED, {"attribution_window": "0/0/0"}, 3, BY_LOOKBACK),
        (DEDUPED, {"lookback_days": 5, "attribution_window": "60/60/60"}, 5, BY_LOOKBACK),
        (DEDUPED, {"lookback_days": 2}, 2, READ_AGAIN),
        (APPENDED, {"attribution_window": "60/60/60"}, None, EMIT_ONCE),
        (APPENDED, {"lookback_days": 3}, 3, BY_LOOKBACK),
        (APPENDED, {"lookback_days": 0}, 0, READ_AGAIN),
        (configured("full_refresh", "append"), {"lookback_days": 0}, None, BY_LOOKBACK),
        (None, {}, None, BY_LOOKBACK),
    ],
)
def test_the_period_depends_on_the_destination_and_the_lookback(
    how: ConfiguredAirbyteStream | None, options: dict[str, Any], lookback_days: int | None, restatement: Restatement
) -> None:
    found = of(how, **options)

    final = None if restatement is BY_LOOKBACK else days_before(TODAY, 2)
    assert (found.lookback_days, found.restatement, found.last_final_day) == (lookback_days, restatement, final)
    assert found.is_emitted_once is (restatement is EMIT_ONCE)
    assert found.end == (final if restatement is EMIT_ONCE else TODAY)


@pytest.mark.parametrize(
    ("days", "start_date", "start"),
    [
        (DAYS, None, EARLIEST),
        (DAYS, "2026-06-01", days_before(TODAY, 30)),
        (DAYS, "2023-01-01", EARLIEST),
        (DayRange(89), "2023-01-01", days_before(TODAY, 89)),
        (DayRange(913, own_start=Date(2026, 5, 5)), "2026-06-01", Date(2026, 5, 5)),
    ],
)
def test_the_first_day_is_the_chosen_one_unless_pinterest_has_it_no_more(
    days: DayRange, start_date: str | None, start: Date
) -> None:
    found = of(DEDUPED, days, start_date=start_date)

    assert (found.start, found.earliest) == (start, days_before(TODAY, days.history_days))


@pytest.mark.parametrize(
    ("how", "days", "start_date", "words"),
    [
        (DEDUPED, DAYS, "2026-06-01", ()),
        (REFRESHED, DayRange(91), "2025-01-01", ("2025-01-01", "91 days", str(days_before(TODAY, 91)))),
        (APPENDED, DAYS, None, ("appends", "two days", "Lookback Window")),
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
    assert of(DEDUPED, DayRange(913, granularity)).last_final_day == settled


def test_pinterest_is_asked_for_the_last_final_day_only_if_it_matters() -> None:
    def last_final_day(how: ConfiguredAirbyteStream, granularity: Granularity, told: Date) -> Date | None:
        setup = Setup(DayRange(913, granularity), Config.from_mapping(config(), TODAY), how)
        return Period.of(setup, TODAY, lambda: told).last_final_day

    earlier, sunday, later = days_before(TODAY, 9), Date(2026, 6, 28), days_before(TODAY, 1)
    assert last_final_day(DEDUPED, Granularity.WEEK, earlier) == sunday
    assert last_final_day(APPENDED, Granularity.WEEK, earlier) == earlier
    assert last_final_day(APPENDED, Granularity.WEEK, later) == sunday


def test_a_fingerprint_stands_for_the_request_however_it_is_written() -> None:
    body = {"level": "CAMPAIGN", "columns": ["A", "B"]}

    assert fingerprint(body) == fingerprint({"columns": ["A", "B"], "level": "CAMPAIGN"})
    assert fingerprint({**body, "columns": ["A"]}) != fingerprint(body)


def test_a_fingerprint_is_the_one_that_states_hold() -> None:
    """Another one would tell every user that the columns have changed."""
    assert fingerprint({"columns": ["A", "B"]}) == "91280ee2979bd6f4"


@pytest.mark.parametrize(("how", "merges"), [(None, True), (DEDUPED, True), (APPENDED, False), (REFRESHED, False)])
def test_rows_of_one_key_depend_on_the_sync_mode(how: ConfiguredAirbyteStream | None, merges: bool) -> None:
    assert of(how).merges_by_key is merges
