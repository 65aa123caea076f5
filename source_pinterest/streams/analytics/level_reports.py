"""The report streams by level: a table, each row of which becomes a subclass of `ReportStream`."""

from typing import NamedTuple

from source_pinterest.columns import ITEM_ID
from source_pinterest.streams.analytics.report import ReportStream

_DOCS = "https://developers.pinterest.com/docs/api/v5/analytics-create_report"


class LevelReport(NamedTuple):
    """A level of Pinterest's reports.

    Attributes:
        name: the name of the stream's class.
        level: Pinterest's name of the level.
        id_columns: the columns with the ids that identify a row; at some levels a row may lack some of them.
    """

    name: str
    level: str
    id_columns: tuple[str, ...]

    def stream(self) -> type[ReportStream]:
        """Create the stream's class."""
        attributes = {"__doc__": f"Level {self.level}. {_DOCS}.", "__module__": __name__}
        return type(self.name, (ReportStream,), {**attributes, "level": self.level, "id_columns": self.id_columns})


_OF_ADS = ("CAMPAIGN_ID", "AD_GROUP_ID", "AD_ID", "PIN_ID", "PRODUCT_GROUP_ID")
_OF_ITEMS = ("CAMPAIGN_ID", "AD_GROUP_ID", "PIN_ID", "PRODUCT_GROUP_ID", ITEM_ID)

LEVEL_REPORTS = (
    LevelReport("AdvertiserReport", "ADVERTISER", ("AD_ACCOUNT_ID",)),
    LevelReport("AdvertiserTargetingReport", "ADVERTISER_TARGETING", ("AD_ACCOUNT_ID",)),
    LevelReport("CampaignAnalyticsReport", "CAMPAIGN", ("CAMPAIGN_ID",)),
    LevelReport("CampaignTargetingReport", "CAMPAIGN_TARGETING", ("CAMPAIGN_ID",)),
    LevelReport("AdGroupReport", "AD_GROUP", ("AD_GROUP_ID",)),
    LevelReport("AdGroupTargetingReport", "AD_GROUP_TARGETING", ("AD_GROUP_ID",)),
    LevelReport("PinPromotionReport", "PIN_PROMOTION", ("PIN_PROMOTION_ID",)),
    LevelReport("PinPromotionTargetingReport", "PIN_PROMOTION_TARGETING", ("PIN_PROMOTION_ID",)),
    LevelReport("ProductGroupReport", "PRODUCT_GROUP", _OF_ADS),
    LevelReport("ProductGroupTargetingReport", "PRODUCT_GROUP_TARGETING", _OF_ADS),
    LevelReport("ProductItemReport", "PRODUCT_ITEM", _OF_ITEMS),
    LevelReport("ProductItemTargetingReport", "PRODUCT_ITEM_TARGETING", _OF_ITEMS),
    LevelReport("KeywordReport", "KEYWORD", _OF_ADS),
)

REPORTS: tuple[type[ReportStream], ...] = tuple(report.stream() for report in LEVEL_REPORTS)
