"""Catalogs, the feeds that fill them, how the feeds were processed, and the product groups.

A feed may carry a password. Neither its record nor its schema nor any log line has one.
"""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.bodies import ListPage, Record
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.organic.catalog_stream import CatalogStream


class Catalogs(CatalogStream):
    """https://developers.pinterest.com/docs/api/v5/catalogs-list."""

    path_template = "catalogs"


class CatalogsFeeds(CatalogStream):
    """Feeds, without what Pinterest signs in with. https://developers.pinterest.com/docs/api/v5/feeds-list."""

    path_template = "catalogs/feeds"

    def records(self, page: ListPage, stream_slice: StreamSlice) -> list[Record]:
        """The feeds of a page, without credentials."""
        records = super().records(page, stream_slice)
        for record in records:
            record.pop("credentials", None)
            record["location"] = _public_address(record.get("location"))
        return records


class CatalogsFeedProcessingResults(ChildStream, CatalogStream):
    """The latest 250 times that each feed was processed. https://developers.pinterest.com/docs/api/v5/feed_processing_results-list."""

    primary_key: str | list[str] = ["feed_id", "id"]  # noqa: RUF012 - the framework's attribute, never changed
    path_template = "catalogs/feeds/{feed_id}/processing_results"
    parent = CatalogsFeeds
    cost = "1 a feed"
    partition_keys = ("feed_id",)

    def next_page_token(self, response: ListPage) -> None:  # type: ignore[override]
        """None: by Pinterest's own documentation the bookmark of this list does not work."""
        del response


class CatalogsProductGroups(CatalogStream):
    """Product groups of catalogs. https://developers.pinterest.com/docs/api/v5/catalogs_product_groups-list."""

    path_template = "catalogs/product_groups"


def _public_address(location: Any) -> str | None:
    """Where a feed lies, without user, password, query and fragment; nothing if that can't be told apart."""
    try:
        address = urlsplit(str(location))
    except ValueError:
        return None
    host = address.netloc.rpartition("@")[2]
    return urlunsplit((address.scheme, host, address.path, "", "")) if host else None
