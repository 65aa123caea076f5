"""Daily analytics of ad accounts, campaigns, ad groups, ads and product groups, whole and by targeting."""

from abc import ABC
from collections.abc import Iterable, Iterator
from typing import ClassVar

from source_pinterest import limits
from source_pinterest.api.bodies import Record, rows_of
from source_pinterest.columns import TARGETING_TYPE, TARGETING_VALUE
from source_pinterest.config.reports import USUAL_TARGETING_TYPES
from source_pinterest.engine.request_splitting import Names
from source_pinterest.streams.ads.entities import AdGroups, Ads, Campaigns
from source_pinterest.streams.ads.entity_lists import ProductGroupPromotions
from source_pinterest.streams.analytics.daily import DailyAnalytics
from source_pinterest.streams.analytics.query import QueryAnalytics
from source_pinterest.streams.base.declaration import Parent


class AdAccountAnalytics(DailyAnalytics):
    """https://developers.pinterest.com/docs/api/v5/ad_account-analytics."""

    path_template = "ad_accounts/{ad_account_id}/analytics"
    id_column, level = "AD_ACCOUNT_ID", "ADVERTISER"


class CampaignAnalytics(DailyAnalytics):
    """https://developers.pinterest.com/docs/api/v5/campaigns-analytics."""

    path_template = "ad_accounts/{ad_account_id}/campaigns/analytics"
    id_column, level = "CAMPAIGN_ID", "CAMPAIGN"
    parents = (Parent(Campaigns, parameter="campaign_ids"),)


class AdGroupAnalytics(DailyAnalytics):
    """https://developers.pinterest.com/docs/api/v5/ad_groups-analytics."""

    path_template = "ad_accounts/{ad_account_id}/ad_groups/analytics"
    id_column, level = "AD_GROUP_ID", "AD_GROUP"
    parents = (Parent(AdGroups, parameter="ad_group_ids"),)


class AdAnalytics(DailyAnalytics):
    """https://developers.pinterest.com/docs/api/v5/ads-analytics."""

    path_template = "ad_accounts/{ad_account_id}/ads/analytics"
    id_column, level = "AD_ID", "PIN_PROMOTION"
    parents = (Parent(Ads, parameter="ad_ids"),)


class ProductGroupAnalytics(DailyAnalytics):
    """https://developers.pinterest.com/docs/api/v5/product_groups-analytics, of what is promoted in ad groups."""

    path_template = "ad_accounts/{ad_account_id}/product_groups/analytics"
    needs_user_token = True
    id_column, level = "PRODUCT_GROUP_ID", "PRODUCT_GROUP"
    parents = (Parent(ProductGroupPromotions, parameter="product_group_ids"),)


class TargetingAnalytics(QueryAnalytics, ABC):
    """One row per entity, targeting type, targeting value and day. Types overlap: never add them up."""

    breakdown = (TARGETING_TYPE, TARGETING_VALUE)
    rows_a_day = limits.TARGETING_ROWS_A_DAY
    cost = f"one request for each ad account and about {limits.ROWS_PER_ANALYTICS_REQUEST:,} rows"
    targeting_types: ClassVar[tuple[str, ...]] = USUAL_TARGETING_TYPES
    """The types that are open to all apps: with a type in beta, Pinterest would reject the whole request."""

    def breakdown_names(self) -> Names:
        """Return all targeting types, which go into one request."""
        return {"targeting_types": self.targeting_types}

    def rows_in(self, chunks: Iterable[bytes]) -> Iterator[Record]:
        """Parse the rows of a response, and flatten them. They may lack their targeting value."""
        for item in rows_of(chunks, "data"):
            metrics = item["metrics"] if isinstance(item.get("metrics"), dict) else {}  # a row without its key
            value = item.get("targeting_value")
            if value is None:
                value = metrics.get(TARGETING_VALUE)
            targeting = {TARGETING_TYPE: item.get("targeting_type"), TARGETING_VALUE: "" if value is None else value}
            yield {**metrics, **targeting}


class AdAccountTargetingAnalytics(TargetingAnalytics):
    """https://developers.pinterest.com/docs/api/v5/ad_account_targeting_analytics-get."""

    path_template = "ad_accounts/{ad_account_id}/targeting_analytics"
    id_column = "AD_ACCOUNT_ID"


class CampaignTargetingAnalytics(TargetingAnalytics):
    """https://developers.pinterest.com/docs/api/v5/campaign_targeting_analytics-get."""

    path_template = "ad_accounts/{ad_account_id}/campaigns/targeting_analytics"
    id_column = "CAMPAIGN_ID"
    parents = (Parent(Campaigns, parameter="campaign_ids"),)
    targeting_types = (*USUAL_TARGETING_TYPES, "CREATIVE_TYPE", "AUDIENCE_MULTIPLIER")


class AdGroupTargetingAnalytics(TargetingAnalytics):
    """https://developers.pinterest.com/docs/api/v5/ad_groups_targeting_analytics-get."""

    path_template = "ad_accounts/{ad_account_id}/ad_groups/targeting_analytics"
    id_column = "AD_GROUP_ID"
    parents = (Parent(AdGroups, parameter="ad_group_ids"),)


class AdTargetingAnalytics(TargetingAnalytics):
    """https://developers.pinterest.com/docs/api/v5/ad_targeting_analytics-get."""

    path_template = "ad_accounts/{ad_account_id}/ads/targeting_analytics"
    id_column = "AD_ID"
    parents = (Parent(Ads, parameter="ad_ids"),)
    targeting_types = (*USUAL_TARGETING_TYPES, "QUIZ_RESULT")
