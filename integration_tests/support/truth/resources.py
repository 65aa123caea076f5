"""Compute the records of a perfect sync of Pinterest's dictionaries and trends, by key."""

from collections.abc import Iterator, Mapping
from typing import Any

from integration_tests.simulator import resources, trends
from integration_tests.simulator.ads.entities import ad_account
from integration_tests.simulator.organic.content import CREATIVE_TYPES
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import World
from integration_tests.support.truth.lists import Arguments, RecordsOf

_REGIONS: Mapping[str, str] = {"US": "US", "DE": "DE"}
"""Where the accounts are, as trends call it; of the other countries there are none."""
_ANALYTICS_WORDS: Mapping[str, tuple[str, ...]] = {
    "INTEREST": ("TARGETED_INTEREST", "PINNER_INTEREST"),
    "AUDIENCE_INCLUDE": ("AUDIENCE_INCLUDE", "AUDIENCE_MULTIPLIER"),
}
_FURTHER_WORDS: Mapping[tuple[str, str], str] = {
    **{("LOCATION", country): "COUNTRY" for country in ("US", "DE")},
    **{("GEO", region): "REGION" for region in ("US-CA", "DE-BE")},
}
_WORDS: Mapping[str, tuple[str, ...]] = {
    "PLACEMENT": ("ALL", "BROWSE", "SEARCH", "OTHER"),
    "CREATIVE_TYPE": (*CREATIVE_TYPES, "SHOP_THE_PIN"),
}


def _targeting_options(world: World, _: Arguments) -> Iterator[Record]:
    for option_type in resources.OPTIONS:
        accounts = world.account_indexes() if option_type in resources.AUDIENCES else [None]
        for account in accounts:
            of = {"ad_account_id": None if account is None else world.account_id(account)}
            [found] = resources.targeting_options(world, {**of, "targeting_type": option_type})
            for name, label in found.items():
                option = {"id": name, "name": label, "option_type": option_type, **_place(option_type, name)}
                further = _FURTHER_WORDS.get((option_type, name))
                for word in (*_ANALYTICS_WORDS.get(option_type, (option_type,)), *([further] if further else [])):
                    yield {**option, "targeting_type": word}
    for targeting_type, words in _WORDS.items():
        for word in words:
            label = word.capitalize().replace("_", " ")
            yield {"id": word, "name": label, "option_type": targeting_type, "targeting_type": targeting_type}


def _place(option_type: str, interest: str) -> Record:
    if option_type != "INTEREST":
        return {}
    parents = {child: one for one, (_, _, children) in resources.INTERESTS.items() for child in children}
    above = {"parent_id": parents[interest]} if interest in parents else {}
    return {"level": resources.INTERESTS[interest][1], **above}


def _regions(world: World, among: tuple[str, ...]) -> list[str]:
    countries = dict.fromkeys(ad_account(world, index)["country"] for index in world.account_indexes())
    return [_REGIONS[country] for country in countries if _REGIONS.get(country) in among]


def _ranked_keywords(world: World) -> Iterator[tuple[Record, Record]]:
    """Each keyword with what its answer was about."""
    for region in _regions(world, trends.KEYWORD_REGIONS):
        for trend_type in trends.TYPES:
            of = {"region": region, "trend_type": trend_type}
            for rank, item in enumerate(trends.trending_keywords(world, {**of, "limit": 50})["trends"], start=1):
                yield {**of, "rank": rank}, item


def _trending_keywords(world: World, _: Arguments) -> Iterator[Record]:
    for of, item in _ranked_keywords(world):
        yield {**of, **{name: value for name, value in item.items() if name != "time_series"}}


def _trending_keyword_weeks(world: World, _: Arguments) -> Iterator[Record]:
    for of, item in _ranked_keywords(world):
        shared = {"region": of["region"], "trend_type": of["trend_type"], "keyword": item["keyword"]}
        for week, volume in item["time_series"].items():
            yield {**shared, "week": week, "volume": volume, "is_forecast": False}


def _trending(world: World, _: Arguments) -> Iterator[Record]:
    for region in _regions(world, trends.REGIONS):
        listed = trends.trending_product_categories(world, {"region": region, "engagement_type": "ENGAGEMENT"})
        for rank, item in enumerate(listed, start=1):
            number = str(item["pinterest_product_category_id"])
            yield {**item, "pinterest_product_category_id": number, "region": region, "rank": rank}


def _category_trends(world: World, _: Arguments) -> Iterator[Record]:
    for record in _trending(world, {}):
        call: dict[str, Any] = {"region": record["region"], "product_categories": [record["product_category"]]}
        for item in trends.product_category_details(world, call):
            yield {**item, "region": record["region"]}


def _topics(world: World, _: Arguments) -> Iterator[Record]:
    for region in _regions(world, trends.REGIONS):
        for of in trends.featured_topics(world, {"region": region}):
            for rank, topic in enumerate(of["trends"], start=1):
                yield {**topic, "interest": of["interest"], "market": of["market"], "region": region, "rank": rank}


RESOURCE_RECORDS: Mapping[str, RecordsOf] = {
    "ad_account_countries": lambda world, _: iter(resources.ad_account_countries(world, {})["items"]),
    "delivery_metrics": lambda world, _: iter(resources.delivery_metrics(world, {})["items"]),
    "targeting_options": _targeting_options,
    "trending_keywords": _trending_keywords,
    "trending_keyword_weeks": _trending_keyword_weeks,
    "trending_product_categories": _trending,
    "product_category_trends": _category_trends,
    "featured_trend_topics": _topics,
}
RESOURCE_KEYS: Mapping[str, tuple[str, ...]] = {
    "ad_account_countries": ("code",),
    "delivery_metrics": ("category", "name"),
    "targeting_options": ("targeting_type", "id"),
    "trending_keywords": ("region", "trend_type", "keyword"),
    "trending_keyword_weeks": ("region", "trend_type", "keyword", "week"),
    "trending_product_categories": ("region", "engagement_type", "product_category"),
    "product_category_trends": ("region", "product_category"),
    "featured_trend_topics": ("region", "interest", "title"),
}
