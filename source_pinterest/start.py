"""Starts a command. Ctrl-C, or a standard output that can't be written, ends it with one sentence at most.

Importing the framework takes seconds, during which Ctrl-C works too. Any version of Python can read this file, which
then says which Python and which packages are needed.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from contextlib import suppress
from pkgutil import resolve_name
from types import FrameType
from typing import Any, NoReturn

STOPPED = "The run was stopped before its end."
EXIT_CODE_OF_CTRL_C = 128 + signal.SIGINT


class _Stdout(io.FileIO):
    """Standard output. If it can't be written, the process ends: no command has anything left to do then."""

    def write(self, piece: Any) -> int:
        try:
            return super().write(piece)
        except OSError as error:
            print_unwritable(error)
            os._exit(1)


def start(command: str, opening: str = "") -> NoReturn:
    """Import a function, call it and end the process with its exit code.

    During the import Ctrl-C ends the process at once: a module that is being imported may lose a `KeyboardInterrupt`.
    After it, the command has the usual handler. A process that ignores Ctrl-C from its start goes on ignoring it.

    Args:
        command: the function, such as `source_pinterest.run:run`.
        opening: the text to print before the import.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - a user may start it with any Python
        sys.exit(
            f"source-pinterest needs Python 3.11, 3.12 or 3.13, and this is {sys.version.split()[0]}. In a checkout, "
            "`make install` creates .venv; run the command with .venv/bin/python."
        )
    if not sys.stdout:
        os._exit(1)  # it was closed when the process started
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(_Stdout(1, "w", closefd=False)),
            sys.stdout.encoding,
            sys.stdout.errors,
            line_buffering=sys.stdout.line_buffering,
            write_through=sys.stdout.write_through,
        )
    is_stoppable = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_stoppable:
        signal.signal(signal.SIGINT, _stop)
    sys.stdout.write(opening)
    sys.stdout.flush()
    function = _imported(command)
    try:
        if is_stoppable:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.exit(function())
    except KeyboardInterrupt:
        _stop()


def _imported(command: str) -> Any:
    """Import a function, or end the process in a sentence if this Python lacks packages that it needs."""
    try:
        return resolve_name(command)
    except ModuleNotFoundError as error:
        if str(error.name).startswith("source_pinterest"):
            raise
        sys.exit(
            f"{sys.executable} lacks packages of source-pinterest, such as {error.name}. In a checkout, `make install` "
            "creates .venv; run the command with .venv/bin/python."
        )


def print_stopped() -> None:
    """Print that the run was stopped, on a line of its own below the ^C of a terminal."""
    below = "\n" if os.isatty(2) else ""
    with suppress(OSError):  # it is closed, or its disk is full
        os.write(2, f"{below}{STOPPED}\n".encode())


def print_unwritable(error: OSError) -> None:
    """Print that standard output can't be written; nothing if its reader has ended, as `head` does on purpose."""
    if not isinstance(error, BrokenPipeError):
        with suppress(OSError):
            os.write(2, f"The output can't be written ({error.strerror}). Free some space and run it again.\n".encode())


def _stop(_signum: int = 0, _frame: FrameType | None = None) -> NoReturn:
    print_stopped()
    os._exit(EXIT_CODE_OF_CTRL_C)
