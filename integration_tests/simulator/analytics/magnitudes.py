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
    "PAGE_VISIT": (1.0, 400_000),
    "VIEW_CATEGORY": (0.55, 300_000),
    "ADD_TO_CART": (0.3, 35_000_000),
    "SEARCH": (0.25, 200_000),
    "WATCH_VIDEO": (0.2, 100_000),
    "ADD_TO_WISHLIST": (0.12, 20_000_000),
    "CHECKOUT": (0.12, 48_500_000),
    "SIGNUP": (0.08, 5_000_000),
    "LEAD": (0.07, 12_000_000),
    "CUSTOM": (0.05, 8_000_000),
    "SUBSCRIBE": (0.04, 15_000_000),
    "APP_INSTALL": (0.03, 3_000_000),
    "UNKNOWN": (0.02, 1_000_000),
    "CONVERSIONS": (1.6, 7_000_000),
}
"""The share of the attributed actions that an event has, and what one is worth in micro currency."""

_CHANNELS = {None: 1.0, "WEB_": 0.7, "INAPP_": 0.18, "OFFLINE_": 0.09, "PINTEREST_": 0.03}
_DEVICES = {"DESKTOP": 0.25, "MOBILE": 0.65, "TABLET": 0.1}
_BY = {
    None: ("BY_CLICK", "BY_ENGAGEMENT", "BY_VIEW"),
    "CLICK_": ("BY_CLICK",),
    "ENGAGEMENT_": ("BY_ENGAGEMENT",),
    "VIEW_": ("BY_VIEW",),
}
_CONVERSION = re.compile(
    r"TOTAL_(?P<channel>WEB_|INAPP_|OFFLINE_|PINTEREST_)?(?P<by>CLICK_|ENGAGEMENT_|VIEW_(?!CATEGORY))?"
    rf"(?P<event>{'|'.join(_EVENTS)})"
    r"(_(?P<more>VALUE_IN_MICRO_DOLLAR|QUANTITY)|_(?P<from>\w+)_ACTION_TO_(?P<to>\w+)_CONVERSION)?",
)
_PRODUCTS = re.compile(
    rf"TOTAL_(?P<channel>WEB_|INAPP_|OFFLINE_)?(?:(?P<event>{'|'.join(_EVENTS)}|\w+)_)?CONVERSION_PRODUCT_"
    r"(?P<more>QUANTITY|VALUE|VALUE_IN_USD)"
)
_OF_OTHER_EVENTS = (0.05, 2_000_000)
_ITEMS_OF_AN_ORDER = 1.4

