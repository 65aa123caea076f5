"""What can a report be about, how can it be broken down and filtered, and how far back does it reach?

The names are Pinterest's: https://developers.pinterest.com/docs/api/v5/analytics-create_report.
"""

from collections.abc import Mapping
from typing import NamedTuple

from source_pinterest import limits
from source_pinterest.columns import AD_COLUMNS, REACH_COLUMNS
from source_pinterest.granularity import Granularity

_SUBJECTS = ("ADVERTISER", "CAMPAIGN", "AD_GROUP", "PIN_PROMOTION", "PRODUCT_GROUP", "PRODUCT_ITEM")
LEVELS = (*(level for subject in _SUBJECTS for level in (subject, f"{subject}_TARGETING")), "KEYWORD")

CAMPAIGN_STATUSES = (
    "RUNNING",
    "PAUSED",
    "NOT_STARTED",
    "COMPLETED",
    "ADVERTISER_DISABLED",
    "ARCHIVED",
    "DRAFT",
    "DELETED_DRAFT",
)
AD_GROUP_STATUSES = CAMPAIGN_STATUSES
AD_STATUSES = (
    "APPROVED",
    "PAUSED",
    "PENDING",
    "REJECTED",
    "ADVERTISER_DISABLED",
    "ARCHIVED",
    "DRAFT",
    "DELETED_DRAFT",
)
PRODUCT_GROUP_STATUSES = ("RUNNING", "PAUSED", "EXCLUDED", "ARCHIVED")

USUAL_TARGETING_TYPES = (
    "KEYWORD",
    "APPTYPE",
    "GENDER",
    "LOCATION",
    "PLACEMENT",
    "COUNTRY",
    "TARGETED_INTEREST",
    "PINNER_INTEREST",
    "AUDIENCE_INCLUDE",
    "GEO",
    "AGE_BUCKET",
    "REGION",
)
# In beta, or for a few accounts only. If Pinterest refuses one of them, it refuses the whole report.
_RARE_TARGETING_TYPES = ("AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE")

ONLY_LEVEL_OF_TARGETING_TYPE: Mapping[str, str] = {
    "MEDIA_TYPE": "PRODUCT_ITEM_TARGETING",
    "AUDIENCE_MULTIPLIER": "CAMPAIGN_TARGETING",
}
TARGETING_TYPES = (*USUAL_TARGETING_TYPES, *ONLY_LEVEL_OF_TARGETING_TYPE, *_RARE_TARGETING_TYPES)


class Reach(NamedTuple):
    """How many days back a report may start, and how many days it may cover, first and last day included."""

    history_days: int
    window_days: int


def reach_of(level: str, granularity: Granularity) -> Reach:
    """The days that Pinterest has for a level and a granularity; if both limit them, the tighter limit."""
    history_days, window_days = limits.ASYNC_HISTORY_DAYS, limits.REPORT_WINDOW_DAYS
    if is_about_product_items(level):
        history_days, window_days = limits.PRODUCT_ITEM_HISTORY_DAYS, limits.PRODUCT_ITEM_WINDOW_DAYS
    if granularity is Granularity.HOUR:
        history_days, window_days = limits.HOUR_HISTORY_DAYS, limits.HOUR_WINDOW_DAYS
    return Reach(history_days, window_days)


def is_about_product_items(level: str) -> bool:
    """Whether the rows are product items, which do not belong to a single ad."""
    return level.startswith("PRODUCT_ITEM")


def is_targeting(level: str) -> bool:
    """Whether the rows are broken down by `targeting_types`, which the request has to name."""
    return level.endswith("_TARGETING")


def may_be_finer(level: str) -> bool:
    """Whether an entity may have several rows a day, such as one for each ad that shows it; no document says."""
    return level == "KEYWORD" or level.startswith("PRODUCT_")


def refused_columns(level: str) -> frozenset[str]:
    """The columns that exist, but not at this level."""
    return AD_COLUMNS if is_about_product_items(level) else frozenset()


def unsuitable_columns(level: str) -> frozenset[str]:
    """The columns that are better not asked for at this level: one of them may cost the whole report."""
    return REACH_COLUMNS if is_targeting(level) or level == "KEYWORD" else frozenset()


def default_targeting_types(level: str) -> tuple[str, ...]:
    """Every targeting type of the level that is open to all accounts; none if the level isn't broken down."""
    if not is_targeting(level):
        return ()
    own = (name for name, only_level in ONLY_LEVEL_OF_TARGETING_TYPE.items() if only_level == level)
    return (*USUAL_TARGETING_TYPES, *own)
