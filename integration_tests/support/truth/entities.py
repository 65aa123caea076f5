"""Compute the records of a perfect sync of ad accounts, campaigns, ad groups and ads."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from integration_tests.simulator.ads import entities
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.world import World

_ANY_STATUS = {"entity_statuses": ("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")}
_BELOW_ACCOUNTS: Mapping[str, Callable[[World, Mapping[str, Any]], Listing]] = {
    "campaigns": entities.campaigns,
    "ad_groups": entities.ad_groups,
    "ads": entities.ads,
}
ENTITY_KEYS: Mapping[str, tuple[str, ...]] = dict.fromkeys(("ad_accounts", *_BELOW_ACCOUNTS), ("id",))


def entity_records(world: World, stream: str) -> Iterator[Record]:
    """The entities of every account, whatever their status."""
    if stream not in _BELOW_ACCOUNTS:
        yield from entities.ad_accounts(world, {})
        return
    for account in map(world.account_id, world.account_indexes()):
        yield from _BELOW_ACCOUNTS[stream](world, {**_ANY_STATUS, "ad_account_id": account})
