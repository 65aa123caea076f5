"""How often do the workers take turns? Seldom: each of them lets go of the interpreter by itself whenever it waits."""

import sys

_TURN_SECONDS = 0.05
"""Python's 0.005 s wakes every waiting thread 200 times a second, only to find that it is not its turn."""


def tune_threads() -> None:
    """Let a thread that parses a page come to its end."""
    sys.setswitchinterval(_TURN_SECONDS)
