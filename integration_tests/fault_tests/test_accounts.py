"""An ad account that refuses leaves the others whole, and is named."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from integration_tests.simulator import Fault
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.catalogs import ADS_ANALYTICS, BOARDED, ENTITIES, ORGANIC
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

LISTS = ("campaigns/list", "ad_groups/list", "ads/list")
PARENT_LISTS = dict(zip(ADS_ANALYTICS[1:], LISTS, strict=True))
CALLS = {
    **dict(zip(ENTITIES, LISTS, strict=True)),
    "ad_account_analytics": "ad_account/analytics",
    "campaign_analytics": "campaigns/analytics",
    "ad_group_analytics": "ad_groups/analytics",
    "ad_analytics": "ads/analytics",
}
REFUSALS = [*CALLS.items(), *PARENT_LISTS.items()]
NAMES = [f"{stream} by {operation}" for stream, operation in REFUSALS]
"""A stream, and the call with which an account refuses it: its own, or that for its parents' ids."""


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(World(boards=3, ad_accounts=3, campaigns=4, ad_groups=4, ads=4, active_percent=25)) as simulator:
        yield simulator


def assert_whole_but_for(output: Output, sim: Simulator, stream: str, accounts: Iterable[str]) -> None:
    left_out = set(accounts)
    field = "ad_account_id" if stream in ENTITIES else "AD_ACCOUNT_ID"
    held = sim.expected(stream)
    expected = {key: record for key, record in held.items() if record[field] not in left_out}
    assert 0 < len(expected) < len(held)
    assert_same(stream, output.records[stream], expected)


def cursors(output: Output, stream: str) -> dict[str, dict[str, Any]]:
    return {item["partition"]["ad_account_id"]: item["cursor"] for item in output.states[stream]["states"]}


# -- one ad account of several


@pytest.mark.parametrize(("stream", "operation"), REFUSALS, ids=NAMES)
def test_an_account_that_was_never_readable(sim: Simulator, stream: str, operation: str) -> None:
    account = sim.world.account_id(1)
    sim.add_fault(Fault("forbidden", on=operation, account=account, times=None))
    output = run_sync(sim, [stream])
    assert_succeeded(output, [stream])
    assert_whole_but_for(output, sim, stream, [account])
    [warning] = output.warnings()
    assert stream in warning
    assert account in warning
    assert account not in cursors(output, stream)


@pytest.mark.parametrize(("stream", "operation"), REFUSALS, ids=NAMES)
def test_an_account_named_in_the_config(sim: Simulator, stream: str, operation: str) -> None:
    account = sim.world.account_id(1)
    accounts = [sim.world.account_id(index) for index in range(3)]
    sim.add_fault(Fault("forbidden", on=operation, account=account, times=None))
    output = run_sync(sim, [stream], config=sim.config(account_ids=accounts))
    assert_failed(output, stream, "config_error", account)
    assert output.errors[-1].failure_type.value == "config_error"
    assert_whole_but_for(output, sim, stream, [account])
    assert set(cursors(output, stream)) == set(accounts) - {account}


@pytest.mark.parametrize(("stream", "operation"), REFUSALS, ids=NAMES)
def test_an_account_known_from_state_and_back_again(sim: Simulator, stream: str, operation: str) -> None:
    account = sim.world.account_id(1)
    first = run_sync(sim, [stream])
    sim.add_fault(Fault("forbidden", on=operation, account=account, times=None))
    second = run_sync(sim, [stream], state=first.states)
    assert_failed(second, stream, "config_error", account)
    assert cursors(second, stream)[account] == cursors(first, stream)[account]
    sim.clear_faults()
    third = run_sync(sim, [stream], state=second.states)
    assert_succeeded(third, [stream])
    assert any(account in map(str, record.values()) for record in third.records[stream])


def test_the_streams_that_an_account_does_not_refuse_are_whole(sim: Simulator) -> None:
    account = sim.world.account_id(1)
    sim.add_fault(Fault("forbidden", on="campaigns/list", account=account, times=None))
    streams = (*ORGANIC, "ad_accounts", *ENTITIES, *ADS_ANALYTICS, "user_account_analytics")
    output = run_sync(sim, streams)
    assert_succeeded(output, streams)
    touched = ("campaigns", "campaign_analytics")
    assert_exact(output, sim, [stream for stream in streams if stream not in touched])
    for stream in touched:
        assert_whole_but_for(output, sim, stream, [account])


def test_a_failing_parent_listing_fails_its_children_alone(sim: Simulator) -> None:
    """The listing is asked for once more by whoever needs it, and then once for all."""
    account = sim.world.account_id(1)
    sim.add_fault(Fault("500", on="campaigns/list", account=account, times=None))
    streams = ("campaigns", "campaign_analytics", "ad_analytics")
    output = run_sync(sim, streams, config=sim.config(max_retries=0))
    for stream in streams[:2]:
        assert_failed(output, stream, "transient_error")
        assert_whole_but_for(output, sim, stream, [account])
    assert_exact(output, sim, ["ad_analytics"])
    assert output.errors[-1].failure_type.value == "transient_error"
    sim.clear_faults()
    again = run_sync(sim, streams, state=output.states)
    assert_succeeded(again, streams)
    for stream in streams[:2]:
        held = {key_of(stream, record): record for part in (output, again) for record in part.records[stream]}
        assert_same(stream, held.values(), sim.expected(stream))


