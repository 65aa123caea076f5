"""The pin of each ad is requested once, and whatever could not be read is read by a later sync."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from integration_tests.simulator import Fault, FaultKind, Kind
from integration_tests.simulator.faults.alterations import lacking
from integration_tests.simulator.organic.promoted import pin_id_of_ad
from integration_tests.state_tests.pin_sequences import ODD
from integration_tests.state_tests.second_syncs import now
from integration_tests.support.assertions import (
    assert_exact,
    assert_failed,
    assert_same,
    assert_succeeded,
    keys_of,
    upserted,
)
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.sync_sequences import SyncSequence, seeds
from integration_tests.support.syncs import State, run_sync
from integration_tests.support.worlds import simulated

STREAM, GET = "ad_pins", "pins/get"
LISTS = ["ad_accounts/list", "ads/list", "ads/list"]
sim = simulated(lambda: World(boards=1, campaigns=2, ad_groups=2, ads=(11, 7)))


def sync(sim: Simulator, state: State | None = None, **options: Any) -> tuple[Output, list[str]]:
    """A sync of the stream, and the pins that it requested."""
    before = len(sim.log)
    output = run_sync(sim, [STREAM], config=sim.config(**options), state=state)
    return output, [entry.path.rpartition("/")[2] for entry in sim.log[before:] if entry.operation_id == GET]


def account_of(sim: Simulator | SyncSequence, index: int = 0) -> str:
    return sim.world.account_id(index)


def add_ads(sim: Simulator | SyncSequence, after: int, seconds_ago: int = 3_600) -> None:
    """Make the first account's ads so many, the new ones made an hour ago."""
    [before, others] = sim.world.ads
    sim.world.ads = (after, others)
    for index in range(before, after):
        ad, made = sim.world.entity_id(Kind.ADS, 0, index), now() - seconds_ago
        sim.world.edit(account_of(sim), Kind.ADS, ad, made, created_time=made)


def test_three_syncs_hold_every_pin_and_request_each_once(sim: Simulator) -> None:
    expected_records = sim.expected(STREAM)
    first, asked = sync(sim)
    assert_succeeded(first, [STREAM])
    assert_same(STREAM, first.records[STREAM], expected_records)
    assert {record["is_readable"] for record in first.records[STREAM]} == {True, False}
    assert sorted(asked) == sorted(pin for _, pin in expected_records), (
        "also where two ads promote it, and if they are archived"
    )

    add_ads(sim, 14)  # the first of them promotes a pin that is known
    world, account = sim.world, account_of(sim)
    world.edit(account, Kind.ADS, world.entity_id(Kind.ADS, 0, 0), now() - 3_600, status="ARCHIVED")
    world.deleted_entities.add(world.entity_id(Kind.ADS, 0, 1))
    second, asked = sync(sim, first.states)
    assert_succeeded(second, [STREAM])
    assert sorted(asked) == sorted(pin_id_of_ad(world, 0, index) for index in (0, 12, 13)), "an edited ad, two new ones"
    known = expected_records[account, pin_id_of_ad(world, 0, 11)]
    held = {**expected_records, **sim.expected(STREAM), (account, known["pin_id"]): known}
    assert_same(STREAM, upserted(STREAM, first, second), held)

    before = len(sim.log)
    third, asked = sync(sim, second.states)
    assert_succeeded(third, [STREAM])
    assert_same(STREAM, upserted(STREAM, first, second, third), held)
    assert asked == third.records[STREAM] == []
    assert sorted(entry.operation_id for entry in sim.log[before:] if entry.operation_id != "oauth/token") == LISTS


def test_the_pin_of_a_young_ad_is_requested_once_until_the_ad_is_edited(sim: Simulator) -> None:
    """The list of ads may lag, so that the cursor stays five minutes behind the clock."""
    first, _ = sync(sim)
    add_ads(sim, 13, seconds_ago=60)
    second, asked = sync(sim, first.states)
    assert asked == [pin_id_of_ad(sim.world, 0, 12)], "the other one promotes a pin that is known"
    third, asked = sync(sim, second.states)
    assert_succeeded(third, [STREAM])
    assert asked == third.records[STREAM] == []

    sim.world.edit(account_of(sim), Kind.ADS, sim.world.entity_id(Kind.ADS, 0, 12), now() - 30)
    _, asked = sync(sim, third.states)
    assert asked == [pin_id_of_ad(sim.world, 0, 12)]


