"""Compute when a campaign runs. Most start, some pause, some end; their ad groups, ads and the rest run with them.

https://developers.pinterest.com/docs/api/v5/campaigns-list: `start_time` and `end_time`. The first campaigns of an
account all ran in the last weeks, so that a small world has numbers too.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import World

_YEARS = 1_000
"""Days: longer than Pinterest keeps numbers."""


class _Life(NamedTuple):
    """Days before the world was built."""

    started: int = _YEARS
    ended: int | None = None
    pause: tuple[int, int] | None = None


_LIVES = (
    _Life(),
    _Life(pause=(47, 31)),
    _Life(started=58),
    _Life(started=76, ended=20),
    _Life(),
    _Life(started=26),
    _Life(pause=(66, 44)),
    _Life(started=400, ended=35),
    _Life(started=83, pause=(15, 9)),
    _Life(),
)
_JITTER_DAYS = 9


class Flight(NamedTuple):
    """The first and the last day on which a campaign runs (None: until it is stopped), and those of its pause."""

    start: date
    end: date | None
    pause: tuple[date, date] | None

    def spans(self, days: range) -> Iterator[range]:
        """What is left of days, as ordinals, while the campaign runs."""
        start, stop = max(days.start, self.start.toordinal()), days.stop
        if self.end is not None:
            stop = min(stop, self.end.toordinal() + 1)
        if self.pause is None:
            yield range(start, stop)
            return
        first, last = (day.toordinal() for day in self.pause)
        yield range(start, min(stop, first))
        yield range(max(start, last + 1), stop)


def flight_of(world: World, account: int, index: int) -> Flight:
    """When a campaign runs: as long as another one that stands as it does, give or take a week."""
    life = _LIVES[index % len(_LIVES)]
    later = mix(world.seed, 7, account, index) % _JITTER_DAYS if index >= len(_LIVES) else 0
    built = datetime.fromtimestamp(world.built_at, UTC).date() + timedelta(days=later)
    return Flight(
        start=built - timedelta(days=life.started),
        end=None if life.ended is None else built - timedelta(days=life.ended),
        pause=None
        if life.pause is None
        else (built - timedelta(days=life.pause[0]), built - timedelta(days=life.pause[1])),
    )