_ACTIONS: Mapping[str, tuple[str, float]] = {
    "IMPRESSION": ("IMPRESSION", 1),
    "IMPRESSION_GROSS": ("IMPRESSION", 1.04),
    "CLICKTHROUGH": ("CLICK", 1),
    "CLICKTHROUGH_GROSS": ("CLICK", 1.02),
    "OUTBOUND_CLICK": ("OUTBOUND", 1),
    "DESTINATION_VIEWS": ("OUTBOUND", 0.85),
    "ENGAGEMENT": ("ENGAGEMENT", 1),
    "REPIN": ("REPIN", 1),
    "WEB_SESSIONS": ("SESSION", 1),
}
_SINGLE: Mapping[str, Amount] = {
    "TOTAL_IMPRESSION_USER": Amount((Part("USERS", _WHOLE),)),
    "SPEND_IN_MICRO_DOLLAR": Amount((Part("SPEND", _WHOLE),)),
    "ADS_CREDIT_SPEND_IN_MICRO_DOLLAR": Amount((Part("SPEND", _WHOLE // 50),)),
    "VIDEO_SPEND_IN_MICRO_DOLLAR": Amount((Part("SPEND", _WHOLE // 3),)),
    "CAMPAIGN_LIFETIME_SPEND_CAP": Amount((Part("BUDGET", _WHOLE),), 90),
    "CAMPAIGN_DAILY_SPEND_CAP": Amount((Part("BUDGET", _WHOLE),)),
    "ONE": Amount((Part("ONE", _WHOLE),)),
}
_COSTS: Mapping[str, tuple[str, int]] = {
    "CPC": ("CLICKTHROUGH_1", 1),
    "ECPC": ("TOTAL_CLICKTHROUGH", 1),
    "CPM": ("IMPRESSION_1", 1_000),
    "ECPM": ("TOTAL_IMPRESSION", 1_000),
    "ECPE": ("TOTAL_ENGAGEMENT", 1),
    "CPV": ("VIDEO_MRC_VIEWS_1", 1),
    "ECPV": ("TOTAL_VIDEO_MRC_VIEWS", 1),
    "CPCV": ("VIDEO_P100_COMPLETE_1", 1),
    "ECPCV": ("TOTAL_VIDEO_P100_COMPLETE", 1),
    "CPCV_P95": ("VIDEO_P95_COMBINED_1", 1),
    "ECPCV_P95": ("TOTAL_VIDEO_P95_COMBINED", 1),
    "COST_PER_OUTBOUND_CLICK": ("TOTAL_OUTBOUND_CLICK", 1),
    "COST_PER_LEAD": ("LEADS", 1),
    "SPEND": ("ONE", 1),
}
"""What the spend is divided by, and of how many it is told."""

_RATES: Mapping[str, tuple[str, str, float]] = {
    "ADS_CREDIT_SPEND_IN_DOLLAR": ("ADS_CREDIT_SPEND_IN_MICRO_DOLLAR", "ONE", 1 / _MICROS),
    "VIDEO_SPEND_IN_DOLLAR": ("VIDEO_SPEND_IN_MICRO_DOLLAR", "ONE", 1 / _MICROS),
    "COST_PER_OUTBOUND_CLICK_IN_DOLLAR_1": ("SPEND_IN_MICRO_DOLLAR", "OUTBOUND_CLICK_1", 1 / _MICROS),
    "CTR": ("CLICKTHROUGH_1", "IMPRESSION_1", 1),
    "CTR_2": ("CLICKTHROUGH_2", "IMPRESSION_2", 1),
    "ECTR": ("TOTAL_CLICKTHROUGH", "TOTAL_IMPRESSION", 1),
    "OUTBOUND_CTR": ("TOTAL_OUTBOUND_CLICK", "TOTAL_IMPRESSION", 1),
    "EENGAGEMENT_RATE": ("TOTAL_ENGAGEMENT", "TOTAL_IMPRESSION", 1),
    "OUTBOUND_CTR_1": ("OUTBOUND_CLICK_1", "IMPRESSION_1", 1),
    "REPIN_RATE": ("REPIN_1", "IMPRESSION_1", 1),
    "TOTAL_REPIN_RATE": ("TOTAL_REPIN", "TOTAL_IMPRESSION", 1),
    "TOTAL_IMPRESSION_FREQUENCY": ("TOTAL_IMPRESSION", "TOTAL_IMPRESSION_USER", 1),
    "VIDEO_LENGTH": ("ONE", "ONE", 12),
    "AD_GROUP_BUDGET_IN_LOCAL_CURRENCY": ("CAMPAIGN_DAILY_SPEND_CAP", "ONE", 1 / _MICROS),
}
_OF_CONVERSIONS = (
    (re.compile(r"(INAPP_SKAN_\w+)_COST_PER_ACTION"), ("SPEND_IN_MICRO_DOLLAR", r"\1", 1 / _MICROS)),
    (re.compile(r"(\w+)_COST_PER_ACTION"), ("SPEND_IN_MICRO_DOLLAR", r"TOTAL_\1", 1 / _MICROS)),
    (re.compile(r"(\w+)_ROAS"), (r"TOTAL_\1_VALUE_IN_MICRO_DOLLAR", "SPEND_IN_MICRO_DOLLAR", 1)),
    (re.compile(r"(\w+)_CONVERSION_RATE"), (r"\1", "TOTAL_CLICKTHROUGH", 1)),
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
    if products := _PRODUCTS.fullmatch(name):
        return _of_products(products)
    if conversion := _CONVERSION.fullmatch(name):
        return _conversion(conversion)
    if columns.is_conversion(name) or name == "LEADS":
        return Amount((Part("BY_CLICK", int(_OF_256THS * _few(name))),))
    action = re.sub(r"^(TOTAL|PAID)_|_[12](?=$|_GROSS)", "", name)
    if seen := re.match(r"VIDEO_P?(\d+)?", action):
        kind, by_share = "VIDEO", 1 - int(seen[1] or 50) * 0.0086
    else:
        kind, by_share = _ACTIONS.get(action, ("ENGAGEMENT", _few(name)))
    sides = {"TOTAL_": ("_1", "_2")}.get(name[:6], ("_2",) if name.endswith("_2") else ("_1",))
    return Amount(tuple(Part(kind + side, int(_WHOLE * by_share)) for side in sides))


def _few(name: str) -> float:
    return 0.01 + crc32(name.encode()) % 90 / 1_000


@cache
def rate(name: str) -> Rate:
    """Which two amounts a rate, a cost or a return compares."""
    if cost := re.fullmatch(rf"(ADVERTISER_PAID_)?({'|'.join(_COSTS)})(_IN_MICRO_DOLLAR|_IN_DOLLAR)?", name):
        below, of = _COSTS[cost[2]]
        scale = of * (0.98 if cost[1] else 1) / (_MICROS if cost[3] == "_IN_DOLLAR" else 1)
        return Rate(amount("SPEND_IN_MICRO_DOLLAR"), amount(below), scale)
    for pattern, (above, below, scale) in _OF_CONVERSIONS:
        if match := pattern.fullmatch(name):
            return Rate(amount(match.expand(above)), amount(match.expand(below)), scale)
    above, below, scale = _RATES.get(name, ("ENGAGEMENT_1", "IMPRESSION_1", 1))
    return Rate(amount(above), amount(below), scale)


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


def _conversion(match: re.Match[str]) -> Amount:
    by_share, worth = _EVENTS[match["event"]]
    by_share *= _CHANNELS[match["channel"]]
    if match["from"]:
        by_share *= _DEVICES[match["from"]] * _DEVICES[match["to"]]
    if match["more"] == "QUANTITY":
        by_share *= _ITEMS_OF_AN_ORDER
    parts = tuple(Part(volume, int(_OF_256THS * by_share)) for volume in _BY[match["by"]])
    return Amount(parts, worth if match["more"] == "VALUE_IN_MICRO_DOLLAR" else 1)


def _of_products(match: re.Match[str]) -> Amount:
    by_share, worth = _EVENTS.get(match["event"] or "CONVERSIONS", _OF_OTHER_EVENTS)
    by_share *= _CHANNELS[match["channel"]] * _ITEMS_OF_AN_ORDER
    parts = tuple(Part(volume, int(_OF_256THS * by_share)) for volume in _BY[None])
    return Amount(parts, 1 if match["more"] == "QUANTITY" else 1 + worth // _MICROS)
