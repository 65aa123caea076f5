"""Accounts and entities that come and go are read from their start, and none of them twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration_tests.state_tests.second_syncs import cursors
from integration_tests.support.assertions import assert_same, assert_succeeded, upserted
from integration_tests.support.catalogs import ADS_ANALYTICS, ENTITIES
from integration_tests.support.days import final_after_days
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(World(boards=0, campaigns=10, ad_groups=8, ads=6, active_percent=25)) as simulator:
        yield simulator


def test_an_account_added_later_is_read_from_the_start(sim: Simulator) -> None:
    old, new = sim.world.account_id(0), sim.world.account_id(1)
    streams = (*ENTITIES, *ADS_ANALYTICS)
    first = run_sync(sim, streams, config=sim.config(account_ids=[old]))
    second = run_sync(sim, streams, config=sim.config(account_ids=[old, new], lookback_days=0), state=first.states)
    assert_succeeded(second, streams)
    for stream in streams:
        assert_same(stream, upserted(stream, first, second), sim.expected(stream))
    for stream in ADS_ANALYTICS:
        moving = {(sim.world.today - timedelta(days=age)).isoformat() for age in range(final_after_days(stream))}
        of_old = [record for record in second.records[stream] if record["AD_ACCOUNT_ID"] == old]
        assert {record["DATE"] for record in of_old} <= moving


def test_an_excluded_account_is_left_alone_and_keeps_its_place(sim: Simulator) -> None:
    streams = (*ENTITIES, *ADS_ANALYTICS)
    excluded = sim.world.account_id(1)
    first = run_sync(sim, streams)
    second = run_sync(sim, streams, config=sim.config(exclude_account_ids=[excluded]), state=first.states)
    assert_succeeded(second, streams)
    for stream in streams:
        field = "ad_account_id" if stream in ENTITIES else "AD_ACCOUNT_ID"
        assert excluded not in {record[field] for record in second.records[stream]}
        assert cursors(first, stream)[excluded] == cursors(second, stream)[excluded]
