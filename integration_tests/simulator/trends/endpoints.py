"""This table lists the operations on trends."""

from integration_tests.simulator.calls.operation import DocumentOperation, Operation
from integration_tests.simulator.calls.parameters import Choice, Flag, Integer, RepeatedArray, Text, unsimulated
from integration_tests.simulator.trends import keywords, products

_USER = ("user_accounts:read",)
_REGION = Choice("region", required=True, values=products.REGIONS)
_ENGAGEMENT_TYPE = Choice("engagement_type", values=products.ENGAGEMENT_TYPES, default="ENGAGEMENT")
_LOOKBACK_WINDOW = Choice("lookback_window", values=("90", "180", "365", "730"), default="365")


def _several(name: str, values: tuple[str, ...]) -> RepeatedArray:
    return RepeatedArray(name, item=Choice(name, values=values), is_simulated=False)


TREND_ENDPOINTS: tuple[Operation, ...] = (
    DocumentOperation(
        "trending_keywords/list",
        "/trends/keywords/{region}/top/{trend_type}",
        "trends_read",
        _USER,
        (
            _several("interests", keywords.INTERESTS),
            _several("genders", ("male", "female", "unknown")),
            _several("ages", keywords.AGES),
            *unsimulated(
                RepeatedArray("include_keywords", item=Text("include_keywords"), max_items=50),
                Flag("normalize_against_group", default=False),
            ),
            Integer("limit", minimum=1, maximum=50, default=50),
            Flag("include_demographics", default=False),
        ),
        keywords.trending_keywords,
        in_path=(Choice("region", values=keywords.REGIONS), Choice("trend_type", values=keywords.TYPES)),
        rules=(keywords.no_beta_demographics,),
    ),
    DocumentOperation(
        "trends_product_categories_trending/list",
        "/trends/product_categories/trending",
        "trends_read",
        _USER,
        (
            _REGION,
            _several("verticals", products.VERTICALS),
            _several("ages", keywords.AGES),
            _several("genders", products.GENDERS),
            _ENGAGEMENT_TYPE,
        ),
        products.trending_product_categories,
        takes_app_token=True,
    ),
    DocumentOperation(
        "trends_product_categories_details/list",
        "/trends/product_categories/details",
        "trends_read",
        _USER,
        (
            RepeatedArray(
                "product_categories",
                required=True,
                item=Choice("product_categories", values=products.CATEGORIES),
                max_items=20,
            ),
            _REGION,
            *unsimulated(_LOOKBACK_WINDOW, _ENGAGEMENT_TYPE),
        ),
        products.product_category_details,
        takes_app_token=True,
    ),
    DocumentOperation(
        "trends_featured_topics/list",
        "/trends/topics/featured",
        "trends_read",
        _USER,
        (_REGION, *unsimulated(Choice("interest", values=products.INTERESTS))),
        products.featured_topics,
        takes_app_token=True,
    ),
)
