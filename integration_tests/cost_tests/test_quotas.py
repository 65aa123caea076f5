"""A sync keeps to Pinterest's quotas: it waits before a request that would be too many, and after one that was."""

import pytest

from integration_tests.simulator import Fault, Hint
from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import small_world


def test_ten_requests_a_second_are_kept() -> None:
    with Simulator(World(boards=24, pins_per_board=1), profile="docs_2022") as sim:
        output = run_sync(sim, ["boards", "board_sections"])
        assert_succeeded(output, ["boards", "board_sections"])
        assert_exact(output, sim, ["boards", "board_sections"])
        assert not [entry for entry in sim.log if entry.status == 429]
        [first, *_, last] = [entry.time for entry in sim.log if entry.operation_id.startswith("board")]
        assert last - first > 1, "25 requests take longer than two seconds' quota"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("rate_limited", on="boards/list", seconds=0.7, hint=Hint.RESET),
        Fault("rate_limited", on="boards/list", seconds=0.7, hint=Hint.RETRY_AFTER),
        Fault("retry_after_400", on="boards/list", seconds=0.7),
    ],
    ids=["x-ratelimit-reset", "Retry-After", "a message"],
)
def test_a_throttled_request_waits_for_as_long_as_pinterest_says(fault: Fault) -> None:
    with Simulator(small_world(), faults=[fault]) as sim:
        assert_succeeded(run_sync(sim, ["boards"]), ["boards"])
        throttled, again = sim.calls("boards/list")
        assert throttled.status >= 400
        assert again.time - throttled.time >= fault.seconds
