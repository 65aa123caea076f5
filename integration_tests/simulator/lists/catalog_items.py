"""List the products in a merchant's product groups and the problems with items of feeds and catalogs.

https://developers.pinterest.com/docs/api/v5/catalogs_product_group_pins-list and the operations beside it.
"""

from collections.abc import Mapping
from typing import Any

from integration_tests.simulator.calls.errors import ApiError, bad_request
from integration_tests.simulator.lists import catalogs
from integration_tests.simulator.world import numbering
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.seeding import mix, words
from integration_tests.simulator.world.world import World, size_at

_LARGEST_GROUPS = 100_000
_LARGEST_FEEDS = 10_000
_SEVERITIES = ("ERROR", "WARN")
REPORT_TYPES = ("FEED_INGESTION_ISSUES", "DISTRIBUTION_ISSUES")
TYPES_WITH_STATS = ("RETAIL", "HOTEL")


def products(world: World, arguments: Mapping[str, Any]) -> Listing:
    group = _group(world, arguments)
    return Listing(range(size_at(world.catalog_products, group)), lambda index: product(world, group, index))


def product(world: World, group: int, index: int) -> Record:
    number = group * _LARGEST_GROUPS + index
    kind = catalogs.product_group(world, group)["catalog_type"]
    pin = {
        "id": numbering.PRODUCT_PINS.id_of(number),
        "title": words(mix(world.seed, 50, number)),
        "link": f"https://shop.example/käse/{index}",
        "created_at": "2024-03-01T10:00:00",
        "creative_type": "SHOPPING",
        "is_product": True,
        "pin_metrics": None,
    }
    metadata: Mapping[str, Record] = {
        "RETAIL": {
            "item_id": f"DS-{index}",
            "item_group_id": f"DS-{index // 2}" if index % 2 else None,
            "availability": "IN_STOCK",
            "currency": "EUR",
            "price": 24.99,
            "sale_price": 14.99 if index % 2 else None,
        },
        "HOTEL": {"hotel_id": f"H-{index}"},
        "CREATIVE_ASSETS": {"creative_assets_id": f"C-{index}", "visibility": "VISIBLE"},
    }
    return {"catalog_type": kind, "metadata": metadata[kind], "pin": pin}


def product_counts(world: World, arguments: Mapping[str, Any]) -> Record:
    group = _group(world, arguments)
    kind = catalogs.product_group(world, group)["catalog_type"]
    total = size_at(world.catalog_products, group)
    counts: Record = {"catalog_type": kind, "total": total}
    if kind == "RETAIL":
        counts |= {"in_stock": total, "out_of_stock": mix(world.seed, group) % 9, "preorder": 0, "videos": 1}
    elif kind == "CREATIVE_ASSETS":
        counts |= {"videos": 1, "images": mix(world.seed, group) % 9, "app_links": 0}
    return counts


def item_issues(world: World, arguments: Mapping[str, Any]) -> Listing:
    """Samples of items; Pinterest tells none of what is not retail."""
    number = numbering.FEED_RESULTS.index_of(arguments["processing_result_id"])
    owner, index = divmod(-1 if number is None else number, _LARGEST_FEEDS)
    if not 0 <= owner < len(catalogs.feeds(world, {})) or index >= size_at(world.feed_results, owner):
        raise ApiError(404, 4161, "Sorry! We could not find your processing result.")
    if catalogs.feed(world, owner)["catalog_type"] != "RETAIL":
        raise ApiError(501, 4181, "Not implemented.")
    return Listing(range(world.item_issues), lambda item: _item_issue(world, number or 0, item))


def _item_issue(world: World, result: int, item: int) -> Record:
    missing = {"TITLE_MISSING": {"attribute_name": "TITLE", "provided_value": None}}
    odd = {
        "AD_LINK_FORMAT_WARNING": {
            "attribute_name": "AD_LINK",
            "provided_value": words(mix(world.seed, 51, result, item)),
        }
    }
    return {
        "item_number": item,
        "item_id": None if item % 3 == 2 else f"DS-{item}",
        "errors": missing if item % 2 else {},
        "warnings": {} if item % 2 else odd,
    }


def report_stats(world: World, arguments: Mapping[str, Any]) -> Listing:
    """Numbers of one feed or of one catalog."""
    asked = arguments["parameters"]
    report = asked["report"]
    if report["report_type"] == REPORT_TYPES[0]:
        number = catalogs.feed_index(world, report["feed_id"])
        kind = catalogs.feed(world, number)["catalog_type"]
    else:
        number = _catalog(world, report)
        kind = catalogs.catalog(world, number)["catalog_type"]
    if kind != asked["catalog_type"]:
        raise bad_request(f"catalog_type {asked['catalog_type']} is not that of what is requested.")
    return Listing(range(world.item_issues), lambda index: _stats(world, report, number, index))


def names_a_report(_world: World, arguments: Mapping[str, Any]) -> None:
    """The parameters have the fields of Pinterest's description and no other."""
    asked = arguments["parameters"]
    if set(asked) != {"catalog_type", "report"} or asked["catalog_type"] not in TYPES_WITH_STATS:
        raise bad_request("parameters holds a catalog_type, RETAIL or HOTEL, and a report.")
    report = asked["report"]
    fields = set(report) if isinstance(report, dict) else set()
    ingestion = {"report_type", "feed_id"} <= fields <= {"report_type", "feed_id", "processing_result_id"}
    distribution = {"report_type"} <= fields <= {"report_type", "catalog_id"}
    legal = {REPORT_TYPES[0]: ingestion, REPORT_TYPES[1]: distribution}
    if not fields or not legal.get(report.get("report_type"), False):
        raise bad_request("report holds a report_type and the ids that go with it.")


def _stats(world: World, report: Mapping[str, str], number: int, index: int) -> Record:
    record: Record = {
        "report_type": report["report_type"],
        "code": 100 + index,
        "code_label": "AVAILABILITY_INVALID",
        "message": "What it says",
        "occurrences": mix(world.seed, 52, number, index) % 10**4,
    }
    if report["report_type"] == REPORT_TYPES[0]:
        owner = number % max(1, world.catalogs)
        return {**record, "catalog_id": catalogs.catalog_id(owner), "severity": _SEVERITIES[index % 2]}
    ineligible = {"ineligible_for_ads": index % 2 == 0, "ineligible_for_organic": False}
    return {**record, "catalog_id": catalogs.catalog_id(number), **ineligible}


def _catalog(world: World, report: Mapping[str, str]) -> int:
    number = numbering.CATALOGS.index_of(report["catalog_id"]) if "catalog_id" in report else 0
    if number is None or number >= world.catalogs:
        raise ApiError(404, 4184, "Sorry! We could not find your catalog.")
    return number


def _group(world: World, arguments: Mapping[str, Any]) -> int:
    index = numbering.CATALOG_PRODUCT_GROUPS.index_of(arguments["product_group_id"])
    if index is None or index >= world.catalog_product_groups:
        raise ApiError(404, 4182, "Sorry! We could not find your product group.")
    return index
