"""Which reports are there? One a level, each a row of a table; `ReportStream` says what they are."""

from typing import NamedTuple

from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.analytics.report_rows import ITEM_ID

_DOCS = "https://developers.pinterest.com/docs/api/v5/analytics-create_report"


class LevelReport(NamedTuple):
    """A level of Pinterest's reports.

    Attributes:
        name: of the stream's class.
        level: Pinterest's word for it.
        id_columns: what a row is about.
    """

    name: str
    level: str
    id_columns: tuple[str, ...]

    def stream(self) -> type[ReportStream]:
        """The stream of the level."""
        attributes = {"__doc__": f"Level {self.level}. {_DOCS}.", "__module__": __name__}
        return type(self.name, (ReportStream,), {**attributes, "level": self.level, "id_columns": self.id_columns})


LEVEL_REPORTS = (
    LevelReport("AdvertiserReport", "ADVERTISER", ("AD_ACCOUNT_ID",)),
    LevelReport("AdvertiserTargetingReport", "ADVERTISER_TARGETING", ("AD_ACCOUNT_ID",)),
    LevelReport("CampaignAnalyticsReport", "CAMPAIGN", ("CAMPAIGN_ID",)),
    LevelReport("CampaignTargetingReport", "CAMPAIGN_TARGETING", ("CAMPAIGN_ID",)),
    LevelReport("AdGroupReport", "AD_GROUP", ("AD_GROUP_ID",)),
    LevelReport("AdGroupTargetingReport", "AD_GROUP_TARGETING", ("AD_GROUP_ID",)),
    LevelReport("PinPromotionReport", "PIN_PROMOTION", ("PIN_PROMOTION_ID",)),
    LevelReport("PinPromotionTargetingReport", "PIN_PROMOTION_TARGETING", ("PIN_PROMOTION_ID",)),
    LevelReport("ProductGroupReport", "PRODUCT_GROUP", ("PRODUCT_GROUP_ID",)),
    LevelReport("ProductGroupTargetingReport", "PRODUCT_GROUP_TARGETING", ("PRODUCT_GROUP_ID",)),
    LevelReport("ProductItemReport", "PRODUCT_ITEM", (ITEM_ID,)),
    LevelReport("ProductItemTargetingReport", "PRODUCT_ITEM_TARGETING", (ITEM_ID,)),
    LevelReport("KeywordReport", "KEYWORD", ("AD_GROUP_ID",)),
)

REPORTS: tuple[type[ReportStream], ...] = tuple(report.stream() for report in LEVEL_REPORTS)
