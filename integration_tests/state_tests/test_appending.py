"""Late numbers arrive; where the destination appends, each day comes once, and with its last numbers."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from integration_tests.simulator import Fault
from integration_tests.state_tests.second_syncs import DAY_STREAMS, LOOKBACK_DAYS
from integration_tests.support.assertions import (
    assert_exact,
    assert_failed,
    assert_same,
    assert_succeeded,
    key_of,
    upserted,
)
from integration_tests.support.catalogs import ADS_ANALYTICS
from integration_tests.support.days import days_later, last_final_day
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import simulated, small_world

sim = simulated(lambda: World(boards=0, campaigns=10, ad_groups=8, ads=6, active_percent=25))


def test_late_conversions_arrive(sim: Simulator) -> None:
    first = run_sync(sim, ADS_ANALYTICS)
    before = {stream: sim.expected(stream) for stream in ADS_ANALYTICS}
    for stream in ADS_ANALYTICS:
        assert_same(stream, first.records[stream], before[stream])
    with days_later(sim.world, 2) as today:
        sim.world.restate(days_back=LOOKBACK_DAYS + 2)
        second = run_sync(sim, ADS_ANALYTICS, state=first.states)
        start = today - timedelta(days=2 + LOOKBACK_DAYS)
        assert_exact(second, sim, ADS_ANALYTICS, start=start)
        for stream in ADS_ANALYTICS:
            restated = sim.expected(stream, start=start)
            assert any(before[stream].get(key, record) != record for key, record in restated.items())
            assert_same(stream, upserted(stream, first, second), before[stream] | restated)


def test_days_that_were_read_with_another_attribution_window_are_named_once(sim: Simulator) -> None:
    stream, start = "campaign_analytics", sim.world.today - timedelta(days=40)
    outputs: list[Output] = []
    for days in (30, 60, 60):
        options = {"start_date": str(start), "lookback_days": 5, "attribution_window": f"{days}/{days}/{days}"}
        state = outputs[-1].states if outputs else None
        outputs.append(run_sync(sim, [stream], config=sim.config(**options), state=state))
    told = [[text for text in output.warnings() if "attribution window have changed" in text] for output in outputs]
    assert (told[0], told[2]) == ([], [])
    [warning] = told[1]
    assert f"The days {start} to {sim.world.today - timedelta(days=6)} keep their old values" in warning


def test_appended_days_come_once_when_they_are_final(sim: Simulator) -> None:
    last = {stream: last_final_day(stream, sim.world.today) for stream in DAY_STREAMS}
    before = {stream: sim.expected(stream, end=last[stream]) for stream in DAY_STREAMS}
    first = run_sync(sim, DAY_STREAMS, destination="append")
    assert_succeeded(first, DAY_STREAMS)
    again = run_sync(sim, DAY_STREAMS, state=first.states, destination="append")
    with days_later(sim.world, 3) as today:
        second = run_sync(sim, DAY_STREAMS, state=again.states, destination="append")
        assert_succeeded(second, DAY_STREAMS)
        for stream in DAY_STREAMS:
            assert not again.records[stream]
            emitted = [record for output in (first, second) for record in output.records[stream]]
            end = last_final_day(stream, today)
            expected_records = before[stream] | sim.expected(stream, start=last[stream] + timedelta(days=1), end=end)
            assert_same(stream, emitted, expected_records)
            assert spent(emitted) == spent(expected_records.values())
            assert spent(emitted) > 0 or stream == "user_account_analytics"


def spent(records: Iterable[Record]) -> int:
    """The sum that a user takes over a table."""
    return sum(record.get("SPEND_IN_MICRO_DOLLAR") or 0 for record in records)


def test_appending_from_a_start_date_that_is_not_final(sim: Simulator) -> None:
    start = sim.world.today - timedelta(days=1)
    config = sim.config(start_date=start.isoformat())
    outputs = [run_sync(sim, DAY_STREAMS, config=config, destination="append")]
    for days in (1, 2, 3, 4, 7, 9):
        with days_later(sim.world, days) as today:
            outputs.append(run_sync(sim, DAY_STREAMS, config=config, state=outputs[-1].states, destination="append"))
            assert_succeeded(outputs[-1], DAY_STREAMS)
    with days_later(sim.world, 9):
        for stream in DAY_STREAMS:
            emitted = [record for output in outputs for record in output.records[stream]]
            assert_same(stream, emitted, sim.expected(stream, start=start, end=last_final_day(stream, today)))


@pytest.mark.parametrize("held_from", [7, 4], ids=["no day was read before", "some days were final before"])
def test_days_that_may_not_be_final_are_appended_later(sim: Simulator, held_from: int) -> None:
    streams = ["campaign_analytics", "advertiser_report"]
    start = sim.world.today - timedelta(days=20)
    config = sim.config(start_date=start.isoformat(), max_retries=0)
    outputs = [run_sync(sim, streams, config=config, destination="append")] if held_from == 4 else []
    with days_later(sim.world, 3) as today:
        for faults, end in [
            ([Fault("503", on="metrics_ready_state/get", times=None)], today - timedelta(days=held_from + 1)),
            ([], last_final_day(streams[0], today)),
        ]:
            sim.clear_faults()
            sim.add_faults(faults)
            state = outputs[-1].states if outputs else None
            outputs.append(run_sync(sim, streams, config=config, state=state, destination="append"))
            assert_succeeded(outputs[-1], streams)
            said = [text for text in outputs[-1].warnings() if "did not say which of the last 7 days are final" in text]
            assert len(said) == len(faults)
            for stream in streams:
                emitted = [record for output in outputs for record in output.records[stream]]
                assert_same(stream, emitted, sim.expected(stream, start=start, end=end))


CALLS = "campaigns/analytics"


@pytest.mark.parametrize("destination", ["append", "append_dedup"])
def test_days_of_which_only_a_part_came_are_named_where_they_come_twice(destination: str) -> None:
    """Targeting takes three reports for a window, and the last one can't be created."""
    stream, third = "campaign_targeting_report", Fault("503", on="analytics/create_report", after=2, times=None)
    with Simulator(World(boards=0, ad_accounts=1, campaigns=1), faults=[third]) as sim:
        start, end = sim.world.today - timedelta(days=9), last_final_day(stream, sim.world.today)
        config = sim.config(start_date=start.isoformat(), max_retries=0)
        first = run_sync(sim, [stream], config=config, destination=destination)
        assert_failed(first, stream, "transient_error")
        assert first.records[stream]
        sim.clear_faults()
        second = run_sync(sim, [stream], config=config, state=first.states, destination=destination)
        assert_succeeded(second, [stream])

    told = [text for text in first.warnings() if "then appear twice in the table" in text]
    assert len(told) == (destination == "append")
    assert all(f"the days {start} to {end} were emitted in part" in warning for warning in told)
    assert not [text for text in second.warnings() if "then appear twice in the table" in text]


@pytest.mark.parametrize("destination", ["append", "append_dedup"])
def test_boards_of_which_only_a_part_came_are_named_where_they_come_twice(destination: str) -> None:
    world = small_world(boards=2, pins_per_board=3, sections_per_board=0)
    with Simulator(world, page_cap=2, profile="ample") as sim:
        board = min(sim.expected("boards"))[0]
        sim.alter(
            "boards/list_pins", lambda entry, page: {} if board in entry.path and entry.values("bookmark") else page
        )
        first = run_sync(sim, ["board_pins"], destination=destination)
        sim.clear_alterations()
        second = run_sync(sim, ["board_pins"], state=first.states, destination=destination)
        assert_succeeded(second, ["board_pins"])
        come_twice = {key_of("board_pins", record) for record in first.records["board_pins"]} & {
            key_of("board_pins", record) for record in second.records["board_pins"]
        }

    assert {key[0] for key in come_twice} == {board}
    told = [text for text in first.warnings() if "then appear twice in the table" in text]
    if destination == "append":
        [warning] = told
        assert f"the boards {board} were emitted in part" in warning
    else:
        assert not told
    assert not second.warnings()