@pytest.mark.parametrize("stream", list(CALLS))
def test_many_accounts_that_refuse_do_not_stop_the_rest(stream: str) -> None:
    """An agency that loses a whole client must still get the others, in whatever order they come."""
    with Simulator(World(boards=0, ad_accounts=9, campaigns=2, ad_groups=2, ads=2)) as sim:
        refusing = [sim.world.account_id(index) for index in range(7)]
        first = run_sync(sim, [stream])
        sim.add_faults(Fault("forbidden", on=CALLS[stream], account=account, times=None) for account in refusing)
        second = run_sync(sim, [stream], config=sim.config(num_workers=2, lookback_days=89), state=reset(first, stream))
        for account in refusing:
            assert_failed(second, stream, "config_error", account)
        assert_whole_but_for(second, sim, stream, refusing)


def reset(output: Output, stream: str) -> dict[str, Any]:
    """The accounts are known, but all is to be read again."""
    states = output.states[stream]["states"]
    return {
        stream: {
            "states": [
                {**item, "cursor": {**item["cursor"], **({"updated_time": 0} if stream in ENTITIES else {})}}
                for item in states
            ]
        }
    }


@pytest.mark.parametrize("stream", list(CALLS))
def test_an_account_that_vanished_from_the_list(sim: Simulator, stream: str) -> None:
    account = sim.world.account_id(1)
    first = run_sync(sim, [stream])
    sim.world.vanish(account)
    second = run_sync(sim, [stream], state=first.states)
    assert_failed(second, stream, "config_error", account)
    assert cursors(second, stream)[account] == cursors(first, stream)[account]
    others = {sim.world.account_id(index) for index in (0, 2)}
    third = run_sync(sim, [stream], state=second.states, config=sim.config(exclude_account_ids=[account]))
    assert_succeeded(third, [stream])
    assert others <= set(cursors(third, stream))


def test_an_account_that_vanishes_while_the_sync_runs(sim: Simulator) -> None:
    account = sim.world.account_id(1)
    sim.after("ad_accounts/list", 1, lambda world: world.vanish(account))
    streams = (*ENTITIES, *ADS_ANALYTICS)
    output = run_sync(sim, streams)
    assert_succeeded(output, streams)
    for stream in streams:
        assert_same(stream, output.records[stream], sim.expected(stream))
        assert any(account in warning for warning in output.warnings() if stream in warning), stream


@pytest.mark.parametrize("option", ["account_id", "account_ids"])
def test_a_wrong_account_in_the_config(sim: Simulator, option: str) -> None:
    wrong = sim.world.foreign_account_id
    streams = ("ad_accounts", "campaigns", "campaign_analytics", "ad_account_analytics")
    value = wrong if option == "account_id" else [sim.world.account_id(0), wrong]
    output = run_sync(sim, streams, config=sim.config(**{option: value}))
    for stream in streams:
        assert_failed(output, stream, "config_error", wrong)
    if option == "account_ids":
        for stream in streams[1:]:
            assert_whole_but_for(output, sim, stream, [sim.world.account_id(1), sim.world.account_id(2)])
        assert [record["id"] for record in output.records["ad_accounts"]] == [sim.world.account_id(0)]
    else:
        assert not any(output.records.values())


def test_a_failing_account_list_fails_every_ads_stream_and_the_rest_is_whole(sim: Simulator) -> None:
    sim.add_fault(Fault("500", on="ad_accounts/list", times=None))
    streams = (*ORGANIC, "ad_accounts", *ENTITIES, *ADS_ANALYTICS)
    output = run_sync(sim, streams, config=sim.config(max_retries=0))
    assert_exact(output, sim, ORGANIC)
    for stream in ORGANIC:
        assert output.status(stream) == "COMPLETE"
    for stream in ("ad_accounts", *ENTITIES, *ADS_ANALYTICS):
        assert_failed(output, stream, "transient_error")
    sim.clear_faults()
    ads_states = {stream: state for stream, state in output.states.items() if stream not in BOARDED}
    again = run_sync(sim, streams, state=ads_states)
    assert_succeeded(again, streams)
    assert_exact(again, sim, streams)


def test_an_account_whose_every_call_fails_does_not_stop_the_rest() -> None:
    """Its many batches must not pass for a Pinterest that is down; it is read first, and would starve the others."""
    today = datetime.now(UTC).date()
    with Simulator(World(boards=0, ad_accounts=3, campaigns=(1_000, 2, 2), first_day=today)) as sim:
        failing = sim.world.account_id(0)
        sim.add_fault(Fault("500", on="campaigns/analytics", account=failing, times=None))
        output = run_sync(sim, ["campaign_analytics"], config=sim.config(max_retries=0, num_workers=2))
        assert_failed(output, "campaign_analytics", "transient_error")
        assert_whole_but_for(output, sim, "campaign_analytics", [failing])
        sim.clear_faults()
        again = run_sync(sim, ["campaign_analytics"], state=output.states)
        assert_exact(again, sim, ["campaign_analytics"])


# -- nothing works any more


def test_a_pinterest_that_is_down_is_asked_once_for_each_account() -> None:
    with Simulator(World(boards=0, ad_accounts=40, campaigns=1, ad_groups=0, ads=0)) as sim:
        sim.add_fault(Fault("503", on="campaigns/list", times=None))
        output = run_sync(sim, ["campaigns"], config=sim.config(max_retries=1, num_workers=2))
        assert_failed(output, "campaigns", "transient_error")
        assert 40 <= len(sim.calls("campaigns/list")) <= 40 + 7
        sim.clear_faults()
        again = run_sync(sim, ["campaigns"], state=output.states)
        assert_exact(again, sim, ["campaigns"])
