"""Compute the size of each column: a share of a volume of the day, a sum of shares, or a rate of two others.

What people do after a click, an engagement or a view is a share of those who did it;
amounts are such counts times a price. So a row agrees with itself: paid and earned add up to the total, a rate is that
of its parts, and there are more impressions than clicks, and more clicks than conversions.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple
from zlib import crc32

from integration_tests.simulator.analytics import columns
from integration_tests.simulator.analytics.volumes import FAMILIES, UNDIVIDED
from integration_tests.simulator.reports import columns as report_columns

SHIFT = 24
_WHOLE = 1 << SHIFT
_OF_256THS = 1 << (SHIFT - 8)
_MICROS = 1_000_000


class Part(NamedTuple):
    """`volume * share >> SHIFT`."""

    volume: str
    share: int


_NOTHING = Part("ONE", 0)


class Amount(NamedTuple):
    """The sum of parts, times a price."""

    parts: tuple[Part, ...]
    price: int = 1


class Rate(NamedTuple):
    """One amount by another, times a scale."""

    above: Amount
    below: Amount
    scale: float


_EVENTS: Mapping[str, tuple[float, int]] = {
    "CHECKOUT": (0.12, 48_500_000),
    "CONVERSIONS": (1.6, 7_000_000),
    "PAGE_VISIT": (0.98, 0),
    "ADD_TO_CART": (0.31, 0),
    "SIGNUP": (0.09, 3_000_000),
    "LEAD": (0.06, 0),
    "CUSTOM": (0.04, 1_000_000),
}
"""The share of the attributed actions that an event has, and what one is worth in micro currency. Conversions are the
others together."""

_PRICE_OF_A_PRODUCT = 48
_BY = {
    None: ("BY_CLICK", "BY_ENGAGEMENT", "BY_VIEW"),
    "CLICK_": ("BY_CLICK",),
    "ENGAGEMENT_": ("BY_ENGAGEMENT",),
    "VIEW_": ("BY_VIEW",),
}
_CONVERSION = re.compile(
    rf"TOTAL_(?P<by>CLICK_|ENGAGEMENT_|VIEW_)?(?P<event>{'|'.join(_EVENTS)})(?P<value>_VALUE_IN_MICRO_DOLLAR)?"
)
_ACTIONS = {
    "IMPRESSION": "IMPRESSION",
    "CLICKTHROUGH": "CLICK",
    "OUTBOUND_CLICK": "OUTBOUND",
    "ENGAGEMENT": "ENGAGEMENT",
    "REPIN": "REPIN",
}
_SINGLE: Mapping[str, Amount] = {
    "TOTAL_IMPRESSION_USER": Amount((Part("USERS", _WHOLE),)),
    "SPEND_IN_MICRO_DOLLAR": Amount((Part("SPEND", _WHOLE),)),
    "CAMPAIGN_LIFETIME_SPEND_CAP": Amount((Part("BUDGET", _WHOLE),), 90),
    "CAMPAIGN_DAILY_SPEND_CAP": Amount((Part("BUDGET", _WHOLE),)),
    "ONE": Amount((Part("ONE", _WHOLE),)),
}
_COSTS: Mapping[str, tuple[str, int]] = {
    "CPC": ("CLICKTHROUGH_1", 1),
    "ECPC": ("TOTAL_CLICKTHROUGH", 1),
    "CPM": ("IMPRESSION_1", 1_000),
    "ECPM": ("TOTAL_IMPRESSION", 1_000),
    "SPEND": ("ONE", 1),
}
"""What the spend is divided by, and of how many it is told."""

_RATES: Mapping[str, tuple[str, str]] = {
    "CTR": ("CLICKTHROUGH_1", "IMPRESSION_1"),
    "CTR_2": ("CLICKTHROUGH_2", "IMPRESSION_2"),
    "ECTR": ("TOTAL_CLICKTHROUGH", "TOTAL_IMPRESSION"),
    "TOTAL_IMPRESSION_FREQUENCY": ("TOTAL_IMPRESSION", "TOTAL_IMPRESSION_USER"),
}
_OF_CONVERSIONS = (
    (re.compile(r"(\w+)_COST_PER_ACTION"), ("SPEND_IN_MICRO_DOLLAR", r"TOTAL_\1", 1 / _MICROS)),
    (re.compile(r"(\w+)_ROAS"), (r"TOTAL_\1_VALUE_IN_MICRO_DOLLAR", "SPEND_IN_MICRO_DOLLAR", 1)),
)
COUNTS_AND_AMOUNTS = frozenset(
    (*columns.COUNTS, *columns.MICROS, *report_columns.COUNTS, *report_columns.MICROS, *report_columns.OWN_AMOUNTS)
)
RATES = frozenset((*columns.NUMBERS, *report_columns.NUMBERS, *report_columns.OWN_RATES))


@cache
def amount(name: str) -> Amount:
    """What a count or an amount of money is made of."""
    if name in _SINGLE:
        return _SINGLE[name]
    if found := _CONVERSION.fullmatch(name):
        by_share, worth = _EVENTS[found["event"]]
        parts = tuple(Part(volume, int(_OF_256THS * by_share)) for volume in _BY[found["by"]])
        return Amount(parts, worth if found["value"] else 1)
    if "CONVERSION_PRODUCT" in name:
        return Amount((Part("BY_CLICK", int(_OF_256THS * 0.9)),), _PRICE_OF_A_PRODUCT if "_VALUE" in name else 1)
    if columns.is_conversion(name) or name == "LEADS":
        return Amount((Part("BY_CLICK", int(_OF_256THS * _few(name))),))
    action = re.sub(r"^(TOTAL|PAID)_|_[12](?=$|_GROSS)", "", name)
    if seen := re.match(r"VIDEO_P?(\d+)?", action):
        kind, by_share = "VIDEO", 1 - int(seen[1] or 50) * 0.0086
    else:
        kind, by_share = _ACTIONS.get(action, "ENGAGEMENT"), 1 if action in _ACTIONS else _few(name)
    sides = {"TOTAL_": ("_1", "_2")}.get(name[:6], ("_2",) if name.endswith("_2") else ("_1",))
    return Amount(tuple(Part(kind + side, int(_WHOLE * by_share)) for side in sides))


def _few(name: str) -> float:
    return 0.01 + crc32(name.encode()) % 90 / 1_000


@cache
def rate(name: str) -> Rate:
    """Which two amounts a rate, a cost or a return compares."""
    if cost := re.fullmatch(rf"({'|'.join(_COSTS)})(_IN_MICRO_DOLLAR|_IN_DOLLAR)?", name):
        below, of = _COSTS[cost[1]]
        scale = of / (_MICROS if cost[2] == "_IN_DOLLAR" else 1)
        return Rate(amount("SPEND_IN_MICRO_DOLLAR"), amount(below), scale)
    for pattern, (above, below, scale) in _OF_CONVERSIONS:
        if match := pattern.fullmatch(name):
            return Rate(amount(match.expand(above)), amount(match.expand(below)), scale)
    above, below = _RATES.get(name, ("ENGAGEMENT_1", "IMPRESSION_1"))
    return Rate(amount(above), amount(below), 1)


class Formulas(NamedTuple):
    """How the columns of a request that are numbers are computed: `names`, and the `places` where their values stand.

    Parts come first, by the families in which they are divided, at the end those that are not; then sums of three parts
    with their price; then rates. Each names what it needs by its place in this order.
    """

    names: Sequence[str]
    places: Sequence[int]
    parts: Sequence[Sequence[Part]]
    amounts: Sequence[tuple[int, int, int, int]]
    rates: Sequence[tuple[int, int, float]]


def formulas(wanted: Iterable[str]) -> Formulas:
    """Order the columns of a request so that each part of several is computed once."""
    asked = tuple(dict.fromkeys(wanted))
    amounts = {name: amount(name) for name in asked if name in COUNTS_AND_AMOUNTS}
    rates = {name: rate(name) for name in asked if name in RATES}
    needed = dict.fromkeys((*amounts.values(), *(side for each in rates.values() for side in (each.above, each.below))))
    families: list[list[Part]] = [[] for _ in range(UNDIVIDED + 1)]
    for part in dict.fromkeys((*(part for each in needed for part in each.parts), _NOTHING)):
        families[FAMILIES[part.volume]].append(part)
    place_of = {part: place for place, part in enumerate(part for family in families for part in family)}
    sums: list[tuple[int, int, int, int]] = []
    places: dict[Amount, int] = {}
    for each in needed:
        if len(each.parts) == 1 and each.price == 1:
            places[each] = place_of[each.parts[0]]
        else:
            places[each] = len(place_of) + len(sums)
            first, second, third = (place_of[part] for part in (*each.parts, _NOTHING, _NOTHING)[:3])
            sums.append((first, second, third, each.price))
    ends = range(len(place_of) + len(sums), len(place_of) + len(sums) + len(rates))
    return Formulas(
        names=(*amounts, *rates),
        places=(*(places[each] for each in amounts.values()), *ends),
        parts=families,
        amounts=sums,
        rates=[(places[each.above], places[each.below], each.scale) for each in rates.values()],
    )
