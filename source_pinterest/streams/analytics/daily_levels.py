"""What did each account, campaign, ad group, ad and product group do on each day?"""

from source_pinterest.streams.ads.entities import AdGroups, Ads, Campaigns
from source_pinterest.streams.ads.product_group_promotions import ProductGroupPromotions
from source_pinterest.streams.analytics.daily import DailyAnalytics


class AdAccountAnalytics(DailyAnalytics):
    """https://developers.pinterest.com/docs/api/v5/ad_account-analytics."""

    path_template = "ad_accounts/{ad_account_id}/analytics"
    id_column, level = "AD_ACCOUNT_ID", "ADVERTISER"


class CampaignAnalytics(DailyAnalytics):
    """https://developers.pinterest.com/docs/api/v5/campaigns-analytics."""

    path_template = "ad_accounts/{ad_account_id}/campaigns/analytics"
    id_column, level = "CAMPAIGN_ID", "CAMPAIGN"
    entities, ids_parameter = Campaigns, "campaign_ids"


class AdGroupAnalytics(DailyAnalytics):
    """https://developers.pinterest.com/docs/api/v5/ad_groups-analytics."""

    path_template = "ad_accounts/{ad_account_id}/ad_groups/analytics"
    id_column, level = "AD_GROUP_ID", "AD_GROUP"
    entities, ids_parameter = AdGroups, "ad_group_ids"


class AdAnalytics(DailyAnalytics):
    """https://developers.pinterest.com/docs/api/v5/ads-analytics."""

    path_template = "ad_accounts/{ad_account_id}/ads/analytics"
    id_column, level = "AD_ID", "PIN_PROMOTION"
    entities, ids_parameter = Ads, "ad_ids"


class ProductGroupAnalytics(DailyAnalytics):
    """https://developers.pinterest.com/docs/api/v5/product_groups-analytics, of what is promoted in ad groups."""

    path_template = "ad_accounts/{ad_account_id}/product_groups/analytics"
    id_column, level = "PRODUCT_GROUP_ID", "PRODUCT_GROUP"
    entities, ids_parameter = ProductGroupPromotions, "product_group_ids"
