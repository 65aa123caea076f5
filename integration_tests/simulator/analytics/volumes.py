"""Compute the volumes of a day: more at the weekend, more of some entities, and a little by chance.

All other numbers of a day are shares of these: see `magnitudes`.
"""

from enum import IntEnum

from integration_tests.simulator.analytics.subjects import PARTS_OF_A_WHOLE, Subject
from integration_tests.simulator.world.seeding import mix

_WEEK = (85, 83, 87, 93, 103, 124, 125)
"""Percent of an average day, from Monday on."""

_BEFORE_A_MONDAY = 1
_MICROS = 1_000_000
_CHANCE = (1 << 28) - 1
_NO_CONVERSIONS = (0, 0, 0)
_GROWTH = 3
"""Sixteenths by which each restatement makes the conversions of a day more."""


class Volume(IntEnum):
    """A volume's place among those of a day; `_1` is paid, `_2` is earned."""

    SPEND = 0  # micro currency
    IMPRESSION_1 = 1
    IMPRESSION_2 = 2
    USERS = 3
    ENGAGEMENT_1 = 4
    ENGAGEMENT_2 = 5
    CLICK_1 = 6
    CLICK_2 = 7
    OUTBOUND_1 = 8
    OUTBOUND_2 = 9
    REPIN_1 = 10
    REPIN_2 = 11
    VIDEO_1 = 12
    VIDEO_2 = 13
    SESSION_1 = 14
    SESSION_2 = 15
    BY_CLICK = 16  # conversions in 256ths, as are the next two
    BY_ENGAGEMENT = 17
    BY_VIEW = 18
    BUDGET = 19  # micro currency, the same every day
    ONE = 20


class Volumes:
    """The volumes of one entity.

    `reaches` is how much is counted of what follows a click, an engagement and a view, in 64ths; None if no conversions
    are asked for.
    """

    def __init__(self, seed: int, subject: Subject, reaches: tuple[int, int, int] | None) -> None:
        bits = mix(seed, 8, subject.number)
        impressions = subject.impressions_a_day * (40 + bits % 120)
        self._by_weekday = [impressions * percent for percent in _WEEK]
        self._price = 2_500 + (bits >> 8) % 5_000
        self._clicks = 9 + (bits >> 24) % 12
        self._constant = ((20 + (bits >> 32) % 180) * _MICROS, 1)
        self._reaches = reaches
        self._part = subject.part

    def of_day(self, ordinal: int, bits: int, later: int, revision: int) -> list[int]:
        """One number for each `Volume`; `later` is chance for what people did afterwards."""
        chance, other = bits >> 16 & _CHANCE, bits >> 36 & _CHANCE
        seen = self._by_weekday[(ordinal - _BEFORE_A_MONDAY) % 7] * (224 + (chance & 63)) // 2_560_000
        seen_2 = seen * (10 + (chance >> 6 & 15)) // 100
        clicks = seen * self._clicks * (48 + (chance >> 10 & 31)) // 64_000
        clicks_2 = seen_2 * self._clicks * (40 + (chance >> 15 & 31)) // 64_000
        outbound = clicks * (35 + (other & 15)) >> 6
        outbound_2 = clicks_2 * 5 >> 3
        repins = seen * (3 + (other >> 4 & 7)) // 1_000
        repins_2 = seen_2 * (4 + (other >> 7 & 7)) // 1_000
        engaged = clicks + repins + seen // 150
        volumes = [
            seen * self._price * (52 + (other >> 10 & 31)) >> 6,
            seen,
            seen_2,
            (seen + seen_2) * 100 // (115 + (other >> 15 & 31)),
            engaged,
            clicks_2 + repins_2 + seen_2 // 120,
            clicks,
            clicks_2,
            outbound,
            outbound_2,
            repins,
            repins_2,
            seen >> 2,
            seen_2 >> 2,
            outbound * 3 >> 2,
            outbound_2 * 3 >> 2,
        ]
        if self._reaches is None:
            volumes += _NO_CONVERSIONS
        else:
            by_click, by_engagement, by_view = self._reaches
            grown = 16 + _GROWTH * revision
            volumes += (
                (outbound * (10 + (later & 15)) * by_click * grown >> 9) + (revision << 8),
                engaged * (3 + (later >> 4 & 3)) * by_engagement * grown >> 10,
                seen * (1 + (later >> 6 & 3)) * by_view * grown >> 13,
            )
        first, last = self._part
        if last - first != PARTS_OF_A_WHOLE:
            volumes = [volume * last // PARTS_OF_A_WHOLE - volume * first // PARTS_OF_A_WHOLE for volume in volumes]
        volumes += self._constant
        return volumes
