"""A state names the form of its rows. A sync of another form stops with one message, and reads no row twice."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import FaultKind
from integration_tests.state_tests.pin_sequences import PinSequence
from integration_tests.support.assertions import assert_failed, assert_succeeded
from integration_tests.support.pinterest import World
from integration_tests.support.sync_sequences import APPEND, MERGE, OVERWRITE, SyncSequence
from integration_tests.support.worlds import small_world

OTHERS = "campaigns"
REPORT = {"name": "finer", "level": "CAMPAIGN", "granularity": "DAY", "columns": ["SPEND_IN_DOLLAR"]}
ONCE, BY_KEY = "each day once, when it is final", "rows that are replaced by key"


@pytest.mark.parametrize(("before", "after"), [(MERGE, APPEND), (OVERWRITE, APPEND), (APPEND, MERGE)])
def test_rows_that_are_emitted_otherwise_stop_the_stream_with_one_message(before: str, after: str) -> None:
    streams = ("campaign_analytics", "campaign_analytics_report", "user_account_analytics", "pin_analytics")
    sequence = SyncSequence(World(boards=1, pins_per_board=2, ad_accounts=1, campaigns=2), (*streams, OTHERS), before)
    sequence.options["start_date"] = str(sequence.world.today - timedelta(days=20))
    assert_succeeded(sequence.read(0), (*streams, OTHERS))
    sequence.destination = after
    output, before_it = sequence.read(9), sequence.outputs[0]
    was, now = (ONCE, BY_KEY) if before == APPEND else (BY_KEY, ONCE)
    for stream in streams:
        assert_failed(
            output,
            stream,
            "config_error",
            f"{stream}: the saved state is of {was} (granularity DAY); this sync emits {now} (granularity DAY). Clear "
            "the stream's data, or change the sync mode or Lookback Window back.",
        )
        assert not output.records[stream]
        assert stream not in output.states
    assert output.status(OTHERS) == "COMPLETE"
    assert not [entry for entry in sequence.log if "analytics" in entry.operation_id]
    sequence.destination = before
    assert_succeeded(sequence.read(10), streams)
    assert before_it.records[streams[0]]


@pytest.mark.parametrize("destination", [APPEND, MERGE])
@pytest.mark.parametrize(("before", "after"), [("DAY", "WEEK"), ("DAY", "MONTH"), ("WEEK", "DAY"), ("MONTH", "WEEK")])
def test_another_granularity_stops_the_report_and_counts_no_day_twice(
    destination: str, before: str, after: str
) -> None:
    stream, world = "custom_finer", small_world(days=120, campaigns=2)
    sequence = SyncSequence(world, [stream, OTHERS], destination)
    sequence.options["start_date"] = str(world.today - timedelta(days=120))

    def read(day: int, granularity: str) -> Any:
        sequence.options["custom_reports"] = [{**REPORT, "granularity": granularity}]
        return sequence.read(day)

    assert_succeeded(read(0, before), [stream])
    emits = ONCE if destination == APPEND else BY_KEY
    output = read(1, after)
    assert_failed(
        output,
        stream,
        "config_error",
        f"{stream}: the saved state is of {emits} (granularity {before}); this sync emits {emits} (granularity "
        f"{after}). Clear the stream's data, or change the granularity back.",
    )
    assert not output.records[stream]
    assert output.status(OTHERS) == "COMPLETE"
    assert_succeeded(read(40, before), [stream])


def test_pins_to_retry_are_not_appended_after_a_sync_that_replaced_rows() -> None:
    sequence = PinSequence(MERGE)
    sequence.sync(0, pins={2: FaultKind.SERVER_ERROR})
    sequence.destination = APPEND
    output = sequence.read(3)
    assert_failed(output, "pin_analytics", "config_error", "Clear the stream's data, or change the sync mode")
    assert not output.records["pin_analytics"]


@pytest.mark.parametrize(("granularity", "start", "earlier"), [("MONTH", 3, 100), ("WEEK", 1, 60), ("MONTH", 9, 45)])
def test_the_first_bucket_to_come_is_no_last_day(granularity: str, start: int, earlier: int) -> None:
    """The start date lies in a week or month that is not final. It then moves back, and the time continues."""
    stream, world = "custom_finer", small_world(days=200, campaigns=2)
    sequence = SyncSequence(world, [stream], APPEND)
    sequence.options["custom_reports"] = [{**REPORT, "granularity": granularity}]
    begun, rows = world.today, Counter[Any]()
    for day, back in ((0, start), (1, earlier), (2, earlier), (20, earlier), (41, earlier), (75, earlier)):
        sequence.options["start_date"] = str(begun - timedelta(days=back))
        output = sequence.read(day)
        assert_succeeded(output, [stream])
        assert not [text for text in output.warnings() if "future" in text]
        rows.update((row["CAMPAIGN_ID"], row["DATE"]) for row in output.records[stream])
    fresh = SyncSequence(world, [stream], APPEND, sequence.options)
    fresh.read(0)
    assert rows == Counter((row["CAMPAIGN_ID"], row["DATE"]) for row in fresh.outputs[0].records[stream]) != Counter()
