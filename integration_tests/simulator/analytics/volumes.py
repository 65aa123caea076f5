"""Compute the volumes of an account's day: more at the weekend and in a sale, and a little by chance.

All other numbers of a day are shares of these: see `magnitudes`.
"""

from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import Kind, World

_WEEK = (85, 83, 87, 93, 103, 124, 125)
"""Percent of an average day, from Monday on."""

_BEFORE_A_MONDAY = 1
_SALE_EVERY_DAYS, _SALE_DAYS, _SALE_PERCENT = 53, 4, 170
_IMPRESSIONS_OF_AN_AD = 12_000
_MICROS = 1_000_000
_CHANCE = (1 << 28) - 1
_GROWTH = 3
"""Sixteenths by which each restatement makes the conversions of a day more."""
Reaches = tuple[int, int, int]
"""How much is counted of what follows a click, an engagement and a view, in 64ths."""


UNDIVIDED = 4
FAMILIES = {
    "SPEND": 0,
    **dict.fromkeys(("IMPRESSION_1", "IMPRESSION_2", "USERS", "VIDEO_1", "VIDEO_2"), 1),
    **dict.fromkeys(("ENGAGEMENT_1", "ENGAGEMENT_2", "CLICK_1", "CLICK_2", "OUTBOUND_1", "OUTBOUND_2"), 2),
    **dict.fromkeys(("REPIN_1", "REPIN_2"), 2),
    **dict.fromkeys(("BY_CLICK", "BY_ENGAGEMENT", "BY_VIEW"), 3),
    **dict.fromkeys(("BUDGET", "ONE"), UNDIVIDED),
}
"""The volumes, and the family of each; see `shares`. `_1` is paid, `_2` is earned; money is in micro currency, and
conversions (`BY_...`) are in 256ths."""


def of_entity(seed: int, number: int) -> dict[str, int]:
    """The volumes of an entity that are the same every day, and that nobody shares."""
    return {"BUDGET": (20 + mix(seed, 8, number) % 180) * _MICROS, "ONE": 1}


def of_day(
    world: World, account: int, ordinal: int, revision: int, reaches: Reaches | None, *, other_time: bool
) -> dict[str, int]:
    """The volumes of an account's day; no conversions without `reaches`.

    `other_time`: conversions count on the day on which people bought, which is another chance.
    """
    account_bits, bits = mix(world.seed, 9, account), mix(world.seed, 10, account, ordinal)
    later = mix(bits, 1) if other_time else bits >> 8
    price, rate = 2_500 + (account_bits >> 8) % 5_000, 9 + (account_bits >> 24) % 12
    percent = _WEEK[(ordinal - _BEFORE_A_MONDAY) % 7]
    if ordinal % _SALE_EVERY_DAYS < _SALE_DAYS:
        percent = percent * _SALE_PERCENT // 100
    average = _IMPRESSIONS_OF_AN_AD * world.count(Kind.ADS, account) * (70 + account_bits % 60)
    chance, other = bits >> 16 & _CHANCE, bits >> 36 & _CHANCE
    seen = average * percent * (224 + (chance & 63)) // 2_560_000
    seen_2 = seen * (10 + (chance >> 6 & 15)) // 100
    clicks = seen * rate * (48 + (chance >> 10 & 31)) // 64_000
    clicks_2 = seen_2 * rate * (40 + (chance >> 15 & 31)) // 64_000
    outbound = clicks * (35 + (other & 15)) >> 6
    outbound_2 = clicks_2 * 5 >> 3
    repins = seen * (3 + (other >> 4 & 7)) // 1_000
    repins_2 = seen_2 * (4 + (other >> 7 & 7)) // 1_000
    engaged = clicks + repins + seen // 150
    volumes = {
        "SPEND": seen * price * (52 + (other >> 10 & 31)) >> 6,
        "IMPRESSION_1": seen,
        "IMPRESSION_2": seen_2,
        "USERS": (seen + seen_2) * 100 // (115 + (other >> 15 & 31)),
        "ENGAGEMENT_1": engaged,
        "ENGAGEMENT_2": clicks_2 + repins_2 + seen_2 // 120,
        "CLICK_1": clicks,
        "CLICK_2": clicks_2,
        "OUTBOUND_1": outbound,
        "OUTBOUND_2": outbound_2,
        "REPIN_1": repins,
        "REPIN_2": repins_2,
        "VIDEO_1": seen >> 2,
        "VIDEO_2": seen_2 >> 2,
    }
    by_click, by_engagement, by_view = reaches or (0, 0, 0)
    grown = 16 + _GROWTH * revision
    return volumes | {
        "BY_CLICK": (outbound * (10 + (later & 15)) * by_click * grown >> 9) + (revision << 8),
        "BY_ENGAGEMENT": engaged * (3 + (later >> 4 & 3)) * by_engagement * grown >> 10,
        "BY_VIEW": seen * (1 + (later >> 6 & 3)) * by_view * grown >> 13,
    }
