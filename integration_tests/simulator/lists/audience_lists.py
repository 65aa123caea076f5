"""List audience insights, labels, events and searches for keywords of an ad account.

https://developers.pinterest.com/docs/api/v5/audience_insights-get and the operations beside it. Each listing is as long
as the world's `account_list_items`; every field of API 5.28 appears in some record.
"""

from collections.abc import Mapping
from typing import Any

from integration_tests.simulator.ads.entities import account_of
from integration_tests.simulator.analytics.columns import names_in
from integration_tests.simulator.lists.account_lists import Series, item_id
from integration_tests.simulator.lists.generated import generated
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import World, size_at

INSIGHT_TYPES = ("YOUR_TOTAL_AUDIENCE", "YOUR_ENGAGED_AUDIENCE", "PINTEREST_TOTAL_AUDIENCE")
LOOKBACK_PERIODS = ("1d", "14d")
SOURCE_PLATFORMS = names_in("""
    WEB MOBILE MOBILE_ANDROID MOBILE_IOS OFFLINE PINTEREST_WEB PINTEREST_ANDROID PINTEREST_IOS POINT_OF_SALE
""")
INGESTION_SOURCES = ("TAG", "MMP", "FILE_UPLOAD", "CONVERSIONS_API", "NATIVE")
LABEL_STATUSES = ("ACTIVE", "ARCHIVED")
_MAPPED = ("SIGNUP", None, "CHECKOUT", "VIEW_CONTENT")
_VOLUMES = ("100-1K", "1K-10K", "10K-100K", "100K-500K", "500K-1M", "5M+")


def audience_insights(world: World, arguments: Mapping[str, Any]) -> Record:
    kind = arguments["audience_insight_type"]
    number = account_of(world, arguments) + INSIGHT_TYPES.index(kind)
    day = None if kind == "YOUR_ENGAGED_AUDIENCE" else str(world.today)
    return generated("audience_insights/get", number, type=kind, date=day)


def label(_world: World, account: int, index: int) -> Record:
    status = LABEL_STATUSES[index % len(LABEL_STATUSES)]
    return generated("labels/list", index, id=item_id(Series.LABELS, account, index), status=status)


def labels(world: World, arguments: Mapping[str, Any]) -> Listing:
    account = account_of(world, arguments)
    every = (label(world, account, index) for index in range(size_at(world.account_list_items, account)))
    found = [record for record in every if record["status"] in (arguments.get("entity_statuses") or LABEL_STATUSES)]
    return Listing(found, lambda record: record)


def advertiser_defined_events(world: World, arguments: Mapping[str, Any]) -> Listing:
    account = account_of(world, arguments)
    return Listing(
        range(size_at(world.account_list_items, account)),
        lambda index: {
            "name": f"käse_{index}_{mix(world.seed, 44, account) % 1000}",
            "mapped_conversion_type": _MAPPED[index % len(_MAPPED)],
        },
    )


def conversion_eqs(world: World, arguments: Mapping[str, Any]) -> list[Record]:
    account = account_of(world, arguments)
    return [
        _event_quality(world, account, index, arguments["lookback_period"])
        for index in range(size_at(world.account_list_items, account))
    ]


def _event_quality(world: World, account: int, index: int, lookback_period: str) -> Record:
    return generated(
        "conversion_eqs/list",
        mix(world.seed, account, index),
        lookback_period=lookback_period,
        source_platform=SOURCE_PLATFORMS[index % len(SOURCE_PLATFORMS)],
        ingestion_source=INGESTION_SOURCES[index // len(SOURCE_PLATFORMS) % len(INGESTION_SOURCES)],
    )


def keyword_metrics(world: World, arguments: Mapping[str, Any]) -> Record:
    """As recorded live: the name of the metric in capitals, which the documentation writes small."""
    volume = {word: _VOLUMES[mix(world.seed, 46, *word.encode()) % len(_VOLUMES)] for word in arguments["keywords"]}
    return {"data": [{"keyword": word, "metrics": {"KEYWORD_QUERY_VOLUME": range_}} for word, range_ in volume.items()]}