def test_a_full_refresh_reads_edits_and_rejections_again(sim: Simulator) -> None:
    first, asked = sync(sim)
    sim.world.hidden_pins.add(pin_id_of_ad(sim.world, 0, 0))
    before = len(sim.log)
    again = run_sync(sim, [STREAM], state=first.states, sync_mode="full_refresh", destination="overwrite")
    assert_succeeded(again, [STREAM])
    assert_exact(again, sim, [STREAM])
    assert len([entry for entry in sim.log[before:] if entry.operation_id == GET]) == len(asked)


@pytest.mark.parametrize("ad", [0, 3])
def test_a_rejected_pin_is_named_with_what_requests_it_again(sim: Simulator, ad: int) -> None:
    hidden = pin_id_of_ad(sim.world, 0, ad)
    sim.add_fault(Fault(FaultKind.FORBIDDEN, on=GET, pin=hidden, times=None))
    output, asked = sync(sim)
    assert hidden in asked
    [warning] = [text for text in output.warnings() if f"{hidden} of ad account {account_of(sim)}" in text]
    assert "is not readable, so it has no content. An edit of its ad, a full refresh or clearing the" in warning


def test_ads_that_are_read_too_are_listed_once(sim: Simulator) -> None:
    output = run_sync(sim, ["ads", STREAM], config=sim.config(status=["ACTIVE"]))
    assert_succeeded(output, ["ads", STREAM])
    assert_exact(output, sim, [STREAM])
    assert len(sim.calls("ads/list")) == 2


def test_a_pin_that_fails_stays_unread_and_after_three_syncs_only_warns(sim: Simulator) -> None:
    pin = pin_id_of_ad(sim.world, 0, 0)
    sim.add_fault(Fault("503", on=GET, path=pin, times=None))
    output, asked = sync(sim)
    held = {key: record for key, record in sim.expected(STREAM).items() if key[1] != pin}
    assert_same(STREAM, output.records[STREAM], held)
    for failed_syncs in (1, 2, 3):
        assert_failed(output, STREAM, "transient_error", pin, account_of(sim), "next sync")
        assert failures_in(output.states) == {pin: failed_syncs}
        output, asked = sync(sim, output.states)
        assert set(asked) == {pin}
    assert_succeeded(output, [STREAM])
    assert failures_in(output.states) == {pin: 4}
    assert asked == [pin], "without retries"
    [warning] = output.warnings()
    assert f"pin {pin} of ad account {account_of(sim)} could not be read" in warning

    sim.clear_faults()
    output, _ = sync(sim, output.states)
    assert_succeeded(output, [STREAM])
    assert [record["pin_id"] for record in output.records[STREAM]] == [pin]
    assert not failures_in(output.states)


def test_a_pin_that_failed_is_forgotten_once_no_ad_promotes_it(sim: Simulator) -> None:
    pin = pin_id_of_ad(sim.world, 0, 0)
    sim.add_fault(Fault("503", on=GET, path=pin, times=None))
    first, _ = sync(sim)
    assert failures_in(first.states) == {pin: 1}

    sim.world.deleted_entities.add(sim.world.entity_id(Kind.ADS, 0, 0))
    second, asked = sync(sim, first.states)
    assert_succeeded(second, [STREAM])
    assert asked == []
    assert not failures_in(second.states)


def test_the_pin_of_an_ad_without_times_is_requested_by_each_sync(sim: Simulator) -> None:
    """Such an ad may be new."""
    sim.alter("ads/list", lacking(sim.world.entity_id(Kind.ADS, 0, 0), "created_time", "updated_time"))
    first, _ = sync(sim)
    second, asked = sync(sim, first.states)
    assert_succeeded(second, [STREAM])
    assert asked == [pin_id_of_ad(sim.world, 0, 0)]


