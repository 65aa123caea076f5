"""Which products are in the product groups of catalogs, and how many?"""

from collections.abc import Iterator
from dataclasses import replace

from source_pinterest import limits
from source_pinterest.api.bodies import BY_ID, ListPage, ListShape, list_page, one_item, with_key
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.foreign_keys import to_pin
from source_pinterest.streams.catalogs import CatalogsProductGroups
from source_pinterest.streams.organic.catalog_stream import CatalogStream


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
