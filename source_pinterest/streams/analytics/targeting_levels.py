"""Whom did each account, campaign, ad group and ad reach on each day?"""

from source_pinterest.config.report_levels import USUAL_TARGETING_TYPES
from source_pinterest.streams.ads.entities import AdGroups, Ads, Campaigns
from source_pinterest.streams.analytics.targeting import TargetingAnalytics


class AdAccountTargetingAnalytics(TargetingAnalytics):
    """https://developers.pinterest.com/docs/api/v5/ad_account_targeting_analytics-get."""

    path_template = "ad_accounts/{ad_account_id}/targeting_analytics"
    id_column = "AD_ACCOUNT_ID"


class CampaignTargetingAnalytics(TargetingAnalytics):
    """https://developers.pinterest.com/docs/api/v5/campaign_targeting_analytics-get."""

    path_template = "ad_accounts/{ad_account_id}/campaigns/targeting_analytics"
    id_column = "CAMPAIGN_ID"
    entities, ids_parameter = Campaigns, "campaign_ids"
    targeting_types = (*USUAL_TARGETING_TYPES, "CREATIVE_TYPE", "AUDIENCE_MULTIPLIER")


class AdGroupTargetingAnalytics(TargetingAnalytics):
    """https://developers.pinterest.com/docs/api/v5/ad_groups_targeting_analytics-get."""

    path_template = "ad_accounts/{ad_account_id}/ad_groups/targeting_analytics"
    id_column = "AD_GROUP_ID"
    entities, ids_parameter = AdGroups, "ad_group_ids"


class AdTargetingAnalytics(TargetingAnalytics):
    """https://developers.pinterest.com/docs/api/v5/ad_targeting_analytics-get."""

    path_template = "ad_accounts/{ad_account_id}/ads/targeting_analytics"
    id_column = "AD_ID"
    entities, ids_parameter = Ads, "ad_ids"
    targeting_types = (*USUAL_TARGETING_TYPES, "QUIZ_RESULT")
