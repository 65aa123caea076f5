"""This table lists the synchronous analytics operations on ad accounts and their entities."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from integration_tests.simulator.analytics.operation import AnalyticsOperation
from integration_tests.simulator.analytics.subjects import Subject
from integration_tests.simulator.analytics.targeting import TargetingOperation
from integration_tests.simulator.calls.operation import Arguments, DocumentOperation, Operation
from integration_tests.simulator.calls.parameters import Day, Parameter, ids_of_analytics
from integration_tests.simulator.calls.rules import names_ads
from integration_tests.simulator.reports.request import ReportRequest
from integration_tests.simulator.reports.subjects import entities
from integration_tests.simulator.world.world import World

_AA = "/ad_accounts/{ad_account_id}"


PRODUCT_GROUP_ID = "PRODUCT_GROUP_ID"


def product_groups(world: World, account: int, ids: Sequence[str] | None = None) -> Iterator[Subject]:
    """The product groups requested, or all of them; ids that aren't this account's are passed over."""
    filters = {} if ids is None else {"product_group_ids": tuple(ids)}
    request = ReportRequest(
        level="PRODUCT_GROUP", start_date=world.today, end_date=world.today, columns=(), filters=filters
    )
    return (replace(part.subject, row_key=PRODUCT_GROUP_ID) for part in entities(world, account, request))


@dataclass(frozen=True)
class ProductGroupOperation(AnalyticsOperation):
    """The analytics of product groups: rows as of the other levels, with the id of the product group on each.

    No column requests it. The numbers are those of reports.
    """

    def subjects(self, world: World, account: int, arguments: Arguments, ids: Sequence[str]) -> Iterator[Subject]:
        del arguments
        return product_groups(world, account, ids)


_DAYS_UNTIL_FINAL = 2
"""So old is a day once its numbers stand still."""


def _metrics_ready_state(world: World, arguments: Mapping[str, Any]) -> dict[str, bool]:
    """Whether the metrics of a day are final for every ad account; conversions take a day longer than the rest."""
    age_days = (world.today - arguments["date"]).days
    return {
        "conversion_metrics_ready": age_days >= _DAYS_UNTIL_FINAL,
        "non_conversion_metrics_ready": age_days >= _DAYS_UNTIL_FINAL - 1,
    }


_CAMPAIGNS = ids_of_analytics("campaign_ids", max_length=18)
_AD_GROUPS = ids_of_analytics("ad_group_ids", max_length=18)


def _of(
    kind: type[AnalyticsOperation], operation_id: str, level: str, *parameters: Parameter, **more: Any
) -> Operation:
    """The analytics of a level, or its targeting analytics."""
    place = "" if level == "ad_accounts" else f"/{level}"
    path = f"{_AA}{place}/{'targeting_' if kind is TargetingOperation else ''}analytics"
    return kind(operation_id, path, parameters=parameters, level=level, takes_app_token=True, **more)


ANALYTICS_ENDPOINTS: tuple[Operation, ...] = (
    _of(AnalyticsOperation, "ad_account/analytics", "ad_accounts"),
    _of(AnalyticsOperation, "campaigns/analytics", "campaigns", _CAMPAIGNS),
    _of(AnalyticsOperation, "ad_groups/analytics", "ad_groups", _AD_GROUPS),
    _of(AnalyticsOperation, "ads/analytics", "ads", ids_of_analytics("ad_ids", required=False), rules=(names_ads,)),
    _of(TargetingOperation, "ad_account_targeting_analytics/get", "ad_accounts"),
    _of(TargetingOperation, "campaign_targeting_analytics/get", "campaigns", _CAMPAIGNS),
    _of(TargetingOperation, "ad_groups_targeting_analytics/get", "ad_groups", _AD_GROUPS),
    _of(TargetingOperation, "ad_targeting_analytics/get", "ads", ids_of_analytics("ad_ids")),
    _of(ProductGroupOperation, "product_groups/analytics", "product_groups", ids_of_analytics("product_group_ids")),
    DocumentOperation(
        "metrics_ready_state/get",
        "/resources/metrics_ready_state",
        "ads_analytics",
        ("ads:read",),
        (Day("date", required=True),),
        _metrics_ready_state,
    ),
)
