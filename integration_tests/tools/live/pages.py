"""Reads one page of each stream, as the connector does, and keeps it as Pinterest sent it.

A stream that this module knows nothing of makes its first request by itself, and no other.
"""

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from airbyte_cdk.sources.types import StreamSlice

from integration_tests.tools.live.calls import Calls, Sighting, UncountedCallError
from integration_tests.tools.live.seen import Seen
from integration_tests.tools.live.shapes import Record, shape_of
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.api.rows import ListPage
from source_pinterest.api.session import ApiResponse
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.entity_lists import EntityListStream
from source_pinterest.streams.ads.keywords import KeywordMetrics, Keywords
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.document import DocumentStream
from source_pinterest.streams.base.stream import PinterestStream, Sync
from source_pinterest.streams.catalogs.issues import TYPES_WITH_STATS, ReportStatsStream
from source_pinterest.streams.trends import ProductCategoryTrends, TrendingKeywordWeeks, TrendingProductCategories

T = TypeVar("T")


class OneCallError(Exception):
    """The stream has made its call: it was refused, or another one would follow."""


class FirstCall:
    """Stands in for the client of a stream.

    Args:
        calls: asks Pinterest.
        stream: its name.
    """

    def __init__(self, calls: Calls, stream: str) -> None:
        self._calls, self._stream = calls, stream
        self.sighting: Sighting | None = None

    def get(self, path: str, params: Mapping[str, Any], parse: Callable[[Iterator[bytes]], T]) -> ApiResponse[T]:
        """Make the call.

        Raises:
            OneCallError: it was refused, or is not the first.
            MalformedResponseError: the parser does not take the answer.
        """
        if self.sighting is not None:
            raise OneCallError
        self.sighting = self._calls.get(self._stream, path, params, params.keys())
        if not self.sighting.is_fine:
            raise OneCallError
        return ApiResponse(parse(iter([json.dumps(self.sighting.body).encode()])), 0)

    def url_length(self, path: str, params: Mapping[str, Any]) -> int:
        """How many characters the address of a call has."""
        return self._calls.url_length(path, params)


class NothingToAskError(Exception):
    """There is nothing of the kind; the text says of which."""


class Pages:
    """One page of each stream, and the ids in it.

    Args:
        sync: the connector's streams.
        calls: asks Pinterest.
        seen: takes the shapes.
    """

    def __init__(self, sync: Sync, calls: Calls, seen: Seen) -> None:
        self.sync, self._calls, self._seen = sync, calls, seen
        self._items: dict[type[PinterestStream], list[Record]] = {}

    def read(self, of: type[PinterestStream], parents: Mapping[str, str], **more: Any) -> Sighting:
        """Ask for the first page of a list, and keep what is in it."""
        stream, part = self.sync.stream(of), StreamSlice(partition=parents, cursor_slice={})
        params = {**stream.request_params(stream_slice=part), **more}
        sighting = self._calls.get(stream.name, stream.path(stream_slice=part), params, params.keys())
        self._items[of] = []
        if sighting.is_fine:
            try:
                self._items[of] = list(stream.parse(iter([json.dumps(sighting.body).encode()])).items)
            except MalformedResponseError:
                self._seen.unexpected.add(stream.name)
            self.note(stream, self._items[of])
        return sighting

    def read_by_itself(self, of: type[PinterestStream], wanted: Task | None) -> None:
        """Have a stream make its first call for a slice, or for the first that it has, and compare its records.

        Raises:
            NothingToAskError: it makes none, or needs others before it.
        """
        stream = self.sync.stream(of)
        first, client = FirstCall(self._calls, stream.name), stream.client
        self._items[of] = []
        stream.client = cast("PinterestClient", first)
        try:
            part = next(iter(stream.tasks()), None) if wanted is None else wanted
            listed = None if part is None else next(iter(stream.listing(part)), None)
            self._items[of] = list(listed.records) if listed else []
            self.note(stream, self._items[of])
        except (UncountedCallError, LookupError):
            if first.sighting is not None:
                raise
        except MalformedResponseError:
            self._seen.unexpected.add(stream.name)
        except OneCallError:
            pass
        finally:
            stream.client = client
        if first.sighting is None:
            raise NothingToAskError("nothing that one call could ask for")

    def note(self, stream: PinterestStream, records: Sequence[Record], texts: Container[str] = ()) -> None:
        """Compare records with the stream's schema."""
        self._seen.shapes[stream.name] = shape_of(records, stream.get_json_schema(), texts)

    def items(self, of: type[PinterestStream]) -> list[Record]:
        """What the page held, the newest first where it tells."""
        return sorted(self._items.get(of, ()), key=_edited, reverse=True)

    def ids(self, of: type[PinterestStream]) -> tuple[str, ...]:
        """The ids in the page.

        Raises:
            NothingToAskError: there are none.
        """
        return _any(of, (str(item["id"]) for item in self.items(of) if item.get("id")))

    def for_children(self, of: type[PinterestStream]) -> tuple[str, ...]:
        """What the page holds to ask for children with: ids in most streams, the texts of keywords.

        Raises:
            NothingToAskError: there is nothing.
        """
        return _any(of, map(str, self.sync.stream(of).ids_for_children(map(dict, self.items(of)))))

    def have_remembered(self, of: type[PinterestStream]) -> None:
        """Have a stream remember what it would if it had listed the page itself."""
        page = ListPage([dict(item) for item in self.items(of)])
        self.sync.stream(of).records(page, self.sync.stream(of).task({}))


def _edited(item: Record) -> int:
    edited = item.get("updated_time")
    return edited if isinstance(edited, int) else 0


def _any(of: type[PinterestStream], found: Iterable[str]) -> tuple[str, ...]:
    names = tuple(found)
    if not names:
        raise NothingToAskError(f"no {of.stream_name()}")
    return names


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

    def of(self, stream: type[PinterestStream]) -> Task | None:
        """A slice, or None where the stream finds its own.

        Raises:
            NothingToAskError: there is no parent.
        """
        parents = self._parents(stream)
        is_own = not set(stream.partition_keys) <= set(parents)
        return None if is_own else self._pages.sync.stream(stream).task(parents)

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
