"""Each day that a state owes is read once, and every day that could not be read is noted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from integration_tests.simulator import Fault
from integration_tests.state_tests.day_states import (
    HISTORY_DAYS,
    REPORT_DAYS,
    ago,
    cursors,
    day,
    failed_windows,
    own,
    windows,
)
from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.catalogs import ADS_ANALYTICS, ENTITIES
from integration_tests.support.outputs import Record
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


@pytest.mark.parametrize("after", [0, 1])
def test_a_window_that_fails_is_kept_as_missing_and_read_with_the_next_sync(after: int) -> None:
    """227 campaigns times 88 days take two calls of 44 days each, the fewest there are."""
    with Simulator(World(boards=0, ad_accounts=1, campaigns=227, active_percent=5)) as sim:
        stream, account = "campaign_analytics", sim.world.account_id(0)
        config = sim.config(max_retries=0, num_workers=1, lookback_days=0)
        state = own({account: {"DATE": day(sim, 87), "from": day(sim, 89), "settled": day(sim, 87)}})
        sim.add_fault(Fault("transient_400", on="campaigns/analytics", after=after))

        first = run_sync(sim, [stream], config=config, state={stream: state})

        asked = [(day(sim, 87), day(sim, 44)), (day(sim, 43), day(sim, 0))]
        assert windows(sim, stream) == asked
        [failed] = failed_windows(sim)
        is_newer = failed == asked[1]
        assert_failed(first, stream, "transient_error")
        final = {"DATE": day(sim, FINAL_DAYS), "from": day(sim, 89), "settled": day(sim, FINAL_DAYS)}
        older_is_owed = {**final, "missing": [list(asked[0])], "stale": [[day(sim, 87)] * 2]}
        newer_is_owed = {"DATE": asked[0][1], "from": day(sim, 89), "settled": asked[0][1]}
        assert cursors(first, stream)[account] == (newer_is_owed if is_newer else older_is_owed)
        sim.log.clear()
        second = run_sync(sim, [stream], config=config, state=first.states)
        assert_succeeded(second, [stream])
        again = [(day(sim, 44), day(sim, 0))] if is_newer else [asked[0], (day(sim, FINAL_DAYS), day(sim, 0))]
        assert sorted(set(windows(sim, stream))) == again
        held = {key_of(stream, record): record for output in (first, second) for record in output.records[stream]}
        assert_same(stream, held.values(), sim.expected(stream, start=ago(sim, 87)))
        assert cursors(second, stream)[account] == final


@pytest.mark.parametrize("failing", [0, 2])
def test_an_owed_window_that_fails_again_stays_owed(sim: Simulator, failing: int) -> None:
    stream, account = "ad_account_analytics", sim.world.account_id(0)
    config = sim.config(account_ids=[account], start_date=day(sim, 80), max_retries=0, lookback_days=0, num_workers=1)
    missing = [[day(sim, 50), day(sim, 45)]]
    state = own({account: {"DATE": day(sim, 1), "from": day(sim, 60), "missing": missing, "settled": day(sim, 2)}})
    owed = [(day(sim, 50), day(sim, 45)), (day(sim, 80), day(sim, 61)), (day(sim, 1), day(sim, 0))]
    sim.add_fault(Fault("transient_400", on="ad_account/analytics", after=failing))

    first = run_sync(sim, [stream], config=config, state={stream: state})

    assert windows(sim, stream) == sorted(owed)
    [failed] = failed_windows(sim)
    assert_failed(first, stream, "transient_error")
    sim.log.clear()
    second = run_sync(sim, [stream], config=config, state=first.states)
    assert windows(sim, stream) == sorted({failed, owed[2]})
    held = {key_of(stream, record): record for output in (first, second) for record in output.records[stream]}
    wanted = {
        key: record
        for key, record in sim.expected(stream).items()
        if key[0] == account and any(start <= key[1] <= end for start, end in owed)
    }
    assert_same(stream, held.values(), wanted)
    settled = {"settled": day(sim, FINAL_DAYS)}
    assert cursors(second, stream) == {account: {"DATE": day(sim, 1), "from": day(sim, 80), **settled}}


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


def test_every_state_can_be_gone_on_from() -> None:
    """A sync that stops after any of its states loses nothing."""
    with Simulator(
        World(boards=0, campaigns=3, ad_groups=3, ads=3, first_day=datetime.now(UTC).date() - timedelta(days=40))
    ) as sim:
        streams = (*ENTITIES, *ADS_ANALYTICS)
        whole = run_sync(sim, streams)
        before: dict[str, list[Record]] = {stream: [] for stream in streams}
        resumed = 0
        for message in whole.messages:
            if message.record:
                before[message.record.stream].append(message.record.data)
            elif message.state:
                stream = message.state.stream.stream_descriptor.name
                state = dict(vars(message.state.stream.stream_state))
                rest = run_sync(sim, [stream], state={stream: state})
                both = {key_of(stream, record): record for record in (*before[stream], *rest.records[stream])}
                assert_same(stream, both.values(), sim.expected(stream))
                resumed += 1
        assert resumed >= len(streams)
