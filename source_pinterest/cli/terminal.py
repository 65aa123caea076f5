"""Sentences of the commands beside the connector, in the words of somebody who sits at a terminal."""

import os
import re
import shlex
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TextIO

from source_pinterest.masking import printable

_BUTTON = re.compile(
    r"(Authenticate again: open the connection's source settings|[Cc]hoose OAuth2\.0) and click Authenticate"
)
"""The ends of sentences about a platform's button."""
COMMAND_BELOW = "the command below"
_MAKE_VARIABLES = {
    "--config": "CONFIG=",
    "--output": "OUTPUT=",
    "such as: campaigns campaign_analytics": 'such as: STREAMS="campaigns campaign_analytics"',
}
"""What `make read` calls the options of the command."""


def say(text: str, file: TextIO | None = None) -> None:
    """Print a sentence, on a terminal in lines that end between two words, so that a path can be copied.

    The sentence names what the user has here: the options of make, and instead of a platform's button the command that
    signs in.

    Args:
        text: the sentence, which may quote a server.
        file: standard output or standard error; standard output by default.
    """
    file = file or sys.stdout
    shown = _BUTTON.sub(lambda found: f"{'S' if found[0][0].isupper() else 's'}ign in with {COMMAND_BELOW}", text)
    for option, variable in _MAKE_VARIABLES.items() if "MAKELEVEL" in os.environ else ():
        shown = shown.replace(option, variable)
    shown = printable(shown)
    command = f"\n\n  {typed(sys.executable)} -m source_pinterest.authorize" if COMMAND_BELOW in shown else ""
    if file.isatty():
        columns = shutil.get_terminal_size().columns
        shown = textwrap.fill(shown, columns - 1, break_long_words=False, break_on_hyphens=False)
    file.write(f"{shown}{command}\n")
    file.flush()


def typed(path: str) -> str:
    """Return a path as a user types it, relative if it lies in the working directory."""
    here = Path.cwd()
    return shlex.quote(str(Path(path).relative_to(here) if Path(path).is_relative_to(here) else path))
