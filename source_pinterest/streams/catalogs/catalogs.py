"""Catalogs, their feeds with processing results, product groups and products.

Pinterest sends the credentials of a feed. They are removed before a record leaves the stream, and never logged.
"""

from abc import ABC
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import urlsplit, urlunsplit

from source_pinterest import limits
from source_pinterest.api.bodies import Page, Record, one_item
from source_pinterest.api.errors import ErrorReason
from source_pinterest.engine.tasks import ParentIds, Task
from source_pinterest.streams.base.declaration import ForeignKey, Parent, ReadPriority, to_pin
from source_pinterest.streams.base.sync import SyncContext
from source_pinterest.streams.organic.base import OrganicStream


class CatalogStream(OrganicStream, ABC):
    """Lists of a merchant's catalogs. They are empty for a user without a catalog."""

    scopes: ClassVar[tuple[str, ...]] = ("catalogs:read",)
    empty_if: ClassVar[tuple[ErrorReason, ...]] = (ErrorReason.NO_CATALOG,)


class TypedCatalogStream(CatalogStream, ABC):
    """Catalogs, or feeds of them, of which child streams need the type."""

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync)
        self.types: dict[str, str] = {}
        """The type of each catalog, or of the catalog of each feed, such as RETAIL, by id."""

    def collect(self, page: Page, task: Task) -> list[str]:
        self.types |= {record["id"]: str(record.get("catalog_type")) for record in page.items}
        return super().collect(page, task)


class Catalogs(TypedCatalogStream):
    """https://developers.pinterest.com/docs/api/v5/catalogs-list."""

    path_template = "catalogs"
    needs_user_token = True


class CatalogsFeeds(TypedCatalogStream):
    """Feeds, without their credentials. https://developers.pinterest.com/docs/api/v5/feeds-list."""

    path_template = "catalogs/feeds"
    foreign_keys = (ForeignKey("catalogs", ("catalog_id",)),)

    def records(self, page: Page, task: Task) -> list[Record]:
        """Return the feeds of a page without credentials."""
        records = super().records(page, task)
        for record in records:
            record.pop("credentials", None)
            record["location"] = _public_url(record.get("location"))
        return records


class CatalogsFeedProcessingResults(CatalogStream):
    """Processing runs of each feed. https://developers.pinterest.com/docs/api/v5/feed_processing_results-list."""

    key = ("feed_id", "id")
    path_template = "catalogs/feeds/{feed_id}/processing_results"
    needs_user_token = True
    parents = (Parent(CatalogsFeeds, "feed_id"),)
    has_last_bookmark = True  # seen to lead to an empty page; by Pinterest's documentation it may lead to the first
    cost = f"one request for each feed and {limits.PAGE_SIZE} records, and one for an empty page after the last"

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync)
        self.latest: dict[ParentIds, tuple[str, str]] = {}
        """When the latest finished result of each feed was created, and its id. Unfinished ones lack issues."""

    def collect(self, page: Page, task: Task) -> list[str]:
        for result in page.items:
            created = (str(result.get("created_at")), result["id"])
            if result.get("status") != "PROCESSING" and created[0] > self.latest.get(task.parent_ids, ("",))[0]:
                self.latest[task.parent_ids] = created
        return super().collect(page, task)


class CatalogsProductGroups(CatalogStream):
    """Product groups of catalogs. https://developers.pinterest.com/docs/api/v5/catalogs_product_groups-list."""

    path_template = "catalogs/product_groups"
    needs_user_token = True
    foreign_keys = (ForeignKey("catalogs", ("catalog_id",)), ForeignKey("catalogs_feeds", ("feed_id",)))


class CatalogsProductGroupProducts(CatalogStream):
    """Products of each product group, with their pins. https://developers.pinterest.com/docs/api/v5/catalogs_product_group_pins-list."""

    key = ("product_group_id", "pin_id")
    path_template = "catalogs/product_groups/{product_group_id}/products"
    scopes = ("boards:read", "catalogs:read", "pins:read")
    needs_user_token = True
    foreign_keys = (to_pin("pin_id"),)
    parents = (Parent(CatalogsProductGroups, "product_group_id"),)
    cost = f"one request for each product group and {limits.PAGE_SIZE} products"
    rank = ReadPriority.EACH

    def unpack(self, item: Record) -> Iterable[Record]:
        """Return the product. The id of its nested pin becomes a field of it."""
        pin = item.get("pin")
        return ({**item, "pin_id": pin["id"]} if isinstance(pin, dict) and "id" in pin else item,)


class CatalogsProductGroupCounts(CatalogStream):
    """Numbers of products in each product group. https://developers.pinterest.com/docs/api/v5/catalogs_product_groups-product_counts_get."""

    key = ("product_group_id",)
    path_template = "catalogs/product_groups/{product_group_id}/product_counts"
    needs_user_token = True
    page_size = None
    parents = (Parent(CatalogsProductGroups, "product_group_id"),)
    cost = "one request for each product group"
    rank = ReadPriority.EACH

    def parse(self, chunks: Iterator[bytes]) -> Page:
        return one_item(chunks, ("total",))


def _public_url(location: Any) -> str | None:
    """Return the URL of a feed without user, password, query and fragment; None if it can't be parsed."""
    try:
        url = urlsplit(str(location))
    except ValueError:
        return None
    host = url.netloc.rpartition("@")[2]
    return urlunsplit((url.scheme, host, url.path, "", "")) if host else None
