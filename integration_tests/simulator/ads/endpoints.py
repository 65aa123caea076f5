"""This table lists the operations on ad accounts, campaigns, ad groups and ads."""

from integration_tests.simulator.ads import entities
from integration_tests.simulator.calls.operation import DocumentOperation, ListOperation, Operation
from integration_tests.simulator.calls.parameters import Choice, Flag, RepeatedArray, ids, unsimulated

_ADS = ("ads:read",)
_AA = "/ad_accounts/{ad_account_id}"
_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")
_ENTITY_STATUSES = RepeatedArray(
    "entity_statuses",
    item=Choice("entity_statuses", values=_STATUSES),
    default=("ACTIVE", "PAUSED"),
)
_FILTERS = unsimulated(ids("campaign_ids", max_length=18), Choice("order", values=("ASCENDING", "DESCENDING")))

AD_ENDPOINTS: tuple[Operation, ...] = (
    ListOperation(
        "ad_accounts/list",
        "/ad_accounts",
        "ads_read",
        _ADS,
        unsimulated(Flag("include_shared_accounts", default=True)),
        entities.ad_accounts,
        takes_app_token=True,
    ),
    DocumentOperation("ad_accounts/get", _AA, "ads_read", _ADS, (), entities.ad_account_by_id, takes_app_token=True),
    ListOperation(
        "campaigns/list",
        f"{_AA}/campaigns",
        "ads_read",
        _ADS,
        (_ENTITY_STATUSES, *_FILTERS),
        entities.campaigns,
        takes_app_token=True,
    ),
    ListOperation(
        "ad_groups/list",
        f"{_AA}/ad_groups",
        "ads_read",
        _ADS,
        (
            _ENTITY_STATUSES,
            *_FILTERS,
            *unsimulated(ids("ad_group_ids"), Flag("translate_interests_to_names", default=False)),
        ),
        entities.ad_groups,
        takes_app_token=True,
    ),
    ListOperation(
        "ads/list",
        f"{_AA}/ads",
        "ads_read",
        _ADS,
        (_ENTITY_STATUSES, *_FILTERS, *unsimulated(ids("ad_group_ids"), ids("ad_ids"))),
        entities.ads,
        takes_app_token=True,
    ),
)
