"""Start processes of the connector without loading the framework in each of them.

Loading it takes more than a second of processor time. Here one process does it once (the fork server of the standard
library), and each process of the connector begins as a copy of it, with standard streams, an environment and signals
of its own. What comes before, the start of Python itself, is left to `test_documented_commands.py`.
"""

import faulthandler
import functools
import multiprocessing
import os
import resource
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import connection, forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import BinaryIO, NoReturn
from unittest import mock

from integration_tests import network_guard
from integration_tests.network_guard.clock import SECONDS_AHEAD
from integration_tests.support.measured import PEAK_UNIT_BYTES
from integration_tests.support.pauses import SHORT_PAUSES
from source_pinterest.run import run

ROOT = Path(__file__).parents[2]
HANGS_SECONDS = 120
"""A process that has not ended by then is killed; its reader would wait for ever."""

_CONTEXT = multiprocessing.get_context("forkserver")
_LOADED = [
    "source_pinterest.cli.authorize",
    "integration_tests.support.processes",
    "integration_tests.support.interrupted",
]
_LOCK = threading.Lock()
"""multiprocessing looks after all processes whenever one is started or waited for, and not from two threads at once;
nor may two change this process's environment."""


def clean_environment(api_url: str) -> dict[str, str]:
    """What a connector's process needs: Python, the network guard, the clock, the API's URL; coverage where it runs."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in {"PATH", SECONDS_AHEAD} or name.startswith("COVERAGE_")
    }
    return {**kept, "PYTHONPATH": network_guard.FOLDER, "PINTEREST_API_URL": api_url}


def main() -> None:
    """Do what `python` would with the command line of this process: run a file, or `-m` and a module."""
    if sys.argv[0] == "-m":
        del sys.argv[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")


def with_short_pauses() -> None:
    """The same for the connector, with short pauses before what failed is tried again."""
    run(SHORT_PAUSES)


def telling_its_memory() -> None:
    """Do what `main` does, and end stderr with the most memory that it took."""
    leave = os._exit

    def tell_and_leave(status: int) -> NoReturn:
        os.write(2, b"\n%d" % (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT_BYTES))
        leave(status)

    os._exit = tell_and_leave
    main()


class ConnectorProcess:
    """A process of the connector, as `subprocess.Popen` has it: its exit code is negative after a signal.

    Args:
        process: that was started.
        stdout: what it prints, from the other end.
    """

    def __init__(self, process: ForkServerProcess, stdout: BinaryIO) -> None:
        self._process = process
        self.stdout = stdout

    @property
    def returncode(self) -> int | None:
        """Its exit code, once it has ended."""
        with _LOCK:
            return self._process.exitcode

    def wait(self, seconds: float = HANGS_SECONDS) -> int:
        """Its exit code, when it ends."""
        connection.wait([self._process.sentinel], seconds)
        code = self.returncode
        assert code is not None, "it has not ended"
        return code

    def send_signal(self, signum: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None and self._process.pid is not None:
            os.kill(self._process.pid, signum)

    def end_and_show(self) -> None:
        """Say that it hangs, and end it with the stacks of its threads on this process's standard error."""
        sys.stderr.write(f"A process has not ended within {HANGS_SECONDS} s. These are its threads:\n")
        sys.stderr.flush()
        self.send_signal(signal.SIGABRT)

    def kill(self) -> None:
        """End it at once, unless it has ended."""
        self.send_signal(signal.SIGKILL)


@contextmanager
def running(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    body: Callable[[], object] = main,
    stdout: int | None = None,
    stderr: int | None = None,
) -> Iterator[ConnectorProcess]:
    """Start what `python COMMAND` starts; it has ended when the context has.

    Args:
        command: a file and its arguments, or `-m`, a module and its arguments.
        environment: all that it has.
        body: is called in the process, which ends with it; must be picklable.
        stdout: a descriptor that takes what it prints; by default a pipe, to be read from the process.
        stderr: one that takes what it prints there; by default nobody reads it.
    """
    reading, writing = os.pipe()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    descriptors = (writing if stdout is None else stdout, nowhere if stderr is None else stderr)
    given = [connection.Connection(os.dup(descriptor), readable=False) for descriptor in (*descriptors, 2)]
    with open(reading, "rb") as said:  # noqa: PTH123 - a descriptor is no path
        try:
            process = _CONTEXT.Process(target=_become, args=(list(command), dict(environment), body, *given))
            with _LOCK:
                _load()
                process.start()
        finally:
            for ours in (writing, nowhere):
                os.close(ours)
            for end in given:
                end.close()
        started = ConnectorProcess(process, said)
        watchdog = threading.Timer(HANGS_SECONDS, started.end_and_show)
        watchdog.start()
        try:
            yield started
        finally:
            watchdog.cancel()
            started.kill()
            started.wait()


def run_to_its_end(
    command: Sequence[str], environment: Mapping[str, str], body: Callable[[], object] = main
) -> subprocess.CompletedProcess[bytes]:
    """What `subprocess.run` gives of such a process, with all that it printed."""
    with (
        tempfile.TemporaryFile() as errors,
        running(command, environment, body=body, stderr=errors.fileno()) as process,
    ):
        out = process.stdout.read()
        code = process.wait()
        errors.seek(0)
        return subprocess.CompletedProcess(list(command), code, out, errors.read())


@functools.cache
def _load() -> None:
    """Start the process that the others are copies of; what it loads sees none of this one's environment."""
    surroundings = clean_environment("") | {"PYTHONPATH": os.pathsep.join([network_guard.FOLDER, str(ROOT)])}
    with mock.patch.dict(os.environ, surroundings, clear=True):
        _CONTEXT.set_forkserver_preload(_LOADED)
        forkserver.ensure_running()


def _become(
    command: list[str],
    environment: Mapping[str, str],
    body: Callable[[], object],
    stdout: connection.Connection,
    stderr: connection.Connection,
    stacks: connection.Connection,
) -> None:
    """Be that command from here on, in a process that is a copy. At SIGABRT it tells the stacks of its threads."""
    faulthandler.enable(os.dup(stacks.fileno()))
    stacks.close()
    for descriptor, given in ((1, stdout), (2, stderr)):
        os.dup2(given.fileno(), descriptor)
        given.close()
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # found in another environment
    sys.argv = command
    body()
