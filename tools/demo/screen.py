"""What all demos share: a screen, no network beyond this machine, and a sentence where one can't go on."""

import os
from collections.abc import Callable

import duckdb
from rich.console import Console

from integration_tests.network_guard import confine_to_loopback

PLAIN_WIDTH = 80


class DemoFailedError(RuntimeError):
    """The connector or another program failed; the message is its own, or says what to look at."""


def play(show: Callable[[Console], bool], *, soft_wrap: bool = False) -> int:
    """Show a demo, and return the exit code: 0 if all went as it should.

    Args:
        show: prints what happens, and returns whether it went as it should.
        soft_wrap: whether long lines stay whole.
    """
    console = Console(highlight=False, soft_wrap=soft_wrap)
    if not console.is_terminal:
        console = Console(highlight=False, soft_wrap=soft_wrap, width=PLAIN_WIDTH)
    confine_to_loopback()
    try:
        return 0 if show(console) else 1
    except (DemoFailedError, OSError, duckdb.Error) as error:
        told = f"The demo failed: {error}"
        if isinstance(error, OSError) and error.filename:
            place = os.path.relpath(error.filename)
            told = f"{place} can't be written ({error.strerror}). Move it away, or get write permission."
        console.print(told, style="bold red", markup=False, soft_wrap=True)
        return 1
