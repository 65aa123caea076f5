"""How did the user's pins do on each day?

https://developers.pinterest.com/docs/api/v5/user_account-analytics. The last two days are still moving: today is
PROCESSING and has no numbers, yesterday is an ESTIMATE whose numbers differ from the settled ones.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zlib import crc32

from integration_tests.simulator.layout import Layout
from integration_tests.simulator.listing import Record
from integration_tests.simulator.seeding import mix

METRICS = (
    "ENGAGEMENT",
    "ENGAGEMENT_RATE",
    "IMPRESSION",
    "OUTBOUND_CLICK",
    "OUTBOUND_CLICK_RATE",
    "PIN_CLICK",
    "PIN_CLICK_RATE",
    "SAVE",
    "SAVE_RATE",
)
PIN_FORMATS = (
    "ALL",
    "ORGANIC_IMAGE",
    "ORGANIC_PRODUCT",
    "ORGANIC_VIDEO",
    "ADS_STANDARD",
    "ADS_PRODUCT",
    "ADS_VIDEO",
    "ADS_IDEA",
)
SPLITS = {
    "NO_SPLIT": ("all",),
    "APP_TYPE": ("MOBILE", "TABLET", "WEB"),
    "OWNED_CONTENT": ("CLAIMED", "OTHER"),
    "SOURCE": ("YOUR_PINS", "OTHER_PINS"),
    "PIN_FORMAT": ("ORGANIC_IMAGE", "ORGANIC_VIDEO", "ADS_STANDARD"),
}
DEFAULTS: Mapping[str, Any] = {
    "from_claimed_content": "BOTH",
    "pin_format": "ALL",
    "app_types": "ALL",
    "content_type": "ALL",
    "source": "ALL",
    "metric_types": None,
    "split_field": "NO_SPLIT",
}
_FILTERS = ("from_claimed_content", "pin_format", "app_types", "content_type", "source")


def user_account_analytics(layout: Layout, arguments: Mapping[str, Any]) -> Record:
    names = arguments["metric_types"] or METRICS
    chosen = ",".join(f"{name}={arguments[name]}" for name in _FILTERS)
    start, end = arguments["start_date"], arguments["end_date"]
    days = [start + timedelta(days=offset) for offset in range((end - start).days + 1)]
    answer: Record = {}
    for key in SPLITS[arguments["split_field"]]:
        salt = crc32(f"{key}&{chosen}".encode()) + layout.owner_of(arguments.get("ad_account_id"))
        daily = [daily_metrics(layout, day, names, salt) for day in days if day <= layout.last_organic_day]
        answer[key] = {"daily_metrics": daily, "summary_metrics": _summary(daily, names)}
    return answer


def daily_metrics(layout: Layout, day: date, names: tuple[str, ...], salt: int) -> Record:
    age = (layout.today - day).days
    status = ("PROCESSING", "ESTIMATE")[age] if age < 2 else "READY"
    bits = mix(layout.seed, salt, day.toordinal(), age == 1)
    metrics = {} if age == 0 else {name: _value(name, bits) for name in names}
    return {"date": day.isoformat(), "data_status": status, "metrics": metrics}


def _value(name: str, bits: int) -> float:
    number = bits * (1 + 2 * METRICS.index(name)) >> 20 & 0xFFFF
    return number / 0xFFFF if name.endswith("_RATE") else number


def _summary(daily: list[Record], names: tuple[str, ...]) -> Record:
    return {name: sum(day["metrics"].get(name, 0) for day in daily) for name in names}
