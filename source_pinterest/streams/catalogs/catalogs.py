"""Catalogs, the feeds that fill them, how the feeds were processed, and the product groups.

A feed may carry a password. Neither its record nor its schema nor any log line has one.
"""

import logging
from abc import ABC
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlsplit, urlunsplit

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import NoCatalogError
from source_pinterest.api.rows import BY_ID, ListPage, ListShape, Record, list_page, one_item, with_key
from source_pinterest.api.session import Answer
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.listing import SeenIds
from source_pinterest.streams.base.stream import ForeignKey, Sync, to_pin
from source_pinterest.streams.organic.base import OrganicStream

LOGGER = logging.getLogger("airbyte")


class CatalogStream(OrganicStream, ABC):
    """What a merchant has. Whoever has no catalog has nothing, which is no error."""

    scopes: ClassVar[tuple[str, ...]] = ("catalogs:read",)

    def answers(self, stream_slice: StreamSlice, **more: Any) -> Iterator[Answer[ListPage]]:
        """The pages of a list; none of them without a catalog."""
        try:
            yield from super().answers(stream_slice, **more)
        except NoCatalogError:
            LOGGER.info(f"{self.name}: there is no catalog, so the stream is empty.")


_UNDER_WAY = "PROCESSING"
_EMPTY_PAGES = 3
"""So many in a row end a list, though each has a bookmark: one was seen after the last results, none between."""


class Catalogs(CatalogStream):
    """https://developers.pinterest.com/docs/api/v5/catalogs-list."""

    path_template = "catalogs"

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.types: dict[str, str] = {}
        """What a catalog is of, such as RETAIL, by its id; known once it is listed."""

    def records(self, page: ListPage, stream_slice: StreamSlice) -> list[Record]:
        """The catalogs of a page; what they are of is remembered for their children."""
        records = super().records(page, stream_slice)
        self.types.update((record["id"], str(record.get("catalog_type"))) for record in records)
        return records


class CatalogsFeeds(CatalogStream):
    """Feeds, without their credentials. https://developers.pinterest.com/docs/api/v5/feeds-list."""

    path_template = "catalogs/feeds"
    foreign_keys = (ForeignKey("catalogs", ("catalog_id",)),)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.types: dict[str, str] = {}
        """What a feed is of, such as RETAIL, by its id; known once it is listed."""

    def records(self, page: ListPage, stream_slice: StreamSlice) -> list[Record]:
        """The feeds of a page, without credentials."""
        records = super().records(page, stream_slice)
        self.types.update((record["id"], str(record.get("catalog_type"))) for record in records)
        for record in records:
            record.pop("credentials", None)
            record["location"] = _public_address(record.get("location"))
        return records


class CatalogsFeedProcessingResults(ChildStream, CatalogStream):
    """Processing runs of each feed. https://developers.pinterest.com/docs/api/v5/feed_processing_results-list."""

    primary_key: str | list[str] = ["feed_id", "id"]  # noqa: RUF012 - the framework's attribute, never changed
    path_template = "catalogs/feeds/{feed_id}/processing_results"
    parent = CatalogsFeeds
    cost = f"1 a feed and page of {limits.PAGE_SIZE}, and 1 for an empty page after the last"
    partition_keys = ("feed_id",)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.created: dict[str, str] = {}
        """When the latest finished result of a page was made, by its id; known once it is listed."""

    def answers(self, stream_slice: StreamSlice, **more: Any) -> Iterator[Answer[ListPage]]:
        """The results of a feed, until a page has none but known ones, or several in a row have none at all.

        The last bookmark was seen to lead to an empty page, and as Pinterest documents it may lead back to the first.
        """
        seen, empty_in_a_row = SeenIds(), 0
        for answer in super().answers(stream_slice, **more):
            items = answer.value.items
            empty_in_a_row = 0 if items else empty_in_a_row + 1
            if empty_in_a_row == _EMPTY_PAGES or (items and not seen.new(items)):
                return
            yield answer

    def ids_for_children(self, records: Iterable[Record]) -> Iterator[str]:
        """Of the results of a page the latest finished one: the issues of one that is under way are not all known."""
        made = {record["id"]: str(record.get("created_at")) for record in records if record.get("status") != _UNDER_WAY}
        if made:
            latest = max(made, key=made.__getitem__)
            self.created[latest] = made[latest]
            yield latest


class CatalogsProductGroups(CatalogStream):
    """Product groups of catalogs. https://developers.pinterest.com/docs/api/v5/catalogs_product_groups-list."""

    path_template = "catalogs/product_groups"
    foreign_keys = (ForeignKey("catalogs", ("catalog_id",)), ForeignKey("catalogs_feeds", ("feed_id",)))


def _public_address(location: Any) -> str | None:
    """Where a feed lies, without user, password, query and fragment; nothing if that can't be told apart."""
    try:
        address = urlsplit(str(location))
    except ValueError:
        return None
    host = address.netloc.rpartition("@")[2]
    return urlunsplit((address.scheme, host, address.path, "", "")) if host else None


class CatalogsProductGroupProducts(ChildStream, CatalogStream):
    """Products of each product group, with their pins. https://developers.pinterest.com/docs/api/v5/catalogs_product_group_pins-list."""

    primary_key: str | list[str] = ["product_group_id", "pin_id"]  # noqa: RUF012 - the framework's attribute, never changed
    path_template = "catalogs/product_groups/{product_group_id}/products"
    scopes = ("boards:read", "catalogs:read", "pins:read")
    shape = ListShape(("pin_id",))
    foreign_keys = (to_pin("pin_id"),)
    parent = CatalogsProductGroups
    cost = f"1 a product group and page of {limits.PAGE_SIZE}"
    partition_keys = ("product_group_id",)

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """The products of a page, each with the id of its pin, which it has in itself only.

        Raises:
            MalformedAnswerError: it is not a page of products with pins.
        """
        page = list_page(chunks, self.notices.replacement, ListShape(("pin",)), is_paged=True)
        pins = with_key([product["pin"] for product in page.items], BY_ID.key)
        return replace(
            page,
            items=[{**product, "pin_id": str(pin["id"])} for product, pin in zip(page.items, pins, strict=True)],
        )


class CatalogsProductGroupCounts(ChildStream, CatalogStream):
    """How many products each product group has. https://developers.pinterest.com/docs/api/v5/catalogs_product_groups-product_counts_get."""

    primary_key = "product_group_id"
    path_template = "catalogs/product_groups/{product_group_id}/product_counts"
    shape = ListShape(("product_group_id",))
    page_size = None
    parent = CatalogsProductGroups
    cost = "1 a product group"
    partition_keys = ("product_group_id",)

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """The counts of a group, as a page of their own."""
        return one_item(chunks, ("total",))
