"""Rows whose key has changed since the last sync."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator
from integration_tests.support.syncs import run_sync
from integration_tests.sync_tests.keyed_reports import APPEND, DEDUP, KEYWORDS, OTHER, cursors, keyed, read, span, world


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(world()) as simulator:
        yield simulator


def changed(sim: Simulator, before: str, after: str, **how: Any) -> tuple[Output, Output]:
    """Two syncs, between which rows come to hold other ids."""
    sim.world.report_ids = before
    first = read(sim, KEYWORDS, OTHER, **how)
    sim.world.report_ids = after
    return first, read(sim, KEYWORDS, OTHER, state=first.states, **how)


@pytest.mark.parametrize(("before", "after", "word"), [("none", "asked", "with"), ("asked", "none", "without")])
def test_rows_whose_key_has_changed_are_owed_where_they_would_be_counted_twice(
    sim: Simulator, before: str, after: str, word: str
) -> None:
    first, second = changed(sim, before, after)
    assert_succeeded(first, [KEYWORDS, OTHER])
    assert_failed(second, KEYWORDS, "config_error", f"{word} AD_GROUP_ID, CAMPAIGN_ID", "counted twice", "Clear")
    assert len(second.errors_of(KEYWORDS)) == 2
    assert not second.records[KEYWORDS]
    assert second.status(OTHER) == "COMPLETE"
    assert_exact(second, sim, [OTHER])
    assert [cursor["missing"] for cursor in cursors(second).values()] == [[span(sim)], [span(sim)]]
    assert keyed(second) == keyed(first)

    sim.world.report_ids = before
    third = read(sim, KEYWORDS, state=second.states)
    assert_succeeded(third, [KEYWORDS])
    assert_exact(third, sim, [KEYWORDS])
    assert cursors(third) == cursors(first)


def test_ids_that_only_some_rows_have_change_no_key_unless_they_are_refused(sim: Simulator) -> None:
    """A later sync may meet rows of one kind alone."""
    some = ["AD_GROUP_ID", "CAMPAIGN_ID"]
    first, second = changed(sim, "some", "some")
    assert_succeeded(second, [KEYWORDS])
    assert_exact(second, sim, [KEYWORDS])
    assert {tuple(cursor["partly"]) for cursor in cursors(second).values()} == {tuple(some)}
    sim.world.keywords = 1
    with Simulator(sim.world, refused_names=["CAMPAIGN_ID"]) as picky:
        third = read(picky, KEYWORDS, state=second.states)
    assert_failed(third, KEYWORDS, "config_error", "without CAMPAIGN_ID", "Clear")
    sim.world.report_ids = "none"
    fourth = read(sim, KEYWORDS, state=second.states)
    assert_succeeded(fourth, [KEYWORDS])
    assert_exact(fourth, sim, [KEYWORDS])
    assert cursors(fourth) == cursors(first)


def test_other_destinations_get_the_rows_and_a_warning(sim: Simulator) -> None:
    destination = APPEND
    _, second = changed(sim, "none", "asked", destination=destination, lookback_days=30)
    assert_succeeded(second, [KEYWORDS, OTHER])
    assert_exact(second, sim, [KEYWORDS])
    warnings = [text for text in second.warnings() if "their keys are no longer the same" in text]
    assert len(warnings) == 2, "one for each account"
    assert keyed(second) == [["AD_GROUP_ID", "CAMPAIGN_ID"]] * 2

    third = read(sim, KEYWORDS, OTHER, state=second.states, destination=destination, lookback_days=30)
    assert_succeeded(third, [KEYWORDS, OTHER])
    assert not third.warnings()


@pytest.mark.parametrize("destination", [DEDUP, APPEND])
def test_a_refused_id_costs_its_column_and_changes_the_key(sim: Simulator, destination: str) -> None:
    sim.world.report_grain = "ad"
    first = read(sim, KEYWORDS, destination=destination, lookback_days=30)
    with Simulator(sim.world, refused_names=["PIN_ID"]) as picky:
        second = read(picky, KEYWORDS, destination=destination, state=first.states, lookback_days=30)
        assert len([text for text in second.warnings() if "Pinterest refuses PIN_ID" in text]) == 2  # one an ad account
        if destination == DEDUP:
            assert_failed(second, KEYWORDS, "config_error", "without PIN_ID", "Clear")
            assert not second.records[KEYWORDS]
        again = read(picky, KEYWORDS, destination=destination, lookback_days=30)
    for output in (again, *([second] if destination == APPEND else [])):
        assert_succeeded(output, [KEYWORDS])
        records = output.records[KEYWORDS]
        assert {record["PIN_ID"] for record in records} == {""}
        expected = {(*key[:3], "", *key[4:]): {**row, "PIN_ID": ""} for key, row in sim.expected(KEYWORDS).items()}
        assert_same(KEYWORDS, records, expected)


def test_a_full_refresh_that_goes_on_looks_at_the_keys_as_well(sim: Simulator) -> None:
    """Its first attempt has come so far, but for some days."""
    sim.world.report_ids = "none"
    first = run_sync(sim, [KEYWORDS], destination=DEDUP, sync_mode="full_refresh")
    state = json.loads(json.dumps(first.states[KEYWORDS]))
    state["full_refresh"]["ended"] = False
    for entry in state["states"]:
        entry["cursor"]["missing"] = [span(sim)]
    sim.world.report_ids = "asked"
    going_on = {"state": {KEYWORDS: state}, "sync_mode": "full_refresh"}
    second = run_sync(sim, [KEYWORDS], destination=DEDUP, **going_on)
    assert_failed(second, KEYWORDS, "config_error", "with AD_GROUP_ID", "Clear")
    assert not second.records[KEYWORDS]

    anew = run_sync(sim, [KEYWORDS], destination=DEDUP, sync_mode="full_refresh", state=first.states)
    assert_succeeded(anew, [KEYWORDS])
    assert_exact(anew, sim, [KEYWORDS])
