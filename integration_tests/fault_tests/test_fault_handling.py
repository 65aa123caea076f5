"""What a failure costs beside its ending, which the fault table shows: requests, and the error that closes the sync."""

from datetime import timedelta

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import assert_same, assert_succeeded
from integration_tests.support.pauses import SHORT_POLLS, PassingPauses
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

STREAM = "campaign_analytics"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.UNAVAILABLE, on="analytics/get_report", times=None, lasts=45),
        Fault(FaultKind.NEVER_ANSWERS, on="analytics/get_report", times=2),
    ],
    ids=["503 for 45 s", "two time out"],
)
def test_polls_that_fail_for_a_while_cost_no_report(fault: Fault) -> None:
    world = World(boards=0, ad_accounts=1, campaigns=2)
    start = world.today - timedelta(days=92)
    with Simulator(world, profile="ample", faults=[fault]) as sim:
        pauses = PassingPauses(**SHORT_POLLS, advance=sim.advance)
        config = sim.config(start_date=str(start), request_timeout_seconds=0.5)
        output = run_sync(sim, [STREAM], config=config, pauses=pauses)
        assert_succeeded(output, [STREAM])
        assert_same(STREAM, output.records[STREAM], sim.expected(STREAM, start=start))


@pytest.mark.parametrize(
    ("kinds", "closing"),
    [
        ((FaultKind.MISSING_SCOPE, FaultKind.UNAVAILABLE), "transient_error"),
        ((FaultKind.REPEATED_BOOKMARK, FaultKind.MISSING_SCOPE), "system_error"),
    ],
)
def test_the_closing_error_is_the_most_retryable(kinds: tuple[FaultKind, FaultKind], closing: str) -> None:
    operations = ("boards/list_pins", "campaigns/list")
    faults = [Fault(kind, on=on, times=None) for kind, on in zip(kinds, operations, strict=True)]
    with Simulator(World(boards=1, pins_per_board=3, campaigns=1), faults=faults, page_cap=1) as sim:
        output = run_sync(sim, ["board_pins", "campaigns"], config=sim.config(max_retries=0))
        assert output.errors[-1].stream_descriptor is None
        assert output.errors[-1].failure_type.value == closing
