"""A rotated refresh token gets out before it is used, whatever happens to the process or its output.

The old one is dead by then: a token that is neither in the output nor in the file locks the user out.
"""

import json
import logging
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any

import orjson
import pytest
from airbyte_cdk.models import Type

from integration_tests.simulator import Fault, FaultKind, Rotation
from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.outputs import Output
from integration_tests.support.pauses import SHORT_PAUSES
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import ConnectorProcess, clean_environment, running
from integration_tests.support.syncs import read_arguments, run_sync
from source_pinterest.source import SourcePinterest

TOKEN, BOARDS, PINS = "oauth/token", "boards/list", "boards/list_pins"
PATIENCE_SECONDS = 60
ENDS_WITHIN_SECONDS = 12
ENDINGS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT]
GLANCE_SECONDS = 0.02
GOES_ON_SECONDS = 5


def many() -> World:
    """Far more than fits into a pipe that nobody reads."""
    return World(boards=30, pins_per_board=400)


@contextmanager
def reading(
    sim: Simulator, arguments: Sequence[str], *, saves: bool, ends: tuple[signal.Signals, str] | None = None
) -> Iterator[ConnectorProcess]:
    """Start a read, which a signal ends at the first request of an operation, however early that comes."""
    environment = clean_environment(sim.url) | ({"PINTEREST_SAVE_TOKENS": "1"} if saves else {})
    started: Future[ConnectorProcess] = Future()
    if ends:
        ending, operation = ends
        sim.after(operation, 1, lambda _: started.result().send_signal(ending))
    with running(["main.py", *arguments], environment) as process:
        started.set_result(process)
        yield process


def until(condition: Callable[[], object]) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        Event().wait(GLANCE_SECONDS)


def refresh_tokens(said: bytes) -> list[str]:
    """Those that went to the platform, in their order; each line of the output is whole."""
    messages = map(orjson.loads, said.splitlines())
    configs = [message["control"]["connectorConfig"]["config"] for message in messages if message["type"] == "CONTROL"]
    return [config["credentials"]["refresh_token"] for config in configs]


def newest(sim: Simulator) -> str:
    return str(sim.config()["credentials"]["refresh_token"])


def saved(folder: Path) -> str:
    return str(json.loads((folder / "config.json").read_text(encoding="utf-8"))["credentials"]["refresh_token"])


@pytest.mark.parametrize("saves", [True, False], ids=["saved", "not saved"])
@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name)
def test_an_end_at_the_first_use_of_the_new_token_loses_none(
    ending: signal.Signals, saves: bool, tmp_path: Path
) -> None:
    with Simulator(World(boards=3), refresh_rotation=Rotation.REVOKE) as sim:
        arguments = read_arguments(tmp_path, catalog_of(["boards", "board_pins"]), sim.config())
        before = newest(sim)
        with reading(sim, arguments, saves=saves, ends=(ending, BOARDS)) as process:
            said = process.stdout.read()
            process.wait(ENDS_WITHIN_SECONDS)
        last_line = said.rpartition(b"\n")[2]
        assert process.returncode == (-ending if ending is signal.SIGKILL else 128 + ending)
        assert refresh_tokens(said.removesuffix(last_line)) == [newest(sim)]
        assert saved(tmp_path) == (newest(sim) if saves else before)
        again = run_sync(sim, ["boards"])
        assert_succeeded(again, ["boards"])


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT], ids=lambda ending: ending.name)
def test_an_end_while_the_token_is_on_its_way_waits_for_it(ending: signal.Signals, tmp_path: Path) -> None:
    slow = Fault(FaultKind.SLOW, on=TOKEN, seconds=1)
    with Simulator(World(boards=3), faults=[slow], refresh_rotation=Rotation.REVOKE) as sim:
        arguments = read_arguments(tmp_path, catalog_of(["boards"]), sim.config())
        with reading(sim, arguments, saves=True, ends=(ending, TOKEN)) as process:
            said = process.stdout.read()
            process.wait(ENDS_WITHIN_SECONDS)
        assert process.returncode == 128 + ending
        assert refresh_tokens(said) == [newest(sim)]
        assert saved(tmp_path) == newest(sim)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name)
