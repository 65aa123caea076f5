"""A sync holds every row once, whatever rows Pinterest sends beside those that were requested."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from integration_tests.simulator import DOWNLOAD
from integration_tests.simulator.faults.alterations import also_in, row_of_another_day
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.pinterest import Simulator, World
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
    world = World(boards=1, pins_per_board=2, campaigns=3, hour_column="HOUR")
    world.first_day = world.today - timedelta(days=20)
    with Simulator(world, open_betas=["multi_pins/analytics"]) as simulator:
        yield simulator


def field_of(stream: str) -> str:
    return "date" if stream.startswith(("user_", "pin_")) else "DATE"


# -- an object that is none of those that were asked for


@pytest.mark.parametrize("answer", [{}, {"code": 50, "message": "nope", "status": "failure"}], ids=["empty", "error"])
@pytest.mark.parametrize("times", [1, 99], ids=["once", "always"])
@pytest.mark.parametrize(
    ("stream", "operation"),
    [
        ("audience_insights", "audience_insights/get"),
        ("targeting_options", "targeting_options/get"),
        ("user_account", "user_account/get"),
        ("catalogs_product_group_counts", "catalogs_product_groups/product_counts_get"),
    ],
)
def test_an_error_that_comes_as_a_good_answer_is_no_record(
    sim: Simulator, stream: str, operation: str, times: int, answer: dict[str, Any]
) -> None:
    """The call is made again; what never gets better is incomplete."""
    answers = [answer] * times
    sim.alter(operation, lambda _entry, proper: answers.pop() if answers else proper)
    output = run_sync(sim, [stream], config=sim.config(max_retries=1))
    if times == 1:
        assert_succeeded(output, [stream])
        assert_exact(output, sim, [stream])
    else:
        assert_failed(output, stream, "transient_error")
        assert not [record for record in output.records[stream] if record.get("id") in answer]


# -- an entity that two accounts list


STREAMS = ("campaigns", "campaign_analytics", "campaign_targeting_analytics", "ad_groups")


def shared(sim: Simulator, owner: int, also: int, *, named: bool) -> str:
    """Have the first campaign of one account listed by another as well."""
    account, other = sim.world.account_id(owner), sim.world.account_id(also)
    campaigns = [dict(row) for row in sim.expected("campaigns").values() if row["ad_account_id"] == account]
    sim.alter("campaigns/list", also_in(other, campaigns[:1]))
    if not named:
        sim.alter("campaigns/list", lambda _entry, page: {**page, "items": list(map(_nameless, page["items"]))})
    return str(campaigns[0]["id"])


def _nameless(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "ad_account_id"}


@pytest.mark.parametrize("streams", [STREAMS, STREAMS[1:3]], ids=["emitted", "not emitted"])
@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize(("owner", "also"), [(0, 1), (1, 0)])
def test_an_entity_belongs_to_the_account_that_it_names(
    sim: Simulator, owner: int, also: int, workers: int, streams: tuple[str, ...]
) -> None:
    campaign = shared(sim, owner, also, named=True)
    config = sim.config(num_workers=workers)
    output = run_sync(sim, streams, config=config, destination="append")
    assert_succeeded(output, streams)
    settled = sim.world.today - timedelta(days=2)
    assert_exact(output, sim, streams, end=settled)
    [warning] = output.warnings()
    assert campaign in warning
    assert sim.world.account_id(also) in warning
    again = run_sync(sim, streams, config=config, destination="append", state=output.states)
    assert_succeeded(again, streams)
    assert not any(again.records[stream] for stream in streams if "analytics" in stream)


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize(("owner", "also"), [(0, 1), (1, 0)])
def test_an_entity_that_names_no_account_belongs_to_the_smallest(
    sim: Simulator, owner: int, also: int, workers: int
) -> None:
    campaign = shared(sim, owner, also, named=False)
    smallest = min(sim.world.account_id(index) for index in (owner, also))
    streams = ("campaigns", "campaign_analytics")
    output = run_sync(sim, streams, config=sim.config(num_workers=workers))
    assert_succeeded(output, streams)
    [record] = [record for record in output.records["campaigns"] if record["id"] == campaign]
    assert record["ad_account_id"] == smallest
    asked = [entry.account for entry in sim.calls("campaigns/analytics") if campaign in entry.values("campaign_ids")]
    assert asked == [smallest]
    [warning] = output.warnings()
    assert campaign in warning


def test_an_entity_that_names_an_account_out_of_reach_stays_where_it_is_listed(sim: Simulator) -> None:
    campaign = shared(sim, owner=1, also=0, named=True)
    listing = sim.world.account_id(0)
    output = run_sync(sim, ["campaigns"], config=sim.config(account_ids=[listing]))
    assert_succeeded(output, ["campaigns"])
    [record] = [record for record in output.records["campaigns"] if record["id"] == campaign]
    assert record["ad_account_id"] == listing
    assert not output.warnings()


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
