"""A read in somebody else's process that is closed, or that can't have the threads it needs."""

import json
import logging
import math
import random
import signal
import threading
import time
from collections.abc import Iterable
from contextlib import nullcontext, suppress
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteLogMessage, AirbyteMessage, Level, Type
from airbyte_cdk.utils import AirbyteTracedException

from integration_tests.security_tests.test_token_lane import until
from integration_tests.simulator import Fault, FaultKind, Rotation
from integration_tests.simulator.faults.script import DOWNLOAD
from integration_tests.support.catalogs import ADS_ANALYTICS, ENTITIES, ORGANIC, catalog_of
from integration_tests.support.outputs import Output
from integration_tests.support.pauses import SHORT_PAUSES
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import clean_environment, running
from integration_tests.support.worlds import small_world
from source_pinterest.api.retries import Pauses
from source_pinterest.engine.token_store import SAVE_TOKENS_VARIABLE
from source_pinterest.source import SourcePinterest

ENDS_WITHIN_SECONDS = 5.0
LONG_PAUSES = Pauses(
    first_seconds=600, longest_seconds=600, first_poll_seconds=600, poll_seconds=600, longest_poll_seconds=600
)
BOARDS, CAMPAIGNS, ANALYTICS = "boards/list", "campaigns/list", "campaigns/analytics"
ORDERS, POLLS = "analytics/create_report", "analytics/get_report"
STREAMS = (*ORGANIC, *ENTITIES, *ADS_ANALYTICS)


class Reading:
    """A read in this process, and the threads that it has started.

    Args:
        starts: how many threads can be started.
        path: of the config file, if there is one.
    """

    def __init__(
        self,
        sim: Simulator,
        monkeypatch: pytest.MonkeyPatch,
        streams: Iterable[str] = STREAMS,
        pauses: Pauses = SHORT_PAUSES,
        starts: float = math.inf,
        path: Path | None = None,
        **options: Any,
    ) -> None:
        self.threads: list[threading.Thread] = []
        self._main, self._start, self._starts = threading.current_thread(), threading.Thread.start, starts
        monkeypatch.setattr(threading.Thread, "start", lambda thread: self._started(thread))  # noqa: PLW0108 - a method would not get the thread
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
        self._sim, source = sim, SourcePinterest(pauses)
        self._queue = source._queue
        config = source.read_config(str(path)) if path else sim.config(**options)
        self.messages: Any = source.read(logging.getLogger("airbyte"), config, catalog_of(streams))

    def _started(self, thread: threading.Thread) -> None:
        is_ours = threading.current_thread() in (self._main, *self.threads)  # and not the simulator's
        if is_ours and len(self.threads) >= self._starts:
            raise RuntimeError("can't start new thread")
        self._start(thread)
        if is_ours:
            self.threads.append(thread)

    def go_on_until(self, operation: str) -> None:
        """Take messages until there are none, and a call of this operation has been made."""
        take, idle = self._queue.get, AirbyteMessage(Type.LOG, log=AirbyteLogMessage(Level.INFO, "idle"))

        def get() -> Any:
            until(lambda: self._queue.queue or self._sim.calls(operation))
            return take() if self._queue.queue else idle

        self._queue.get = get  # type: ignore[method-assign, assignment]
        assert any(message is idle for message in self.messages)

    def end(self, how: str) -> None:
        """Close the read, or throw into it."""
        if how == "close":
            self.messages.close()
            return
        with pytest.raises(KeyboardInterrupt):
            self.messages.throw(KeyboardInterrupt)

    def assert_ended(self) -> None:
        deadline = time.monotonic() + ENDS_WITHIN_SECONDS
        for thread in self.threads:
            thread.join(max(0, deadline - time.monotonic()))
        assert [thread for thread in self.threads if thread.is_alive()] == []
        assert self.threads, "there were some"


def never(on: str) -> Fault:
    return Fault(FaultKind.NEVER_ANSWERS, on=on, times=None)


@pytest.mark.parametrize(
    ("fault", "how"),
    [
        pytest.param(never(BOARDS), "close", id="the list of a parent"),
        pytest.param(never(CAMPAIGNS), "throw", id="the lists of another parent"),
        pytest.param(never("oauth/token"), "close", id="the token endpoint"),
        pytest.param(never(ORDERS), "throw", id="the creation of a report"),
        pytest.param(never(DOWNLOAD), "close", id="the file of a report"),
    ],
)
def test_threads_of_a_closed_read_that_hang_in_a_request_end_with_it(
    monkeypatch: pytest.MonkeyPatch, fault: Fault, how: str
) -> None:
    """Python waits for no daemon at its end."""
    with Simulator(small_world(days=200, boards=3), faults=[fault], report_seconds=0.05) as sim:
        start = sim.world.today - timedelta(days=199)
        reading = Reading(sim, monkeypatch, start_date=str(start))
        reading.go_on_until(fault.on)
        reading.end(how)
        assert all(thread.daemon for thread in reading.threads)
        assert any(thread.is_alive() for thread in reading.threads)
    reading.assert_ended()


