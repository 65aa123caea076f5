"""Campaigns, ad groups and ads."""

from source_pinterest.streams.ads.entity_stream import EntityStream
from source_pinterest.streams.base.foreign_keys import ForeignKey, to_pin


class Campaigns(EntityStream):
    """https://developers.pinterest.com/docs/api/v5/campaigns-list."""

    path_template = "ad_accounts/{ad_account_id}/campaigns"
    foreign_keys = (ForeignKey("order_lines", ("order_line_id",), unless="the account may not see its order lines"),)


class AdGroups(EntityStream):
    """https://developers.pinterest.com/docs/api/v5/ad_groups-list."""

    path_template = "ad_accounts/{ad_account_id}/ad_groups"
    foreign_keys = (
        ForeignKey("campaigns", ("campaign_id",)),
        ForeignKey("promotions", ("promotion_id",), unless="the promotion is deleted"),
        ForeignKey("customer_segments", ("customer_segment_id",), unless="the segment is deleted"),
    )


class Ads(EntityStream):
    """https://developers.pinterest.com/docs/api/v5/ads-list."""

    path_template = "ad_accounts/{ad_account_id}/ads"
    foreign_keys = (
        ForeignKey("campaigns", ("campaign_id",)),
        ForeignKey("ad_groups", ("ad_group_id",)),
        to_pin("pin_id"),
        ForeignKey("lead_forms", ("lead_form_id",), unless="the app may not see lead forms"),
    )
