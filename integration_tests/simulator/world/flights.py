"""Compute when a campaign runs. Most start, some pause, some end; their ad groups, ads and the rest run with them.

https://developers.pinterest.com/docs/api/v5/campaigns-list: `start_time` and `end_time`. The first campaigns of an
account all ran in the last weeks, so that a small world has numbers too.
"""

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
_STOPPED = -_YEARS
_LIVES_OF_THE_SHOP = (
    _Life(),
    _Life(pause=(9, _STOPPED)),
    _Life(pause=(35, _STOPPED)),
    _Life(started=26),
    _Life(),
    _Life(pause=(66, 44)),
)
"""Of its campaigns the second is paused and the third archived, each with a history; the fourth is new."""
_JITTER_DAYS = 9


class Flight(NamedTuple):
    """The first and the last day on which a campaign runs (None: until it is stopped), and those of its pause."""

    start: date
    end: date | None
    pause: tuple[date, date] | None

    def covers(self, ordinal: int) -> bool:
        """Whether the campaign runs on a day."""
        day = date.fromordinal(ordinal)
        is_paused = self.pause is not None and self.pause[0] <= day <= self.pause[1]
        return self.start <= day and not is_paused and (self.end is None or day <= self.end)


def flight_of(world: World, account: int, index: int) -> Flight:
    """When a campaign runs: as long as another one that stands as it does, give or take a week."""
    lives = _LIVES_OF_THE_SHOP if world.shop else _LIVES
    life = lives[index % len(lives)]
    later = mix(world.seed, 7, account, index) % _JITTER_DAYS if index >= len(lives) else 0
    built = datetime.fromtimestamp(world.built_at, UTC).date() + timedelta(days=later)
    return Flight(
        start=built - timedelta(days=life.started),
        end=None if life.ended is None else built - timedelta(days=life.ended),
        pause=None
        if life.pause is None
        else (built - timedelta(days=life.pause[0]), built - timedelta(days=life.pause[1])),
    )
