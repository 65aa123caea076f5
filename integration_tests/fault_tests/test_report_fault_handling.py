"""What a sync does about reports that go wrong, beside its ending.

How much of an account's days a failed report holds up, how often reports are created, and which days are read without.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from integration_tests.simulator import DOWNLOAD, Fault, FaultKind
from integration_tests.simulator.server.request_log import Entry
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pauses import SHORT_PAUSES
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import SYNCHRONOUS_DAYS, run_sync

HISTORY, REPORT = STREAMS = ("campaign_analytics", "campaign_analytics_report")
DAYS = 120
CREATE, POLL = "analytics/create_report", "analytics/get_report"


@pytest.fixture
def world() -> World:
    return World(boards=0, ad_accounts=2, campaigns=5)


def start(sim: Simulator) -> date:
    return sim.world.today - timedelta(days=DAYS)


def config(sim: Simulator, **options: Any) -> dict[str, Any]:
    return sim.config(start_date=start(sim).isoformat(), **options)


def assert_united(sim: Simulator, *outputs: Output) -> None:
    """Nothing is missing, and what came again came with the same key."""
    for stream in STREAMS:
        united: dict[tuple[Any, ...], Record] = {}
        for output in outputs:
            united |= {key_of(stream, record): record for record in output.records[stream]}
        assert_same(stream, united.values(), sim.expected(stream, start=start(sim)))


def test_an_account_whose_reports_fail_holds_up_no_other_and_no_newer_days(world: World) -> None:
    account = world.account_id(0)
    with Simulator(world, faults=[Fault(FaultKind.REPORT_FAILED, account=account, times=None)]) as sim:
        first = run_sync(sim, STREAMS, config=config(sim))
        for stream in STREAMS:
            assert_failed(first, stream, "transient_error", "next sync")
            whole = {k: r for k, r in sim.expected(stream, start=start(sim)).items() if r["AD_ACCOUNT_ID"] != account}
            others = [record for record in first.records[stream] if record["AD_ACCOUNT_ID"] != account]
            assert_same(stream, others, whole)
        held_up = [record["DATE"] for record in first.records[HISTORY] if record["AD_ACCOUNT_ID"] == account]
        assert max(held_up) >= str(sim.world.today - timedelta(days=2))
        sim.clear_faults()
        second = run_sync(sim, STREAMS, config=config(sim), state=first.states)
        assert_succeeded(second, STREAMS)
        assert_united(sim, first, second)


@pytest.mark.parametrize(("operation", "field"), [(CREATE, "token"), (POLL, "report_status")])
def test_an_answer_about_a_report_that_lacks_what_matters_costs_that_report_alone(
    operation: str, field: str, world: World
) -> None:
    account = world.account_id(0)

    def without(entry: Entry, answer: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in answer.items() if name != field or entry.account != account}

    with Simulator(world) as sim:
        sim.alter(operation, without)
        first = run_sync(sim, STREAMS, config=config(sim, max_retries=1))
        for stream in STREAMS:
            assert_failed(first, stream, "transient_error", "next sync")
        assert {record["AD_ACCOUNT_ID"] for record in first.records[REPORT]} == {world.account_id(1)}
        sim.clear_alterations()
        second = run_sync(sim, STREAMS, config=config(sim), state=first.states)
        assert_succeeded(second, STREAMS)
        assert_united(sim, first, second)


@pytest.mark.parametrize("size", [5_000, "5000"])
def test_a_file_without_rows_beside_a_stated_size_fails_its_report(size: int | str) -> None:
    with Simulator(World(boards=0, ad_accounts=1, campaigns=0)) as sim:
        sim.alter(POLL, lambda _, answer: answer | {"size": answer["size"] and size})
        first = run_sync(sim, [REPORT], config=config(sim, max_retries=1))
        assert_failed(first, REPORT, "transient_error", "next sync")
        sim.clear_alterations()
        second = run_sync(sim, [REPORT], config=config(sim), state=first.states)
        assert_succeeded(second, [REPORT])
        assert second.records[REPORT] == []


@pytest.mark.parametrize("size", [None, 0, 2, 3])
def test_a_finished_report_without_a_link_is_empty_if_it_has_no_size(size: int | None, world: World) -> None:
    with Simulator(world) as sim:
        sim.alter(POLL, lambda _, answer: answer | {"url": None, "size": size})
        output = run_sync(sim, [REPORT], config=config(sim, report_timeout_minutes=0.01))
        if size == 3:
            assert_failed(output, REPORT, "transient_error", "no link to its file")
        else:
            assert_succeeded(output, [REPORT])
        assert output.records[REPORT] == []


@pytest.mark.parametrize(
    "kind",
    [FaultKind.FORBIDDEN, FaultKind.GONE, FaultKind.LAST_90_DAYS_400, FaultKind.TOO_LARGE_413],
)
def test_older_days_that_pinterest_refuses_are_owed_and_hold_up_no_newer_ones(kind: FaultKind, world: World) -> None:
    with Simulator(world, faults=[Fault(kind, on=CREATE, times=None)]) as sim:
        first = run_sync(sim, [HISTORY], config=config(sim, max_retries=0))
        recent = sim.world.today - timedelta(days=SYNCHRONOUS_DAYS)
        assert first.exit_code == 1
        assert first.status(HISTORY) == "INCOMPLETE"
        assert_exact(first, sim, [HISTORY], start=recent)
        for entry in first.states[HISTORY]["states"]:
            assert entry["cursor"]["missing"] == [[str(start(sim)), str(recent - timedelta(days=1))]]
        sim.clear_faults()
        second = run_sync(sim, [HISTORY], config=config(sim), state=first.states)
        assert_succeeded(second, [HISTORY])
        united = {key_of(HISTORY, record): record for out in (first, second) for record in out.records[HISTORY]}
        assert_same(HISTORY, united.values(), sim.expected(HISTORY, start=start(sim)))


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


def test_a_report_may_not_be_known_at_once(world: World) -> None:
    with Simulator(world, faults=[Fault(FaultKind.GONE, on="analytics/get_report", times=2)]) as sim:
        output = run_sync(sim, STREAMS, config=config(sim))
        assert_succeeded(output, STREAMS)
        assert_exact(output, sim, STREAMS, start=start(sim))
        assert len(sim.calls(CREATE)) == 4


@pytest.mark.parametrize("host", ["files.example", "169.254.169.254", "10.0.0.1"])
def test_a_link_that_is_not_followed_is_no_empty_report(
    host: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Simulator(world) as sim:
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr("integration_tests.simulator.reports.operations.DOWNLOAD_HOST", host)
            first = run_sync(sim, [REPORT], config=config(sim, max_retries=0))
        assert_failed(first, REPORT, "transient_error", "The report's link does not use https.")
        assert first.records[REPORT] == []
        assert sim.calls(DOWNLOAD) == []
        second = run_sync(sim, [REPORT], config=config(sim), state=first.states)
        assert_succeeded(second, [REPORT])
        assert_exact(second, sim, [REPORT], start=start(sim))


def test_a_report_that_is_too_slow_is_asked_for_in_halves(world: World) -> None:
    """Whole windows take far longer than the sync waits for; halves are there at once."""
    faults = [Fault(FaultKind.REPORT_SLOW, account=world.account_id(index), times=2, seconds=15) for index in range(2)]
    with Simulator(world, faults=faults) as sim:
        output = run_sync(sim, STREAMS, config=config(sim, report_timeout_minutes=0.01))
        assert_succeeded(output, STREAMS)
        assert_exact(output, sim, STREAMS, start=start(sim))
        assert len(sim.calls(CREATE)) == 4 + 2 * 4


@pytest.mark.parametrize("operation", [CREATE, "analytics/get_report"])
def test_a_quota_that_is_used_up_waits_and_creates_nothing_twice(operation: str, world: World) -> None:
    with Simulator(world, faults=[Fault(FaultKind.RATE_LIMITED, on=operation, times=3, seconds=0.1)]) as sim:
        output = run_sync(sim, STREAMS, config=config(sim))
        assert_succeeded(output, STREAMS)
        assert_exact(output, sim, STREAMS, start=start(sim))
        assert len([entry for entry in sim.calls(CREATE) if not entry.fault]) == 4


def test_final_days_that_cannot_be_asked_for_are_two_days_old(world: World) -> None:
    world.days_until_final = 1
    with Simulator(world, faults=[Fault("500", on="metrics_ready_state/get", times=None)]) as sim:
        options = sim.config(start_date=str(sim.world.today - timedelta(days=10)), max_retries=0)
        output = run_sync(sim, [HISTORY], config=options, destination="append")
        assert_succeeded(output, [HISTORY])
        end = sim.world.today - timedelta(days=2)
        assert_exact(output, sim, [HISTORY], start=sim.world.today - timedelta(days=10), end=end)


def test_reports_that_can_not_be_ordered_keep_nobody_from_fetching_the_others(world: World) -> None:
    """The pauses between the tries of one account are longer than Pinterest takes for the report of the other."""
    failing, good = (world.account_id(number) for number in (0, 1))
    pauses = replace(SHORT_PAUSES, first_seconds=1, longest_seconds=1)
    with Simulator(world, faults=[Fault(FaultKind.SERVER_ERROR, on=CREATE, account=failing, times=None)]) as sim:
        output = run_sync(sim, [REPORT], config=config(sim, max_retries=2), pauses=pauses)
        assert_failed(output, REPORT, "transient_error", "next sync")
        assert {record["AD_ACCOUNT_ID"] for record in output.records[REPORT]} == {good}
        tries = [at for at, entry in enumerate(sim.log) if entry.operation_id == CREATE and entry.account == failing]
        windows = len(tries) // 3
        assert len(tries) == 3 * windows
        fetched = [at for at, entry in enumerate(sim.log) if entry.operation_id == DOWNLOAD]
        assert max(fetched) < max(tries)
