"""This table lists the operations on ad accounts, campaigns, ad groups and ads."""

from collections.abc import Callable

from integration_tests.simulator.ads import entities
from integration_tests.simulator.calls.operation import DocumentOperation, ListOperation, Operation
from integration_tests.simulator.calls.parameters import Choice, RepeatedArray
from integration_tests.simulator.world.listing import Listing

_ADS = ("ads:read",)
_AA = "/ad_accounts/{ad_account_id}"
_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")
_ENTITY_STATUSES = RepeatedArray(
    "entity_statuses", item=Choice("entity_statuses", values=_STATUSES), default=("ACTIVE", "PAUSED")
)


def _of_account(name: str, listing: Callable[..., Listing]) -> Operation:
    path = f"{_AA}/{name}"
    return ListOperation(f"{name}/list", path, "ads_read", _ADS, (_ENTITY_STATUSES,), listing, takes_app_token=True)


AD_ENDPOINTS: tuple[Operation, ...] = (
    ListOperation("ad_accounts/list", "/ad_accounts", "ads_read", _ADS, (), entities.ad_accounts, takes_app_token=True),
    DocumentOperation("ad_accounts/get", _AA, "ads_read", _ADS, (), entities.ad_account_by_id, takes_app_token=True),
    _of_account("campaigns", entities.campaigns),
    _of_account("ad_groups", entities.ad_groups),
    _of_account("ads", entities.ads),
)
