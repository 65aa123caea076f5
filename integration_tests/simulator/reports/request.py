"""`ReportRequest` holds the valid parameters of an asynchronous report.

https://developers.pinterest.com/docs/api/v5/analytics-create_report: a level, a window, columns, and for the levels
that end in _TARGETING up to five ways to break the numbers down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from integration_tests.simulator.analytics.day_rows import DEFAULT_ATTRIBUTION, Attribution

TARGETING_SUFFIX = "_TARGETING"
_BROKEN_DOWN = ("ADVERTISER", "CAMPAIGN", "AD_GROUP", "PIN_PROMOTION", "PRODUCT_GROUP", "PRODUCT_ITEM")
LEVELS = (*_BROKEN_DOWN, *(level + TARGETING_SUFFIX for level in _BROKEN_DOWN), "KEYWORD")
PRODUCT_ITEM_LEVELS = ("PRODUCT_ITEM", "PRODUCT_ITEM_TARGETING")

TARGETING_VALUES: Mapping[str, tuple[str | int, ...]] = {
    "KEYWORD": ("wedding ideas", "Küche & Bad"),
    "APPTYPE": ("iphone", "android_mobile", "web"),
    "GENDER": ("female", "male", "unknown"),
    "LOCATION": (500, 501),  # numbers, as in the example of Pinterest's own document
    "PLACEMENT": ("BROWSE", "SEARCH"),
    "COUNTRY": ("US", "DE"),
    "TARGETED_INTEREST": ("941870572865", "925056443165"),
    "PINNER_INTEREST": ("903733943146",),
    "AUDIENCE_INCLUDE": ("2542620905473",),
    "GEO": ("US:94108", "US:94109"),
    "AGE_BUCKET": ("18-24", "25-34", "65+"),
    "REGION": ("US-CA", "DE-BE"),
    "MEDIA_TYPE": ("IMAGE", "VIDEO"),
    "AGE_BUCKET_AND_GENDER": ("18-24&female",),
    "AUDIENCE_MULTIPLIER": ("2542620905473",),
    "CREATIVE_ENHANCEMENTS": ("BACKGROUND",),
    "LOCAL_ADS_STORE_CODE": ("0042", "7"),
}
TARGETING_OF_ONE_LEVEL = {"AUDIENCE_MULTIPLIER": "CAMPAIGN_TARGETING", "MEDIA_TYPE": "PRODUCT_ITEM_TARGETING"}
BETA_TARGETING = ("AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS")


@dataclass(frozen=True, kw_only=True)
class ReportRequest:
    """A report that breaks no rule."""

    level: str
    start_date: date
    end_date: date
    columns: tuple[str, ...]
    granularity: str = "DAY"
    targeting_types: tuple[str, ...] = ()
    attribution: Attribution = DEFAULT_ATTRIBUTION
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    breakdown: str = ""  # of the products of conversions
    attribution_type: str = "DEFAULT"  # of conversions to products
    operation_id: str = "analytics/create_report"  # with which it was ordered

    @property
    def base_level(self) -> str:
        """The level of the entities, broken down or not."""
        return self.level.removesuffix(TARGETING_SUFFIX)
