"""Which reports are there? One stream per level."""

from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.analytics.report_slices import ITEM_ID


class AdvertiserReport(ReportStream):
    """Level ADVERTISER. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    level, id_columns = "ADVERTISER", ("AD_ACCOUNT_ID",)


class AdvertiserTargetingReport(AdvertiserReport):
    """Level ADVERTISER_TARGETING. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    level = "ADVERTISER_TARGETING"


class CampaignAnalyticsReport(ReportStream):
    """Level CAMPAIGN. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    level, id_columns = "CAMPAIGN", ("CAMPAIGN_ID",)


class CampaignTargetingReport(CampaignAnalyticsReport):
    """Level CAMPAIGN_TARGETING. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    level = "CAMPAIGN_TARGETING"


class AdGroupReport(ReportStream):
    """Level AD_GROUP. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    level, id_columns = "AD_GROUP", ("AD_GROUP_ID",)


class AdGroupTargetingReport(AdGroupReport):
    """Level AD_GROUP_TARGETING. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    level = "AD_GROUP_TARGETING"


class PinPromotionReport(ReportStream):
    """Level PIN_PROMOTION. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    level, id_columns = "PIN_PROMOTION", ("PIN_PROMOTION_ID",)


class PinPromotionTargetingReport(PinPromotionReport):
    """Level PIN_PROMOTION_TARGETING. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    level = "PIN_PROMOTION_TARGETING"


class ProductGroupReport(ReportStream):
    """Level PRODUCT_GROUP. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    level, id_columns = "PRODUCT_GROUP", ("PRODUCT_GROUP_ID",)


class ProductGroupTargetingReport(ProductGroupReport):
    """Level PRODUCT_GROUP_TARGETING. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    level = "PRODUCT_GROUP_TARGETING"


class ProductItemReport(ReportStream):
    """Level PRODUCT_ITEM, 92 days back and 31 a report. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    level, id_columns = "PRODUCT_ITEM", (ITEM_ID,)


class ProductItemTargetingReport(ProductItemReport):
    """Level PRODUCT_ITEM_TARGETING. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    level = "PRODUCT_ITEM_TARGETING"


class KeywordReport(ReportStream):
    """Level KEYWORD. https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    level, id_columns = "KEYWORD", ("AD_GROUP_ID",)


REPORTS: tuple[type[ReportStream], ...] = (
    AdvertiserReport,
    AdvertiserTargetingReport,
    CampaignAnalyticsReport,
    CampaignTargetingReport,
    AdGroupReport,
    AdGroupTargetingReport,
    PinPromotionReport,
    PinPromotionTargetingReport,
    ProductGroupReport,
    ProductGroupTargetingReport,
    ProductItemReport,
    ProductItemTargetingReport,
    KeywordReport,
)
