"""Catalogs, the feeds that fill them, how the feeds were processed, and the product groups.

A feed may carry a password. Neither its record nor its schema nor any log line has one.
"""

import logging
from abc import ABC
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import NoCatalogError
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.stream import Record
from source_pinterest.streams.organic.boards import OrganicStream

LOGGER = logging.getLogger("airbyte")


class CatalogStream(OrganicStream, ABC):
    """What a merchant has. Whoever has no catalog has nothing, which is no error."""

    scopes = ("catalogs:read",)

    def pages(self, stream_slice: StreamSlice) -> Iterator[requests.Response]:
        """The pages of a list; none of them without a catalog."""
        try:
            yield from super().pages(stream_slice)
        except NoCatalogError:
            LOGGER.info(f"{self.name}: there is no catalog, and so there are no records.")


class Catalogs(CatalogStream):
    """https://developers.pinterest.com/docs/api/v5/catalogs-list."""

    path_template = "catalogs"


class CatalogsFeeds(CatalogStream):
    """Feeds, without what Pinterest signs in with. https://developers.pinterest.com/docs/api/v5/feeds-list."""

    path_template = "catalogs/feeds"

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.logger.setLevel(logging.INFO)  # the framework's debug lines hold whole answers, passwords included

    def records(self, response: requests.Response, stream_slice: StreamSlice) -> Iterator[Record]:
        """The feeds of a page, without credentials."""
        for record in super().records(response, stream_slice):
            record.pop("credentials", None)
            record["location"] = _public_address(record.get("location"))
            yield record


class CatalogsFeedProcessingResults(ChildStream, CatalogStream):
    """The latest 250 times that each feed was processed. https://developers.pinterest.com/docs/api/v5/feed_processing_results-list."""

    primary_key: str | list[str] = ["feed_id", "id"]  # noqa: RUF012 - the framework's attribute, never changed
    path_template = "catalogs/feeds/{feed_id}/processing_results"
    parent = CatalogsFeeds
    cost = "1 a feed"
    partition_keys = ("feed_id",)

    def next_page_token(self, response: requests.Response) -> None:
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
