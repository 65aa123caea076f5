"""Starts a command, so that Ctrl-C ends it in one sentence. Importing the framework takes seconds, and it counts."""

import os
import signal
import sys
from contextlib import suppress
from pkgutil import resolve_name
from types import FrameType
from typing import NoReturn

STOPPED = "The run was stopped before its end."
EXIT_CODE_OF_CTRL_C = 128 + signal.SIGINT


def start(command: str) -> NoReturn:
    """Import a function, call it and end the process with its exit code.

    During the import Ctrl-C ends the process at once: a module that is being imported may lose a `KeyboardInterrupt`.
    After it, the command has the usual handler. A process that ignores Ctrl-C from its start goes on ignoring it.

    Args:
        command: the function, such as `source_pinterest.run:run`.
    """
    is_stoppable = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_stoppable:
        signal.signal(signal.SIGINT, _stop)
    function = resolve_name(command)
    try:
        if is_stoppable:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.exit(function())
    except KeyboardInterrupt:
        _stop()


def print_stopped() -> None:
    """Print that the run was stopped, on a line of its own below the ^C of a terminal."""
    below = "\n" if os.isatty(2) else ""
    with suppress(OSError):  # it is closed, or its disk is full
        os.write(2, f"{below}{STOPPED}\n".encode())


def _stop(_signum: int = 0, _frame: FrameType | None = None) -> NoReturn:
    print_stopped()
    os._exit(EXIT_CODE_OF_CTRL_C)
