"""Which keywords are searched more and more, and how did each one's volume run over the last year?

Both streams are made of the same answers, each of which a sync asks for once.
"""

from source_pinterest.api.bodies import ListPage, Record
from source_pinterest.streams.base.foreign_keys import ForeignKey
from source_pinterest.streams.trends.keyword_answers import KeywordTrendStream

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
