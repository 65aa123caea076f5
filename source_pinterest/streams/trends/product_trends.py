"""What is every stream of trends that Pinterest has of a few regions only?"""

from abc import ABC

from source_pinterest.config.trend_regions import PRODUCT_TREND_REGIONS
from source_pinterest.streams.trends.base import TrendStream


class ProductTrendStream(TrendStream, ABC):
    """A call for each region, which is a parameter."""

    regions = PRODUCT_TREND_REGIONS
    query_keys = ("region",)
    cost = "1 a region"
