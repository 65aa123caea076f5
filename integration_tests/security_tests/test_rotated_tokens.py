"""A rotated refresh token gets out before it is used, whatever happens to the process or its output.

The old one is dead by then: a token that is neither in the output nor in the file locks the user out.
"""

import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event

import orjson
import pytest

from integration_tests.simulator import Fault, FaultKind, Rotation
from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import ConnectorProcess, clean_environment, running
from integration_tests.support.syncs import read_arguments, run_sync

TOKEN, BOARDS, PINS = "oauth/token", "boards/list", "boards/list_pins"
PATIENCE_SECONDS = 60
ENDS_WITHIN_SECONDS = 12
ENDINGS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT]
GLANCE_SECONDS = 0.02


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
def test_a_signal_at_the_first_use_of_a_rotated_token_loses_no_token(
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
def test_a_signal_during_a_token_request_waits_for_the_token(ending: signal.Signals, tmp_path: Path) -> None:
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
def test_a_signal_while_nobody_reads_the_output_loses_no_token(ending: signal.Signals, tmp_path: Path) -> None:
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


def test_a_kill_a_second_after_a_rotation_loses_no_token_if_the_reader_is_slow(tmp_path: Path) -> None:
    """The platform reads 200 lines a second, appends, and takes tokens from the output alone."""
    world = World(boards=0, ad_accounts=2, campaigns=60, active_percent=100)
    expiry = Fault(FaultKind.TOKEN_EXPIRED, on="campaigns/analytics", after=1)
    with Simulator(world, faults=[expiry], refresh_rotation=Rotation.REVOKE) as sim:
        config = sim.config(start_date=str(world.today - timedelta(days=85)), num_workers=1)
        arguments = read_arguments(tmp_path, catalog_of(["campaign_analytics"], "append"), config)
        with reading(sim, arguments, saves=False) as process:
            said, lines_left = b"", 200
            while lines_left:
                line = process.stdout.readline()
                assert line, "it has not ended"
                said += line
                Event().wait(1 / 200)
                lines_left -= len(sim.calls(TOKEN)) == 2
            process.kill()
            said += process.stdout.read()
        whole_lines = said[: said.rfind(b"\n") + 1]
        assert len(refresh_tokens(whole_lines)) == 2
        assert refresh_tokens(whole_lines)[-1] == newest(sim)
