"""A pin whose analytics can't be read for five syncs costs its own days, and these come once it answers."""

from datetime import timedelta

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded
from integration_tests.support.days import days_later
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import State, run_sync
from integration_tests.support.truth import Key

STREAM = "pin_analytics"
SYNCS, FAILED_SYNCS, START = 5, 3, 30
BETA = "multi_pins/analytics"


def truth(sim: Simulator, first_day: int, destination: str) -> dict[Key, Record]:
    """The rows since a day, as the number of days ago, up to the last one that a destination gets today."""
    today = sim.world.today
    end = today - timedelta(days=2 if destination == "append" else 0)
    return sim.expected(STREAM, start=today - timedelta(days=first_day), end=end)


@pytest.mark.parametrize("destination", ["append", "append_dedup"])
@pytest.mark.parametrize("betas", [[BETA], []], ids=["beta", "no-beta"])
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.NOT_FOUND_EMPTY, "transient_error"),
        (FaultKind.LAST_90_DAYS_400, "transient_error"),
        (FaultKind.OTHER_FORM, "system_error"),
    ],
)
def test_an_odd_pin_costs_its_own_days_until_it_answers(
    kind: FaultKind, error: str, betas: list[str], destination: str
) -> None:
    world = World(boards=2, pins_per_board=4, sections_per_board=0)
    with Simulator(world, profile="ample", open_betas=betas) as sim:
        odd = sorted((pin for (pin,) in sim.expected("pins")), key=int)[2]
        sim.add_fault(Fault(kind, on=BETA if betas else "pins/analytics", pin=odd, times=None))
        records: list[Record] = []
        state: State | None = None
        for number in range(SYNCS + 1):
            with days_later(sim.world, number):
                if number == SYNCS:
                    sim.clear_faults()
                asked = len(sim.log)
                start = sim.world.today - timedelta(days=START + number)
                config = sim.config(max_retries=1, start_date=str(start))
                output = run_sync(sim, [STREAM], destination=destination, config=config, state=state)
                new = output.records.get(STREAM, [])
                keys = {(record["pin_id"], record["date"]) for record in new}
                if destination == "append_dedup":
                    new = list({(one["pin_id"], one["date"]): one for one in new}.values())
                    records = [one for one in records if (one["pin_id"], one["date"]) not in keys]
                records += new
                expected = truth(sim, START + number, destination)
                if number < SYNCS:
                    expected = {key: row for key, row in expected.items() if row["pin_id"] != odd}
                    [kept] = output.states[STREAM]["skipped"]
                    assert (kept["pin_id"], kept["failures"]) == (odd, number + 1)
                    assert any(f"pin {odd} can't be read" in warning for warning in output.warnings())
                    hit = [entry for entry in sim.log[asked:] if entry.fault]
                    assert number == 0 or len(hit) == 1, "once, without retries"
                if number < FAILED_SYNCS:
                    assert_failed(output, STREAM, error, f"pin {odd} can't be read")
                else:
                    assert_succeeded(output, [STREAM])
                assert_same(STREAM, records, expected)
                state = output.states
        assert "skipped" not in state[STREAM]
