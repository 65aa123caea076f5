"""Runs `main.py` and ends it from outside, after so many lines of output or for want of memory.

`killed_after` does the same to a sync in this process, for courses of many syncs.
"""

import resource
import signal
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from threading import Timer
from unittest import mock

from airbyte_cdk.models import Type

from integration_tests.support.outputs import Output, Record
from integration_tests.support.pauses import SHORT_PAUSES, SHORT_POLLS
from integration_tests.support.processes import ConnectorProcess, clean_environment, running
from source_pinterest import limits
from source_pinterest.api.retries import BackoffDelays
from source_pinterest.run import run

STARVED_SECONDS = 8
HANGS_SECONDS = 60
"""A process ends of its own accord, whatever happened to it; one that has not by then will not."""


class End(StrEnum):
    """What ends the process."""

    KILL = "SIGKILL"
    TERMINATE = "SIGTERM"
    CLOSED_OUTPUT = "closed stdout"
    MEMORY = "memory limit"


def killed_after(share: float, read: Callable[[], Output]) -> Output:
    """The output of a sync in this process, had it been killed after a share of its messages; all of it if that is 1.

    It has a state after each slice, as though ten seconds had gone by.
    """
    if share == 1:
        return read()
    with mock.patch.object(limits, "STATE_EVERY_SECONDS", 0):
        messages = read().messages
    return Output(messages[: int(share * len(messages))], -signal.SIGKILL)


def committed(output: Output, stream: str) -> list[Record]:
    """The records that a destination keeps: of a sync that was killed, those before its last state."""
    if output.exit_code != -signal.SIGKILL:
        return output.records[stream]
    last = max((at for at, message in enumerate(output.messages) if message.type is Type.STATE), default=0)
    return Output(output.messages[:last], output.exit_code).records[stream]


def hurried(room: int = 0) -> None:
    """The command, with short pauses, and a state after each slice, as though ten seconds had gone by.

    Args:
        room: the bytes that the process may take on top of those it has, or 0 for any.
    """
    limits.STATE_EVERY_SECONDS = 0
    if room:
        held = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + room, held + room))
    run(BackoffDelays(**SHORT_POLLS))


def where_no_file_may_grow() -> None:
    """The command, whose temporary files have no room."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    run(SHORT_PAUSES)


def interrupted_read(url: str, arguments: Sequence[str], end: End, size: int, folder: Path) -> Output:
    """Read, and have it ended; what was said until then.

    Args:
        url: of the API.
        arguments: of `main.py`.
        end: what ends it.
        size: after so many lines of output; for a memory limit, the bytes that it may take on top of its start.
        folder: for its stderr.
    """
    room = size if end is End.MEMORY else 0
    with (
        (folder / "stderr").open("w+b") as stderr,
        running(
            ["main.py", *arguments], clean_environment(url), body=partial(hurried, room), stderr=stderr.fileno()
        ) as process,
    ):
        said = _said(process, end, size)
        code = process.wait(HANGS_SECONDS)
        stderr.seek(0)
        return Output.of_process(said, code, stderr.read().decode())


def _said(process: ConnectorProcess, end: End, size: int) -> bytes:
    if end is End.MEMORY:
        # Where there is no memory left, Python may wait for ever for a thread that can't even say that it began. A
        # platform kills such a process; so does this.
        watchdog = Timer(STARVED_SECONDS, process.kill)
        watchdog.start()
        said = process.stdout.read()
        watchdog.cancel()
        # The watchdog, or Python itself without memory, may end it in the middle of a line.
        has_died = process.wait() < 0
        return said[: said.rfind(b"\n") + 1] if has_died else said
    lines = b"".join(line for _ in range(size) if (line := process.stdout.readline()).endswith(b"\n"))
    if end is End.CLOSED_OUTPUT:
        process.stdout.close()
        return lines
    process.send_signal(signal.SIGKILL if end is End.KILL else signal.SIGTERM)
    rest = process.stdout.read()
    if end is End.KILL:
        return lines
    assert rest.endswith(b"\n") or not rest, "its last words are whole lines"
    return lines + rest
