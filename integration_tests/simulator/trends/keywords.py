"""List the trending keywords.

https://developers.pinterest.com/docs/api/v5/trending_keywords-list: ranked, each with its weeks from 0 to 100, in the
shape recorded live. Forecasts and demographics are in beta, and not here.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zlib import crc32

from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.seeding import mix, words
from integration_tests.simulator.world.world import World

REGIONS = (
    *("US", "CA", "DE", "FR", "ES", "IT", "DE+AT+CH", "GB+IE", "IT+ES+PT+GR+MT", "PL+RO+HU+SK+CZ", "SE+DK+FI+NO"),
    *("NL+BE+LU", "AR", "BR", "CO", "MX", "MX+AR+CO+CL", "AU+NZ"),
)
TYPES = ("growing", "monthly", "yearly", "seasonal")


def trending_keywords(world: World, arguments: Mapping[str, Any]) -> Record:
    """The keywords of a region and type."""
    of = crc32(f"{arguments['region']} {arguments['trend_type']}".encode())
    count = min(world.trends, arguments["limit"])
    return {"trends": [_keyword(world, mix(world.seed, 31, of, rank), rank) for rank in range(count)]}


def weeks(world: World, bits: int, ahead: int = 0) -> dict[str, int]:
    """Volumes by the last day of each week, the newest at the end; those to come where it looks ahead."""
    numbers = range(1, ahead + 1) if ahead else range(1 - world.trend_weeks, 1)
    return {str(world.today + timedelta(weeks=week)): mix(bits, week + 1_000) % 101 for week in numbers}


def _keyword(world: World, bits: int, rank: int) -> Record:
    return {
        "keyword": f"{words(bits)} {rank}",
        "pct_growth_wow": bits % 300 - 100,
        "pct_growth_mom": 10_001 if rank == 0 else bits % 900 - 100,
        "pct_growth_yoy": bits % 1_000 - 100,
        "time_series": weeks(world, bits),
    }
