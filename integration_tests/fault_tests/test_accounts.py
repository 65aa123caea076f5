"""Accounts that fail, reject or vanish keep no other from being read."""

import re
from collections.abc import Iterable
from datetime import timedelta

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.state_tests.second_syncs import cursors
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded
from integration_tests.support.catalogs import ORGANIC
from integration_tests.support.expected_records import Key
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.sync_sequences import SyncSequence
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import simulated, small_world

STREAMS = ("campaigns", "campaign_analytics", "ad_account_analytics")
RETRIES = 2
sim = simulated(lambda: small_world(boards=3, ad_accounts=3, campaigns=2, ad_groups=2, ads=2))


def without(of: Simulator | World, stream: str, accounts: Iterable[str]) -> dict[Key, Record]:
    """What the other accounts hold."""
    field, skipped = "AD_ACCOUNT_ID" if stream.endswith(("analytics", "report")) else "ad_account_id", set(accounts)
    held = of.expected(stream)
    expected = {key: record for key, record in held.items() if record[field] not in skipped}
    assert 0 < len(expected) < len(held)
    return expected


@pytest.mark.parametrize("how", ["rejects", "is listed no longer"])
def test_an_account_that_was_read_before_is_owed_and_read_when_it_is_back(sim: Simulator, how: str) -> None:
    account = sim.world.account_id(1)
    first = run_sync(sim, STREAMS)
    if how == "rejects":
        operations = ("campaigns/list", "ad_account/analytics")
        sim.add_faults(Fault(FaultKind.FORBIDDEN, on=on, account=account, times=None) for on in operations)
    else:
        sim.world.vanish(account)
    second = run_sync(sim, STREAMS, state=first.states)
    for stream in STREAMS:
        assert_failed(second, stream, "config_error", account)
        before, after = (cursors(output, stream)[account] for output in (first, second))
        missing = after.pop("missing", [])
        assert after == before
        assert bool(missing) == ((how, stream) == ("rejects", "ad_account_analytics")), "restated days"
    sim.clear_faults()
    excluded = [] if how == "rejects" else [account]
    third = run_sync(sim, STREAMS, state=second.states, config=sim.config(exclude_account_ids=excluded))
    assert_succeeded(third, STREAMS)
    assert any(account in record.values() for record in third.records["campaign_analytics"]) == (not excluded)


def test_a_foreign_account_in_the_config_fails_alone(sim: Simulator) -> None:
    own, foreign = sim.world.account_id(0), sim.world.foreign_account_id
    output = run_sync(sim, ("ad_accounts", *STREAMS), config=sim.config(account_ids=[own, foreign]))
    assert_failed(output, "ad_accounts", "config_error", foreign)
    assert [record["id"] for record in output.records["ad_accounts"]] == [own]
    for stream in STREAMS:
        assert_failed(output, stream, "config_error", foreign)
        others = (sim.world.account_id(1), sim.world.account_id(2))
        assert_same(stream, output.records[stream], without(sim, stream, others))


@pytest.mark.parametrize(("kind", "workers"), [(FaultKind.FORBIDDEN, 10), (FaultKind.GONE, 1)])
def test_an_account_that_was_never_readable_is_skipped_with_its_older_days(kind: FaultKind, workers: int) -> None:
    stream, world = "campaign_analytics", World(boards=0, ad_accounts=2, campaigns=2)
    start, account = world.today - timedelta(days=95), world.account_id(0)
    operations = ("analytics/create_report", "campaigns/analytics")
    with Simulator(world, faults=[Fault(kind, on=one, account=account, times=None) for one in operations]) as sim:
        output = run_sync(sim, [stream], config=sim.config(start_date=str(start), num_workers=workers))
        assert_succeeded(output, [stream])
        assert len([warning for warning in output.warnings() if account in warning]) == 1
        assert any(text.endswith(" 1 account or board skipped.") for _, text in output.logs)
        others = {k: r for k, r in sim.expected(stream, start=start).items() if r["AD_ACCOUNT_ID"] != account}
        assert_same(stream, output.records[stream], others)


