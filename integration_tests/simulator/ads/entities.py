"""List the user's ad accounts and the campaigns, ad groups and ads in them.

https://developers.pinterest.com/docs/api/v5/ad_accounts-list and the lists below an account, with their filters.
"""

from collections.abc import Callable, Mapping
from typing import Any

from integration_tests.simulator.ads.records import ad, ad_group, campaign
from integration_tests.simulator.calls import errors
from integration_tests.simulator.organic.content import username
from integration_tests.simulator.world import numbering, shop
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.seeding import mix, unlike_any_other
from integration_tests.simulator.world.world import Kind, World

DOCUMENTED_STATUSES = frozenset(("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"))
"""What a filter can leave out. An entity with any other status stands in every list."""

_COUNTRIES = (("US", "USD", "America/Los_Angeles"), ("DE", "EUR", "Europe/Berlin"), ("JP", "JPY", "Asia/Tokyo"))


def ad_accounts(world: World, _arguments: Mapping[str, Any]) -> Listing:
    return Listing(world.account_indexes(), lambda index: ad_account(world, index))


def ad_account_by_id(world: World, arguments: Mapping[str, Any]) -> Record:
    return ad_account(world, account_of(world, arguments))


def campaigns(world: World, arguments: Mapping[str, Any]) -> Listing:
    return _entities(world, Kind.CAMPAIGNS, campaign, arguments)


def ad_groups(world: World, arguments: Mapping[str, Any]) -> Listing:
    return _entities(world, Kind.AD_GROUPS, ad_group, arguments)


def ads(world: World, arguments: Mapping[str, Any]) -> Listing:
    return _entities(world, Kind.ADS, ad, arguments)


def account_of(world: World, arguments: Mapping[str, Any]) -> int:
    index = world.account_index(arguments["ad_account_id"])
    if index is None:
        raise errors.forbidden()
    return index


def ad_account(world: World, account: int) -> Record:
    shared = world.is_shared(account)
    owner = world.owner_of(world.account_id(account))
    countries = shop.COUNTRIES if world.shop else _COUNTRIES
    country, currency, time_zone = countries[account % len(countries)]
    record: Record = {
        "id": world.account_id(account),
        "name": account_name(world, account),
        "owner": {"id": numbering.USERS.id_of(owner), "username": username(owner)},
        "country": country,
        "currency": currency,
        "permissions": ["ANALYST", "CATALOGS_MANAGER"] if shared else ["OWNER"],
        "created_time": world.built_at - 90_000_000 + account,
        "updated_time": world.built_at - 80_000_000 if account % 2 == 0 else None,
    }
    if world.shop or account % 3 != 2:
        record["time_zone"] = time_zone
    return record


def account_name(world: World, account: int) -> str:
    if world.shop:
        return shop.name((shop.ACCOUNTS,), 0, account)
    return unlike_any_other(mix(world.seed, 3), account)


def _entities(
    world: World,
    kind: Kind,
    make: Callable[[World, int, int], Record],
    arguments: Mapping[str, Any],
) -> Listing:
    account = account_of(world, arguments)
    skipped = DOCUMENTED_STATUSES.difference(arguments["entity_statuses"])
    indexes = range(world.count(kind, account))
    listed = [
        index
        for index in indexes
        if world.status(kind, account, index) not in skipped
        and not (world.deleted_entities and world.entity_id(kind, account, index) in world.deleted_entities)
    ]
    return Listing(listed, lambda index: make(world, account, index))
