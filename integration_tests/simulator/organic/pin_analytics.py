"""Compute the daily analytics of single pins and the rankings of top pins.

https://developers.pinterest.com/docs/api/v5/pins-analytics, multi_pins-analytics, user_account-analytics-top_pins and
user_account-analytics-top_video_pins. Days have the statuses of the profile's. A ranking may name pins that are gone.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any

from integration_tests.simulator.analytics.columns import names_in
from integration_tests.simulator.calls import errors
from integration_tests.simulator.organic import content
from integration_tests.simulator.organic.numbers import number, summary
from integration_tests.simulator.organic.places import PinPlace, active_since, pin_id, place_of
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import World

LIFETIME_METRICS = ("TOTAL_COMMENTS", "TOTAL_REACTIONS")
STANDARD_METRICS = (
    "IMPRESSION",
    "OUTBOUND_CLICK",
    "PIN_CLICK",
    "SAVE",
    "SAVE_RATE",
    *LIFETIME_METRICS,
    "USER_FOLLOW",
    "PROFILE_VISIT",
)
VIDEO_METRICS = names_in("""
    VIDEO_MRC_VIEW VIDEO_10S_VIEW QUARTILE_95_PERCENT_VIEW VIDEO_V50_WATCH_TIME VIDEO_START VIDEO_AVG_WATCH_TIME
""")
PIN_METRICS = (*STANDARD_METRICS, *VIDEO_METRICS)
SORTS = ("ENGAGEMENT", "IMPRESSION", "OUTBOUND_CLICK", "PIN_CLICK", "SAVE")
VIDEO_SORTS = ("IMPRESSION", "SAVE", "OUTBOUND_CLICK", *VIDEO_METRICS)
FILTERS: Mapping[str, tuple[str, ...]] = {
    "pin_format": (
        *("ALL", "ORGANIC_IMAGE", "ORGANIC_PRODUCT", "ORGANIC_VIDEO"),
        *("ADS_STANDARD", "ADS_PRODUCT", "ADS_VIDEO", "ADS_IDEA"),
    ),
    "source": ("ALL", "YOUR_PINS", "OTHER_PINS"),
    "from_claimed_content": ("BOTH", "CLAIMED", "OTHER"),
}
"""The filters of a ranking, each with its values; the first one filters nothing."""
_MOST_RANKED = 500
_MOST_IMPRESSIONS_OF_A_DAY = 1_000


def pin_analytics(world: World, arguments: Mapping[str, Any]) -> Record:
    return {"all": _metrics(world, _place(world, arguments["pin_id"], arguments), arguments)}


def multi_pins_analytics(world: World, arguments: Mapping[str, Any]) -> Record:
    places = {pin_id: _place(world, pin_id, arguments) for pin_id in arguments["pin_ids"]}
    return {pin_id: {"all": _metrics(world, place, arguments)} for pin_id, place in places.items()}


def top_pins(world: World, arguments: Mapping[str, Any]) -> Record:
    everything = islice(content.places_ever(world, {**arguments, "include_protected_pins": True}), _MOST_RANKED)
    return _ranking(world, list(everything), arguments, arguments["metric_types"] or (*SORTS, "SAVE_RATE"))


def top_video_pins(world: World, arguments: Mapping[str, Any]) -> Record:
    everything = islice(content.places_ever(world, {**arguments, "include_protected_pins": True}), _MOST_RANKED)
    videos = [place for place in everything if _is_video(world, place)]
    return _ranking(world, videos, arguments, arguments["metric_types"] or VIDEO_SORTS)


def _ranking(world: World, places: Sequence[PinPlace], arguments: Mapping[str, Any], names: Sequence[str]) -> Record:
    sort_by = arguments["sort_by"]
    days: int = (arguments["end_date"] - arguments["start_date"]).days + 1

    def total(place: PinPlace, name: str) -> float:
        bits = mix(world.seed, *place)
        return number(name, bits, (3 + bits % _MOST_IMPRESSIONS_OF_A_DAY) * days)

    ranked = [place for place in places if _passes(world, place, arguments)]
    best = sorted(ranked, key=lambda place: total(place, sort_by), reverse=True)[: arguments["num_of_pins"]]
    return {
        "date_availability": {"is_realtime": False, "latest_available_timestamp": world.built_at * 1_000},
        "sort_by": sort_by,
        "pins": [
            {
                "pin_id": pin_id(world, place),
                "metrics": {name: total(place, name) for name in names},
                "data_status": dict.fromkeys(names, "READY"),
            }
            for place in best
        ],
    }


def _passes(world: World, place: PinPlace, arguments: Mapping[str, Any]) -> bool:
    """Whether a pin has the values that the filters of a ranking name. No pin is in an ad here."""
    pin = content.pin(world, place)
    still = "ORGANIC_PRODUCT" if pin.get("is_product") else "ORGANIC_IMAGE"
    values = {
        "pin_format": "ORGANIC_VIDEO" if _is_video(world, place) else still,
        "source": "YOUR_PINS" if pin["is_owner"] else "OTHER_PINS",
        "from_claimed_content": "CLAIMED" if pin["link"] else "OTHER",
    }
    return all(arguments.get(name, every) in (every, values[name]) for name, (every, *_) in FILTERS.items())


def _place(world: World, pin_id: str, arguments: Mapping[str, Any]) -> PinPlace:
    place = place_of(world, pin_id)
    if place is None or place[0] not in content.boards_of(world, arguments):
        raise errors.pin_not_found()
    return place


def is_picture(world: World, pin_id: str) -> bool:
    """Whether a pin that exists has no video."""
    place = place_of(world, pin_id)
    return place is not None and content.pin(world, place)["media"]["media_type"] in ("image", "multiple_images")


def _is_video(world: World, place: PinPlace) -> bool:
    return "video" in str(content.pin(world, place)["media"]["media_type"])


def _metrics(world: World, place: PinPlace, arguments: Mapping[str, Any]) -> Record:
    wanted = arguments["metric_types"]
    known = PIN_METRICS if _is_video(world, place) else STANDARD_METRICS
    daily_names = [name for name in wanted if name in known and name not in LIFETIME_METRICS]
    start, end = arguments["start_date"], min(arguments["end_date"], world.last_organic_day)
    start = max(start, active_since(world, place))
    days = [start + timedelta(days=offset) for offset in range((end - start).days + 1)]
    daily = [_day(world, place, day, daily_names) for day in days]
    answer: Record = {
        "daily_metrics": daily,
        "summary_metrics": summary(daily, daily_names),
    }
    lifetime = [name for name in wanted if name in LIFETIME_METRICS]
    if lifetime:
        answer["lifetime_metrics"] = {name: mix(*place, LIFETIME_METRICS.index(name)) % 100 for name in lifetime}
    return answer


def _day(world: World, place: PinPlace, day: date, names: Sequence[str]) -> Record:
    age = (world.today - day).days
    status = ("PROCESSING", "ESTIMATE")[age] if age < 2 else "READY"
    metrics: Record = {}
    if age:
        bits = mix(world.seed, *place, day.toordinal(), 0, age == 1)
        most = 3 + mix(world.seed, *place) % _MOST_IMPRESSIONS_OF_A_DAY
        metrics = {name: number(name, bits, most) for name in names}
    return {"date": day.isoformat(), "data_status": status, "metrics": metrics}
