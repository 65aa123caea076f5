"""Count the fewest requests of Pinterest's dictionaries and trends, from the world and the limits alone."""

from math import ceil

from integration_tests.simulator.ads.entities import ad_account
from integration_tests.support.pinterest import World

TYPES_OF_ALL, TYPES_OF_AN_ACCOUNT = 8, 2
TREND_TYPES = 4
CATEGORIES_PER_CALL = 20
INTERESTS_THAT_SHOW_THE_TREE = 3
"""Of four: the one that is asked last tells of the fourth, whose own answer is not needed."""

STREAMS_OF_KEYWORDS = 2
WITH_TRENDS = ("US", "DE")
WITH_PRODUCT_TRENDS = ("US",)


def resource_calls(world: World) -> dict[str, int]:
    """The calls of each operation."""
    accounts = world.account_indexes()
    countries = {ad_account(world, account)["country"] for account in accounts}
    regions, product_regions = countries.intersection(WITH_TRENDS), countries.intersection(WITH_PRODUCT_TRENDS)
    counted = {
        "ad_account_countries/get": 1,
        "delivery_metrics/get": 1,
        "targeting_options/get": TYPES_OF_ALL + TYPES_OF_AN_ACCOUNT * len(accounts),
        "interest_targeting_options/get": INTERESTS_THAT_SHOW_THE_TREE,
        "trending_keywords/list": STREAMS_OF_KEYWORDS * TREND_TYPES * len(regions),
        "trends_product_categories_trending/list": len(product_regions),
        "trends_product_categories_details/list": len(product_regions) * ceil(world.trends / CATEGORIES_PER_CALL),
        "trends_featured_topics/list": len(product_regions),
    }
    return {operation: calls for operation, calls in counted.items() if calls}
