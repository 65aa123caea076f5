"""What does a column of analytics mean, and in which unit is it?

Most names are put together from parts, and so are their sentences: `TOTAL_CLICK_CHECKOUT_VALUE_IN_MICRO_DOLLAR` is the
value of checkouts after a click. Where the parts of a name say too little, `columns.tsv` has a sentence for it.
"""

import re
from collections.abc import Mapping

# Columns that no request names: a row has them as a part of its key.
KEY_WORDS: Mapping[str, str] = {
    "DATE": "UTC day that the numbers are of; in reports by week or month, the first day of the period.",
    "HOUR": "Hour of the day, in UTC, that the numbers are of.",
    "START_DATE": "First UTC day of the period that the totals are of; added by the connector.",
    "END_DATE": "Last UTC day of the period that the totals are of; added by the connector.",
    "TARGETING_TYPE": "By what the row is broken down, such as GENDER or COUNTRY; types overlap, so never add them up.",
    "TARGETING_VALUE": "Part of that breakdown that the numbers are of, by Pinterest's name or id, such as female.",
    "ENTITY_ID": "Id under which Pinterest's report lists the row, such as that of the product group or the keyword.",
    "PRODUCT_ITEM_ID": "Id of the advertised product; the one that the row is listed under where Pinterest sends none.",
}

UNLISTED = "In none of Pinterest's lists of columns; taken for {kind} by its name. Null where Pinterest sends none."

MICRO = "in millionths of the ad account's currency"
NONE_REPORTED = "null if none are reported"

# `_1` is paid, `_2` is earned, and TOTAL_ is both.
_REACH: Mapping[str, str] = {
    "1": "counted while the pin ran as an ad (paid)",
    "2": "counted after people had saved the ad (earned)",
    "TOTAL": "paid and earned together",
}
_DELIVERY: Mapping[str, str] = {
    "CLICKTHROUGH": "Clicks on the pin to something on or off Pinterest",
    "COLLECTION_PIN_ITEM_CLICKTHROUGH": "Clicks on an item of a collection",
    "COLLECTION_PIN_ITEM_IMPRESSION": "Times that an item of a collection was on a screen",
    "ENGAGEMENT": "Saves, clicks and other uses of the pin",
    "IDEA_PIN_PAGE_BACKWARD": "Swipes back to an earlier page of an Idea Pin",
    "IDEA_PIN_PAGE_FORWARD": "Swipes on to the next page of an Idea Pin",
    "IDEA_PIN_PRODUCT_TAG_VISIT": "Visits to products that are tagged in an Idea Pin",
    "IMPRESSION": "Times that the pin was on a screen",
    "OUTBOUND_CLICK": "Clicks that led to a page outside Pinterest",
    "REPIN": "Times that the pin was saved to a board",
    "VIDEO_15SEC_UNIQUE_VIEWS": "People who watched at least 15 seconds of the video",
    "VIDEO_3SEC_VIEWS": "Plays of 3 seconds or more with half of the video in view",
    "VIDEO_AVG_WATCHTIME_IN_SECOND": "Average time that the video was played",
    "VIDEO_MRC_VIEWS": "Plays of 2 seconds or more with half of the video in view",
    "VIDEO_P0_COMBINED": "Times that the video began to play",
    "VIDEO_P25_COMBINED": "Plays that reached 25 % of the video, skips ahead included",
    "VIDEO_P50_COMBINED": "Plays that reached 50 % of the video, skips ahead included",
    "VIDEO_P75_COMBINED": "Plays that reached 75 % of the video, skips ahead included",
    "VIDEO_P95_COMBINED": "Plays that reached 95 % of the video, skips ahead included",
    "VIDEO_P100_COMPLETE": "Plays that reached the end of the video, skips ahead included",
    "WEB_SESSIONS": "Visits to the advertiser's website",
}
_DELIVERY_UNITS: Mapping[str, str] = {"VIDEO_AVG_WATCHTIME_IN_SECOND": "in seconds, null without plays"}