def failures_in(state: State) -> dict[str, int]:
    """The unread pins of a state that have failed, with the number of syncs in which each has."""
    return {name.split("/")[1]: failures for name, failures in state[STREAM]["unread"].items() if failures}


@pytest.mark.parametrize(("kind", "number_asked"), [("503", 5), ("reset_before_body", 5), ("other_form", 7)])
def test_pins_that_fail_again_hold_up_no_other(sim: Simulator, kind: str, number_asked: int) -> None:
    """Each is requested once, and no other of them after five that fail as in an outage. These come first next time."""
    first, _ = sync(sim)
    pins = list(dict.fromkeys(pin_id_of_ad(sim.world, 0, index) for index in range(11)))[:7]
    add_ads(sim, 13)
    new = pin_id_of_ad(sim.world, 0, 12)
    first.states[STREAM]["unread"] = {f"{account_of(sim)}/{pin}": 1 for pin in pins}
    for pin in pins:
        sim.add_fault(Fault(kind, on=GET, path=pin, times=None))
    output, asked = sync(sim, first.states, num_workers=1)
    assert [pin for pin in asked if pin != new] == pins[:number_asked]
    assert [record["pin_id"] for record in output.records[STREAM]] == [new]
    failures = failures_in(output.states)
    assert [failures[pin] for pin in pins] == [2] * number_asked + [1] * (7 - number_asked)

    sim.clear_faults()
    output, asked = sync(sim, output.states, num_workers=1)
    assert_succeeded(output, [STREAM])
    assert asked == [*pins[number_asked:], *pins[:number_asked]]
    assert not output.states[STREAM]["unread"]


def test_a_list_of_ads_that_breaks_off_costs_its_own_account() -> None:
    with Simulator(World(boards=1, campaigns=2, ad_groups=2, ads=(260, 7))) as sim:
        sim.add_fault(Fault("503", on="ads/list", account=account_of(sim), times=None, after=1))
        failed, _ = sync(sim)
        assert_failed(failed, STREAM, "transient_error")
        others = {key: pin for key, pin in sim.expected(STREAM).items() if account_of(sim) not in key}
        assert_same(STREAM, failed.records[STREAM], others)
        assert [entry["partition"] for entry in failed.states[STREAM]["states"]] == [
            {"ad_account_id": account_of(sim, 1)}
        ]


@pytest.mark.parametrize("seed", seeds(4))
def test_a_course_of_pins_of_ads_loses_no_pin(seed: int) -> None:
    """Syncs with pins that answer oddly, outages, quotas that end and kills; new ads in between."""
    dice = random.Random(seed)  # noqa: S311 - to be repeated
    sequence = SyncSequence(World(boards=1, campaigns=2, ad_groups=2, ads=(11, 7)), [STREAM])
    world = sequence.world
    for later in range(dice.choice([2, 4, 6])):
        faults = list(any_faults(dice, sorted(pin for _, pin in world.expected(STREAM))))
        output = sequence.read(kill=dice.choice([1, 1, 1, dice.random()]), faults=faults)
        if output.status(STREAM) == "COMPLETE":
            unread = {tuple(name.split("/")) for name in output.states[STREAM]["unread"]}
            assert world.expected(STREAM).keys() <= unread.union(keys_of(STREAM, sequence.table(STREAM)))
        add_ads(sequence, 11 + dice.choice([later, later + 1, later + 5]), seconds_ago=3_600 - 60 * later)
    sequence.read()
    last = sequence.read()
    assert_succeeded(last, [STREAM])
    assert world.expected(STREAM).keys() <= keys_of(STREAM, sequence.table(STREAM)).keys()
    assert not last.states[STREAM]["unread"]


def any_faults(dice: random.Random, pins: Sequence[str]) -> Iterator[Fault]:
    for pin in dice.sample(pins, dice.choice([0, 1, 3, 9])):
        yield Fault(dice.choice(ODD), on=GET, path=pin, times=None)
    if dice.random() < 0.2:
        yield Fault(dice.choice(ODD), on=GET, times=None)
    if dice.random() < 0.4:
        yield Fault("rate_limited", on=GET, after=dice.randrange(len(pins)), times=None, seconds=7_200)
