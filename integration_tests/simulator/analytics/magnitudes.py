"""Compute the size of each column: a share of a volume of the day, a sum of shares, or a rate of two others.

What people do after a click, an engagement or a view is a share of those who did it;
amounts are such counts times a price. So a row agrees with itself: paid and earned add up to the total, a rate is that
of its parts, and there are more impressions than clicks, and more clicks than conversions.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple
from zlib import crc32

from integration_tests.simulator.analytics.volumes import Volume

SHIFT = 24
_WHOLE = 1 << SHIFT
_OF_256THS = 1 << (SHIFT - 8)
_MICROS = 1_000_000


class Part(NamedTuple):
    """`volume * share >> SHIFT`."""

    volume: Volume
    share: int


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
    None: (Volume.BY_CLICK, Volume.BY_ENGAGEMENT, Volume.BY_VIEW),
    "CLICK_": (Volume.BY_CLICK,),
    "ENGAGEMENT_": (Volume.BY_ENGAGEMENT,),
    "VIEW_": (Volume.BY_VIEW,),
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
    "VIDEO_P0_COMBINED": ("VIDEO", 1),
    "VIDEO_P25_COMBINED": ("VIDEO", 0.6),
    "VIDEO_3SEC_VIEWS": ("VIDEO", 0.55),
    "VIDEO_MRC_VIEWS": ("VIDEO", 0.5),
    "VIDEO_P50_COMBINED": ("VIDEO", 0.38),
    "VIDEO_P75_COMBINED": ("VIDEO", 0.26),
    "VIDEO_15SEC_UNIQUE_VIEWS": ("VIDEO", 0.2),
    "VIDEO_P95_COMBINED": ("VIDEO", 0.17),
    "VIDEO_P100_COMPLETE": ("VIDEO", 0.14),
    "IDEA_PIN_PAGE_FORWARD": ("ENGAGEMENT", 0.15),
    "IDEA_PIN_PAGE_BACKWARD": ("ENGAGEMENT", 0.04),
    "IDEA_PIN_PRODUCT_TAG_VISIT": ("ENGAGEMENT", 0.03),
    "COLLECTION_PIN_ITEM_IMPRESSION": ("IMPRESSION", 0.05),
    "COLLECTION_PIN_ITEM_CLICKTHROUGH": ("CLICK", 0.06),
    "QUIZ_COMPLETED": ("ENGAGEMENT", 0.03),
    "QUIZ_PIN_RESULT_OPEN": ("ENGAGEMENT", 0.02),
}
_SINGLE: Mapping[str, Amount] = {
    "TOTAL_IMPRESSION_USER": Amount((Part(Volume.USERS, _WHOLE),)),
    "LEADS": Amount((Part(Volume.BY_CLICK, _OF_256THS // 14),)),
    "ONSITE_CHECKOUTS_1": Amount((Part(Volume.BY_CLICK, _OF_256THS // 40),)),
    "INAPP_SKAN_APP_INSTALL": Amount((Part(Volume.BY_CLICK, _OF_256THS // 36),)),
    "INAPP_SKAN_ASSISTED_APP_INSTALL": Amount((Part(Volume.BY_CLICK, _OF_256THS // 60),)),
    "SPEND_IN_MICRO_DOLLAR": Amount((Part(Volume.SPEND, _WHOLE),)),
    "ADS_CREDIT_SPEND_IN_MICRO_DOLLAR": Amount((Part(Volume.SPEND, _WHOLE // 50),)),
    "VIDEO_SPEND_IN_MICRO_DOLLAR": Amount((Part(Volume.SPEND, _WHOLE // 3),)),
    "CAMPAIGN_LIFETIME_SPEND_CAP": Amount((Part(Volume.BUDGET, _WHOLE),), 90),
    "CAMPAIGN_DAILY_SPEND_CAP": Amount((Part(Volume.BUDGET, _WHOLE),)),
    "ONE": Amount((Part(Volume.ONE, _WHOLE),)),
}
_RATES: Mapping[str, tuple[str, str, float]] = {
    "SPEND_IN_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "ONE", 1 / _MICROS),
    "ADS_CREDIT_SPEND_IN_DOLLAR": ("ADS_CREDIT_SPEND_IN_MICRO_DOLLAR", "ONE", 1 / _MICROS),
    "VIDEO_SPEND_IN_DOLLAR": ("VIDEO_SPEND_IN_MICRO_DOLLAR", "ONE", 1 / _MICROS),
    "CPC_IN_MICRO_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "CLICKTHROUGH_1", 1),
    "ECPC_IN_MICRO_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "TOTAL_CLICKTHROUGH", 1),
    "ECPC_IN_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "TOTAL_CLICKTHROUGH", 1 / _MICROS),
    "CPM_IN_MICRO_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "IMPRESSION_1", 1_000),
    "CPM_IN_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "IMPRESSION_1", 1_000 / _MICROS),
    "ECPM_IN_MICRO_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "TOTAL_IMPRESSION", 1_000),
    "ECPE_IN_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "TOTAL_ENGAGEMENT", 1 / _MICROS),
    "ECPM_IN_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "TOTAL_IMPRESSION", 1_000 / _MICROS),
    "ADVERTISER_PAID_SPEND_IN_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "ONE", 0.98 / _MICROS),
    "ADVERTISER_PAID_ECPC_IN_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "TOTAL_CLICKTHROUGH", 0.98 / _MICROS),
    "ADVERTISER_PAID_ECPM_IN_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "TOTAL_IMPRESSION", 980 / _MICROS),
    "CPV_IN_MICRO_DOLLAR": ("VIDEO_SPEND_IN_MICRO_DOLLAR", "VIDEO_MRC_VIEWS_1", 1),
    "CPCV_IN_MICRO_DOLLAR": ("VIDEO_SPEND_IN_MICRO_DOLLAR", "VIDEO_P100_COMPLETE_1", 1),
    "CPCV_P95_IN_MICRO_DOLLAR": ("VIDEO_SPEND_IN_MICRO_DOLLAR", "VIDEO_P95_COMBINED_1", 1),
    "ECPV_IN_DOLLAR": ("VIDEO_SPEND_IN_MICRO_DOLLAR", "TOTAL_VIDEO_MRC_VIEWS", 1 / _MICROS),
    "ECPCV_IN_DOLLAR": ("VIDEO_SPEND_IN_MICRO_DOLLAR", "TOTAL_VIDEO_P100_COMPLETE", 1 / _MICROS),
    "ECPCV_P95_IN_DOLLAR": ("VIDEO_SPEND_IN_MICRO_DOLLAR", "TOTAL_VIDEO_P95_COMBINED", 1 / _MICROS),
    "COST_PER_OUTBOUND_CLICK": ("SPEND_IN_MICRO_DOLLAR", "TOTAL_OUTBOUND_CLICK", 1),
    "COST_PER_OUTBOUND_CLICK_IN_DOLLAR": ("SPEND_IN_MICRO_DOLLAR", "TOTAL_OUTBOUND_CLICK", 1 / _MICROS),
    "COST_PER_OUTBOUND_CLICK_IN_DOLLAR_1": ("SPEND_IN_MICRO_DOLLAR", "OUTBOUND_CLICK_1", 1 / _MICROS),
    "COST_PER_LEAD": ("SPEND_IN_MICRO_DOLLAR", "LEADS", 1 / _MICROS),
    "CTR": ("CLICKTHROUGH_1", "IMPRESSION_1", 1),
    "CTR_2": ("CLICKTHROUGH_2", "IMPRESSION_2", 1),
    "ECTR": ("TOTAL_CLICKTHROUGH", "TOTAL_IMPRESSION", 1),
    "OUTBOUND_CTR": ("TOTAL_OUTBOUND_CLICK", "TOTAL_IMPRESSION", 1),
    "OUTBOUND_CTR_1": ("OUTBOUND_CLICK_1", "IMPRESSION_1", 1),
    "ENGAGEMENT_RATE": ("ENGAGEMENT_1", "IMPRESSION_1", 1),
    "EENGAGEMENT_RATE": ("TOTAL_ENGAGEMENT", "TOTAL_IMPRESSION", 1),
    "REPIN_RATE": ("REPIN_1", "IMPRESSION_1", 1),
    "TOTAL_REPIN_RATE": ("TOTAL_REPIN", "TOTAL_IMPRESSION", 1),
    "TOTAL_IMPRESSION_FREQUENCY": ("TOTAL_IMPRESSION", "TOTAL_IMPRESSION_USER", 1),
    "PAID_VIDEO_VIEWABLE_RATE": ("VIDEO_MRC_VIEWS_1", "VIDEO_P0_COMBINED_1", 1),
    "TOTAL_VIDEO_AVG_WATCHTIME_IN_SECOND": ("TOTAL_VIDEO_P50_COMBINED", "TOTAL_VIDEO_P0_COMBINED", 12),
    "VIDEO_AVG_WATCHTIME_IN_SECOND_1": ("VIDEO_P50_COMBINED_1", "VIDEO_P0_COMBINED_1", 12),
    "VIDEO_AVG_WATCHTIME_IN_SECOND_2": ("VIDEO_P50_COMBINED_2", "VIDEO_P0_COMBINED_2", 12),
    "VIDEO_LENGTH": ("ONE", "ONE", 12),
    "AD_GROUP_BUDGET_IN_LOCAL_CURRENCY": ("CAMPAIGN_DAILY_SPEND_CAP", "ONE", 1 / _MICROS),
    "AD_GROUP_BID_MULTIPLIER": ("ONE", "ONE", 1.5),
    "INAPP_SKAN_APP_INSTALL_COST_PER_ACTION": ("SPEND_IN_MICRO_DOLLAR", "INAPP_SKAN_APP_INSTALL", 1 / _MICROS),
    "INAPP_SKAN_APP_INSTALL_CONVERSION_RATE": ("INAPP_SKAN_APP_INSTALL", "TOTAL_CLICKTHROUGH", 1),
    "QUIZ_COMPLETION_RATE": ("QUIZ_COMPLETED", "ENGAGEMENT_1", 1),
    "SHOWCASE_AVERAGE_SUBPAGE_CLOSEUP_PER_SESSION": ("SHOWCASE_SUBPAGE_CLOSEUP", "CLICKTHROUGH_1", 1),
}
_OF_CONVERSIONS = (
    (re.compile(r"(\w+)_COST_PER_ACTION"), ("SPEND_IN_MICRO_DOLLAR", r"TOTAL_\1", 1 / _MICROS)),
    (re.compile(r"(\w+)_ROAS"), (r"TOTAL_\1_VALUE_IN_MICRO_DOLLAR", "SPEND_IN_MICRO_DOLLAR", 1)),
    (re.compile(r"(TOTAL_\w+)_CONVERSION_RATE"), (r"\1", "TOTAL_CLICKTHROUGH", 1)),
)


@cache
def amount(name: str) -> Amount:
    """What a count or an amount of money is made of."""
    if name in _SINGLE:
        return _SINGLE[name]
    if products := _PRODUCTS.fullmatch(name):
        return _of_products(products)
    if conversion := _CONVERSION.fullmatch(name):
        return _conversion(conversion)
    kind, by_share = _ACTIONS.get(_action(name), ("ENGAGEMENT", 0.01 + crc32(name.encode()) % 90 / 1_000))
    sides = {"TOTAL_": ("_1", "_2")}.get(name[:6], ("_2",) if name.endswith("_2") else ("_1",))
    return Amount(tuple(Part(Volume[kind + side], int(_WHOLE * by_share)) for side in sides))


@cache
def rate(name: str) -> Rate:
    """Which two amounts a rate, a cost or a return compares."""
    above, below, scale = _RATES.get(name) or next(
        (match.expand(above), match.expand(below), scale)
        for pattern, (above, below, scale) in _OF_CONVERSIONS
        if (match := pattern.fullmatch(name))
    )
    return Rate(amount(above), amount(below), scale)


def _action(name: str) -> str:
    return re.sub(r"^(TOTAL|PAID)_|_[12](?=$|_GROSS)", "", name)


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
