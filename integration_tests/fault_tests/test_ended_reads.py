"""A read that gets a signal ends within seconds in each kind of wait, with whole lines."""

import os
import signal
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from integration_tests.security_tests.test_rotated_tokens import newest, refresh_tokens, until
from integration_tests.simulator import Fault, FaultKind, Rotation
from integration_tests.simulator.faults.script import DOWNLOAD
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.pauses import SHORT_PAUSES
from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import clean_environment, running
from integration_tests.support.syncs import read_arguments
from integration_tests.support.worlds import small_world
from source_pinterest.api.retries import BackoffDelays
from source_pinterest.run import run

ENDS_WITHIN_SECONDS = 6
"""The five seconds that are promised, and the start of a process that looks whether it has ended."""
LONG_PAUSES = BackoffDelays(first_seconds=600, longest_seconds=600, poll_seconds=(600,), longest_poll_seconds=600)
BOARDS, ORDERS = "boards/list", "analytics/create_report"


def never(on: str) -> Fault:
    return Fault(FaultKind.NEVER_ANSWERS, on=on, times=None)


WAITS = [
    pytest.param("boards", never(BOARDS), SHORT_PAUSES, id="a response"),
    pytest.param("board_pins", never(BOARDS), SHORT_PAUSES, id="the list of a parent"),
    pytest.param("campaign_analytics", never(ORDERS), SHORT_PAUSES, id="the creation of a report"),
    pytest.param("campaign_analytics", never(DOWNLOAD), SHORT_PAUSES, id="the file of a report"),
    pytest.param("boards", Fault(FaultKind.UNAVAILABLE, on=BOARDS), LONG_PAUSES, id="a pause before a retry"),
    pytest.param("boards", Fault(FaultKind.RATE_LIMITED, on=BOARDS, seconds=600), SHORT_PAUSES, id="a quota"),
    pytest.param("boards", Fault(FaultKind.RESET_BEFORE_BODY, on=BOARDS), LONG_PAUSES, id="the end of an outage"),
    pytest.param("campaign_analytics", Fault(FaultKind.REPORT_SLOW), LONG_PAUSES, id="the polls of a report"),
]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT], ids=lambda ending: ending.name)
@pytest.mark.parametrize(("stream", "fault", "pauses"), WAITS)
def test_a_read_ends_in_each_kind_of_wait(
    stream: str, fault: Fault, pauses: BackoffDelays, ending: signal.Signals, tmp_path: Path
) -> None:
    is_polled = fault.kind is FaultKind.REPORT_SLOW
    world = small_world(days=200, boards=3)
    with Simulator(
        world, faults=[fault], report_seconds=3_600 if is_polled else 0.05, refresh_rotation=Rotation.REVOKE
    ) as sim:
        config = sim.config(start_date=str(world.today - timedelta(days=199)))
        arguments = read_arguments(tmp_path, catalog_of([stream]), config)
        with running(["main.py", *arguments], clean_environment(sim.url), body=partial(run, pauses)) as process:
            said = bytearray()
            os.set_blocking(process.stdout.fileno(), False)

            def has_come_to_the_wait() -> bool:
                said.extend(process.stdout.read() or b"")
                return b'"CONTROL"' in said and bool(sim.calls(ORDERS if is_polled else fault.on))

            until(has_come_to_the_wait)
            os.set_blocking(process.stdout.fileno(), True)
            process.send_signal(ending)
            said += process.stdout.read()
            assert process.wait(ENDS_WITHIN_SECONDS) == 128 + ending
            assert said.endswith(b"\n")
            assert refresh_tokens(bytes(said)) == [newest(sim)]
