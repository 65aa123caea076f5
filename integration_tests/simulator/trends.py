"""Trending keywords, product categories and topics, and the table of their operations.

https://developers.pinterest.com/docs/api/v5/trending_keywords-list and the operations beside it: ranked, each with its
weeks from 0 to 100, in the shape recorded live. Forecasts and demographics of keywords are in beta, and not here.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zlib import crc32

from integration_tests.simulator.calls.operation import DocumentOperation, Operation
from integration_tests.simulator.calls.parameters import Choice, Integer, Parameter, RepeatedArray
from integration_tests.simulator.lists.generated import generated
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.seeding import mix, words
from integration_tests.simulator.world.world import World

KEYWORD_REGIONS = (
    *("US", "CA", "DE", "FR", "ES", "IT", "DE+AT+CH", "GB+IE", "IT+ES+PT+GR+MT", "PL+RO+HU+SK+CZ", "SE+DK+FI+NO"),
    *("NL+BE+LU", "AR", "BR", "CO", "MX", "MX+AR+CO+CL", "AU+NZ"),
)
TYPES = ("growing", "monthly", "yearly", "seasonal")
_WEEKS = 3


def trending_keywords(world: World, arguments: Mapping[str, Any]) -> Record:
    """The keywords of a region and type."""
    of = crc32(f"{arguments['region']} {arguments['trend_type']}".encode())
    count = min(world.trends, arguments["limit"])
    return {"trends": [_keyword(world, mix(world.seed, 31, of, rank), rank) for rank in range(count)]}


def weeks(world: World, bits: int, ahead: int = 0) -> dict[str, int]:
    """Volumes by the last day of each week, the newest at the end; those to come where it looks ahead."""
    numbers = range(1, ahead + 1) if ahead else range(1 - _WEEKS, 1)
    return {str(world.today + timedelta(weeks=week)): mix(bits, week + 1_000) % 101 for week in numbers}


def _keyword(world: World, bits: int, rank: int) -> Record:
    return {
        "keyword": f"{words(bits)} {rank}",
        "pct_growth_wow": bits % 300 - 100,
        "pct_growth_mom": 10_001 if rank == 0 else bits % 900 - 100,
        "pct_growth_yoy": bits % 1_000 - 100,
        "time_series": weeks(world, bits),
    }


REGIONS = ("US", "GB+IE", "CA")
VERTICALS = ("FASHION", "HOME_DECOR", "BEAUTY")
ENGAGEMENT_TYPES = ("ENGAGEMENT", "OUTBOUND_CLICK", "SAVE")
CATEGORIES = (
    *("ACCENT_TABLES", "ANKLETS", "APRONS", "AREA_RUGS", "BACKPACKS", "BAKEWARE", "BANDANAS", "BAR_CARTS", "BASKETS"),
    *("BATH_AND_BODY", "BELT_BAGS", "BENCHES", "BLANKETS", "BLOUSES", "BOOTS", "BRACELETS", "CANDLES", "CHAIRS"),
    *("CLOTHING", "COASTERS", "DESKS", "DRESSES", "EARRINGS", "ERASERS"),
)
"""Those that this Pinterest knows, of the hundreds of the real one."""

_FEATURED = ("ALL", "WEDDING")
"""Interests that have topics."""


def trending_product_categories(world: World, arguments: Mapping[str, Any]) -> list[Record]:
    """The first of the categories."""
    return [
        {
            "engagement_type": arguments["engagement_type"],
            "pct_change_mom": mix(world.seed, 32, rank) % 300,
            "percent_relative_volume": 100 - rank,
            "pinterest_product_category_id": 1_000 + rank,
            "product_category": category,
            "verticals": [VERTICALS[rank % 3]],
        }
        for rank, category in enumerate(CATEGORIES[: world.trends])
    ]


def product_category_details(world: World, arguments: Mapping[str, Any]) -> list[Record]:
    return [_details(world, arguments["region"], category) for category in arguments["product_categories"]]


def _details(world: World, region: str, category: str) -> Record:
    bits = mix(world.seed, 33, crc32(f"{region} {category}".encode()))
    predicted = weeks(world, bits, ahead=2)
    operation_id, series = "trends_product_categories_details/list", weeks(world, bits)
    return generated(operation_id, bits, product_category=category, predicted_time_series=predicted, time_series=series)


def featured_topics(world: World, arguments: Mapping[str, Any]) -> list[Record]:
    region = arguments["region"]
    return [{"interest": name, "market": region, "trends": _topics(world, region, name)} for name in _FEATURED]


def _topics(world: World, region: str, interest: str) -> list[Record]:
    topics: list[Record] = []
    for rank in range(min(world.trends, 5)):
        bits = mix(world.seed, 34, crc32(f"{region} {interest}".encode()), rank)
        [topic] = generated("trends_featured_topics/list", bits)["trends"]
        topics.append({**topic, "title": f"{words(bits)} {rank}", "time_series": weeks(world, bits)})
    return topics


_REGION = Choice("region", required=True, values=REGIONS)


def _of_trends(
    name: str, path: str, document: Callable[..., Any], *parameters: Parameter, **more: Any
) -> DocumentOperation:
    scopes = ("user_accounts:read",)
    return DocumentOperation(name, f"/trends/{path}", "trends_read", scopes, parameters, document, **more)


TREND_ENDPOINTS: tuple[Operation, ...] = (
    _of_trends(
        "trending_keywords/list",
        "keywords/{region}/top/{trend_type}",
        trending_keywords,
        Integer("limit", minimum=1, maximum=50, default=50),
        in_path=(Choice("region", values=KEYWORD_REGIONS), Choice("trend_type", values=TYPES)),
    ),
    _of_trends(
        "trends_product_categories_trending/list",
        "product_categories/trending",
        trending_product_categories,
        _REGION,
        Choice("engagement_type", values=ENGAGEMENT_TYPES, default="ENGAGEMENT"),
        takes_app_token=True,
    ),
    _of_trends(
        "trends_product_categories_details/list",
        "product_categories/details",
        product_category_details,
        RepeatedArray(
            "product_categories", required=True, item=Choice("product_categories", values=CATEGORIES), max_items=20
        ),
        _REGION,
        takes_app_token=True,
    ),
    _of_trends("trends_featured_topics/list", "topics/featured", featured_topics, _REGION, takes_app_token=True),
)
