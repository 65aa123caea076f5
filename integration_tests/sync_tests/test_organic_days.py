"""Each day of profiles and pins is read for good, though Pinterest is late with it, or the user wants more of them."""

from collections.abc import Iterator

import pytest

from integration_tests.support.assertions import assert_same, assert_succeeded, upserted
from integration_tests.support.days import ago, days_later, last_final_day
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

SPLIT, BY_CONTENT = "user_account_analytics_by_app_type", "user_account_analytics_by_content_type"
STREAMS = ("user_account_analytics", SPLIT, BY_CONTENT, "pin_analytics")
LAG_DAYS = 4
"""Pinterest shows the newest days so late."""


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(World(boards=1, pins_per_board=3, organic_lag_days=LAG_DAYS)) as simulator:
        yield simulator


def emitted(stream: str, *outputs: Output) -> list[Record]:
    return [record for output in outputs for record in output.records[stream]]


def days_of(output: Output, stream: str) -> list[str]:
    return sorted({record["date"] for record in output.records[stream]})


def test_a_day_that_pinterest_shows_late_comes_once_where_days_are_appended(sim: Simulator) -> None:
    config = sim.config(start_date=str(ago(sim, 20)))
    first = run_sync(sim, STREAMS, config=config, destination="append")
    assert_succeeded(first, STREAMS)
    for stream in STREAMS:
        assert days_of(first, stream)[-1] == first.states[stream]["date"] == str(ago(sim, 7))
    with days_later(sim.world, 3):
        second = run_sync(sim, STREAMS, config=config, state=first.states, destination="append")
        sim.world.organic_lag_days = 0
        third = run_sync(sim, STREAMS, config=config, state=second.states, destination="append")
        for stream in STREAMS:
            truth = sim.expected(stream, start=ago(sim, 23), end=last_final_day(stream, sim.world.today))
            assert_same(stream, emitted(stream, first, second, third), truth)
    assert not first.warnings() + second.warnings() + third.warnings()


def test_a_day_that_pinterest_shows_late_comes_later_where_rows_are_replaced(sim: Simulator) -> None:
    config = sim.config(start_date=str(ago(sim, 20)), lookback_days=0)
    first = run_sync(sim, STREAMS, config=config)
    for stream in STREAMS:
        assert days_of(first, stream)[-1] == str(ago(sim, LAG_DAYS))
    sim.world.organic_lag_days = 0
    with days_later(sim.world, 10):
        second = run_sync(sim, STREAMS, config=config, state=first.states)
        for stream in STREAMS:
            assert days_of(second, stream)[0] == str(ago(sim, 17)), "days are final after a week"
            assert_same(stream, upserted(stream, first, second), sim.expected(stream, start=ago(sim, 30)))


@pytest.mark.parametrize("destination", ["append", "append_dedup"])
def test_an_earlier_start_date_is_read_back_once(sim: Simulator, destination: str) -> None:
    sim.world.organic_lag_days = 0
    late, early = (sim.config(start_date=str(ago(sim, days)), lookback_days=None) for days in (15, 40))
    if destination == "append_dedup":
        late, early = late | {"lookback_days": 3}, early | {"lookback_days": 3}
    first = run_sync(sim, STREAMS, config=late, destination=destination)
    second = run_sync(sim, STREAMS, config=early, state=first.states, destination=destination)
    third = run_sync(sim, STREAMS, config=early, state=second.states, destination=destination)

    assert_succeeded(second, STREAMS)
    for stream in STREAMS:
        end = last_final_day(stream, sim.world.today) if destination == "append" else sim.world.today
        assert days_of(second, stream)[0] == str(ago(sim, 40))
        assert second.states[stream]["from"] == str(ago(sim, 40))
        truth = sim.expected(stream, start=ago(sim, 40), end=end)
        if destination == "append":
            assert_same(stream, emitted(stream, first, second), truth)
            assert not third.records[stream]
        else:
            assert_same(stream, upserted(stream, first, second), truth)
            assert_same(stream, third.records[stream], sim.expected(stream, start=ago(sim, 7)))
