"""Work in a thread that never outlives the test session."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

R = TypeVar("R")

PATIENCE_SECONDS = 5
"""How long something may take that happens at once."""

GLANCE_SECONDS = 0.05
"""How long something is watched that must not happen."""


def in_thread(work: Callable[[], R]) -> "Future[R]":
    """Start the work in a thread, and return when it has begun."""
    future: Future[R] = Future()
    started = threading.Event()

    def run() -> None:
        started.set()
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever requests the result gets it
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    assert started.wait(PATIENCE_SECONDS)
    return future


def waits(future: "Future[R]") -> bool:
    """Whether the work is still waiting for something."""
    return not wait([future], GLANCE_SECONDS).done
