"""An id of which analytics can't be read costs itself alone, whatever its request names beside it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth import Key
from integration_tests.support.worlds import simulated, small_world

STREAM, ANALYTICS, IDS = "campaign_analytics", "campaigns/analytics", 60
sim = simulated(lambda: small_world(days=2, boards=0, ad_accounts=2, shared_ad_accounts=0, campaigns=IDS))
"""Two accounts of one request each."""


def campaigns(sim: Simulator, account: int = 0) -> list[str]:
    """The campaigns of an account, in the order of requests."""
    of, found = sim.world.account_id(account), sim.expected("campaigns").values()
    return [str(record["id"]) for record in found if record["ad_account_id"] == of]


def held(sim: Simulator, without: Collection[str] = ()) -> dict[Key, Record]:
    return {
        key: record
        for key, record in sim.expected(STREAM).items()
        if str(record["CAMPAIGN_ID"]) not in without and str(record["AD_ACCOUNT_ID"]) not in without
    }


def refuse(sim: Simulator, kind: FaultKind, ids: Collection[str]) -> None:
    sim.add_faults(Fault(kind, on=ANALYTICS, entity=one, times=None) for one in ids)


def requests_of(sim: Simulator, account: int = 0) -> int:
    return sum(entry.account == sim.world.account_id(account) for entry in sim.calls(ANALYTICS))


@pytest.mark.parametrize(("places", "most_requests"), [((30,), 15), ((0, IDS - 1), 27), ((2, 13, 21, 22, 40, 58), 65)])
@pytest.mark.parametrize("kind", [FaultKind.FORBIDDEN, FaultKind.GONE, FaultKind.ACCOUNT_REFUSED_400])
def test_refused_ids_are_left_out_and_named(
    sim: Simulator, kind: FaultKind, places: tuple[int, ...], most_requests: int
) -> None:
    odd = [campaigns(sim)[place] for place in places]
    refuse(sim, kind, odd)
    output = run_sync(sim, [STREAM])

    assert_succeeded(output, [STREAM])
    assert_same(STREAM, output.records[STREAM], held(sim, odd))
    for one in odd:
        [warning] = [text for text in output.warnings() if one in text]
        assert "is left out" in warning
    assert requests_of(sim) <= most_requests
    assert requests_of(sim, 1) == 1


def test_an_account_of_which_all_ids_are_refused_is_refused(sim: Simulator) -> None:
    refuse(sim, FaultKind.FORBIDDEN, campaigns(sim))
    output = run_sync(sim, [STREAM])

    assert_succeeded(output, [STREAM])
    account = sim.world.account_id(0)
    assert_same(STREAM, output.records[STREAM], held(sim, [account]))
    [warning] = [text for text in output.warnings() if "is left out" in text]
    assert f"{account} is left out" in warning
    assert requests_of(sim) <= 24


def test_the_days_of_a_refusal_that_passes_come_as_far_back_as_the_lookback_reads(sim: Simulator) -> None:
    odd = campaigns(sim)[30]
    refuse(sim, FaultKind.GONE, [odd])
    first = run_sync(sim, [STREAM])
    assert_succeeded(first, [STREAM])
    sim.clear_faults()

    second = run_sync(sim, [STREAM], state=first.states)
    assert_succeeded(second, [STREAM])
    assert_same(STREAM, second.records[STREAM], held(sim))


@pytest.mark.parametrize("destination", ["append", "append_dedup"])
def test_an_id_that_fails_in_several_syncs_lacks_alone_and_comes_once_it_is_read(destination: str) -> None:
    world = World(boards=0, ad_accounts=1, shared_ad_accounts=0, campaigns=IDS)
    world.first_day = world.today - timedelta(days=6)
    state: dict[str, Any] = {}
    rows: list[Record] = []
    with Simulator(world) as sim:
        odd = campaigns(sim)[30]
        refuse(sim, FaultKind.SERVER_ERROR, [odd])
        for number in range(4):
            sim.log.clear()
            config = sim.config(max_retries=1, start_date=str(world.first_day))
            output = run_sync(sim, [STREAM], config=config, state=state, destination=destination)
            assert_failed(output, STREAM, "transient_error", odd)
            state, rows = output.states, [*rows, *output.records[STREAM]]
            assert requests_of(sim) <= (24 if number == 0 else 5), "one of them about all other ids"
            world.now += timedelta(days=1)
        assert odd not in {record["CAMPAIGN_ID"] for record in rows}
        sim.clear_faults()
        last = run_sync(
            sim, [STREAM], config=sim.config(start_date=str(world.first_day)), state=state, destination=destination
        )
        assert_succeeded(last, [STREAM])
        rows = [*rows, *last.records[STREAM]]
        if destination == "append":
            end = world.today - timedelta(days=2)
            assert_same(STREAM, rows, sim.expected(STREAM, start=world.first_day, end=end))
        else:
            held_once = {key_of(STREAM, record): record for record in rows}
            assert_same(STREAM, held_once.values(), sim.expected(STREAM, start=world.first_day))
        assert "owed" not in str(last.states)
