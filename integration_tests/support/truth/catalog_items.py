"""Compute the records of a perfect sync of catalog products and of the problems with items, by key."""

from collections.abc import Iterator, Mapping

from integration_tests.simulator.lists import catalog_items, catalogs
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import World
from integration_tests.support.truth.lists import LIST_RECORDS, ListOf

_FEED_STATS, _CATALOG_STATS = catalog_items.REPORT_TYPES


def _groups(world: World) -> Iterator[str]:
    return (group["id"] for group in LIST_RECORDS["catalogs_product_groups"](world))


def _products(world: World) -> Iterator[Record]:
    for group in _groups(world):
        for product in catalog_items.products(world, {"product_group_id": group}):
            yield {**product, "product_group_id": group, "pin_id": product["pin"]["id"]}


def _counts(world: World) -> Iterator[Record]:
    for group in _groups(world):
        yield {**catalog_items.product_counts(world, {"product_group_id": group}), "product_group_id": group}


def latest_results(world: World) -> Mapping[str, str]:
    """The latest finished processing of each feed that has one."""
    latest: dict[str, Record] = {}
    for result in LIST_RECORDS["catalogs_feed_processing_results"](world):
        known = latest.get(result["feed_id"])
        if result["status"] != "PROCESSING" and (known is None or result["created_at"] > known["created_at"]):
            latest[result["feed_id"]] = result
    return {feed: result["id"] for feed, result in latest.items()}


def _issues(world: World) -> Iterator[Record]:
    """Those of retail feeds: of others Pinterest tells none."""
    kinds = {feed["id"]: feed["catalog_type"] for feed in catalogs.feeds(world, {})}
    for feed, result in latest_results(world).items():
        if kinds[feed] == "RETAIL":
            for issue in catalog_items.item_issues(world, {"processing_result_id": result}):
                yield {**issue, "feed_id": feed, "processing_result_id": result}


def subjects(world: World) -> tuple[list[Record], list[Record]]:
    """The feeds and the catalogs of which there are numbers."""
    feeds = [feed for feed in catalogs.feeds(world, {}) if feed["id"] not in world.deleted_feeds]
    both = feeds, list(catalogs.catalogs(world, {}))
    return tuple(  # type: ignore[return-value]
        [one for one in found if one["catalog_type"] in catalog_items.TYPES_WITH_STATS] for found in both
    )


def _feed_stats(world: World) -> Iterator[Record]:
    for feed in subjects(world)[0]:
        report = {"report_type": _FEED_STATS, "feed_id": feed["id"]}
        call = {"parameters": {"catalog_type": feed["catalog_type"], "report": report}}
        for record in catalog_items.report_stats(world, call):
            yield {**record, "feed_id": feed["id"]}


def _catalog_stats(world: World) -> Iterator[Record]:
    for catalog in subjects(world)[1]:
        report = {"report_type": _CATALOG_STATS, "catalog_id": catalog["id"]}
        call = {"parameters": {"catalog_type": catalog["catalog_type"], "report": report}}
        yield from catalog_items.report_stats(world, call)


CATALOG_ITEM_RECORDS: Mapping[str, ListOf] = {
    "catalogs_product_group_counts": _counts,
    "catalogs_product_group_products": _products,
    "catalogs_feed_item_issues": _issues,
    "catalogs_feed_ingestion_stats": _feed_stats,
    "catalogs_distribution_stats": _catalog_stats,
}
CATALOG_ITEM_KEYS: Mapping[str, tuple[str, ...]] = {
    "catalogs_product_group_counts": ("product_group_id",),
    "catalogs_product_group_products": ("product_group_id", "pin_id"),
    "catalogs_feed_item_issues": ("processing_result_id", "item_number"),
    "catalogs_feed_ingestion_stats": ("feed_id", "code"),
    "catalogs_distribution_stats": ("catalog_id", "code"),
}
