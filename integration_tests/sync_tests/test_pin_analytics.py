"""Each pin has its days, once, whether they are read one by one or many in a request."""

from collections.abc import Iterator

import pytest

from integration_tests.simulator import Fault, NoAccess
from integration_tests.support.assertions import assert_exact, assert_same, assert_succeeded
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync


@pytest.fixture
def world() -> World:
    """Boards of every privacy, for pins that are hidden unless requested."""
    return World(boards=4, pins_per_board=2, sections_per_board=1, pins_per_section=1)


@pytest.fixture
def sim(world: World) -> Iterator[Simulator]:
    with Simulator(world, profile="ample", open_betas=["multi_pins/analytics"]) as simulator:
        yield simulator


@pytest.mark.parametrize(("rejection", "requests"), [(NoAccess.RESTRICTED, 1), (NoAccess.BETA_CLOSED, 4)])
def test_without_the_beta_pins_are_read_one_by_one(world: World, rejection: NoAccess, requests: int) -> None:
    """HTTP 403 may also be about one of the pins, so that the request is halved down to the first one."""
    with Simulator(world, profile="ample", no_access={"multi_pins/analytics": rejection}) as sim:
        output = run_sync(sim, ["pin_analytics"])

        assert_succeeded(output, ["pin_analytics"])
        assert_exact(output, sim, ["pin_analytics"])
        assert len(sim.calls("multi_pins/analytics")) == requests
        assert len(sim.calls("pins/analytics")) == len(sim.expected("pins"))
    assert any("one by one" in text for _, text in output.logs)


@pytest.mark.parametrize("open_betas", [["multi_pins/analytics"], []], ids=["beta", "no-beta"])
def test_a_pin_that_is_deleted_meanwhile_is_passed_over(world: World, open_betas: list[str]) -> None:
    """A ranking may name it all the same."""
    with Simulator(world, profile="ample", open_betas=open_betas) as sim:
        streams = ("pin_analytics", "top_pins")
        ranked = {pin for _, pin in sim.expected("top_pins")}
        gone = sorted(pin_id for (pin_id,) in sim.expected("pins") if pin_id in ranked)[5]
        sim.after("pins/list", 1, lambda later: later.delete_pin(gone))
        output = run_sync(sim, streams)

        assert_succeeded(output, streams)
        assert_exact(output, sim, streams)
        assert gone in {record["pin_id"] for record in output.records["top_pins"]}
    assert any(gone in text for _, text in output.logs)


def test_pins_that_are_too_many_for_pinterest_are_read_in_halves(sim: Simulator) -> None:
    pins = len(sim.expected("pins"))
    sim.add_fault(Fault("503", on="multi_pins/analytics", more_than=pins // 2 * 90, times=None))
    output = run_sync(sim, ["pin_analytics"], config=sim.config(max_retries=2))

    assert_succeeded(output, ["pin_analytics"])
    assert_exact(output, sim, ["pin_analytics"])
    assert [len(entry.values("pin_ids")) for entry in sim.calls("multi_pins/analytics")] == [pins] * 3 + [pins // 2] * 2


def test_old_pins_are_skipped_if_wanted(sim: Simulator) -> None:
    created = sorted(record["created_at"][:10] for record in sim.expected("pins").values())
    middle = created[len(created) // 2]
    age = (sim.world.today - type(sim.world.today).fromisoformat(middle)).days
    streams = ["pins", "pin_analytics"]
    output = run_sync(sim, streams, config=sim.config(pin_analytics_max_age_days=age))

    young = {pin for (pin,), record in sim.expected("pins").items() if record["created_at"][:10] >= middle}
    assert 0 < len(young) < len(created)
    expected = {key: record for key, record in sim.expected("pin_analytics").items() if key[0] in young}
    assert_exact(output, sim, ["pins"])
    assert_same("pin_analytics", output.records["pin_analytics"], expected)
