"""This table lists the operations on ad accounts, campaigns, ad groups and ads."""

from integration_tests.simulator.ads import entities
from integration_tests.simulator.calls.operation import DocumentOperation, ListOperation, Operation
from integration_tests.simulator.calls.parameters import Choice, RepeatedArray

_ADS = ("ads:read",)
_AA = "/ad_accounts/{ad_account_id}"
_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")
_ENTITY_STATUSES = RepeatedArray(
    "entity_statuses", item=Choice("entity_statuses", values=_STATUSES), default=("ACTIVE", "PAUSED")
)

AD_ENDPOINTS: tuple[Operation, ...] = (
    ListOperation("ad_accounts/list", "/ad_accounts", "ads_read", _ADS, (), entities.ad_accounts, takes_app_token=True),
    DocumentOperation("ad_accounts/get", _AA, "ads_read", _ADS, (), entities.ad_account_by_id, takes_app_token=True),
    ListOperation(
        "campaigns/list",
        f"{_AA}/campaigns",
        "ads_read",
        _ADS,
        (_ENTITY_STATUSES,),
        entities.campaigns,
        takes_app_token=True,
    ),
    ListOperation(
        "ad_groups/list",
        f"{_AA}/ad_groups",
        "ads_read",
        _ADS,
        (_ENTITY_STATUSES,),
        entities.ad_groups,
        takes_app_token=True,
    ),
    ListOperation("ads/list", f"{_AA}/ads", "ads_read", _ADS, (_ENTITY_STATUSES,), entities.ads, takes_app_token=True),
)
