"""What is every stream that is made of Pinterest's lists of trending keywords?"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.bodies import ListPage, Record
from source_pinterest.api.session import Answer
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.slices import key_of_parent, partition_slice
from source_pinterest.streams.trends.base import TrendStream
from source_pinterest.streams.trends.shared_answers import SharedAnswers

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
