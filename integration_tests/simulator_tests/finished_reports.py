"""A report that is ready, on a clock that tests move."""

from typing import Any

from integration_tests.support.api_client import Client


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def finished(api: Client, clock: Clock, **changes: Any) -> str:
    """The token of a report that has finished."""
    token = str(api.order(**changes).json()["token"])
    clock.now += 20
    return token