_EVENTS: Mapping[str, str] = {
    "ADD_PAYMENT_INFO": "entries of payment details",
    "ADD_TO_CART": "additions to a cart",
    "ADD_TO_WISHLIST": "additions to a wishlist",
    "APP_INSTALL": "app installs",
    "APP_OPEN": "app launches",
    "CHECKOUT": "purchases",
    "CONTACT": "contacts with the advertiser",
    "CONVERSIONS": "conversions of every kind",
    "CUSTOM": "custom events",
    "CUSTOMIZE_PRODUCT": "products made to measure",
    "FIND_LOCATION": "searches for a store",
    "INITIATE_CHECKOUT": "purchases begun",
    "LEAD": "leads",
    "PAGE_VISIT": "visits to a page",
    "SCHEDULE": "appointments made",
    "SEARCH": "searches",
    "SIGNUP": "sign-ups",
    "START_TRIAL": "trials begun",
    "SUBMIT_APPLICATION": "applications sent",
    "SUBSCRIBE": "subscriptions",
    "UNKNOWN": "events of unknown kind",
    "VIEW_CATEGORY": "visits to a category of products",
    "VIEW_CONTENT": "views of content",
    "WATCH_VIDEO": "videos watched",
}
_PLACES: Mapping[str, str] = {
    "WEB": "on the advertiser's website",
    "INAPP": "reported by the advertiser's app",
    "OFFLINE": "in a store or elsewhere offline",
    "PINTEREST": "on Pinterest itself",
}
_ACTIONS: Mapping[str, str] = {
    "CLICK": "after a click on the ad",
    "ENGAGEMENT": "after an engagement with the ad, such as a save",
    "VIEW": "from people who only saw the ad",
}
_DEVICES: Mapping[str, str] = {"DESKTOP": "a computer", "MOBILE": "a phone", "TABLET": "a tablet"}
_MEASURES: Mapping[str, str] = {
    "": "Number of {events} {credit}; " + NONE_REPORTED + ".",
    "_CONVERSION_RATE": "How often the ad led to {events}, as a share from 0 to 1; null where it can't be computed.",
    "_COST_PER_ACTION": "Spend divided by the number of {events} {credit}, in the ad account's currency; null if none.",
    "_QUANTITY": "Sum of the quantities reported with {events} {credit}; " + NONE_REPORTED + ".",
    "_ROAS": "Value of {events} {credit}, divided by spend: 2.5 means 2.5 for each 1 spent; null without spend.",
    "_VALUE_IN_MICRO_DOLLAR": "Value of {events} {credit}, " + MICRO + "; " + NONE_REPORTED + ".",
}
_PRODUCT_MEASURES: Mapping[str, str] = {
    "QUANTITY": "Units of the row's products in {events} that the ad is credited with; " + NONE_REPORTED + ".",
    "VALUE": "Value of the row's products in {events} that the ad is credited with, in the ad account's currency; "
    + NONE_REPORTED
    + ".",
    "VALUE_IN_USD": "Value of the row's products in {events} that the ad is credited with, in US dollars; "
    + NONE_REPORTED
    + ".",
}


def _any(words: Mapping[str, str]) -> str:
    return "|".join(map(re.escape, words))


_DELIVERY_NAME = re.compile(rf"(?P<total>TOTAL_)?(?P<what>{_any(_DELIVERY)})(?:_(?P<side>[12]))?")
_CONVERSION_NAME = re.compile(
    rf"(?:TOTAL_)?(?:(?P<place>{_any(_PLACES)})_)?(?:(?P<action>{_any(_ACTIONS)})_)?(?P<event>{_any(_EVENTS)})"
    rf"(?:_(?P<seen>{_any(_DEVICES)})_ACTION_TO_(?P<done>{_any(_DEVICES)})_CONVERSION|(?P<measure>{_any(_MEASURES)}))",
)
_PRODUCT_NAME = re.compile(
    rf"TOTAL_(?:(?P<place>{_any(_PLACES)})_)?(?:(?P<event>{_any(_EVENTS)})_)?CONVERSION_PRODUCT_"
    rf"(?P<measure>{_any(_PRODUCT_MEASURES)})",
)


def words_of(name: str) -> str:
    """One sentence about a column whose name is put together from known parts.

    Raises:
        ValueError: it is not.
    """
    if (parts := _DELIVERY_NAME.fullmatch(name)) and bool(parts["total"]) is not bool(parts["side"]):
        reach = _REACH[parts["side"] or "TOTAL"]
        unit = _DELIVERY_UNITS.get(parts["what"], f"whole number, {NONE_REPORTED}")
        return f"{_DELIVERY[parts['what']]}, {reach}; {unit}."
    if parts := _CONVERSION_NAME.fullmatch(name):
        return _MEASURES[parts["measure"] or ""].format(events=_events(parts), credit=_credit(parts))
    if parts := _PRODUCT_NAME.fullmatch(name):
        return _PRODUCT_MEASURES[parts["measure"]].format(events=_events(parts))
    raise ValueError(f"{name} needs a sentence of its own in columns.tsv.")


def _events(parts: re.Match[str]) -> str:
    """What people did, and where; conversions of every kind where the name says no more."""
    return " ".join(filter(None, [_EVENTS[parts["event"] or "CONVERSIONS"], _PLACES.get(parts["place"])]))


def _credit(parts: re.Match[str]) -> str:
    """What the events followed."""
    if parts["seen"]:
        return f"on {_DEVICES[parts['done']]} from people who came across the ad on {_DEVICES[parts['seen']]}"
    return _ACTIONS.get(parts["action"], "that the ad is credited with")
