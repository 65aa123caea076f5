"""Ad accounts or boards that fail for good keep no other from being read."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import assert_failed, assert_same
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

BROKEN, ALL = 15, 40
RETRIES = 2
CALLS = {"ad_account_analytics": "ad_account/analytics", "campaign_analytics": "campaigns/analytics"}


def world(accounts: int = ALL) -> World:
    world = World(boards=0, ad_accounts=accounts, shared_ad_accounts=0, campaigns=2)
    world.first_day = world.today - timedelta(days=3)
    return world


def failing(sim: Simulator, operation: str, indexes: Iterable[int]) -> set[str]:
    accounts = [sim.world.account_id(index) for index in indexes]
    sim.add_faults(Fault(FaultKind.SERVER_ERROR, on=operation, account=account, times=None) for account in accounts)
    return set(accounts)


def read(sim: Simulator, stream: str, state: dict[str, Any] | None = None) -> Output:
    return run_sync(sim, [stream], config=sim.config(num_workers=3, max_retries=RETRIES), state=state)


def without(sim: Simulator, stream: str, accounts: set[str]) -> dict[tuple[Any, ...], Record]:
    return {key: row for key, row in sim.expected(stream).items() if str(row["AD_ACCOUNT_ID"]) not in accounts}


def accounts_called(sim: Simulator, operation: str) -> list[str]:
    return list(dict.fromkeys(entry.account for entry in sim.calls(operation)))


@pytest.mark.parametrize("stream", CALLS)
def test_accounts_that_never_work_keep_no_other_from_being_read_on_any_day(stream: str) -> None:
    operation = CALLS[stream]
    with Simulator(world()) as sim:
        broken = failing(sim, operation, range(BROKEN))
        state: dict[str, Any] | None = None
        for _ in range(3):
            sim.log.clear()
            output = read(sim, stream, state)
            assert_failed(output, stream, "transient_error", *broken)
            assert_same(stream, output.records[stream], without(sim, stream, broken))
            state = output.states
        # By now they come last.
        called = accounts_called(sim, operation)
        assert set(called[: ALL - BROKEN - 3]).isdisjoint(broken)
        sim.clear_faults()
        output = read(sim, stream, state)
        assert output.exit_code == 0
        assert_same(stream, output.records[stream], sim.expected(stream))
        assert "failed" not in output.states[stream]


@pytest.mark.parametrize(
    ("stream", "operation"),
    [
        *CALLS.items(),
        ("campaigns", "campaigns/list"),
        ("campaign_analytics", "campaigns/list"),
        ("audiences", "audiences/list"),
        ("advertiser_report", "analytics/create_report"),
    ],
)
def test_accounts_that_all_fail_cost_about_a_call_each(stream: str, operation: str) -> None:
    accounts = 150
    with Simulator(world(accounts), faults=[Fault(FaultKind.SERVER_ERROR, on=operation, times=None)]) as sim:
        output = read(sim, stream)
        assert_failed(output, stream, "transient_error")
        calls = Counter(entry.account for entry in sim.calls(operation))
        assert len(calls) == accounts
        # The workers that were in the middle of a call when the fifth account failed had made it again.
        assert sum(calls.values()) <= accounts + RETRIES * (5 + 3)


def test_boards_that_all_fail_cost_about_a_call_each() -> None:
    with Simulator(World(boards=60), faults=[Fault(FaultKind.SERVER_ERROR, on="boards/list_pins", times=None)]) as sim:
        output = read(sim, "board_pins")
        assert_failed(output, "board_pins", "transient_error")
        assert 60 <= len(sim.calls("boards/list_pins")) <= 60 + RETRIES * (5 + 3)


def test_one_success_restores_the_retries() -> None:
    """After many that fail for good, one that fails once is asked again."""
    stream, operation = "ad_account_analytics", CALLS["ad_account_analytics"]
    with Simulator(world()) as sim:
        broken = failing(sim, operation, range(BROKEN))
        for index in range(BROKEN + 10, ALL):
            sim.add_fault(Fault(FaultKind.SERVER_ERROR, on=operation, account=sim.world.account_id(index)))
        output = read(sim, stream)
        assert_same(stream, output.records[stream], without(sim, stream, broken))


def test_an_account_that_worked_and_keeps_failing_is_left_alone() -> None:
    stream, operation, accounts = "campaign_analytics", CALLS["campaign_analytics"], 4
    big = World(boards=0, ad_accounts=accounts, shared_ad_accounts=0, campaigns=6_000)
    big.first_day = big.today
    with Simulator(big) as sim:
        for index in range(accounts):
            account = sim.world.account_id(index)
            sim.add_fault(Fault(FaultKind.SERVER_ERROR, on=operation, account=account, after=2, times=None))
        output = run_sync(sim, [stream], config=sim.config(num_workers=3, max_retries=0))
        assert_failed(output, stream, "transient_error")
        calls = Counter(entry.account for entry in sim.calls(operation))
        # Each of the two that worked may be noted after up to four failures, which then no longer count; of 24 batches.
        assert max(calls.values()) <= 2 + 4 + 4 + 5 + 2
