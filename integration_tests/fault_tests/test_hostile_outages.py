"""The requests that an outage costs, and those of one that is too large."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration_tests.simulator import Entry, Fault, FaultKind
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from source_pinterest import limits

STREAM, CALLS = "campaign_analytics", "campaigns/analytics"
ACCOUNTS, CAMPAIGNS = 16, 40
UNREACHED = FaultKind.RESET_BEFORE_BODY


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """Accounts of one call each."""
    world = World(boards=0, ad_accounts=ACCOUNTS, campaigns=CAMPAIGNS)
    world.first_day = world.today - timedelta(days=4)
    with Simulator(world) as simulator:
        yield simulator


def ids(entry: Entry) -> int:
    return len(entry.values("campaign_ids"))


# -- no connection can be made


@pytest.mark.parametrize("resets", [1, 7, 25])
def test_an_outage_costs_the_calls_that_hit_it_and_makes_none_smaller(sim: Simulator, resets: int) -> None:
    sim.add_fault(Fault(UNREACHED, after=ACCOUNTS, times=resets))
    output = run_sync(sim, [STREAM], config=sim.config(num_workers=4, max_retries=2))
    assert_succeeded(output, [STREAM])
    assert_exact(output, sim, [STREAM])
    hit = [entry for entry in sim.log if entry.fault == UNREACHED]
    assert len(hit) == resets
    assert {ids(entry) for entry in sim.calls(CALLS)} == {CAMPAIGNS}
    assert len(sim.calls(CALLS)) == ACCOUNTS + sum(entry.operation_id == CALLS for entry in hit)


def test_a_call_whose_connections_alone_are_reset_pauses_like_any_retry(sim: Simulator) -> None:
    """Half the connections are reset for a while: nothing is given up within an instant."""
    faults = [Fault(UNREACHED, on=CALLS, account=sim.world.account_id(number), times=3) for number in range(6)]
    sim.add_faults(faults)
    output = run_sync(sim, [STREAM], config=sim.config(num_workers=4))
    assert_succeeded(output, [STREAM])
    assert_exact(output, sim, [STREAM])
    assert [ids(entry) for entry in sim.calls(CALLS)] == [CAMPAIGNS] * (ACCOUNTS + 3 * len(faults))


@pytest.mark.parametrize("operation", ["oauth/token", "ad_accounts/list", "campaigns/list"])
def test_an_outage_before_the_first_row_is_waited_for(sim: Simulator, operation: str) -> None:
    sim.add_fault(Fault(UNREACHED, on=operation, times=5))
    output = run_sync(sim, [STREAM], config=sim.config(max_retries=1))
    assert_succeeded(output, [STREAM])
    assert_exact(output, sim, [STREAM])


def test_an_outage_that_does_not_end_keeps_what_was_read(sim: Simulator) -> None:
    sim.add_fault(Fault(UNREACHED, on=CALLS, after=5, times=None))
    output = run_sync(sim, [STREAM], config=sim.config(num_workers=2, max_wait_minutes=0.001))
    assert_failed(output, STREAM, "transient_error", "could not be reached", "next sync")
    assert {entry["cursor"]["DATE"] for entry in output.states[STREAM]["states"]} == {str(sim.world.today)}
    sim.clear_faults()
    again = run_sync(sim, [STREAM], state=output.states, config=sim.config(lookback_days=0))
    assert_succeeded(again, [STREAM])
    both = {key_of(STREAM, record): record for part in (output, again) for record in part.records[STREAM]}
    assert_same(STREAM, both.values(), sim.expected(STREAM))


# -- an answer is too large


@pytest.mark.parametrize("kind", [FaultKind.CUT_BODY, FaultKind.RESET_INSIDE_BODY, FaultKind.NEVER_ANSWERS])
def test_an_answer_that_breaks_twice_splits_that_call_alone(sim: Simulator, kind: FaultKind) -> None:
    broken = sim.world.account_id(3)
    sim.add_fault(Fault(kind, on=CALLS, account=broken, times=2))
    output = run_sync(sim, [STREAM], config=sim.config(num_workers=2, request_timeout_seconds=1))
    assert_succeeded(output, [STREAM])
    assert_exact(output, sim, [STREAM])
    asked: dict[str, list[int]] = defaultdict(list)
    for entry in sim.calls(CALLS):
        asked[entry.account].append(ids(entry))
    assert asked.pop(broken) == [CAMPAIGNS, CAMPAIGNS, CAMPAIGNS // 2, CAMPAIGNS // 2]
    assert list(asked.values()) == [[CAMPAIGNS]] * (ACCOUNTS - 1)


def test_a_refusal_for_the_size_is_remembered_until_smaller_calls_have_worked(sim: Simulator) -> None:
    sim.add_fault(Fault(FaultKind.TOO_LARGE_413, on=CALLS))
    output = run_sync(sim, [STREAM], config=sim.config(num_workers=2))
    assert_succeeded(output, [STREAM])
    assert_exact(output, sim, [STREAM])
    refused, *good = [ids(entry) for entry in sim.calls(CALLS)]
    assert refused == CAMPAIGNS
    smaller = good.count(CAMPAIGNS // 2)
    assert limits.GOOD_REQUESTS_BEFORE_LARGER <= smaller < 2 * ACCOUNTS, good
    assert CAMPAIGNS in good[limits.GOOD_REQUESTS_BEFORE_LARGER :]
