"""Pinterest's trends: keywords, product categories and topics. A task is a region; each sync reads all of it."""

import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from source_pinterest import limits
from source_pinterest.api.bodies import Page, Record
from source_pinterest.api.errors import TRENDS
from source_pinterest.config.options import PRODUCT_TREND_REGIONS, TREND_REGIONS, regions_of
from source_pinterest.engine.request_splitting import Ids
from source_pinterest.engine.tasks import Task, batches, or_failed
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.base.declaration import ForeignKey, Parent
from source_pinterest.streams.base.document import DocumentStream

LOGGER = logging.getLogger("airbyte")


TREND_TYPES = ("growing", "monthly", "yearly", "seasonal")

SERIES = (("time_series", False), ("predicted_time_series", True))
"""Fields of a keyword that hold weeks, and whether the weeks are a forecast."""

_ENGAGEMENT = "ENGAGEMENT"
"""Pinterest's default for the engagement type of trending categories."""


class TrendStream(DocumentStream, ABC):
    """Trends of the regions that the user chose, or of the regions of the ad accounts."""

    parents = (Parent(AdAccounts, when=lambda config: not config.trend_regions),)
    parent_fields: tuple[str, ...] = ("region",)
    scopes = ("user_accounts:read",)
    access = TRENDS
    regions: ClassVar[tuple[str, ...]] = TREND_REGIONS
    """The regions for which Pinterest has trends."""

    def selected_regions(self) -> tuple[str, ...]:
        if chosen := self.config.trend_regions:
            return tuple(region for region in chosen if region in self.regions)
        accounts = self.shared.stream(AdAccounts)
        return regions_of({accounts.listed[account].country for account in accounts.ids.get(())}, self.regions)

    def tasks(self) -> Iterator[Task]:
        regions = self.selected_regions()
        if not regions:
            LOGGER.info(
                f"{self.name}: Pinterest has no trends for these regions or countries, so the stream is empty. "
                f"It has trends for {', '.join(self.regions)}."
            )
        for region in regions:
            yield self.task({"region": region})


class KeywordTrendStream(TrendStream, ABC):
    """One task for each region and type of trend."""

    path_template = "trends/keywords/{region}/top/{trend_type}"
    needs_user_token = True
    parent_fields = ("region", "trend_type")
    cost = f"{len(TREND_TYPES)} requests for each region"
    list_field = "trends"
    params: Mapping[str, Any] = {"limit": limits.TRENDING_KEYWORDS}

    def tasks(self) -> Iterator[Task]:
        for region in super().tasks():
            for trend_type in TREND_TYPES:
                yield self.task({**region.parents, "trend_type": trend_type})

    def records(self, page: Page, task: Task) -> list[Record]:
        """Return the rows of a response, with the region and the type of trend."""
        return [{**row, **task.parents} for row in self.rows(page)]

    @abstractmethod
    def rows(self, page: Page) -> list[Record]:
        """Return this stream's rows of a response, as new records without region and type."""


class TrendingKeywords(KeywordTrendStream):
    """The 50 keywords that trend most, by region and type of trend. https://developers.pinterest.com/docs/api/v5/trending_keywords-list."""

    key = ("region", "trend_type", "keyword")

    def rows(self, page: Page) -> list[Record]:
        """Return the keywords with their ranks, without their weeks."""
        series = {name for name, _ in SERIES}
        return [
            {**{name: value for name, value in item.items() if name not in series}, "rank": rank}
            for rank, item in enumerate(page.items, start=1)
        ]


class TrendingKeywordWeeks(KeywordTrendStream):
    """Weeks of the keywords in `trending_keywords`. https://developers.pinterest.com/docs/api/v5/trending_keywords-list."""

    key = ("region", "trend_type", "keyword", "week")
    foreign_keys = (ForeignKey("trending_keywords", ("region", "trend_type", "keyword")),)

    def rows(self, page: Page) -> list[Record]:
        """Return the weeks of the keywords. If a week is both observed and forecast, the observed volume is kept."""
        weeks: dict[tuple[str, str], Record] = {}
        for item in page.items:
            for field, is_forecast in SERIES:
                for week, volume in (item.get(field) or {}).items():
                    row = {"keyword": item.get("keyword"), "week": week, "volume": volume, "is_forecast": is_forecast}
                    weeks.setdefault((str(item.get("keyword")), week), row)
        return list(weeks.values())


class ProductTrendStream(TrendStream, ABC):
    """One request for each region, which is a parameter."""

    regions = PRODUCT_TREND_REGIONS
    query_fields = ("region",)
    cost = "one request for each region"


class TrendingProductCategories(ProductTrendStream):
    """Growing product categories, by region. https://developers.pinterest.com/docs/api/v5/trends_product_categories_trending-list."""

    key = ("region", "engagement_type", "product_category")
    path_template = "trends/product_categories/trending"
    id_field = "product_category"

    def records(self, page: Page, task: Task) -> list[Record]:
        records = super().records(page, task)
        return [
            {"engagement_type": _ENGAGEMENT, **record, "rank": rank} for rank, record in enumerate(records, start=1)
        ]


class ProductCategoryTrends(ProductTrendStream):
    """Time series, forecast and demographics of the trending categories. https://developers.pinterest.com/docs/api/v5/trends_product_categories_details-list."""

    key = ("region", "product_category")
    path_template = "trends/product_categories/details"
    parents = (Parent(TrendingProductCategories),)
    cost = f"one request for each region and {limits.PRODUCT_CATEGORIES_PER_REQUEST} of its trending categories"

    def tasks(self) -> Iterator[Task]:
        """Yield a task for each request about a region's categories."""
        for region in super().tasks():
            yield from or_failed(region.parents, self._tasks_of(region))

    def _tasks_of(self, region: Task) -> Iterator[Task]:
        for number, _ in enumerate(self._batches_of(region)):
            yield self.task(region.parents, {"batch": number})

    def _batches_of(self, region: Task) -> list[Ids]:
        names = self.shared.stream(TrendingProductCategories).ids.get(region.parent_ids)
        parameters = dict.fromkeys(map(category_parameter, names))
        return batches(list(parameters), limits.PRODUCT_CATEGORIES_PER_REQUEST)

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the categories of a batch."""
        task = kwargs["stream_slice"]
        return {
            **super().request_params(*args, **kwargs),
            "product_categories": list(self._batches_of(task)[task["batch"]]),
        }


class FeaturedTrendTopics(ProductTrendStream):
    """Topics that Pinterest features, by region and interest. https://developers.pinterest.com/docs/api/v5/trends_featured_topics-list."""

    key = ("region", "interest", "title")
    path_template = "trends/topics/featured"

    def records(self, page: Page, task: Task) -> list[Record]:
        """Return the topics, each with its interest and its rank in the interest."""
        topics: list[Record] = []
        for item in page.items:
            shared = {name: value for name, value in item.items() if name != "trends"}
            for rank, topic in enumerate(item.get("trends") or (), start=1):
                topics.append({**shared, **topic, "rank": rank})
        return super().records(Page(topics), task)


def category_parameter(name: str) -> str:
    """Return the name of a listed category as a parameter, such as BATH_AND_BODY for "Bath & Body"."""
    return re.sub(r"\W+", "_", name.replace("&", " AND ").replace("'", "")).strip("_").upper()
