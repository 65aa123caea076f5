"""Which models of `pinterestsdk` are the plain lists compared with, and what is left out or added on purpose?"""

from pinterestsdk import models
from pinterestsdk.models.follow_user import FollowUser
from pinterestsdk.models.user_website import UserWebsite
from pydantic import BaseModel

LIST_MODELS: dict[str, type[BaseModel]] = {
    "advertiser_defined_events": models.AdvertiserDefinedEvent,
    "audience_insights": models.AudienceInsights,
    "audiences": models.AdAccountsAudience,
    "billing_invoices": models.BillingInvoice,
    "billing_profiles": models.BillingProfilesResponse,
    "business_assets": models.BusinessAssets,
    "business_employers": models.UserBusinessRoleBinding,
    "business_members": models.UserBusinessRoleBinding,
    "business_partners": models.UserBusinessRoleBinding,
    "catalogs": models.Catalog,
    "catalogs_distribution_stats": models.CatalogsReportDistributionStats,
    "catalogs_feed_ingestion_stats": models.CatalogsReportFeedIngestionStats,
    "catalogs_feed_item_issues": models.CatalogsItemValidationIssues,
    "catalogs_feed_processing_results": models.CatalogsFeedProcessingResult,
    "catalogs_feeds": models.CatalogsFeed,
    "catalogs_product_group_counts": models.CatalogsProductGroupProductCountsVertical,
    "catalogs_product_group_products": models.CatalogsProduct,
    "catalogs_product_groups": models.CatalogsVerticalProductGroup,
    "conversion_event_quality": models.EventQualityScore,
    "conversion_tags": models.ConversionTag,
    "customer_lists": models.CustomerList,
    "customer_segments": models.CustomerSegment,
    "followers": FollowUser,
    "following": FollowUser,
    "following_boards": models.Board,
    "keyword_metrics": models.KeywordMetricsResponse,
    "keywords": models.Keyword,
    "labels": models.Label,
    "lead_forms": models.LeadForm,
    "linked_business_accounts": models.LinkedBusiness,
    "order_lines": models.OrderLine,
    "product_group_promotions": models.ProductGroupPromotion,
    "promotions": models.Promotion,
    "targeting_templates": models.TargetingTemplate,
    "user_websites": UserWebsite,
}


class NoModel(BaseModel):
    """Stands for a stream whose rows no model of `pinterestsdk` describes."""


RESOURCE_MODELS: dict[str, type[BaseModel]] = {
    "ad_account_countries": models.AdAccountsCountry,
    "delivery_metrics": models.DeliveryMetricsResponseItemsItems,
    "featured_trend_topics": models.TrendingTopic,
    "product_category_trends": models.ProductCategoryDetails,
    "targeting_options": models.SingleInterestTargetingOption,
    "trending_keyword_weeks": NoModel,
    "trending_keywords": models.TrendingKeyword,
    "trending_product_categories": models.TrendingProductCategory,
}
LIST_MODELS |= RESOURCE_MODELS

STAMPED = "stamped from the ad account"
OF_THE_BUSINESS = "stamped from the business"
OF_THE_FEED = "stamped from the feed"
OF_THE_GROUP = "stamped from the product group"
OF_THE_CALL = "what the call is about"
ABOVE = "of the interest that has the topics"
PLACE = "the place in the answer"
SERIES = "one entry of a series"
LIST_ADDED: dict[str, dict[str, str]] = {
    "advertiser_defined_events": {"ad_account_id": STAMPED},
    "audience_insights": {"ad_account_id": STAMPED},
    "audiences": {"is_ctv_enabled": "seen in live answers"},
    "billing_profiles": {"ad_account_id": STAMPED},
    "business_assets": {"business_id": OF_THE_BUSINESS},
    "business_members": {"business_id": OF_THE_BUSINESS, "is_system_user": OF_THE_CALL},
    "business_partners": {"business_id": OF_THE_BUSINESS, "partner_type": OF_THE_CALL},
    "catalogs_feed_ingestion_stats": {"feed_id": OF_THE_FEED},
    "catalogs_feed_item_issues": {"feed_id": OF_THE_FEED, "processing_result_id": "stamped from the result"},
    "catalogs_feed_processing_results": {"feed_id": OF_THE_FEED},
    "catalogs_product_group_counts": {"product_group_id": OF_THE_GROUP},
    "catalogs_product_group_products": {
        "product_group_id": OF_THE_GROUP,
        "pin_id": "the id of the pin, where a key can name it",
    },
    "conversion_event_quality": {"ad_account_id": STAMPED},
    "following_boards": {"media.media_type": "as in boards"},
    "keyword_metrics": {
        "ad_account_id": STAMPED,
        "country_code": OF_THE_CALL,
        "metrics.KEYWORD_QUERY_VOLUME": "live answers have this spelling",
    },
    "keywords": {"ad_account_id": STAMPED},
    "labels": {"ad_account_id": STAMPED},
    "product_group_promotions": {"ad_account_id": STAMPED},
    "featured_trend_topics": {"interest": ABOVE, "market": ABOVE, "rank": PLACE, "region": OF_THE_CALL},
    "product_category_trends": {"region": OF_THE_CALL},
    "targeting_options": {
        "option_type": OF_THE_CALL,
        "parent_id": "of the interest above, which names its children",
        "targeting_type": "the word of analytics",
    },
    "trending_keyword_weeks": {
        "is_forecast": SERIES,
        "keyword": "of the keyword that has the series",
        "region": OF_THE_CALL,
        "trend_type": OF_THE_CALL,
        "volume": SERIES,
        "week": SERIES,
    },
    "trending_keywords": {"rank": PLACE, "region": OF_THE_CALL, "trend_type": OF_THE_CALL},
    "trending_product_categories": {"rank": PLACE, "region": OF_THE_CALL},
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
