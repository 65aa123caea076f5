"""For which slice does a stream make its only call? For one whose parents an earlier call has shown."""

from collections.abc import Callable
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from integration_tests.tools.live.pages import NothingToAskError, Pages
from source_pinterest.engine.slices import partition_slice
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.entity_lists import EntityListStream
from source_pinterest.streams.ads.keywords import KeywordMetrics, Keywords
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.document import DocumentStream
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.catalogs.issues import TYPES_WITH_STATS, ReportStatsStream
from source_pinterest.streams.trends import ProductCategoryTrends, TrendingKeywordWeeks, TrendingProductCategories

_WORDS = {"region": "US", "trend_type": "growing", "option_type": "GENDER"}
"""What stands for a slice that no id names."""
_CATEGORY = "DRESSES"
"""Where none is known to be trending."""
_FEW = 5


class FirstSlices:
    """The first slice of each stream.

    Args:
        pages: what earlier calls have shown.
        account: the id of the ad account that is looked at.
    """

    def __init__(self, pages: Pages, account: Callable[[], str]) -> None:
        self._pages, self._account = pages, account

    def of(self, stream: type[PinterestStream]) -> StreamSlice | None:
        """A slice, or None where the stream finds its own.

        Raises:
            NothingToAskError: there is no parent.
        """
        parents, more = self._parents(stream), self._more(stream)
        is_own = not set(stream.partition_keys) <= set(parents)
        return None if is_own else partition_slice(parents, **more)

    def _parents(self, stream: type[PinterestStream]) -> dict[str, str]:
        parents: dict[str, str] = {}
        if "ad_account_id" in stream.partition_keys:
            parents["ad_account_id"] = self._account()
        if issubclass(stream, ChildStream):
            parents |= self._parent(stream)
        if issubclass(stream, ReportStatsStream):
            parents[stream.partition_keys[-1]] = self._subject(stream)
        if issubclass(stream, DocumentStream):
            parents |= {key: _WORDS[key] for key in stream.partition_keys}
        if stream is TrendingKeywordWeeks:  # not what another stream has asked for by then
            parents["trend_type"] = "monthly"
        return parents

    def _parent(self, stream: type[ChildStream]) -> dict[str, str]:
        """The ids in the first record of the parent that has children, its own last."""
        *outer, own_key = stream.partition_keys
        own = self._pages.for_children(stream.parent)[0]
        record = next((one for one in self._pages.items(stream.parent) if str(one.get("id")) == own), {})
        return {**{key: str(record[key]) for key in outer if key in record}, own_key: own}

    def _subject(self, stream: type[ReportStatsStream]) -> str:
        """The first catalog or feed of a kind that has such numbers."""
        kinds = self._pages.sync.stream(stream.subjects).types
        for subject in self._pages.ids(stream.subjects):
            if kinds.get(subject) in TYPES_WITH_STATS:
                return subject
        raise NothingToAskError(f"no {stream.subjects.stream_name()} of products or hotels")

    def _more(self, stream: type[PinterestStream]) -> dict[str, Any]:
        if issubclass(stream, EntityListStream):
            return {name: self._pages.ids(entities)[:1] for name, entities in stream.listed_by.items()}
        if stream is KeywordMetrics:
            self._pages.have_remembered(AdAccounts)  # which country each is in
            return {"keywords": self._pages.for_children(Keywords)[:_FEW]}
        if stream is ProductCategoryTrends:
            is_any = self._pages.items(TrendingProductCategories)
            return {"categories": self._pages.for_children(TrendingProductCategories)[:1] if is_any else (_CATEGORY,)}
        return {}
