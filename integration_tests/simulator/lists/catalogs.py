"""List a merchant's catalogs, their feeds, the results of processing the feeds, and product groups.

https://developers.pinterest.com/docs/api/v5/catalogs-list and the operations beside it. The user has one set of them,
on whose behalf a call is made or not.
"""

from collections.abc import Mapping
from typing import Any

from integration_tests.simulator.calls.errors import ApiError
from integration_tests.simulator.world import numbering
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.seeding import mix, words
from integration_tests.simulator.world.world import World, size_at

PASSWORD = "false-feed-password"
PUBLIC_LOCATION = "https://feeds.example/käse/{}.tsv"
"""Where a feed lies, as anyone may know."""


_TYPES = ("RETAIL", "HOTEL", "CREATIVE_ASSETS")
_LARGEST_FEEDS = 10_000
_STATUSES = ("COMPLETED", "FAILED", "PROCESSING")


def catalogs(world: World, _arguments: Mapping[str, Any]) -> Listing:
    return Listing(range(world.catalogs), lambda index: catalog(world, index))


def feeds(world: World, _arguments: Mapping[str, Any]) -> Listing:
    return Listing(range(world.feeds if world.catalogs else 0), lambda index: feed(world, index))


def processing_results(world: World, arguments: Mapping[str, Any]) -> Listing:
    owner = feed_index(world, arguments["feed_id"])
    return Listing(range(size_at(world.feed_results, owner)), lambda index: processing_result(world, owner, index))


def has_results(world: World, arguments: Mapping[str, Any]) -> None:
    """The list of a feed without a result may be rejected instead of empty."""
    if world.rejects_empty_feeds and not len(processing_results(world, arguments)):
        raise ApiError(403, 2625, "There is no processing result of this feed.")


def feed_index(world: World, feed_id: str) -> int:
    index = numbering.FEEDS.index_of(feed_id)
    if index is None or index >= len(feeds(world, {})):
        raise ApiError(404, 4161, "Sorry! We could not find your catalogs feed.")
    return index


def product_groups(world: World, _arguments: Mapping[str, Any]) -> Listing:
    return Listing(range(world.catalog_product_groups), lambda index: product_group(world, index))


def has_catalog(world: World, _arguments: Mapping[str, Any]) -> None:
    """Without a catalog, and for a merchant that Pinterest has not approved, there are no product groups to ask for."""
    if world.merchant_rejection is not None:
        raise ApiError(403, world.merchant_rejection, "We are reviewing your account.")
    if not world.catalogs:
        raise ApiError(409, 4182, "Can't access this feature without an existing catalog.")


def catalog_id(index: int) -> str:
    return numbering.CATALOGS.id_of(index)


def catalog(world: World, index: int) -> Record:
    return {
        "id": catalog_id(index),
        "catalog_type": _TYPES[index % len(_TYPES)],
        "name": words(mix(world.seed, 30, index)),
        "created_at": "2022-03-14T15:15:22",
        "updated_at": f"2024-03-14T15:15:{index % 60:02}.017000",
    }


def feed(world: World, index: int) -> Record:
    owner = index % max(1, world.catalogs)
    kind = _TYPES[owner % len(_TYPES)]
    signed = ("", "reader:false-url-password@", "")[index % 3], ("?key=false-url-key", "", "")[index % 3]
    record: Record = {
        "id": numbering.FEEDS.id_of(index),
        "catalog_type": kind,
        "name": words(mix(world.seed, 31, index)),
        "format": ("TSV", "CSV", "XML")[index % 3],
        "location": PUBLIC_LOCATION.format(index).replace("//", f"//{signed[0]}") + signed[1],
        "status": "INACTIVE" if index % 4 == 3 else "ACTIVE",
        "default_locale": "en-US",
        "default_currency": "EUR" if index % 2 else None,
        "credentials": None if index % 2 else {"username": "reader", "password": PASSWORD},
        "preferred_processing_schedule": {"time": "02:59", "timezone": "Europe/Berlin"} if index % 2 else None,
        "created_at": "2022-03-14T15:15:22",
        "updated_at": f"2024-04-14T15:15:{index % 60:02}.017000",
    }
    if kind != "HOTEL":
        record["default_country"] = "DE"
    if kind == "RETAIL":
        record["default_availability"] = "IN_STOCK"
    else:
        record["catalog_id"] = catalog_id(owner)
    return record


def processing_result(world: World, owner: int, index: int) -> Record:
    """The result of processing a feed. Nothing is counted while it is in progress."""
    number, status = owner * _LARGEST_FEEDS + index, _STATUSES[index % len(_STATUSES)]
    counts = {"original": 14, "ingested": 12} if index % 2 == 0 else None
    record: Record = {
        "id": numbering.FEED_RESULTS.id_of(number),
        "status": status,
        "created_at": f"2024-05-{1 + index % 28:02}T02:59:00.{index:06}",
        "updated_at": f"2024-05-{1 + index % 28:02}T03:30:00",
        "ingestion_details": {
            "errors": {"IMAGE_INVALID_FILE": mix(world.seed, number) % 9},
            "info": {"IN_STOCK": 10 + index, "OUT_OF_STOCK": 2, "PREORDER": 0},
            "warnings": {"ADDITIONAL_IMAGE_FILE_NOT_FOUND": 1},
        },
        "validation_details": {"errors": {"TITLE_MISSING": 2}, "warnings": {"AD_LINK_FORMAT_WARNING": 3}},
        "product_counts": {} if status == "PROCESSING" else counts,
    }
    if index % 2 == 0:
        record["video_counts"] = {"ingested_videos": 1, "not_ingested_videos": 0, "total_videos": 1}
    return record


def product_group(world: World, index: int) -> Record:
    """Its times are milliseconds in some, as in Pinterest's example, and seconds in others, as in its description."""
    owner = index % max(1, world.catalogs)
    kind = _TYPES[owner % len(_TYPES)]
    unit = 1_000 if index % 2 else 1
    record: Record = {
        "id": numbering.CATALOG_PRODUCT_GROUPS.id_of(index),
        "catalog_id": catalog_id(owner),
        "catalog_type": kind,
        "name": words(mix(world.seed, 32, index)),
        "description": None if index % 3 else "All of it",
        "created_at": 1_621_350_033 * unit,
        "updated_at": (1_622_742_155 + index) * unit,
        "filters": _FILTERS[kind],
    }
    if kind == "RETAIL":
        record |= {
            "feed_id": numbering.FEEDS.id_of(0) if index % 2 else None,
            "country": "DE",
            "locale": "de-DE",
            "is_featured": False,
            "status": "ACTIVE",
            "type": "MERCHANT_CREATED",
        }
    elif kind == "HOTEL":
        record["type"] = "ALL_LISTINGS"
    return record


_FILTERS: Mapping[str, Any] = {
    "RETAIL": {"any_of": [{"MIN_PRICE": {"inclusion": False, "values": 5, "negated": False}}]},
    "HOTEL": {"any_of": [{"COUNTRY": {"negated": False, "values": ["DE"]}}]},
    "CREATIVE_ASSETS": {"any_of": [{"CREATIVE_ASSETS_ID": {"negated": False, "values": ["1"]}}]},
}
