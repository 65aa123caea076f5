"""Which categories of products do people turn to, who are they, and what comes next?"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.bodies import ListPage, Record
from source_pinterest.api.errors import GoneError, SliceError
from source_pinterest.api.session import Answer
from source_pinterest.engine.parent_ids import ParentIds
from source_pinterest.streams.base.slices import batches, failed_slice, key_of_parent, partition_slice
from source_pinterest.streams.trends.product_trends import ProductTrendStream

_ENGAGEMENT = "ENGAGEMENT"
"""What Pinterest ranks by unless it is told otherwise."""


class TrendingProductCategories(ProductTrendStream):
    """Product categories that grow, by region. https://developers.pinterest.com/docs/api/v5/trends_product_categories_trending-list."""

    primary_key: str | list[str] = ["region", "engagement_type", "product_category"]  # noqa: RUF012 - never changed
    path_template = "trends/product_categories/trending"

    def records(self, page: ListPage, stream_slice: StreamSlice) -> list[Record]:
        """The categories with their ranks."""
        records = super().records(page, stream_slice)
        return [
            {"engagement_type": _ENGAGEMENT, **record, "rank": rank} for rank, record in enumerate(records, start=1)
        ]

    def ids_for_children(self, records: Iterable[Record]) -> Iterator[str]:
        """The words by which details of the categories are asked for."""
        return (category_word(record["product_category"]) for record in records)


class ProductCategoryTrends(ProductTrendStream):
    """Time series, forecast and demographics of the trending categories. https://developers.pinterest.com/docs/api/v5/trends_product_categories_details-list."""

    primary_key: str | list[str] = ["region", "product_category"]  # noqa: RUF012 - never changed
    path_template = "trends/product_categories/details"
    cost = f"1 a region and {limits.PRODUCT_CATEGORIES_PER_CALL} of its trending categories"

    @cached_property
    def _trending(self) -> TrendingProductCategories:
        return self.shared.stream(TrendingProductCategories)

    def needed_ids(self) -> Iterator[ParentIds]:
        """Those of the trending categories, and what these need."""
        yield from super().needed_ids()
        yield self._trending.ids

    def slices(self) -> Iterator[StreamSlice]:
        """A slice for each call's worth of a region's categories; one that raises where they can't be listed."""
        for region in super().slices():
            partition = dict(region.partition)
            try:
                found = list(dict.fromkeys(self._trending.ids.of(key_of_parent(region))))
            except SliceError as error:
                yield failed_slice(partition, error)
                continue
            for number, batch in enumerate(batches(found, limits.PRODUCT_CATEGORIES_PER_CALL)):
                yield partition_slice(partition, {"batch": number}, categories=batch)

    def answers(self, stream_slice: StreamSlice, **more: Any) -> Iterator[Answer[ListPage]]:
        """The details of the categories; one that Pinterest does not know costs itself alone.

        Raises:
            GoneError: it knows none of them.
        """
        asked: deque[tuple[str, ...]] = deque([stream_slice.extra_fields["categories"]])
        refused: dict[str, GoneError] = {}
        is_any_left = False
        while asked:
            names = asked.popleft()
            try:
                yield from super().answers(stream_slice, **more, product_categories=list(names))
                is_any_left = True
            except GoneError as error:
                half = len(names) // 2
                if half:
                    asked.extendleft((names[half:], names[:half]))
                else:
                    refused[names[0]] = error
        if refused and not is_any_left:
            raise next(iter(refused.values()))
        for name, refusal in refused.items():
            self.notices.warn(name, f"{name} is left out. {refusal.message}.")


def category_word(name: str) -> str:
    """What a category is called in a call, such as BATH_AND_BODY, where it is listed under a name for people."""
    return re.sub(r"\W+", "_", name.replace("&", " AND ").replace("'", "")).strip("_").upper()
