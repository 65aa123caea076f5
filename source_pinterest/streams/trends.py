"""What is every stream of Pinterest's trends? A slice for each region, read whole each time."""

import logging
import re
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from functools import cached_property
from typing import Any, ClassVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import TRENDS, GoneError, PinterestError, SliceError
from source_pinterest.api.rows import ListPage, Record
from source_pinterest.api.session import Answer
from source_pinterest.config.options import PRODUCT_TREND_REGIONS, TREND_REGIONS, regions_of
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.slices import Key, batches, failed_slice, key_of_parent, partition_slice
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.base.document import DocumentStream
from source_pinterest.streams.base.stream import ForeignKey, Sync

LOGGER = logging.getLogger("airbyte")


class TrendStream(DocumentStream, ABC):
    """Trends of the regions that the user names, or of those that the ad accounts are in."""

    partition_keys: tuple[str, ...] = ("region",)
    scopes = ("user_accounts:read",)
    access = TRENDS
    regions: ClassVar[tuple[str, ...]] = TREND_REGIONS
    """Those that Pinterest has trends of."""

    @cached_property
    def _ad_accounts(self) -> AdAccounts:
        return self.shared.stream(AdAccounts)

    def needed_ids(self) -> Iterator[ParentIds]:
        """Without a choice of regions, those of the ad accounts, whose countries decide."""
        yield from super().needed_ids()
        if not self.config.trend_regions:
            yield self._ad_accounts.ids

    def wanted_regions(self) -> tuple[str, ...]:
        """The regions to read."""
        if chosen := self.config.trend_regions:
            return tuple(region for region in chosen if region in self.regions)
        return regions_of(self._ad_accounts.countries(), self.regions)

    def slices(self) -> Iterator[StreamSlice]:
        """A slice for each region."""
        regions = self.wanted_regions()
        if not regions:
            LOGGER.info(
                f"{self.name}: Pinterest has no trends of these regions or countries, so the stream is empty. "
                f"It has them of {', '.join(self.regions)}."
            )
        for region in regions:
            yield partition_slice({"region": region})


class SharedAnswers:
    """The answers of a sync, by what they are about. Whoever comes while one is on its way waits for it.

    A worker that waits here waits for another worker's call alone, and holds nothing that this call could need.
    """

    def __init__(self, sync: Sync) -> None:
        del sync  # that it belongs to
        self._lock = threading.Lock()
        self._answers: dict[Key, Future[Answer[ListPage] | None]] = {}

    def of(self, key: Key, ask: Callable[[], Answer[ListPage]]) -> Answer[ListPage]:
        """The answer; asked for by whoever comes first, and by each one for himself where that fails.

        Raises:
            PinterestError: what one's own call comes to.
        """
        mine: Future[Answer[ListPage] | None] = Future()
        with self._lock:
            known = self._answers.setdefault(key, mine)
        if known is not mine:
            return known.result() or ask()
        try:
            answer = ask()
        except PinterestError:
            mine.set_result(None)
            raise
        except BaseException as error:
            mine.set_exception(error)
            raise
        mine.set_result(answer)
        return answer


TREND_TYPES = ("growing", "monthly", "yearly", "seasonal")


class KeywordTrendStream(TrendStream, ABC):
    """A slice for each region and kind of trend; what another stream has asked for is not asked for again."""

    path_template = "trends/keywords/{region}/top/{trend_type}"
    partition_keys = ("region", "trend_type")
    cost = f"{len(TREND_TYPES)} a region, once for both streams of keywords"
    holder = "trends"

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._answers = sync.stream(SharedAnswers)

    def slices(self) -> Iterator[StreamSlice]:
        """A slice for each region and kind of trend."""
        for region in super().slices():
            for trend_type in TREND_TYPES:
                yield partition_slice({**region.partition, "trend_type": trend_type})

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As many keywords as there may be."""
        return {**super().request_params(*args, **kwargs), "limit": limits.TRENDING_KEYWORDS}

    def answers(self, stream_slice: StreamSlice, **more: Any) -> Iterator[Answer[ListPage]]:
        """The answer of a slice, asked for once in a sync."""
        ask = super().answers(stream_slice, **more)
        yield self._answers.of(key_of_parent(stream_slice), lambda: next(ask))

    def records(self, page: ListPage, stream_slice: StreamSlice) -> list[Record]:
        """The rows of an answer, which other streams may read as well."""
        return [{**row, **stream_slice.partition} for row in self.rows(page)]

    @abstractmethod
    def rows(self, page: ListPage) -> list[Record]:
        """What an answer is to this stream; records of its own, without region and kind."""


SERIES = (("time_series", False), ("predicted_time_series", True))
"""The fields that hold weeks, and whether these are a forecast."""


class TrendingKeywords(KeywordTrendStream):
    """The 50 keywords that trend most, by region and kind of trend. https://developers.pinterest.com/docs/api/v5/trending_keywords-list."""

    primary_key: str | list[str] = ["region", "trend_type", "keyword"]  # noqa: RUF012 - an attribute of the framework's

    def rows(self, page: ListPage) -> list[Record]:
        """The keywords with their ranks, without their weeks."""
        series = {name for name, _ in SERIES}
        return [
            {**{name: value for name, value in item.items() if name not in series}, "rank": rank}
            for rank, item in enumerate(page.items, start=1)
        ]


class TrendingKeywordWeeks(KeywordTrendStream):
    """Weeks of the keywords in `trending_keywords`. https://developers.pinterest.com/docs/api/v5/trending_keywords-list."""

    primary_key: str | list[str] = ["region", "trend_type", "keyword", "week"]  # noqa: RUF012 - as above
    foreign_keys = (ForeignKey("trending_keywords", ("region", "trend_type", "keyword")),)

    def rows(self, page: ListPage) -> list[Record]:
        """The weeks of the keywords; one that is told twice is as it was, not as it was forecast."""
        found: dict[tuple[str, str], Record] = {}
        for item in page.items:
            for field, is_forecast in SERIES:
                series = item.get(field)
                for week, volume in series.items() if isinstance(series, dict) else ():
                    row = {"keyword": item.get("keyword"), "week": week, "volume": volume, "is_forecast": is_forecast}
                    found.setdefault((str(item.get("keyword")), week), row)
        return list(found.values())


class ProductTrendStream(TrendStream, ABC):
    """A call for each region, which is a parameter."""

    regions = PRODUCT_TREND_REGIONS
    query_keys = ("region",)
    cost = "1 a region"


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


class FeaturedTrendTopics(ProductTrendStream):
    """Topics that Pinterest features, by region and interest. https://developers.pinterest.com/docs/api/v5/trends_featured_topics-list."""

    primary_key: str | list[str] = ["region", "interest", "title"]  # noqa: RUF012 - an attribute of the framework's
    path_template = "trends/topics/featured"

    def records(self, page: ListPage, stream_slice: StreamSlice) -> list[Record]:
        """The topics, each with its interest and its rank in it."""
        topics: list[Record] = []
        for item in page.items:
            shared = {name: value for name, value in item.items() if name != "trends"}
            featured = item.get("trends")
            for rank, topic in enumerate(featured if isinstance(featured, list) else (), start=1):
                topics.append({**shared, **topic, "rank": rank})
        return super().records(ListPage(topics), stream_slice)