def test_python_ends_though_a_thread_of_a_closed_read_hangs_in_a_request() -> None:
    with Simulator(faults=[never(BOARDS)]) as sim:
        body = partial(read_until_ctrl_c, sim.config())
        with running(["a program of a user"], clean_environment(sim.url), body=body) as process:
            until(lambda: sim.calls(BOARDS))
            process.send_signal(signal.SIGINT)
            assert process.wait(ENDS_WITHIN_SECONDS) == 0


def read_until_ctrl_c(config: dict[str, Any]) -> None:
    with suppress(KeyboardInterrupt):
        list(SourcePinterest(SHORT_PAUSES).read(logging.getLogger("airbyte"), config, catalog_of(ORGANIC)))


@pytest.mark.parametrize(
    ("fault", "pauses", "how"),
    [
        pytest.param(Fault(FaultKind.UNAVAILABLE, on=BOARDS), LONG_PAUSES, "throw", id="a pause before a retry"),
        pytest.param(
            Fault(FaultKind.RATE_LIMITED, on=BOARDS, seconds=600), SHORT_PAUSES, "close", id="a wait for the quota"
        ),
        pytest.param(
            Fault(FaultKind.RESET_BEFORE_BODY, on=BOARDS), LONG_PAUSES, "throw", id="a wait for the end of an outage"
        ),
        pytest.param(Fault(FaultKind.REPORT_SLOW), LONG_PAUSES, "close", id="the polls of a report"),
    ],
)
def test_a_closed_read_ends_in_each_kind_of_wait(
    monkeypatch: pytest.MonkeyPatch, fault: Fault, pauses: Pauses, how: str
) -> None:
    on = ORDERS if fault.kind is FaultKind.REPORT_SLOW else fault.on
    seconds = 3_600 if fault.kind is FaultKind.REPORT_SLOW else 0.05
    with Simulator(small_world(days=200, boards=3), faults=[fault], report_seconds=seconds) as sim:
        start = sim.world.today - timedelta(days=199)
        reading = Reading(sim, monkeypatch, pauses=pauses, start_date=str(start))
        reading.go_on_until(on)
        reading.end(how)
        reading.assert_ended()


@pytest.mark.parametrize("seed", range(3))
def test_a_closed_read_leaves_no_thread(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Slow lists, and a queue that is soon full."""
    monkeypatch.setattr("source_pinterest.source.QUEUE_ITEMS", 1)
    chance = random.Random(seed)  # noqa: S311 - no secret
    slow = [Fault(FaultKind.SLOW, on=on, seconds=0.1, times=None) for on in (BOARDS, CAMPAIGNS)]
    with Simulator(World(boards=12, pins_per_board=60, ad_accounts=3), faults=slow) as sim:
        reading = Reading(sim, monkeypatch, num_workers=chance.choice([2, 4, 10]))
        assert list(islice(reading.messages, chance.randrange(1, 200)))
        reading.end(chance.choice(["close", "throw"]))
        reading.assert_ended()


def test_a_token_that_is_on_its_way_then_is_saved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The one before is used up."""
    monkeypatch.setenv(SAVE_TOKENS_VARIABLE, "1")
    monkeypatch.setattr("source_pinterest.source._TOKEN_SECONDS", 10)  # a busy machine may take longer than usual
    path = tmp_path / "config.json"
    slow = Fault(FaultKind.SLOW, on="oauth/token", seconds=0.1)
    with Simulator(World(boards=2), faults=[slow], refresh_rotation=Rotation.REVOKE) as sim:
        path.write_text(json.dumps(before := sim.config()), encoding="utf-8")
        reading = Reading(sim, monkeypatch, ORGANIC, path=path)
        reading.go_on_until("oauth/token")
        reading.end("close")
        reading.assert_ended()
        assert json.loads(path.read_text(encoding="utf-8")) == sim.config() != before


@pytest.mark.parametrize("fails", [False, True])
def test_a_read_that_comes_to_its_end_leaves_no_thread(monkeypatch: pytest.MonkeyPatch, *, fails: bool) -> None:
    faults = [Fault(FaultKind.FORBIDDEN, on=BOARDS, times=None)] if fails else []
    with Simulator(World(boards=2), faults=faults) as sim:
        reading = Reading(sim, monkeypatch, ORGANIC)
        with pytest.raises(AirbyteTracedException) if fails else nullcontext():
            assert list(reading.messages)
        reading.assert_ended()


@pytest.mark.parametrize("starts", [0, 1, 3, 6])
def test_streams_without_threads_are_incomplete_and_say_so(monkeypatch: pytest.MonkeyPatch, starts: int) -> None:
    """Some of the threads that a sync needs: workers, planners, and those that read reports."""
    with Simulator(small_world(days=200, boards=3)) as sim:
        start_date = str(sim.world.today - timedelta(days=199))
        reading = Reading(sim, monkeypatch, STREAMS, starts=starts, start_date=start_date)
        messages: list[AirbyteMessage] = []
        with pytest.raises(AirbyteTracedException):
            messages.extend(reading.messages)
    output = Output(messages, 1)
    failed = [stream for stream in STREAMS if output.status(stream) != "COMPLETE"]
    assert failed
    for stream in failed:
        [error] = output.errors_of(stream)
        assert error.message.startswith("This machine can't start another thread")
        assert output.status(stream) == "INCOMPLETE"
