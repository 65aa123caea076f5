"""Accounts and entities that come and go are read from their start, and none of them twice."""

from datetime import date, timedelta
from typing import Any

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.state_tests.second_syncs import cursors
from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded, upserted
from integration_tests.support.catalogs import ADS_ANALYTICS, ENTITIES
from integration_tests.support.days import days_later, final_after_days, last_final_day
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.sync_sequences import SyncSequence
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import simulated

sim = simulated(lambda: World(boards=0, campaigns=10, ad_groups=8, ads=6, active_percent=25))


def test_an_account_added_later_is_read_from_the_start(sim: Simulator) -> None:
    old, new = sim.world.account_id(0), sim.world.account_id(1)
    streams = (*ENTITIES, *ADS_ANALYTICS)
    first = run_sync(sim, streams, config=sim.config(account_ids=[old]))
    second = run_sync(sim, streams, config=sim.config(account_ids=[old, new], lookback_days=0), state=first.states)
    assert_succeeded(second, streams)
    for stream in streams:
        assert_same(stream, upserted(stream, first, second), sim.expected(stream))
    for stream in ADS_ANALYTICS:
        moving = {(sim.world.today - timedelta(days=age)).isoformat() for age in range(final_after_days(stream) + 1)}
        of_old = [record for record in second.records[stream] if record["AD_ACCOUNT_ID"] == old]
        assert {record["DATE"] for record in of_old} <= moving


@pytest.mark.parametrize("how", ["rejects", "is listed no longer"])
def test_an_owner_that_was_read_is_owed_until_it_is_back_or_excluded(how: str) -> None:
    streams = ("user_account_analytics", "pin_analytics")
    sizes = {"boards": 1, "pins_per_board": 2, "sections_per_board": 0, "ad_accounts": 2, "shared_ad_accounts": 1}
    whole, lesser = World(**sizes), World(**sizes)
    lost, start = whole.account_id(1), str(whole.today - timedelta(days=19))
    lesser.vanish(lost)
    outputs: list[Output] = []

    def sync(day: int, **more: Any) -> Output:
        world = lesser if day == 3 and how == "is listed no longer" else whole
        with days_later(world, day), Simulator(world, profile="ample") as sim:
            if day == 3 and how == "rejects":
                operations = ("user_account/analytics", "pins/list")
                sim.add_faults(Fault(FaultKind.FORBIDDEN, on=on, account=lost, times=None) for on in operations)
            config = sim.config(start_date=start, organic_per_ad_account=True, max_retries=0, **more)
            state = outputs[-1].states if outputs else None
            return run_sync(sim, streams, config=config, state=state, destination="append")

    outputs.append(sync(0))
    assert_succeeded(outputs[0], streams)
    assert_succeeded(sync(3, exclude_account_ids=[lost]), streams)
    outputs.append(sync(3))
    for stream in streams:
        since = last_final_day(stream, whole.today) + timedelta(days=1)
        assert_failed(outputs[1], stream, "config_error", lost, f"Its days from {since} on", "Excluded Ad Account IDs")
    outputs.append(sync(6))
    assert_succeeded(outputs[2], streams)
    with days_later(whole, 6) as today:
        for stream in streams:
            end = last_final_day(stream, today)
            expected_records = whole.expected(stream, start=date.fromisoformat(start), end=end, on_behalf_of=lost)
            days = [row["date"] for one in outputs for row in one.records[stream] if row["ad_account_id"] == lost]
            assert sorted(days) == sorted(row["date"] for row in expected_records.values())


@pytest.mark.parametrize("boards", [1, 3])
@pytest.mark.parametrize("is_excluded", [False, True], ids=["is not listed", "is excluded"])
def test_an_owner_that_is_not_listed_in_one_sync_keeps_its_boards(boards: int, is_excluded: bool) -> None:
    """On return, the pins of its unchanged boards don't come again."""
    streams = ("board_pins", "board_section_pins")
    sizes = {"boards": boards, "pins_per_board": 4, "pins_per_section": 2, "ad_accounts": 2, "shared_ad_accounts": 1}
    whole, lesser = World(**sizes), World(**sizes)
    lost = whole.account_id(1)
    lesser.vanish(lost)
    sequence = SyncSequence(whole, streams, "append", {"organic_per_ad_account": True})
    assert_succeeded(sequence.read(0), streams)
    if is_excluded:
        sequence.options["exclude_account_ids"] = [lost]
        assert_succeeded(sequence.read(3), streams)
        del sequence.options["exclude_account_ids"]
    else:
        sequence.world = lesser
        output = sequence.read(3)
        for stream in streams:
            assert_failed(output, stream, "config_error", lost, "Pinterest does not show it to this user")
        sequence.world = whole
    output = sequence.read(6)
    assert_succeeded(output, streams)
    for stream in streams:
        assert sequence.outputs[0].records[stream]
        assert not output.records[stream]
        assert any(name.startswith(f"{lost}/") for name in sequence.outputs[1].states[stream]["boards"])


def test_an_excluded_account_is_left_alone_and_keeps_its_place(sim: Simulator) -> None:
    streams = (*ENTITIES, *ADS_ANALYTICS)
    excluded = sim.world.account_id(1)
    first = run_sync(sim, streams)
    requests = len(sim.log)
    second = run_sync(sim, streams, config=sim.config(exclude_account_ids=[excluded]), state=first.states)
    assert_succeeded(second, streams)
    assert excluded not in {entry.account for entry in sim.log[requests:]}
    for stream in streams:
        field = "ad_account_id" if stream in ENTITIES else "AD_ACCOUNT_ID"
        assert excluded not in {record[field] for record in second.records[stream]}
        assert cursors(first, stream)[excluded] == cursors(second, stream)[excluded]
