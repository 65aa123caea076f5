"""Which models of `pinterestsdk` are the plain lists compared with, and what is left out or added on purpose?"""

from pinterestsdk import models
from pydantic import BaseModel

LIST_MODELS: dict[str, type[BaseModel]] = {
    "audiences": models.AdAccountsAudience,
    "billing_invoices": models.BillingInvoice,
    "billing_profiles": models.BillingProfilesResponse,
    "catalogs": models.Catalog,
    "catalogs_feed_processing_results": models.CatalogsFeedProcessingResult,
    "catalogs_feeds": models.CatalogsFeed,
    "catalogs_product_groups": models.CatalogsVerticalProductGroup,
    "conversion_tags": models.ConversionTag,
    "customer_lists": models.CustomerList,
    "keywords": models.Keyword,
    "lead_forms": models.LeadForm,
    "order_lines": models.OrderLine,
    "product_group_promotions": models.ProductGroupPromotion,
    "promotions": models.Promotion,
}

STAMPED = "stamped from the ad account"
LIST_ADDED: dict[str, dict[str, str]] = {
    "audiences": {"is_ctv_enabled": "seen in live answers"},
    "billing_profiles": {"ad_account_id": STAMPED},
    "catalogs_feed_processing_results": {"feed_id": "stamped from the feed"},
    "keywords": {"ad_account_id": STAMPED},
    "product_group_promotions": {"ad_account_id": STAMPED},
}

SECRET = "what Pinterest signs in to the merchant's server with"
COUNTS = "a map from a code to a count: Pinterest has hundreds of codes, and adds some with each version"
TREE = "a tree of filters as deep as the merchant likes"
LEFT_OUT: dict[str, dict[str, str]] = {
    "catalogs_feed_processing_results": {
        "ingestion_details.errors.": COUNTS,
        "ingestion_details.warnings.": COUNTS,
        "validation_details.errors.": COUNTS,
        "validation_details.warnings.": COUNTS,
    },
    "catalogs_feeds": {"credentials": SECRET},
    "catalogs_product_groups": {"filters.": TREE},
}
"""The beginnings of paths, for each stream."""


def is_left_out(stream: str, path: str) -> bool:
    """Whether a field of the API is not declared, on purpose."""
    return path.startswith(tuple(LEFT_OUT.get(stream, ())))
