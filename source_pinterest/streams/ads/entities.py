"""Campaigns, ad groups and ads."""

from source_pinterest.streams.ads.entity_stream import EntityStream


class Campaigns(EntityStream):
    """https://developers.pinterest.com/docs/api/v5/campaigns-list."""

    path_template = "ad_accounts/{ad_account_id}/campaigns"


class AdGroups(EntityStream):
    """https://developers.pinterest.com/docs/api/v5/ad_groups-list."""

    path_template = "ad_accounts/{ad_account_id}/ad_groups"


class Ads(EntityStream):
    """https://developers.pinterest.com/docs/api/v5/ads-list."""

    path_template = "ad_accounts/{ad_account_id}/ads"
