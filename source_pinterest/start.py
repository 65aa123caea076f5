"""Starts a command. Ctrl-C, or a standard output that can't be written, ends it with one message at most.

Importing the framework takes seconds, during which Ctrl-C works too. Any version of Python can read this file, which
then says which Python and which packages are needed.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pkgutil import resolve_name
from typing import NoReturn

STOPPED = "The run was stopped before its end."
EXIT_CODE_OF_CTRL_C = 128 + signal.SIGINT
_ENVIRONMENT = "In a checkout, `make install` creates .venv; run the command with .venv/bin/python."


def start(command: str, opening: str = "") -> NoReturn:
    """Import a function, call it and end the process with its exit code.

    Args:
        command: the function, such as `source_pinterest.run:run`.
        opening: the text to print before the import.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - a user may start it with any Python
        sys.exit(
            f"source-pinterest needs Python 3.11, 3.12 or 3.13, and this is {sys.version.split()[0]}. {_ENVIRONMENT}"
        )
    if not sys.stdout:
        os._exit(1)  # it was closed when the process started
    code: int | str | None = 1
    try:
        print(opening, end="", flush=True)  # noqa: T201 - before anything else is imported
        code = resolve_name(command)()
        sys.stdout.flush()
    except ModuleNotFoundError as error:
        if str(error.name).startswith("source_pinterest"):
            raise
        code = f"{sys.executable} lacks packages of source-pinterest, such as {error.name}. {_ENVIRONMENT}"
    except KeyboardInterrupt:
        print_stopped()
        os._exit(EXIT_CODE_OF_CTRL_C)
    except OSError as error:  # as a rule the output, which is full, or whose reader ends on purpose, as `head` does
        if not isinstance(error, BrokenPipeError):
            os.write(2, f"The output can't be written ({error.strerror}). Free some space and run it again.\n".encode())
        os._exit(1)
    sys.exit(code)


def print_stopped() -> None:
    """Print that the run was stopped, on its own line below the ^C of a terminal."""
    below = "\n" if os.isatty(2) else ""
    with suppress(OSError):  # it is closed, or its disk is full
        os.write(2, f"{below}{STOPPED}\n".encode())
