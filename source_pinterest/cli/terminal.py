"""Prints the messages of the commands on a terminal."""

import shlex
import shutil
import sys
import textwrap
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console

from source_pinterest.masking import printable


def say(text: str, file: TextIO | None = None) -> None:
    """Print a message, on a terminal in lines that end between two words, so that a path can be copied.

    Args:
        text: the message, which may quote a server.
        file: standard output or standard error; standard output by default.
    """
    file = file or sys.stdout
    line = printable(text)
    if file.isatty():
        columns = shutil.get_terminal_size().columns
        line = textwrap.fill(line, columns - 1, break_long_words=False, break_on_hyphens=False)
    file.write(f"{line}\n")
    file.flush()


@contextmanager
def working(text: str) -> Generator[None]:
    """Show on a terminal, while the block runs, what is being done."""
    with Console(file=sys.stderr).status(f"{text} ..."):
        yield


def shell_path(path: str) -> str:
    """Return a path as a user types it, relative if it is in the working directory."""
    here = Path.cwd()
    return shlex.quote(str(Path(path).relative_to(here) if Path(path).is_relative_to(here) else path))
