"""What would a perfect sync hold of the plain lists, and by which keys?"""

from collections.abc import Callable, Iterator, Mapping

from integration_tests.simulator.lists import account_lists, ad_group_lists, catalogs
from integration_tests.simulator.lists.account_lists import ListingOf
from integration_tests.simulator.world.layout import Layout
from integration_tests.simulator.world.listing import Record

_LATEST_RESULTS = 250
"""So many results of a feed can be reached."""


def _in_each_account(listing: ListingOf) -> Callable[[Layout], Iterator[Record]]:
    def records(layout: Layout) -> Iterator[Record]:
        for account in map(layout.account_id, layout.account_indexes()):
            for record in listing(layout, {"ad_account_id": account}):
                yield {**record, "ad_account_id": account}

    return records


def _by_account_index(every: Callable[[Layout, int], Iterator[Record]]) -> Callable[[Layout], Iterator[Record]]:
    def records(layout: Layout) -> Iterator[Record]:
        for account in layout.account_indexes():
            for record in every(layout, account):
                yield {**record, "ad_account_id": layout.account_id(account)}

    return records


def _public_feeds(layout: Layout) -> Iterator[Record]:
    """The feeds without what Pinterest signs in with."""
    for index, feed in enumerate(catalogs.feeds(layout, {})):
        kept = {name: value for name, value in feed.items() if name != "credentials"}
        yield {**kept, "location": catalogs.PUBLIC_LOCATION.format(index)}


def _results(layout: Layout) -> Iterator[Record]:
    for feed in catalogs.feeds(layout, {}):
        if feed["id"] not in layout.deleted_feeds:
            for record in catalogs.processing_results(layout, {"feed_id": feed["id"]}).page(0, _LATEST_RESULTS):
                yield {**record, "feed_id": feed["id"]}


LIST_RECORDS: Mapping[str, Callable[[Layout], Iterator[Record]]] = {
    "catalogs": lambda layout: iter(catalogs.catalogs(layout, {})),
    "catalogs_feeds": _public_feeds,
    "catalogs_feed_processing_results": _results,
    "catalogs_product_groups": lambda layout: iter(catalogs.product_groups(layout, {}) if layout.catalogs else ()),
    "audiences": _in_each_account(account_lists.audiences),
    "customer_lists": _in_each_account(account_lists.customer_lists),
    "conversion_tags": _in_each_account(account_lists.conversion_tags),
    "keywords": _by_account_index(ad_group_lists.all_keywords),
    "product_group_promotions": _by_account_index(ad_group_lists.all_product_group_promotions),
    "promotions": _in_each_account(account_lists.promotions),
    "order_lines": _in_each_account(account_lists.order_lines),
    "lead_forms": _in_each_account(account_lists.lead_forms),
    "billing_profiles": _in_each_account(account_lists.billing_profiles),
    "billing_invoices": _in_each_account(account_lists.billing_invoices),
}
LIST_KEYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(LIST_RECORDS, ("id",)),
    "catalogs_feed_processing_results": ("feed_id", "id"),
}
