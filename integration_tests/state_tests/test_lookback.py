"""The day from which a second sync reads analytics."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.state_tests.second_syncs import (
    DAY_STREAMS,
    FINAL_AFTER_DAYS,
    LOOKBACK_DAYS,
    asked_days,
    emitted_days,
    upserted,
)
from integration_tests.support.assertions import assert_exact, assert_same, assert_succeeded
from integration_tests.support.catalogs import ADS_ANALYTICS
from integration_tests.support.days import days_later
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(World(boards=0, campaigns=10, ad_groups=8, ads=6, active_percent=25)) as simulator:
        yield simulator


# -- analytics into a destination that deduplicates


@pytest.mark.parametrize(
    ("options", "lookback_days"),
    [
        ({}, 33),
        ({"lookback_days": 0}, 0),
        ({"attribution_window": "60/60/60"}, 63),
    ],
    ids=str,
)
def test_a_second_sync_reads_the_lookback_again(sim: Simulator, options: dict[str, Any], lookback_days: int) -> None:
    first = run_sync(sim, DAY_STREAMS, config=sim.config(**options))
    sim.log.clear()
    with days_later(sim.world, 3) as today:
        second = run_sync(sim, DAY_STREAMS, config=sim.config(**options), state=first.states)
    moving_days = FINAL_AFTER_DAYS if lookback_days <= FINAL_AFTER_DAYS else 0
    start = today - timedelta(days=3 + lookback_days + moving_days)
    assert_succeeded(second, DAY_STREAMS)
    for operation in ("ad_account/analytics", "campaigns/analytics", "ad_groups/analytics", "ads/analytics"):
        assert asked_days(sim, operation) == {(start.isoformat(), today.isoformat())}


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


# -- the user's own analytics


def test_days_that_pinterest_still_counts_are_read_again(sim: Simulator) -> None:
    stream = "user_account_analytics"
    config = sim.config(lookback_days=0)
    first = run_sync(sim, [stream], config=config)
    assert_exact(first, sim, [stream])
    statuses = {record["date"]: record["data_status"] for record in first.records[stream]}
    assert statuses[sim.world.today.isoformat()] == "PROCESSING"
    last_ready = max(day for day, status in statuses.items() if status == "READY")
    assert (first.states[stream]["date"], first.states[stream]["read"]) == (last_ready, sim.world.today.isoformat())
    with days_later(sim.world, 2) as today:
        second = run_sync(sim, [stream], config=config, state=first.states)
        assert emitted_days(second, stream)[0] <= (today - timedelta(days=3)).isoformat()
        oldest = today - timedelta(days=91)
        assert_same(stream, upserted(stream, first, second), sim.expected(stream, start=oldest))
