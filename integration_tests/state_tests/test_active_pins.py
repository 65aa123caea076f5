"""With the option Only Pins with Activity, idle pins take a request a week, and none of their days is lost."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded
from integration_tests.support.days import days_later
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import State, run_sync
from integration_tests.support.truth import Key

STREAM = "pin_analytics"
START = 9


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """Six pins on one board, of which the first four never had activity."""
    with Simulator(World(boards=1, pins_per_board=6, sections_per_board=0), profile="ample") as simulator:
        simulator.world.active_since = dict.fromkeys(pins(simulator)[:4], date.max)
        yield simulator


def pins(sim: Simulator) -> list[str]:
    return sorted((pin for (pin,) in sim.expected("pins")), key=int)


class Destination:
    """A destination that merges the rows of one sync after another, and the pins that each sync asked for."""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim
        self._first_day = sim.world.today - timedelta(days=START)
        self.rows: dict[Key, Record] = {}
        self.state: State | None = None

    def sync(self, *, option: bool = True) -> tuple[Output, list[str]]:
        before = len(self._sim.log)
        config = self._sim.config(start_date=str(self._first_day), pin_analytics_only_active=option, max_retries=0)
        output = run_sync(self._sim, [STREAM], config=config, state=self.state)
        self.state = output.states
        self.rows |= {(row["pin_id"], row["date"]): row for row in output.records.get(STREAM, ())}
        asked = [
            entry.path.split("/")[-2] for entry in self._sim.log[before:] if entry.operation_id == "pins/analytics"
        ]
        return output, asked

    def assert_complete(self) -> None:
        assert_same(STREAM, self.rows.values(), self._sim.expected(STREAM, start=self._first_day))


def test_days_of_pins_whose_totals_lag_come_with_the_weekly_pass(sim: Simulator) -> None:
    every, active = pins(sim), pins(sim)[4:]
    late = every[0]
    sim.world.totals_lag_days = 9
    sim.world.active_since[late] = sim.world.today + timedelta(days=2)
    held = Destination(sim)
    asked_on, lacks_on = {}, {}
    for day in range(22):
        with days_later(sim.world, day):
            output, asked_on[day] = held.sync()
            assert_succeeded(output, [STREAM])
            assert len(sim.calls("pins/list")) == day + 1
            lacks_on[day] = set(sim.expected(STREAM, start=sim.world.today - timedelta(days=START))) - set(held.rows)
            if day % 7 == 0:
                held.assert_complete()
    assert {day for day, lacks in lacks_on.items() if lacks} == {2, 3, 4, 5, 6, 8, 9, 10}
    assert asked_on == {day: every if day % 7 == 0 else [late, *active] if day >= 11 else active for day in range(22)}


def test_the_log_says_how_many_requests_are_saved(sim: Simulator) -> None:
    held = Destination(sim)
    first, _ = held.sync()
    second, asked = held.sync()
    assert not any("had activity" in text for _, text in first.logs)
    told = [text for _, text in second.logs if "had activity" in text]
    option = f"{STREAM}: 2 of 6 pins had activity in the last 90 days. The option Only Pins with Activity"
    # The estimate hopes for the beta, in which one request covers all six.
    assert told == [f"{option} saves at least 0 requests.", f"{option} saved 4 requests."]
    assert len(asked) == 2


def test_a_pass_without_a_pin_ends(sim: Simulator) -> None:
    sim.world.active_since = dict.fromkeys(pins(sim), date.max)
    held = Destination(sim)
    held.sync()
    state = held.state
    output, asked = held.sync()
    assert_succeeded(output, [STREAM])
    assert asked == []
    assert held.state == state


def test_switched_off_it_reads_all_pins_since_the_last_full_pass(sim: Simulator) -> None:
    every, active = pins(sim), pins(sim)[4:]
    sim.world.totals_lag_days = 30
    held = Destination(sim)
    held.sync()
    with days_later(sim.world, 3):
        sim.world.active_since[every[0]] = sim.world.today - timedelta(days=2)
        sim.add_fault(Fault("rate_limited", on="pins/analytics", path=active[1], seconds=86_400, times=None))
        held.sync()
        sim.clear_faults()
        output, asked = held.sync(option=False)
        assert_succeeded(output, [STREAM])
        assert asked == every
        held.assert_complete()
        assert not {"full", "reading_active"} & set(held.state[STREAM])


def test_without_totals_in_the_list_it_is_off_with_a_warning(sim: Simulator) -> None:
    held = Destination(sim)
    held.sync()
    sim.alter("pins/list", lambda _, page: {**page, "items": [{**pin, "pin_metrics": None} for pin in page["items"]]})
    output, asked = held.sync()
    assert_succeeded(output, [STREAM])
    assert asked == pins(sim)
    assert any("no pin in Pinterest's list has totals" in text for text in output.warnings())


def test_a_pin_that_could_not_be_read_is_asked_for_whatever_its_activity(sim: Simulator) -> None:
    idle, active = pins(sim)[0], pins(sim)[4:]
    held = Destination(sim)
    sim.add_fault(Fault(FaultKind.NOT_FOUND_EMPTY, on="pins/analytics", path=idle, times=None))
    held.sync()
    _, asked = held.sync()
    assert asked == [idle, *active]
    sim.clear_faults()
    output, asked = held.sync()
    assert_succeeded(output, [STREAM])
    assert asked == [idle, *active]
    held.assert_complete()
    assert held.sync()[1] == active


def test_the_option_is_refused_if_the_destination_appends(sim: Simulator) -> None:
    config = sim.config(pin_analytics_only_active=True)
    output = run_sync(sim, [STREAM, "boards"], config=config, destination="append")
    assert_failed(output, STREAM, "config_error", "Only Pins with Activity", "Append + Deduped", "turn the option off")
    assert output.status("boards") == "COMPLETE"
    assert not sim.calls("pins/analytics")


def test_a_full_refresh_asks_for_all_pins_and_its_next_attempt_for_those_that_failed(sim: Simulator) -> None:
    active = pins(sim)[5]
    sim.add_fault(Fault(FaultKind.NOT_FOUND_EMPTY, on="pins/analytics", path=active, times=None))
    state: State | None = None
    for asked in (6, 6 + 1):
        config = sim.config(pin_analytics_only_active=True, max_retries=0)
        output = run_sync(sim, [STREAM], config=config, state=state, sync_mode="full_refresh", destination="overwrite")
        assert_failed(output, STREAM, "transient_error", active)
        assert len(sim.calls("pins/analytics")) == asked
        state = output.states
