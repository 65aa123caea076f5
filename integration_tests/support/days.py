"""Days before today in a simulated world, and days later."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from integration_tests.support.pinterest import Simulator, World


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
