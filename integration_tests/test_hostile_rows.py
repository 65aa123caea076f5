"""Does a sync hold every row once, whatever rows Pinterest sends beside those that were asked for?"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from integration_tests.simulator import DOWNLOAD, Simulator, World
from integration_tests.simulator.alterations import row_of_another_day
from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.syncs import run_sync

ROWS = {
    "ad_account_analytics": "ad_account/analytics",
    "campaign_analytics": "campaigns/analytics",
    "campaign_targeting_analytics": "campaign_targeting_analytics/get",
    "campaign_analytics_report": DOWNLOAD,
    "user_account_analytics": "user_account/analytics",
    "user_account_analytics_by_source": "user_account/analytics",
    "pin_analytics": "multi_pins/analytics",
}
"""Streams of days, and where their rows come from."""


@pytest.fixture
def sim() -> Iterator[Simulator]:
    world = World(boards=1, pins_per_board=2, campaigns=3)
    world.first_day = world.today - timedelta(days=20)
    with Simulator(world) as simulator:
        yield simulator


def field_of(stream: str) -> str:
    return "date" if stream.startswith(("user_", "pin_")) else "DATE"


# -- rows of days that were not asked for


@pytest.mark.parametrize("destination", ["append", "append_dedup"])
@pytest.mark.parametrize("days_too_many", [-1, 90])
@pytest.mark.parametrize("stream", ROWS)
def test_rows_outside_the_window_are_left_out(
    sim: Simulator, stream: str, days_too_many: int, destination: str
) -> None:
    """A day before the first that is asked for, or one to come."""
    start = sim.world.today - timedelta(days=10)
    outside = str(start + timedelta(days=days_too_many))
    sim.alter(ROWS[stream], row_of_another_day(outside, field_of(stream)))
    output = run_sync(sim, [stream], config=sim.config(start_date=str(start)), destination=destination)
    assert_succeeded(output, [stream])
    end = sim.world.today - timedelta(days=2 if destination == "append" else 0)
    assert_exact(output, sim, [stream], start=start, end=end)
    [warning] = output.warnings()
    assert stream in warning
    assert outside in warning


@pytest.mark.parametrize("granularity", ["WEEK", "MONTH", "TOTAL", "HOUR"])
def test_rows_of_a_report_are_compared_by_bucket(sim: Simulator, granularity: str) -> None:
    """The first day of a bucket may lie before those that were asked for; a total has no day."""
    report = {"name": "Mine", "level": "CAMPAIGN", "granularity": granularity, "columns": ["SPEND_IN_DOLLAR"]}
    config = sim.config(start_date=str(sim.world.today - timedelta(days=70)), custom_reports=[report])
    before = run_sync(sim, ["custom__mine"], config=config)
    assert_succeeded(before, ["custom__mine"])
    assert before.records["custom__mine"]
    assert not before.warnings()
    sim.alter(DOWNLOAD, row_of_another_day(str(date(2019, 7, 1))))
    after = run_sync(sim, ["custom__mine"], config=config)
    assert_succeeded(after, ["custom__mine"])
    assert sorted(after.records["custom__mine"], key=str) == sorted(before.records["custom__mine"], key=str)
    assert len(after.warnings()) == (granularity != "TOTAL")