@pytest.mark.parametrize(
    ("others", "error", "names_the_right", "skipped"),
    [
        (None, None, False, True),
        (FaultKind.FORBIDDEN, "config_error", True, False),
        (FaultKind.GONE, "transient_error", False, True),
        (FaultKind.SERVER_ERROR, "transient_error", False, True),
    ],
    ids=["others are read", "others reject too", "others are gone", "others fail"],
)
def test_a_right_is_missing_only_if_pinterest_rejects_every_account(
    sim: Simulator, others: FaultKind | None, error: str | None, *, names_the_right: bool, skipped: bool
) -> None:
    stream, operation, rejecting = "lead_forms", "lead_forms/list", sim.world.account_id(0)
    sim.add_fault(Fault(FaultKind.FORBIDDEN, on=operation, account=rejecting, times=None))
    if others:
        sim.add_fault(Fault(others, on=operation, times=None))
    output = run_sync(sim, [stream], config=sim.config(max_retries=0))
    if error:
        assert_failed(output, stream, error)
    else:
        assert_succeeded(output, [stream])
        assert_same(stream, output.records[stream], without(sim, stream, [rejecting]))
    told = " ".join(str(one.message) for one in output.errors_of(stream))
    assert ("Pinterest's beta of lead forms" in told) is names_the_right
    assert any(text.startswith(f"{stream}: {rejecting} is skipped") for text in output.warnings()) is skipped


def test_if_all_of_several_parents_are_gone_nothing_counts_as_read(sim: Simulator) -> None:
    lists = {
        "campaigns": "campaigns/list",
        "ad_account_analytics": "ad_account/analytics",
        "board_pins": "boards/list_pins",
        "pin_analytics": "pins/analytics",
    }
    sim.add_faults(Fault(FaultKind.GONE, on=operation, times=None) for operation in lists.values())
    output = run_sync(sim, lists)
    for stream in lists:
        assert_failed(output, stream, "transient_error", "Pinterest rejects ")
        assert not output.records[stream]
        state = output.states[stream]
        assert not state.get("boards")
        planned = [state] if "date" in state else [entry["cursor"] for entry in state.get("states", ())]
        assert all(cursor.get("date", cursor.get("DATE")) < cursor["from"] for cursor in planned), "no day was read"
    sim.clear_faults()
    again = run_sync(sim, lists, state=output.states)
    assert_succeeded(again, lists)
    assert_exact(again, sim, lists)


@pytest.mark.parametrize("kind", [FaultKind.ACCOUNT_REJECTED_400, FaultKind.EMPTY_400])
def test_the_rejection_of_one_accounts_report_costs_no_other_account(kind: FaultKind) -> None:
    stream, world = "advertiser_report", World(boards=0, ad_accounts=6)
    world.first_day = world.today - timedelta(days=3)
    odd = world.account_id(1)
    sequence = SyncSequence(world, [stream], options={"max_retries": RETRIES})
    rejection = Fault(kind, on="analytics/create_report", account=odd, times=None)
    output = sequence.read(faults=[rejection])
    assert output.status(stream) == "INCOMPLETE"
    [error] = output.errors_of(stream)
    assert odd in str(error.message)
    assert_same(stream, output.records[stream], without(world, stream, [odd]))
    assert_succeeded(sequence.read(), [stream])
    assert_same(stream, sequence.table(stream), world.expected(stream))


def test_a_failing_account_list_fails_every_ads_stream_and_the_rest_is_whole(sim: Simulator) -> None:
    sim.add_fault(Fault(FaultKind.SERVER_ERROR, on="ad_accounts/list", times=None))
    output = run_sync(sim, (*ORGANIC, "ad_accounts", *STREAMS), config=sim.config(max_retries=0))
    assert_exact(output, sim, ORGANIC)
    for stream in ORGANIC:
        assert output.status(stream) == "COMPLETE"
    for stream in ("ad_accounts", *STREAMS):
        assert_failed(output, stream, "transient_error")


def test_accounts_that_never_work_keep_no_other_from_being_read_and_come_last() -> None:
    stream, operation, broken_ones = "ad_account_analytics", "ad_account/analytics", 8
    world = World(boards=0, ad_accounts=20, shared_ad_accounts=0)
    world.first_day = world.today - timedelta(days=3)
    sequence = SyncSequence(world, [stream], options={"num_workers": 1, "max_retries": RETRIES})
    broken = {world.account_id(index) for index in range(broken_ones)}
    faults = [Fault(FaultKind.SERVER_ERROR, on=operation, account=one, times=None) for one in broken]
    for _ in range(2):
        output = sequence.read(faults=faults)
        assert_failed(output, stream, "transient_error", *broken)
        [retries] = re.findall(r"\((\d+) retries\)", " ".join(text for _, text in output.logs))
        assert int(retries) < broken_ones * RETRIES, "after five failures in a row none is tried again"
        assert_same(stream, output.records[stream], without(world, stream, broken))
    called = list(dict.fromkeys(entry.account for entry in sequence.log if entry.operation_id == operation))
    assert set(called[: 20 - broken_ones]).isdisjoint(broken)
    output = sequence.read()
    assert_succeeded(output, [stream])
    assert_same(stream, output.records[stream], world.expected(stream))
    assert "failed" not in output.states[stream]
