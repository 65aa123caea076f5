"""Which topics does Pinterest feature?"""

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.bodies import ListPage, Record
from source_pinterest.streams.trends.product_trends import ProductTrendStream


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
