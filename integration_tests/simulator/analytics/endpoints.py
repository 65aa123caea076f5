"""This table lists the synchronous analytics operations on ad accounts and their entities."""

from collections.abc import Mapping
from typing import Any

from integration_tests.simulator.analytics.operation import AnalyticsOperation
from integration_tests.simulator.analytics.product_groups import ProductGroupOperation
from integration_tests.simulator.analytics.targeting import TargetingOperation
from integration_tests.simulator.calls.operation import DocumentOperation, Operation
from integration_tests.simulator.calls.parameters import Day, ids
from integration_tests.simulator.calls.rules import names_ads
from integration_tests.simulator.world.world import World

_AA = "/ad_accounts/{ad_account_id}"


def _metrics_ready_state(world: World, arguments: Mapping[str, Any]) -> dict[str, bool]:
    """Whether the metrics of a day are final for every ad account; conversions take a day longer than the rest."""
    age_days = (world.today - arguments["date"]).days
    return {
        "conversion_metrics_ready": age_days >= world.days_until_final,
        "non_conversion_metrics_ready": age_days >= world.days_until_final - 1,
    }


ANALYTICS_ENDPOINTS: tuple[Operation, ...] = (
    AnalyticsOperation("ad_account/analytics", f"{_AA}/analytics", level="ad_accounts", takes_app_token=True),
    AnalyticsOperation(
        "campaigns/analytics",
        f"{_AA}/campaigns/analytics",
        parameters=(ids("campaign_ids", required=True, max_length=18),),
        level="campaigns",
        takes_app_token=True,
    ),
    AnalyticsOperation(
        "ad_groups/analytics",
        f"{_AA}/ad_groups/analytics",
        parameters=(ids("ad_group_ids", required=True, max_length=18),),
        level="ad_groups",
        takes_app_token=True,
    ),
    AnalyticsOperation(
        "ads/analytics",
        f"{_AA}/ads/analytics",
        parameters=(ids("ad_ids"),),
        level="ads",
        rules=(names_ads,),
        takes_app_token=True,
    ),
    TargetingOperation(
        "ad_account_targeting_analytics/get", f"{_AA}/targeting_analytics", level="ad_accounts", takes_app_token=True
    ),
    TargetingOperation(
        "campaign_targeting_analytics/get",
        f"{_AA}/campaigns/targeting_analytics",
        parameters=(ids("campaign_ids", required=True, max_length=18),),
        level="campaigns",
        takes_app_token=True,
    ),
    TargetingOperation(
        "ad_groups_targeting_analytics/get",
        f"{_AA}/ad_groups/targeting_analytics",
        parameters=(ids("ad_group_ids", required=True, max_length=18),),
        level="ad_groups",
        takes_app_token=True,
    ),
    TargetingOperation(
        "ad_targeting_analytics/get",
        f"{_AA}/ads/targeting_analytics",
        parameters=(ids("ad_ids", required=True),),
        level="ads",
        takes_app_token=True,
    ),
    ProductGroupOperation(
        "product_groups/analytics",
        f"{_AA}/product_groups/analytics",
        parameters=(ids("product_group_ids", required=True),),
        level="product_groups",
        takes_app_token=True,
    ),
    DocumentOperation(
        "metrics_ready_state/get",
        "/resources/metrics_ready_state",
        "ads_analytics",
        ("ads:read",),
        (Day("date", required=True),),
        _metrics_ready_state,
    ),
)
