"""Days before today in a simulated world, days later, and the days that are final."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from integration_tests.support.pinterest import Simulator, World

_FINAL_AFTER_DAYS = {"pin_analytics": 7, "user_account_analytics": 7}
"""By the beginning of a stream's name. All other streams are of ads, whose days are final after two."""


def final_after_days(stream: str) -> int:
    """The age from which a day of a stream is final."""
    return next((days for name, days in _FINAL_AFTER_DAYS.items() if stream.startswith(name)), 2)


def last_final_day(stream: str, today: date) -> date:
    """The last day that a destination which appends has of a stream."""
    return today - timedelta(days=final_after_days(stream))


def ago(sim: Simulator, days: int) -> date:
    return sim.world.today - timedelta(days=days)


@contextmanager
def days_later(world: World, days: int) -> Iterator[date]:
    """Runs a block some days later, and gives the new today; `run_sync` lives on the world's day."""
    before = world.now
    world.now = before + timedelta(days=days)
    try:
        yield world.today
    finally:
        world.now = before
