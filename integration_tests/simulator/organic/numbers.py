"""Compute the numbers of a profile or a pin: of a day, or of the days of a ranking.

Clicks, saves and plays are shares of the impressions, and outbound clicks are a share of the clicks. So no number is
larger than the one that it is a part of, and a rate is that of its parts.
"""

from collections.abc import Iterable, Mapping, Sequence

from integration_tests.simulator.world.listing import Record

_IMPRESSION = "IMPRESSION"
_SHARES: Mapping[str, tuple[str, int]] = {
    "PIN_CLICK": (_IMPRESSION, 9),
    "OUTBOUND_CLICK": ("PIN_CLICK", 80),
    "SAVE": (_IMPRESSION, 6),
    "PROFILE_VISIT": ("PIN_CLICK", 40),
    "USER_FOLLOW": ("PROFILE_VISIT", 40),
    "VIDEO_START": (_IMPRESSION, 80),
    "VIDEO_MRC_VIEW": ("VIDEO_START", 70),
    "VIDEO_10S_VIEW": ("VIDEO_MRC_VIEW", 60),
    "QUARTILE_95_PERCENT_VIEW": ("VIDEO_10S_VIEW", 50),
}
"""What each is a part of, and at most how many percent of it."""
_PLACES = {name: place for place, name in enumerate(_SHARES)}
_RATE, _AVERAGE_WATCH_TIME = "_RATE", "VIDEO_AVG_WATCH_TIME"


def number(name: str, bits: int, most_impressions: int) -> float:
    """The number of one name. The same bits belong together: they make the same impressions for each name."""
    if name == _IMPRESSION:
        return 2 * most_impressions // 3 + bits % (most_impressions // 3)
    if name == "ENGAGEMENT":
        return number("PIN_CLICK", bits, most_impressions) + number("SAVE", bits, most_impressions)
    if name.endswith(_RATE):
        return number(name.removesuffix(_RATE), bits, most_impressions) / number(_IMPRESSION, bits, most_impressions)
    if name == _AVERAGE_WATCH_TIME:
        return 1_000 + (bits >> 20) % 9_000  # milliseconds
    if name == "VIDEO_V50_WATCH_TIME":
        plays = number("VIDEO_START", bits, most_impressions)
        return plays * number(_AVERAGE_WATCH_TIME, bits, most_impressions)
    whole, percent = _SHARES[name]
    chance = 32 + (bits >> 4 * _PLACES[name] & 31)
    return number(whole, bits, most_impressions) * percent * chance // 6_300


def summary(days: Sequence[Record], names: Iterable[str]) -> Record:
    """The sums of days; of rates and averages, the mean."""
    sums = {name: sum(day["metrics"].get(name, 0) for day in days) for name in names}
    means = {name for name in sums if name.endswith(_RATE) or name == _AVERAGE_WATCH_TIME}
    return {name: found / max(1, len(days)) if name in means else found for name, found in sums.items()}
