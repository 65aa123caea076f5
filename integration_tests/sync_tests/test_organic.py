"""Profiles, boards, pins and their analytics are read whole, in the fewest requests."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.days import days_later
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth import PRIMARY_KEYS
from integration_tests.sync_tests.organic_streams import EVERYTHING, settled_two_days_ago
from source_pinterest import limits

SPLITS = tuple(name for name in PRIMARY_KEYS if name.startswith("user_account_analytics_by_"))
RANKINGS = ("top_pins", "top_video_pins")


@pytest.fixture
def world() -> World:
    """Boards of every privacy, for pins that are hidden unless asked for."""
    return World(boards=4, pins_per_board=6, sections_per_board=1, pins_per_section=2)


@pytest.fixture
def sim(world: World) -> Iterator[Simulator]:
    with Simulator(world, profile="ample", open_betas=["multi_pins/analytics"]) as simulator:
        yield simulator


def queries(sim: Simulator, operation_id: str) -> list[dict[str, str]]:
    return [dict(entry.query) for entry in sim.calls(operation_id)]


def test_everything_organic_is_read(sim: Simulator) -> None:
    output = run_sync(sim, EVERYTHING)

    assert_succeeded(output, EVERYTHING)
    assert_exact(output, sim, EVERYTHING)


def test_a_sync_takes_the_fewest_calls(sim: Simulator) -> None:
    sim.world.pins_per_board = 30
    run_sync(sim, EVERYTHING)

    pins = len(sim.expected("pins"))
    made = {name: len(sim.calls(name)) for name in ("pins/list", "multi_pins/analytics", "pins/analytics")}
    assert made == {
        "pins/list": 1,
        "multi_pins/analytics": -(-pins // limits.PINS_PER_ANALYTICS_REQUEST),
        "pins/analytics": 0,
    }
    assert len(sim.calls("user_account/analytics/top_pins")) == 5
    assert len(sim.calls("user_account/analytics/top_video_pins")) == 9
    assert len(sim.calls("user_account/analytics")) == 1 + len(SPLITS) + 1
    assert len(sim.calls("boards/list")) == 1


def test_totals_of_pins_come_along_if_wanted(sim: Simulator) -> None:
    output = run_sync(sim, ["pins", "board_pins", "board_section_pins"], config=sim.config(pin_metrics=True))

    assert_succeeded(output, ["pins", "board_pins", "board_section_pins"])
    assert all(record["pin_metrics"]["lifetime_metrics"] for record in output.records["pins"])
    assert all(record["pin_metrics"]["lifetime_metrics"] for record in output.records["board_pins"])


# -- profile analytics and rankings


def test_a_split_is_incremental(sim: Simulator) -> None:
    first = run_sync(sim, SPLITS)
    for stream in SPLITS:
        assert first.states[stream] == settled_two_days_ago(sim.world)

    with days_later(sim.world, 4):
        second = run_sync(sim, SPLITS, state=first.states, destination="append")
        settled = sim.world.today - timedelta(days=2)
        assert_exact(second, sim, SPLITS, start=settled - timedelta(days=3), end=settled)


def test_a_ranking_begins_with_the_start_date(sim: Simulator) -> None:
    start = sim.world.today - timedelta(days=10)
    output = run_sync(sim, RANKINGS, config=sim.config(start_date=str(start)))

    assert_exact(output, sim, RANKINGS, start=start)
    assert {query["num_of_pins"] for query in queries(sim, "user_account/analytics/top_pins")} == {"50"}
