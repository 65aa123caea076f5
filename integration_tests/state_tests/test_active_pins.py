"""With the option Only Pins with Activity, idle pins take a request a week, and none of their days is lost."""

from datetime import date, timedelta

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.state_tests.pin_sequences import STREAM, PinSequence
from integration_tests.support.assertions import assert_failed, assert_succeeded
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.sync_sequences import MERGE
from integration_tests.support.syncs import State, run_sync

OPTION = "pin_analytics_only_active"
EVERY, ACTIVE = range(6), (4, 5)


@pytest.fixture
def sequence() -> PinSequence:
    """Of six pins, of which the first four never had activity."""
    sequence = PinSequence(MERGE, only_active=True, start=9)
    sequence.rest(range(4))
    return sequence


def asked(sequence: PinSequence) -> list[int]:
    """The pins that the last sync requested, one by one; it requests many at once before, which is not open."""
    numbers = {pin: number for number, (_, pin) in enumerate(sequence.pins)}
    return [numbers[entry.path.split("/")[-2]] for entry in sequence.log if entry.operation_id == "pins/analytics"]


def test_days_of_pins_whose_totals_lag_come_with_the_weekly_pass(sequence: PinSequence) -> None:
    sequence.world.totals_lag_days = 9
    sequence.world.active_since[sequence.pins[0][1]] = sequence.world.today + timedelta(days=2)
    asked_on, lacks_on = {}, set[int]()
    for day in range(22):
        assert_succeeded(sequence.sync(day), [STREAM])
        asked_on[day] = asked(sequence)
        assert len([entry for entry in sequence.log if entry.operation_id == "pins/list"]) == 1
        if day % 7 == 0:
            sequence.assert_complete()
        elif sequence.expected_records().keys() - sequence.arrived.keys():
            lacks_on.add(day)
    assert lacks_on == {2, 3, 4, 5, 6, 8, 9, 10}
    assert asked_on == {
        day: [*EVERY] if day % 7 == 0 else [0, *ACTIVE] if day >= 11 else [*ACTIVE] for day in range(22)
    }


def test_the_log_says_how_many_requests_are_saved(sequence: PinSequence) -> None:
    first, second = sequence.sync(0), sequence.sync(0)
    assert not any("had activity" in text for _, text in first.logs)
    told = [text for _, text in second.logs if "had activity" in text]
    option = f"{STREAM}: 2 of 6 pins had activity in the last 90 days. The option Only Pins with Activity"
    assert told == [f"{option} saved 4 requests."]


def test_a_pass_ends_if_no_pin_has_activity(sequence: PinSequence) -> None:
    sequence.rest(EVERY)
    sequence.sync(0)
    state = sequence.state
    assert_succeeded(sequence.sync(0), [STREAM])
    assert (sequence.requests, sequence.state) == ([], state)


def test_switched_off_it_reads_all_pins_since_the_last_full_pass(sequence: PinSequence) -> None:
    sequence.world.totals_lag_days = 30
    sequence.sync(0)
    sequence.world.active_since[sequence.pins[0][1]] = sequence.world.today + timedelta(days=1)
    sequence.sync(3, quota=1)
    sequence.options[OPTION] = False
    assert_succeeded(sequence.sync(3), [STREAM])
    assert asked(sequence) == [*EVERY]
    sequence.assert_complete()
    assert sequence.state
    assert "reading" not in sequence.state[STREAM]


def test_a_failed_pin_is_requested_again_whatever_its_activity(sequence: PinSequence) -> None:
    sequence.sync(0, pins={0: FaultKind.NOT_FOUND_EMPTY})
    sequence.sync(0, pins={0: FaultKind.NOT_FOUND_EMPTY})
    assert asked(sequence) == [0, *ACTIVE]
    assert_succeeded(sequence.sync(0), [STREAM])
    assert asked(sequence) == [0, *ACTIVE]
    sequence.assert_complete()
    sequence.sync(0)
    assert asked(sequence) == [*ACTIVE]


def test_the_option_is_rejected_if_the_destination_appends() -> None:
    with Simulator(World(boards=1)) as sim:
        output = run_sync(sim, [STREAM, "boards"], config=sim.config(**{OPTION: True}), destination="append")
        assert not sim.calls("pins/analytics")
    assert_failed(output, STREAM, "config_error", "Only Pins with Activity", "Append + Deduped", "turn the option off")
    assert output.status("boards") == "COMPLETE"


def test_a_full_refresh_requests_all_pins_and_its_next_attempt_those_that_failed() -> None:
    world = World(boards=1, pins_per_board=6, sections_per_board=0)
    *idle, active = sorted(pin for (pin,) in world.expected("pins"))
    world.active_since = dict.fromkeys(idle, date.max)
    odd = Fault(FaultKind.NOT_FOUND_EMPTY, on="pins/analytics", path=active, times=None)
    state: State | None = None
    with Simulator(world, profile="ample", faults=[odd]) as sim:
        for made in (6, 6 + 1):
            config = sim.config(**{OPTION: True}, max_retries=0)
            refresh = {"sync_mode": "full_refresh", "destination": "overwrite"}
            output = run_sync(sim, [STREAM], config=config, state=state, **refresh)
            assert_failed(output, STREAM, "transient_error", active)
            assert len(sim.calls("pins/analytics")) == made
            state = output.states
