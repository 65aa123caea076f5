"""Which ad accounts does the user see, and which campaigns, ad groups and ads does a list of them show?

https://developers.pinterest.com/docs/api/v5/ad_accounts-list and the lists below an account, with their filters.
"""

from collections.abc import Callable, Mapping
from typing import Any

from integration_tests.simulator import errors, numbering
from integration_tests.simulator.ad_records import ad, ad_group, campaign
from integration_tests.simulator.layout import Kind, Layout
from integration_tests.simulator.listing import Listing, Record
from integration_tests.simulator.organic import username
from integration_tests.simulator.seeding import mix, words

DOCUMENTED_STATUSES = frozenset(("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"))
"""What a filter can leave out. An entity with any other status stands in every list."""

_COUNTRIES = (("US", "USD", "America/Los_Angeles"), ("DE", "EUR", "Europe/Berlin"), ("JP", "JPY", "Asia/Tokyo"))


def ad_accounts(layout: Layout, arguments: Mapping[str, Any]) -> Listing:
    shared_too = arguments.get("include_shared_accounts", True)
    indexes = [index for index in layout.account_indexes() if shared_too or not layout.is_shared(index)]
    return Listing(indexes, lambda index: ad_account(layout, index))


def ad_account_by_id(layout: Layout, arguments: Mapping[str, Any]) -> Record:
    return ad_account(layout, account_of(layout, arguments))


def campaigns(layout: Layout, arguments: Mapping[str, Any]) -> Listing:
    return _entities(layout, Kind.CAMPAIGNS, campaign, arguments)


def ad_groups(layout: Layout, arguments: Mapping[str, Any]) -> Listing:
    return _entities(layout, Kind.AD_GROUPS, ad_group, arguments)


def ads(layout: Layout, arguments: Mapping[str, Any]) -> Listing:
    return _entities(layout, Kind.ADS, ad, arguments)


def account_of(layout: Layout, arguments: Mapping[str, Any]) -> int:
    index = layout.account_index(arguments["ad_account_id"])
    if index is None:
        raise errors.forbidden()
    return index


def ad_account(layout: Layout, account: int) -> Record:
    shared = layout.is_shared(account)
    owner = layout.owner_of(layout.account_id(account))
    country, currency, time_zone = _COUNTRIES[account % len(_COUNTRIES)]
    record: Record = {
        "id": layout.account_id(account),
        "name": words(mix(layout.seed, 3, account)),
        "owner": {"id": numbering.USERS.id_of(owner), "username": username(owner)},
        "country": country,
        "currency": currency,
        "permissions": ["ANALYST", "CATALOGS_MANAGER"] if shared else ["OWNER"],
        "created_time": layout.built_at - 90_000_000 + account,
        "updated_time": layout.built_at - 80_000_000 if account % 2 == 0 else None,
    }
    if account % 3 != 2:
        record["time_zone"] = time_zone
    return record


def _entities(
    layout: Layout,
    kind: Kind,
    make: Callable[[Layout, int, int], Record],
    arguments: Mapping[str, Any],
) -> Listing:
    account = account_of(layout, arguments)
    left_out = DOCUMENTED_STATUSES.difference(arguments["entity_statuses"])
    indexes = [
        index
        for index in chosen(layout, kind, account, arguments)
        if layout.status(kind, account, index) not in left_out
    ]
    listing = Listing(indexes, lambda index: make(layout, account, index))
    return listing.backwards() if arguments.get("order") == "DESCENDING" else listing


def chosen(layout: Layout, kind: Kind, account: int, arguments: Mapping[str, Any]) -> list[int]:
    """The entities that the id filters leave, in the order of their ids."""
    indexes: list[int] = list(range(layout.count(kind, account)))
    own_ids = arguments.get({"campaigns": "campaign_ids", "ad_groups": "ad_group_ids", "ads": "ad_ids"}[kind])
    if own_ids is not None:
        wanted = set(own_ids)
        return [index for index in indexes if layout.entity_id(kind, account, index) in wanted]
    for parent, name in ((Kind.AD_GROUPS, "ad_group_ids"), (Kind.CAMPAIGNS, "campaign_ids")):
        if arguments.get(name) is not None:
            wanted = set(arguments[name])
            return [index for index in indexes if _ancestor(layout, kind, account, index, parent) in wanted]
    return indexes


def _ancestor(layout: Layout, kind: Kind, account: int, index: int, ancestor: Kind) -> str:
    parent = layout.parent_index(kind, account, index)
    if kind is Kind.ADS and ancestor is Kind.CAMPAIGNS:
        parent = layout.parent_index(Kind.AD_GROUPS, account, parent)
    return layout.entity_id(ancestor, account, parent)
