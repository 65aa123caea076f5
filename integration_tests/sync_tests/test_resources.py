"""Dictionaries and trends arrive whole, in the fewest requests, and targeting values get their names."""

from collections.abc import Iterator
from typing import Any

import pytest

from integration_tests.simulator import HeaderStyle
from integration_tests.simulator.resources.options import NAMELESS
from integration_tests.simulator.trends import keywords
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.resource_calls import resource_calls
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth import RESOURCE_KEYS, TARGETING_KEYS

STREAMS = tuple(RESOURCE_KEYS)
KEYWORDS = "trending_keywords/list"


def small_world(**sizes: Any) -> World:
    return World(boards=0, **{"campaigns": 1, "ad_groups": 1, "ads": 1, **sizes})


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(small_world()) as simulator:
        yield simulator


def test_everything_arrives_whole_in_the_fewest_calls() -> None:
    with Simulator(small_world(ad_accounts=4, trends=24, trend_weeks=52)) as sim:
        output = run_sync(sim, STREAMS)
        assert_succeeded(output, STREAMS)
        assert_exact(output, sim, STREAMS)
        assert not output.warnings()
        called = {operation: len(sim.calls(operation)) for operation in resource_calls(sim.world)}
        assert called == resource_calls(sim.world)


# -- names behind targeting values


def test_every_targeting_value_but_one_has_a_name(sim: Simulator) -> None:
    """At the levels whose types Pinterest has options of: QUIZ_RESULT, which only ads have, has none."""
    levels = ("ad_account_targeting_analytics", "campaign_targeting_analytics", "ad_group_targeting_analytics")
    assert set(levels) < set(TARGETING_KEYS)
    yesterday = sim.config(start_date=str(sim.world.today), analytics_columns=["SPEND_IN_DOLLAR"])
    output = run_sync(sim, (*levels, "targeting_options"), config=yesterday)
    assert_succeeded(output, (*levels, "targeting_options"))
    names = {(row["targeting_type"], row["id"]): row["name"] for row in output.records["targeting_options"]}
    assert len(names) == len(output.records["targeting_options"])
    values = {(row["TARGETING_TYPE"], row["TARGETING_VALUE"]) for level in levels for row in output.records[level]}

    assert len({targeting_type for targeting_type, _ in values}) == 14
    assert {value for value in values if not names.get(value)} == {("GEO", NAMELESS)}
    assert names["PINNER_INTEREST", "903733943146"] == "Animals"
    assert names["COUNTRY", "US"] == "United States"


def test_options_of_an_unknown_shape_cost_their_type_until_a_sync_can_read_them(sim: Simulator) -> None:
    sim.alter(
        "targeting_options/get",
        lambda entry, proper: {"items": proper} if entry.path.endswith("/LOCALE") else proper,
    )
    output = run_sync(sim, ["targeting_options"], config=sim.config(max_retries=0))
    assert_failed(output, "targeting_options", "system_error", '{"items": [{"en": "English"')
    held = sim.expected("targeting_options")
    wanted = {key for key, record in held.items() if record["option_type"] != "LOCALE"}
    assert {(row["targeting_type"], row["id"]) for row in output.records["targeting_options"]} == wanted

    sim.clear_alterations()
    second = run_sync(sim, ["targeting_options"], state=output.states)
    assert_succeeded(second, ["targeting_options"])
    assert_exact(second, sim, ["targeting_options"])


# -- trends


def test_the_regions_that_are_chosen_are_read(sim: Simulator) -> None:
    chosen = ["GB+IE", "DE+AT+CH"]
    streams = [stream for stream in STREAMS if "trend" in stream]
    output = run_sync(sim, streams, config=sim.config(trend_regions=chosen))
    assert_succeeded(output, streams)
    for stream in streams:
        wanted = set(chosen) if "keyword" in stream else {"GB+IE"}
        assert {record["region"] for record in output.records[stream]} == wanted
    assert not sim.calls("ad_accounts/list")
    assert len(sim.calls(KEYWORDS)) == 2 * len(chosen) * len(keywords.TYPES), "each stream makes its own"


def test_the_60_calls_of_a_minute_are_kept() -> None:
    """Keywords of every region take 144; this sync makes those that it need not wait for, though no header counts."""
    with Simulator(small_world(), profile="standard", header_style=HeaderStyle.ABSENT) as sim:
        run_sync(sim, STREAMS, config=sim.config(trend_regions=list(keywords.REGIONS), max_wait_minutes=0))
        assert {entry.category for entry in sim.log if "/trends/" in entry.path} == {"trends_read"}
        assert {entry.status for entry in sim.calls(KEYWORDS)} == {200}
