"""Compute the records of a perfect sync of the plain lists, by key."""

from collections.abc import Callable, Iterator, Mapping

from integration_tests.simulator.lists import account_lists, ad_group_lists, catalogs
from integration_tests.simulator.lists.account_lists import ListingOf
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import Kind, World

ListOf = Callable[[World], Iterator[Record]]


def in_each_account(listing: ListingOf) -> ListOf:
    """The records of a list of each ad account, with the id of the account."""

    def records(world: World) -> Iterator[Record]:
        for account in map(world.account_id, world.account_indexes()):
            for record in listing(world, {"ad_account_id": account}):
                yield {**record, "ad_account_id": account}

    return records


def _keywords(world: World) -> Iterator[Record]:
    """Those of the accounts themselves, of their campaigns and of their ad groups."""
    for account in world.account_indexes():
        stamp = {"ad_account_id": world.account_id(account)}
        parents: list[Record] = [{}]
        for kind, name in ((Kind.CAMPAIGNS, "campaign_id"), (Kind.AD_GROUPS, "ad_group_id")):
            parents += [{name: world.entity_id(kind, account, index)} for index in range(world.count(kind, account))]
        for parent in parents:
            for record in ad_group_lists.keywords(world, {**stamp, **parent}):
                yield {**record, **stamp}


def _product_group_promotions(world: World) -> Iterator[Record]:
    for account in world.account_indexes():
        stamp = {"ad_account_id": world.account_id(account)}
        for index in range(world.count(Kind.AD_GROUPS, account)):
            ad_group = {"ad_group_id": world.entity_id(Kind.AD_GROUPS, account, index)}
            call = {**stamp, **ad_group, "entity_statuses": ad_group_lists.STATUSES}
            for record in ad_group_lists.product_group_promotions(world, call):
                yield {**record, **stamp}


def _public_feeds(world: World) -> Iterator[Record]:
    """The feeds without what Pinterest signs in with."""
    for index, feed in enumerate(catalogs.feeds(world, {})):
        kept = {name: value for name, value in feed.items() if name != "credentials"}
        yield {**kept, "location": catalogs.PUBLIC_LOCATION.format(index)}


def _results(world: World) -> Iterator[Record]:
    for feed in catalogs.feeds(world, {}):
        if feed["id"] not in world.deleted_feeds:
            for record in catalogs.processing_results(world, {"feed_id": feed["id"]}):
                yield {**record, "feed_id": feed["id"]}


OF_AN_ACCOUNT: Mapping[str, ListingOf] = {
    "audiences": account_lists.audiences,
    "customer_lists": account_lists.customer_lists,
    "conversion_tags": account_lists.conversion_tags,
    "promotions": account_lists.promotions,
    "order_lines": account_lists.order_lines,
    "lead_forms": account_lists.lead_forms,
    "billing_profiles": account_lists.billing_profiles,
    "billing_invoices": account_lists.billing_invoices,
}
"""The plain lists of an ad account: a stream has the records of the list, each with the id of the account."""

LIST_RECORDS: Mapping[str, ListOf] = {
    **{stream: in_each_account(listing) for stream, listing in OF_AN_ACCOUNT.items()},
    "catalogs": lambda world: iter(catalogs.catalogs(world, {})),
    "catalogs_feeds": _public_feeds,
    "catalogs_feed_processing_results": _results,
    "catalogs_product_groups": lambda world: iter(catalogs.product_groups(world, {}) if world.catalogs else ()),
    "keywords": _keywords,
    "product_group_promotions": _product_group_promotions,
}
LIST_KEYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(LIST_RECORDS, ("id",)),
    "catalogs_feed_processing_results": ("feed_id", "id"),
}