def test_an_end_while_nobody_reads_loses_no_token(ending: signal.Signals, tmp_path: Path) -> None:
    """It is in the file; and in the output, as soon as somebody reads that of a process that still can write."""
    expiry = Fault(FaultKind.TOKEN_EXPIRED, on=PINS, after=4)
    with Simulator(many(), faults=[expiry], refresh_rotation=Rotation.REVOKE) as sim:
        arguments = read_arguments(tmp_path, catalog_of(["board_pins"]), sim.config())
        with reading(sim, arguments, saves=True) as process:
            until(lambda: len(sim.calls(TOKEN)) == 2 and saved(tmp_path) == newest(sim))
            process.send_signal(ending)
            said = process.stdout.read()
            process.wait(ENDS_WITHIN_SECONDS)
        assert saved(tmp_path) == newest(sim)
        if ending is not signal.SIGKILL:
            assert process.returncode == 128 + ending
            assert refresh_tokens(said)[-1] == newest(sim)
            assert len(refresh_tokens(said)) == 2


def test_rotated_tokens_come_in_their_order_however_slow_the_reader(tmp_path: Path) -> None:
    expiries = [Fault(FaultKind.TOKEN_EXPIRED, on=PINS, after=after) for after in (4, 12, 20)]
    issued: list[str] = []
    with Simulator(many(), faults=expiries, refresh_rotation=Rotation.REVOKE) as sim:
        for number in range(1, 5):
            sim.after(TOKEN, number, lambda _: issued.append(newest(sim)))
        arguments = read_arguments(tmp_path, catalog_of(["board_pins"]), sim.config())
        with reading(sim, arguments, saves=True) as process:
            until(lambda: len(sim.calls(TOKEN)) == 2)
            said = process.stdout.read()
            assert process.wait() == 0
        assert len(issued) >= 3
        assert refresh_tokens(said) == issued
        assert saved(tmp_path) == newest(sim)
        assert_exact(Output.of_process(said, 0, ""), sim, ["board_pins"])


@pytest.mark.parametrize("taken", [1, 250], ids=["inside a bundle", "an empty queue"])
def test_in_process_a_rotated_token_is_the_next_message(monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    """It comes while the first request that uses it is still on its way."""
    # One board of two pages: to get to the second, its worker does not need the reader, who stops at a record.
    world = World(boards=1, sections_per_board=0, pins_per_board=500)
    expiry = Fault(FaultKind.TOKEN_EXPIRED, on=PINS, after=1)
    has_stopped, has_the_token, came_in_time = Event(), Event(), []
    with Simulator(world, faults=[expiry], refresh_rotation=Rotation.REVOKE) as sim:
        sim.after(PINS, 2, lambda _: has_stopped.wait(PATIENCE_SECONDS))
        sim.after(PINS, 3, lambda _: came_in_time.append(has_the_token.wait(GOES_ON_SECONDS)))
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
        config: dict[str, Any] = sim.config(num_workers=2)
        messages = SourcePinterest(SHORT_PAUSES).read(logging.getLogger("airbyte"), config, catalog_of(["board_pins"]))
        records = (message for message in messages if message.type is Type.RECORD)
        assert len(list(islice(records, taken))) == taken
        has_stopped.set()
        if taken == 1:  # else the reader waits for the next message before there is one
            until(lambda: uses_of_the_second_token(sim))
        handed_on = next(messages)
        has_the_token.set()
        assert handed_on.type is Type.CONTROL
        assert handed_on.control.connectorConfig.config["credentials"]["refresh_token"] == newest(sim)
        rest = list(messages)
    assert came_in_time == [True]
    assert len([message for message in rest if message.type is Type.RECORD]) == 500 - taken


def uses_of_the_second_token(sim: Simulator) -> list[object]:
    """The calls that Pinterest answered after it had issued another token."""
    renewals = [place for place, entry in enumerate(list(sim.log)) if entry.operation_id == TOKEN]
    return [entry for entry in sim.log[renewals[1] :] if entry.operation_id == PINS] if len(renewals) > 1 else []
