"""This table lists the operations on trends."""

from integration_tests.simulator.calls.operation import DocumentOperation, Operation
from integration_tests.simulator.calls.parameters import Choice, Integer, RepeatedArray
from integration_tests.simulator.trends import keywords, products

_USER = ("user_accounts:read",)
_REGION = Choice("region", required=True, values=products.REGIONS)

TREND_ENDPOINTS: tuple[Operation, ...] = (
    DocumentOperation(
        "trending_keywords/list",
        "/trends/keywords/{region}/top/{trend_type}",
        "trends_read",
        _USER,
        (Integer("limit", minimum=1, maximum=50, default=50),),
        keywords.trending_keywords,
        in_path=(Choice("region", values=keywords.REGIONS), Choice("trend_type", values=keywords.TYPES)),
    ),
    DocumentOperation(
        "trends_product_categories_trending/list",
        "/trends/product_categories/trending",
        "trends_read",
        _USER,
        (_REGION, Choice("engagement_type", values=products.ENGAGEMENT_TYPES, default="ENGAGEMENT")),
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
        ),
        products.product_category_details,
        takes_app_token=True,
    ),
    DocumentOperation(
        "trends_featured_topics/list",
        "/trends/topics/featured",
        "trends_read",
        _USER,
        (_REGION,),
        products.featured_topics,
        takes_app_token=True,
    ),
)
