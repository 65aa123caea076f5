"""The days that a failed report holds up, and how often reports are created."""

from datetime import date, timedelta
from typing import Any

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import SYNCHRONOUS_DAYS, run_sync

HISTORY, REPORT = STREAMS = ("campaign_analytics", "campaign_analytics_report")
DAYS = 95
CREATE = "analytics/create_report"


@pytest.fixture
def world() -> World:
    return World(boards=0, ad_accounts=2, campaigns=2)


def start(sim: Simulator) -> date:
    return sim.world.today - timedelta(days=DAYS)


def config(sim: Simulator, **options: Any) -> dict[str, Any]:
    return sim.config(start_date=start(sim).isoformat(), **options)


def test_an_account_whose_reports_fail_holds_up_no_other_and_no_newer_days(world: World) -> None:
    account = world.account_id(0)
    with Simulator(world, faults=[Fault(FaultKind.REPORT_FAILED, account=account, times=None)]) as sim:
        first = run_sync(sim, STREAMS, config=config(sim))
        for stream in STREAMS:
            assert_failed(first, stream, "transient_error", "next sync")
            whole = {k: r for k, r in sim.expected(stream, start=start(sim)).items() if r["AD_ACCOUNT_ID"] != account}
            others = [record for record in first.records[stream] if record["AD_ACCOUNT_ID"] != account]
            assert_same(stream, others, whole)
        recent = sim.world.today - timedelta(days=SYNCHRONOUS_DAYS)
        of_account = [record for record in first.records[HISTORY] if record["AD_ACCOUNT_ID"] == account]
        newer = {k: r for k, r in sim.expected(HISTORY, start=recent).items() if r["AD_ACCOUNT_ID"] == account}
        assert_same(HISTORY, of_account, newer)
        [failed] = [entry for entry in first.states[HISTORY]["states"] if "missing" in entry["cursor"]]
        assert failed["cursor"]["missing"] == [[str(start(sim)), str(recent - timedelta(days=1))]]
        sim.clear_faults()
        second = run_sync(sim, STREAMS, config=config(sim), state=first.states)
        assert_succeeded(second, STREAMS)
        for stream in STREAMS:
            united: dict[tuple[Any, ...], Record] = {}
            for output in (first, second):
                united |= {key_of(stream, record): record for record in output.records[stream]}
            assert_same(stream, united.values(), sim.expected(stream, start=start(sim)))


@pytest.mark.parametrize(("kind", "workers"), [(FaultKind.FORBIDDEN, 10), (FaultKind.GONE, 1)])
def test_an_account_that_was_never_readable_is_left_out_with_its_older_days(
    kind: FaultKind, workers: int, world: World
) -> None:
    account = world.account_id(0)
    faults = [Fault(kind, on=operation, account=account, times=None) for operation in (CREATE, "campaigns/analytics")]
    with Simulator(world, faults=faults) as sim:
        output = run_sync(sim, [HISTORY], config=config(sim, num_workers=workers))
        assert_succeeded(output, [HISTORY])
        assert any(account in warning for warning in output.warnings())
        expected = {k: r for k, r in sim.expected(HISTORY, start=start(sim)).items() if r["AD_ACCOUNT_ID"] != account}
        assert_same(HISTORY, output.records[HISTORY], expected)


def test_a_report_that_is_too_slow_is_asked_for_in_halves(world: World) -> None:
    """Whole windows take far longer than the sync waits for; halves are there at once."""
    faults = [Fault(FaultKind.REPORT_SLOW, account=world.account_id(index), times=2, seconds=15) for index in range(2)]
    with Simulator(world, faults=faults) as sim:
        output = run_sync(sim, STREAMS, config=config(sim, report_timeout_minutes=0.01))
        assert_succeeded(output, STREAMS)
        assert_exact(output, sim, STREAMS, start=start(sim))
        assert len(sim.calls(CREATE)) == 4 + 2 * 4
