"""Compute the daily analytics of the user's pins.

https://developers.pinterest.com/docs/api/v5/user_account-analytics. The last two days are still moving: today is
PROCESSING and has no numbers, yesterday is an ESTIMATE whose numbers differ from the settled ones. Days before the
account was a business are there too, without numbers.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zlib import crc32

from integration_tests.simulator.analytics.columns import names_in
from integration_tests.simulator.organic.numbers import number, summary
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import World

METRICS = names_in("""
    ENGAGEMENT ENGAGEMENT_RATE IMPRESSION OUTBOUND_CLICK OUTBOUND_CLICK_RATE PIN_CLICK PIN_CLICK_RATE SAVE SAVE_RATE
""")
SPLITS = {
    "NO_SPLIT": ("all",),
    "APP_TYPE": ("MOBILE", "TABLET", "WEB"),
    "OWNED_CONTENT": ("CLAIMED", "OTHER"),
    "SOURCE": ("YOUR_PINS", "OTHER_PINS"),
    "PIN_FORMAT": ("ORGANIC_IMAGE", "ORGANIC_PRODUCT", "ORGANIC_VIDEO", "ADS_STANDARD"),
}
DEFAULTS: Mapping[str, Any] = {"content_type": "ALL", "metric_types": None, "split_field": "NO_SPLIT"}
_MOST_IMPRESSIONS = 65_536
_BUSINESS_DAYS = 85
"""So old is the account, as a business, when the world is built."""


def user_account_analytics(world: World, arguments: Mapping[str, Any]) -> Record:
    names = arguments["metric_types"] or METRICS
    start, end = arguments["start_date"], arguments["end_date"]
    days = [start + timedelta(days=offset) for offset in range((end - start).days + 1)]
    answer: Record = {}
    content_types = ("ORGANIC", "PAID") if arguments["content_type"] == "ALL" else (arguments["content_type"],)
    owner = world.owner_of(arguments.get("ad_account_id"))
    for key in SPLITS[arguments["split_field"]]:
        salts = [crc32(f"{key}&{content_type}".encode()) + owner for content_type in content_types]
        daily = [daily_metrics(world, day, names, salts) for day in days if day <= world.last_organic_day]
        answer[key] = {"daily_metrics": daily, "summary_metrics": summary(daily, names)}
    return answer


def daily_metrics(world: World, day: date, names: tuple[str, ...], salts: Sequence[int]) -> Record:
    age = (world.today - day).days
    is_before = day < datetime.fromtimestamp(world.built_at, UTC).date() - timedelta(days=_BUSINESS_DAYS)
    status = "BEFORE_BUSINESS_CREATED" if is_before else ("PROCESSING", "ESTIMATE", "READY")[min(age, 2)]
    parts = [mix(world.seed, salt, day.toordinal(), age == 1) for salt in salts]
    metrics = {} if is_before or age == 0 else {name: _number(name, parts) for name in names}
    return {"date": day.isoformat(), "data_status": status, "metrics": metrics}


def _number(name: str, parts: Sequence[int]) -> float:
    """The number of a profile: the sum of its content types, and of a rate, that of the sums."""
    if name.endswith("_RATE"):
        return _number(name.removesuffix("_RATE"), parts) / _number("IMPRESSION", parts)
    return sum(number(name, bits, _MOST_IMPRESSIONS) for bits in parts)
