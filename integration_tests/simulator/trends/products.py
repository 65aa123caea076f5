"""List the trending product categories and topics, with the demographics of the categories.

https://developers.pinterest.com/docs/api/v5/trends_product_categories_trending-list and the operations beside it: bare
arrays.
"""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from integration_tests.simulator.trends.keywords import weeks
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.seeding import mix, words
from integration_tests.simulator.world.world import World

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
    has_prediction = bits % 3 > 0
    return {
        "demographics": {
            "age": {"18-24": 0.36, "25-34": 0.6, "65+": 0.04},
            "gender": {"female": 0.85, "male": 0.09, "unspecified": 0.06},
        },
        "has_prediction": has_prediction,
        "metrics_highlights": {
            name: {"pct_change_mom": bits % 100 + 0.5} for name in ("engagement", "outbound_clicks", "pin_saves")
        },
        **({"predicted_time_series": weeks(world, bits, ahead=2)} if has_prediction else {}),
        "product_category": category,
        "related_searches": [words(bits)],
        "time_series": weeks(world, bits),
    }


def featured_topics(world: World, arguments: Mapping[str, Any]) -> list[Record]:
    region = arguments["region"]
    return [{"interest": name, "market": region, "trends": _topics(world, region, name)} for name in _FEATURED]


def _topics(world: World, region: str, interest: str) -> list[Record]:
    topics: list[Record] = []
    for rank in range(min(world.trends, 5)):
        bits = mix(world.seed, 34, crc32(f"{region} {interest}".encode()), rank)
        growth = {"percent_growth_mom": bits % 400} if rank else {}
        topics.append(
            {
                "description": "What people save for it.",
                "id": str(bits),
                **growth,
                "pins": [
                    {
                        "color": "#c8a27d",
                        "height": 315,
                        "id": str(bits % 10**18),
                        "src": "https://i.pinimg.example/474x/1.jpg",
                        "vertical_offset": 12.5,
                        "width": 474,
                    }
                ],
                "related_interests": ["DIY_AND_CRAFTS"],
                "related_searches": [words(bits)],
                "time_series": weeks(world, bits),
                "title": f"{words(bits)} {rank}",
            }
        )
    return topics
