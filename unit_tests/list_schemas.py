"""The fields that schemas of lists add to the models of `pinterestsdk` or leave out, and why."""

OF_THE_CALL = "what the call is about"
ABOVE = "of the interest that has the topics"
PLACE = "the place in the answer"
SERIES = "one entry of a series"
LIST_ADDED: dict[str, dict[str, str]] = {
    "audiences": {"is_ctv_enabled": "seen in live answers"},
    "business_members": {"is_system_user": OF_THE_CALL},
    "business_partners": {"partner_type": OF_THE_CALL},
    "catalogs_product_group_products": {
        "pin_id": "the id of the pin, where a key can name it",
    },
    "following_boards": {"media.media_type": "as in boards"},
    "keyword_metrics": {
        "country_code": OF_THE_CALL,
        "metrics.KEYWORD_QUERY_VOLUME": "live answers have this spelling",
    },
    "featured_trend_topics": {"interest": ABOVE, "market": ABOVE, "rank": PLACE},
    "targeting_options": {
        "parent_id": "of the interest above, which names its children",
        "targeting_type": "the word of analytics",
    },
    "trending_keyword_weeks": {
        "is_forecast": SERIES,
        "keyword": "of the keyword that has the series",
        "volume": SERIES,
        "week": SERIES,
    },
    "trending_keywords": {"rank": PLACE},
    "trending_product_categories": {"rank": PLACE},
}
AS_TEXT: dict[str, set[str]] = {"trending_product_categories": {"pinterest_product_category_id"}}
"""Ids that the model calls numbers: as texts they join, and keep each digit."""

SECRET = "what Pinterest signs in to the merchant's server with"
COUNTS = "a map from a code to a count: Pinterest has hundreds of codes, and adds some with each version"
TREE = "a tree of filters as deep as the merchant likes"
ITEM_CODES = "a map from a code to an attribute and its value: Pinterest has hundreds of codes"
BUCKETS = "a map from a bucket to a share"
WEEKS = "the rows of trending_keyword_weeks"
LEFT_OUT: dict[str, dict[str, str]] = {
    "catalogs_feed_item_issues": {"errors.": ITEM_CODES, "warnings.": ITEM_CODES},
    "catalogs_feed_processing_results": {
        "ingestion_details.errors.": COUNTS,
        "ingestion_details.warnings.": COUNTS,
        "validation_details.errors.": COUNTS,
        "validation_details.warnings.": COUNTS,
    },
    "catalogs_feeds": {"credentials": SECRET},
    "targeting_options": {"child_interests": "each child names its parent"},
    "trending_keywords": {
        "demographics.age_distribution.": BUCKETS,
        "demographics.gender_distribution.": BUCKETS,
        "predicted_time_series": WEEKS,
        "time_series": WEEKS,
    },
    "catalogs_product_groups": {"filters.": TREE},
}
"""The beginnings of paths, for each stream."""


def is_left_out(stream: str, path: str) -> bool:
    """Whether a field of the API is not declared, on purpose."""
    return path.startswith(tuple(LEFT_OUT.get(stream, ())))
