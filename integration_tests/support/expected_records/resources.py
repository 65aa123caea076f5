"""Compute the records of a perfect sync of Pinterest's dictionaries and trends, by key."""

from collections.abc import Iterator, Mapping
from typing import Any

from integration_tests.simulator import resources, trends
from integration_tests.simulator.ads.entities import ad_account
from integration_tests.simulator.organic.content import CREATIVE_TYPES
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import World
from integration_tests.support.expected_records.lists import Arguments, Calls, Listed, RecordsOf, marked

_REGIONS: Mapping[str, str] = {"US": "US", "DE": "DE", "AU": "AU+NZ"}
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


def _regions(world: World, among: tuple[str, ...], **query: Any) -> Calls:
    """A call for each region in which an account is, of those of which there are trends."""
    countries = dict.fromkeys(ad_account(world, index)["country"] for index in world.account_indexes())
    regions = (_REGIONS.get(country) for country in countries)
    return (({"region": region, **query}, {"region": region}) for region in regions if region in among)


def _keyword_calls(world: World) -> Calls:
    for call, mark in _regions(world, trends.KEYWORD_REGIONS, limit=50):
        yield from (({**call, **of}, {**mark, **of}) for of in ({"trend_type": each} for each in trends.TYPES))


def _keywords(world: World, arguments: Arguments) -> Iterator[Record]:
    for rank, item in enumerate(trends.trending_keywords(world, arguments)["trends"], start=1):
        yield {**{name: value for name, value in item.items() if name != "time_series"}, "rank": rank}


def _weeks(world: World, arguments: Arguments) -> Iterator[Record]:
    for item in trends.trending_keywords(world, arguments)["trends"]:
        for week, volume in item["time_series"].items():
            yield {"keyword": item["keyword"], "week": week, "volume": volume, "is_forecast": False}


def _categories(world: World, arguments: Arguments) -> Iterator[Record]:
    for rank, item in enumerate(trends.trending_product_categories(world, arguments), start=1):
        yield {**item, "pinterest_product_category_id": str(item["pinterest_product_category_id"]), "rank": rank}


def _category_trends(world: World, arguments: Arguments) -> Iterator[Record]:
    names = [item["product_category"] for item in trends.trending_product_categories(world, arguments)]
    return iter(trends.product_category_details(world, {**arguments, "product_categories": names}))


def _topics(world: World, arguments: Arguments) -> Iterator[Record]:
    for of in trends.featured_topics(world, arguments):
        for rank, topic in enumerate(of["trends"], start=1):
            yield {**topic, "interest": of["interest"], "market": of["market"], "rank": rank}


def _of_regions(listed: Listed) -> RecordsOf:
    return marked(listed, lambda world: _regions(world, trends.REGIONS, engagement_type="ENGAGEMENT"))


RESOURCE_RECORDS: Mapping[str, RecordsOf] = {
    "ad_account_countries": lambda world, _: iter(resources.ad_account_countries(world, {})["items"]),
    "delivery_metrics": lambda world, _: iter(resources.delivery_metrics(world, {})["items"]),
    "targeting_options": _targeting_options,
    "trending_keywords": marked(_keywords, _keyword_calls),
    "trending_keyword_weeks": marked(_weeks, _keyword_calls),
    "trending_product_categories": _of_regions(_categories),
    "product_category_trends": _of_regions(_category_trends),
    "featured_trend_topics": _of_regions(_topics),
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
