"""A full refresh reads everything once, however often it is tried, and whatever state it is given."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration_tests.simulator import Fault, Kind
from integration_tests.simulator.organic.places import board_id
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded
from integration_tests.support.catalogs import CURSOR_FIELDS, catalog_of
from integration_tests.support.days import days_later
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator
from integration_tests.support.syncs import run_catalog, run_sync
from integration_tests.support.worlds import simulated, small_world

A, B = "ad_account_analytics", "campaign_analytics"
CURSORLESS = "audiences"
ANALYTICS = {A: "ad_account/analytics", B: "campaigns/analytics"}
sim = simulated(lambda: small_world(days=10, pins_per_board=3, campaigns=4), profile="ample")


def refresh(
    sim: Simulator,
    streams: Sequence[str],
    generation: int | None,
    state: Mapping[str, Any] | None = None,
    **options: Any,
) -> Output:
    """An attempt of a full refresh."""
    catalog = catalog_of(streams, "overwrite", "full_refresh")
    for configured in catalog.streams:
        configured.generation_id = generation
    return run_catalog(sim, catalog, config=sim.config(max_retries=0, **options), state=state)


def mark(generation: int | None, *, ended: bool) -> dict[str, Any]:
    return {"generation": generation, "ended": ended}


def marks(output: Output) -> dict[str, Any]:
    return {stream: state["full_refresh"] for stream, state in output.states.items()}


def test_attempt_2_of_one_generation_reads_what_is_left(sim: Simulator) -> None:
    """In attempt 1, A and the list without a cursor come to their end; B fails for one of its accounts."""
    sim.add_fault(Fault("transient_400", on="campaigns/analytics", account=sim.world.account_id(1), times=None))
    first = refresh(sim, [A, B, CURSORLESS], 7)
    sim.clear_faults()
    assert_failed(first, B, "transient_error")
    assert_exact(first, sim, [A, CURSORLESS])
    assert first.records[B], "one account of two was read"
    sim.log.clear()
    assert marks(first) == {A: mark(7, ended=True), B: mark(7, ended=False), CURSORLESS: mark(7, ended=True)}

    second = refresh(sim, [A, B, CURSORLESS], 7, first.states)

    assert_succeeded(second, [A, B, CURSORLESS])
    assert not second.records[A]
    assert not sim.calls(ANALYTICS[A])
    assert not second.records[CURSORLESS]
    assert not sim.calls("audiences/list")
    assert second.records[B]
    assert_same(B, [*first.records[B], *second.records[B]], sim.expected(B))
    assert marks(second) == {stream: mark(7, ended=True) for stream in (A, B, CURSORLESS)}
    assert second.states[A] == first.states[A]

    third = refresh(sim, [A, B, CURSORLESS], 7, second.states)
    assert_succeeded(third, [A, B, CURSORLESS])
    assert not any(third.records.values())
    assert third.states == second.states


@pytest.mark.parametrize("granularity", ["WEEK", "MONTH"])
def test_an_attempt_on_the_next_day_emits_no_week_or_month_twice(sim: Simulator, granularity: str) -> None:
    """Between the attempts, midnight passes: the running week of the account that was read has one more day."""
    report = {"name": "spend", "level": "CAMPAIGN", "granularity": granularity, "columns": ["SPEND_IN_DOLLAR"]}
    start, stream = sim.world.today - timedelta(days=70), "custom_spend"
    options = {"custom_reports": [report], "start_date": start.isoformat()}
    sim.add_fault(Fault("transient_400", on="analytics/create_report", account=sim.world.account_id(1), times=1))
    first = refresh(sim, [stream], 7, **options)
    assert_failed(first, stream, "transient_error")
    with days_later(sim.world, 1):
        second = refresh(sim, [stream], 7, first.states, **options)

    assert_succeeded(second, [stream])
    rows = [*first.records[stream], *second.records[stream]]
    keys = [(row["CAMPAIGN_ID"], row["DATE"]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert {row["AD_ACCOUNT_ID"] for row in first.records[stream]} == {sim.world.account_id(0)}
    assert {row["AD_ACCOUNT_ID"] for row in second.records[stream]} >= {sim.world.account_id(1)}


@pytest.mark.parametrize("stream", ["campaigns", "ads"])
def test_no_entity_comes_in_two_attempts(sim: Simulator, stream: str) -> None:
    """The newest ones may have been edited in the last five minutes."""
    sim.add_fault(Fault("transient_400", on=f"{stream}/list", account=sim.world.account_id(1)))
    first = refresh(sim, [stream], 7)
    assert_failed(first, stream, "transient_error")
    second = refresh(sim, [stream], 7, first.states)
    assert_succeeded(second, [stream])
    assert_same(stream, [*first.records[stream], *second.records[stream]], sim.expected(stream))


@pytest.mark.parametrize("stream", ["campaigns", "ad_groups", "ads"])
def test_edits_between_two_attempts_arrive_with_the_next_sync(sim: Simulator, stream: str) -> None:
    """The second attempt passes over the account that the first one has read. Of two edits, one is older."""
    account, begun = sim.world.account_id(0), sim.world.now
    sim.add_fault(Fault("transient_400", on=f"{stream}/list", account=sim.world.account_id(1)))
    first = refresh(sim, [stream], 7)
    assert_failed(first, stream, "transient_error")
    edited = sorted(key[0] for key, row in sim.expected(stream).items() if row["ad_account_id"] == account)[:2]
    for minutes, entity in enumerate(edited, 20):
        sim.world.edit(account, stream, entity, int((begun + timedelta(minutes=minutes)).timestamp()))
    with days_later(sim.world, 1):
        second = refresh(sim, [stream], 7, first.states)
        assert_succeeded(second, [stream])
        third = run_sync(sim, [stream], state=second.states)
    assert {row["id"] for row in third.records[stream]} >= set(edited)


@pytest.mark.parametrize("state_of", ["an incremental sync", "a full refresh without a generation"])
def test_the_state_of_a_finished_sync_begins_every_stream_anew(sim: Simulator, state_of: str) -> None:
    mode = "incremental" if state_of == "an incremental sync" else "full_refresh"
    streams = (*CURSOR_FIELDS, CURSORLESS)
    first = run_sync(sim, streams, sync_mode=mode)
    second = refresh(sim, streams, None, first.states)

    assert_succeeded(second, streams)
    assert_exact(second, sim, streams)


def test_another_attempt_emits_no_pin_twice_that_was_edited_a_moment_before(sim: Simulator) -> None:
    """The lists of ads and boards may lag, so that an incremental sync reads the last five minutes again."""
    world, moment = sim.world, datetime.now(UTC) - timedelta(minutes=1)
    world.edit_board(0, moment.isoformat())
    world.edit(world.account_id(0), Kind.ADS, world.entity_id(Kind.ADS, 0, 0), int(moment.timestamp()))
    sim.add_fault(Fault("transient_400", on="ads/list", account=world.account_id(1), times=1))
    sim.add_fault(Fault("transient_400", on="boards/list_pins", path=board_id(1), times=1))
    streams = ["ad_pins", "board_pins"]
    first = refresh(sim, streams, 7)
    assert_failed(first, "ad_pins", "transient_error")
    assert_failed(first, "board_pins", "transient_error")
    second = refresh(sim, streams, 7, first.states)

    assert_succeeded(second, streams)
    for stream in streams:
        assert_same(stream, [*first.records[stream], *second.records[stream]], sim.expected(stream))
    third = run_sync(sim, ["board_pins"], state=second.states)
    assert {record["board_id"] for record in third.records["board_pins"]} == {board_id(0)}, "whose list may have lagged"


def test_a_parent_that_has_ended_still_gives_its_ids(sim: Simulator) -> None:
    first = refresh(sim, ["campaigns", "boards"], 7)
    second = refresh(sim, ["campaigns", "boards", B, "board_sections"], 7, first.states)

    assert_succeeded(second, ["campaigns", "boards", B, "board_sections"])
    assert not second.records["campaigns"]
    assert not second.records["boards"]
    assert_exact(second, sim, [B, "board_sections"])


def test_a_state_says_that_the_stream_has_not_ended_until_it_has(sim: Simulator) -> None:
    streams = list(CURSOR_FIELDS)
    output = refresh(sim, streams, 7)
    for stream in streams:
        states = [state["full_refresh"] for state in output.states_of(stream)]
        assert states[-1] == mark(7, ended=True), stream
        assert all(state == mark(7, ended=False) for state in states[:-1]), stream
    second = run_sync(sim, streams, state=output.states, config=sim.config(lookback_days=0))
    assert_succeeded(second, streams)
    assert not second.records["board_pins"]
    assert not any("full_refresh" in state for state in second.states.values()), "an incremental sync drops the mark"
