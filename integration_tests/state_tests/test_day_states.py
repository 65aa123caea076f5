"""Each day that a state owes is read once, and every day that could not be read is noted."""

from collections.abc import Iterator

import pytest

from integration_tests.state_tests.day_states import (
    HISTORY_DAYS,
    REPORT_DAYS,
    cursors,
    day,
    own,
    windows,
)
from integration_tests.support.assertions import assert_same, assert_succeeded
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

FINAL_DAYS = 2
"""So old is the last day that counts as final, which a cursor does not pass where the lookback is short."""


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(World(boards=0, campaigns=8, ad_groups=6, ads=5, active_percent=25)) as simulator:
        yield simulator


@pytest.mark.parametrize("destination", ["append", "append_dedup"])
def test_missing_windows_and_an_earlier_start_are_read_exactly_once(sim: Simulator, destination: str) -> None:
    stream, account = "campaign_analytics", sim.world.account_id(0)
    config = sim.config(account_ids=[account], start_date=day(sim, 80))
    if destination == "append_dedup":
        config["lookback_days"] = 0
    last = FINAL_DAYS if destination == "append" else 0
    final = FINAL_DAYS if destination == "append" else 1
    missing = [[day(sim, 50), day(sim, 45)], [day(sim, 30), day(sim, 30)]]
    read = day(sim, last + 1)
    state = own(
        {
            account: {
                "DATE": read,
                "from": day(sim, 60),
                "missing": missing,
                "settled": day(sim, max(last + 1, FINAL_DAYS)),
            }
        }
    )

    first = run_sync(sim, [stream], config=config, state={stream: state}, destination=destination)

    assert_succeeded(first, [stream])
    tail = (day(sim, last) if destination == "append" else day(sim, last + 1), day(sim, last))
    asked = [*map(tuple, missing), (day(sim, 80), day(sim, 61)), tail]
    assert windows(sim, stream) == sorted(asked)
    wanted = {
        key: record
        for key, record in sim.expected(stream).items()
        if record["AD_ACCOUNT_ID"] == account and any(start <= key[1] <= end for start, end in asked)
    }
    assert_same(stream, first.records[stream], wanted)
    settled = {"settled": day(sim, FINAL_DAYS)}
    assert cursors(first, stream) == {account: {"DATE": day(sim, final), "from": day(sim, 80), **settled}}
    sim.log.clear()
    run_sync(sim, [stream], config=config, state=first.states, destination=destination)
    assert windows(sim, stream) == ([] if destination == "append" else [tail])


def test_a_gap_that_is_out_of_reach_is_noted_and_told(sim: Simulator) -> None:
    stream, account = "ad_account_analytics", sim.world.account_id(0)
    config = sim.config(account_ids=[account])
    state = own({account: {"DATE": day(sim, 1_000), "from": day(sim, 1_100)}})
    output = run_sync(sim, [stream], config=config, state={stream: state})
    assert_succeeded(output, [stream])
    assert windows(sim, stream) == [(day(sim, HISTORY_DAYS), day(sim, 0))]
    assert cursors(output, stream)[account]["missing"] == [[day(sim, 999), day(sim, REPORT_DAYS + 1)]]
    [warning] = output.warnings()
    assert all(text in warning for text in (stream, account, day(sim, 999), day(sim, REPORT_DAYS + 1)))
    again = run_sync(sim, [stream], config=config, state=output.states)
    assert cursors(again, stream)[account]["missing"] == [[day(sim, 999), day(sim, REPORT_DAYS + 1)]]
