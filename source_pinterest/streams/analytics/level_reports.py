"""The levels of Pinterest's reports, and a stream of daily rows for each of them."""

from abc import ABC
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from source_pinterest.columns import (
    ACCOUNT_COLUMNS,
    ASYNC_COLUMNS,
    DEFAULT_COLUMNS,
    ITEM_ID,
    TARGETING_TYPE,
    TARGETING_VALUE,
)
from source_pinterest.config import attribution_of
from source_pinterest.config.reports import (
    day_limits_of,
    default_targeting_types,
    is_targeting,
    may_be_finer,
    unsuitable_columns,
)
from source_pinterest.dates import Granularity
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.analytics.report_spec import ReportSpec, requested, variants_of
from source_pinterest.streams.base.sync import SyncContext

_DOCS = "https://developers.pinterest.com/docs/api/v5/analytics-create_report"


class Level(NamedTuple):
    """A level of Pinterest's reports.

    Attributes:
        class_name: the name of its stream's class.
        ids: the columns with the ids that identify a row; at levels that may be finer, a row may lack some of them.
    """

    class_name: str
    ids: tuple[str, ...]


_OF_ADS = ("CAMPAIGN_ID", "AD_GROUP_ID", "AD_ID", "PIN_ID", "PRODUCT_GROUP_ID")
_OF_ITEMS = ("CAMPAIGN_ID", "AD_GROUP_ID", "PIN_ID", "PRODUCT_GROUP_ID", ITEM_ID)

LEVELS: Mapping[str, Level] = {
    "ADVERTISER": Level("AdvertiserReport", ("AD_ACCOUNT_ID",)),
    "ADVERTISER_TARGETING": Level("AdvertiserTargetingReport", ("AD_ACCOUNT_ID",)),
    "CAMPAIGN": Level("CampaignAnalyticsReport", ("CAMPAIGN_ID",)),
    "CAMPAIGN_TARGETING": Level("CampaignTargetingReport", ("CAMPAIGN_ID",)),
    "AD_GROUP": Level("AdGroupReport", ("AD_GROUP_ID",)),
    "AD_GROUP_TARGETING": Level("AdGroupTargetingReport", ("AD_GROUP_ID",)),
    "PIN_PROMOTION": Level("PinPromotionReport", ("PIN_PROMOTION_ID",)),
    "PIN_PROMOTION_TARGETING": Level("PinPromotionTargetingReport", ("PIN_PROMOTION_ID",)),
    "PRODUCT_GROUP": Level("ProductGroupReport", _OF_ADS),
    "PRODUCT_GROUP_TARGETING": Level("ProductGroupTargetingReport", _OF_ADS),
    "PRODUCT_ITEM": Level("ProductItemReport", _OF_ITEMS),
    "PRODUCT_ITEM_TARGETING": Level("ProductItemTargetingReport", _OF_ITEMS),
    "KEYWORD": Level("KeywordReport", _OF_ADS),
}


def level_spec(
    level: str,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    granularity: Granularity = Granularity.DAY,
    targeting_types: Sequence[str] | None = None,
    statuses: Mapping[str, Sequence[str]] | None = None,
    *,
    attribution: Mapping[str, Any],
) -> ReportSpec:
    """Return what the reports of a level are.

    Args:
        level: Pinterest's name of the level.
        columns: the columns to request in addition to the ids. Pinterest has more columns than its documents list.
        granularity: the time that a row covers.
        targeting_types: the targeting types; None for those of the level.
        statuses: the statuses of entities to which the rows are limited, by the field that lists them.
        attribution: the parameters that say how conversions are attributed.
    """
    ids, has_breakdowns = LEVELS[level].ids, is_targeting(level) or level == "KEYWORD"
    history_days, window_days = day_limits_of(level, granularity)
    types = default_targeting_types(level) if targeting_types is None else targeting_types
    return ReportSpec(
        level=level,
        ids=ids,
        columns=requested(ids, columns, ASYNC_COLUMNS.union(columns) - unsuitable_columns(level)),
        history_days=history_days,
        window_days=window_days,
        may_lack_ids=may_be_finer(level),
        breakdowns=(
            *((TARGETING_TYPE, TARGETING_VALUE) if has_breakdowns else ()),
            *(column for column in ACCOUNT_COLUMNS if column in columns),
        ),
        granularity=granularity,
        variants=variants_of(types, **statuses or {}),
        fields=attribution,
    )


class LevelReport(ReportStream, ABC):
    """A level with the default columns."""

    level: ClassVar[str]

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync, level_spec(self.level, attribution=attribution_of(sync.config)))


REPORTS: tuple[type[LevelReport], ...] = tuple(
    type(of.class_name, (LevelReport,), {"__doc__": f"Level {level}. {_DOCS}.", "__module__": __name__, "level": level})
    for level, of in LEVELS.items()
)
