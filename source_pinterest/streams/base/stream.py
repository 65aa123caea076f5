"""What is every stream of Pinterest?

    HttpStream (CDK)
      PinterestStream            path, bookmarks, records; hands out pages
        VariedStream             asks for each slice with each value of a parameter; beside one of the others
        AdAccountStream          one slice per ad account
          EntityStream           emits what has changed
          EntityListStream       one list per campaign or ad group in the account
          QueryAnalytics         batches of ids x windows of days, 89 days back; targeting analytics
            DailyAnalytics       the same, older days from reports
          ReportStream           windows become asynchronous jobs; one row of a table per level, CustomReportStream
        OrganicStream            the user's own content, or a slice for each owner of an ad account
        DocumentStream           one answer without pages: dictionaries, and trends by region

A stream is a noun with attributes. What it shares with the others comes in through `Sync`.
"""

from abc import ABC
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, ClassVar, NamedTuple, TypeVar

import requests
from airbyte_cdk.sources.streams.http import HttpStream
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.sources.utils.casing import camel_to_snake

from source_pinterest import limits
from source_pinterest.api import Api
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import Access, ConfigError, PinterestError, understood
from source_pinterest.api.rows import BY_ID, ListPage, ListShape, Record, list_page, write_texts
from source_pinterest.api.session import Answer, path_of
from source_pinterest.config import Config
from source_pinterest.engine.failures import CircuitBreaker, RefusalPolicy
from source_pinterest.engine.pages import Page, RowBudget, pages_of
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.slices import Key, key_of_parent, partition_slice
from source_pinterest.reporting.runner import ReportRunner
from source_pinterest.state.cursor import PinterestCursor, StateStore
from source_pinterest.state.period import DayRange, Period
from source_pinterest.streams.base.listing import BookmarkPaginator, Listed, SeenIds
from source_pinterest.streams.base.reader import SliceReader

S = TypeVar("S")


@dataclass(frozen=True)
class Sync:
    """One sync.

    Attributes:
        api: the one way to Pinterest.
        config: what the user wants.
        rows: bounds the analytics rows that are in memory at once.
    """

    api: Api
    config: Config
    rows: RowBudget = field(default_factory=lambda: RowBudget(limits.ROWS_IN_MEMORY))
    _streams: dict[type, Any] = field(default_factory=dict)

    @cached_property
    def reports(self) -> ReportRunner:
        """Has the asynchronous reports of all streams made."""
        jobs, timeout_seconds = self.config.num_report_jobs, self.config.report_timeout_seconds
        return ReportRunner(
            jobs,
            timeout_seconds,
            self.analytics_pace,
            pauses=self.api.retry_policy.pauses,
            calls_left=lambda: self.api.budget.calls_left("ads_analytics"),
        )

    def analytics_pace(self) -> float:
        """How many calls a second the quota of ad accounts' analytics and reports allows."""
        return self.api.budget.calls_per_second("ads_analytics")

    def organic_pace(self) -> float:
        """How many calls a second the quota of profiles' and pins' analytics allows."""
        return self.api.budget.calls_per_second("org_analytics")

    def stream(self, of: type[S]) -> S:
        """The one instance of a stream class in this sync."""
        if of not in self._streams:
            self._streams[of] = of(self)  # type: ignore[call-arg]
        return self._streams[of]  # type: ignore[no-any-return]


class ForeignKey(NamedTuple):
    """Fields that name a record of another stream by its primary key.

    Attributes:
        stream: the other stream's name.
        fields: as many as its primary key has, in its order, or all but the first where that is the ad account by which
            organic streams tell several owners apart. If one of them is empty, no record is named.
        unless: when the other stream lacks the record; empty where it never does.
    """

    stream: str
    fields: tuple[str, ...]
    unless: str = ""


def to_pin(field: str) -> ForeignKey:
    """What names a pin that need not be the user's own: whoever advertises may promote somebody else's."""
    return ForeignKey("pins", (field,), unless="the pin is somebody else's or deleted")


class PinterestStream(HttpStream, ABC):
    """A list that Pinterest pages with bookmarks.

    A stream declares itself with the attributes and methods of `HttpStream` (`path`, `request_params`,
    `primary_key`, `parse_response`, `next_page_token`, `get_json_schema`), and they mean what the framework says.
    Its requests do not go through the framework's `HttpClient` but through `self.client`: quotas that response
    headers announce, bodies that are parsed as they arrive, and bounds on their time and size do not fit into it. A
    sync calls `stream_slices` and `read_pages`; `read_records` gives the same records one by one.
    """

    primary_key: str | list[str] = "id"
    path_template: ClassVar[str]
    scopes: ClassVar[tuple[str, ...]]
    access: Access | None = None
    cost: str = f"1 a page of {limits.PAGE_SIZE}"
    """What a sync costs, for the tables of the documentation."""
    partition_keys: tuple[str, ...] = ()
    """What a slice of this stream is called by: the ids of its parents."""
    foreign_keys: tuple[ForeignKey, ...] = ()
    """What a leaf declares; its base adds the parents, whose ids it stamps."""
    page_size: int | None = limits.PAGE_SIZE
    """None for what comes in one answer, without pages."""
    shape: ClassVar[ListShape] = BY_ID
    """How the list lies in an answer."""
    can_split: ClassVar[bool] = False
    """Whether a call whose answer is too large can be made in parts."""
    days = DayRange(limits.START_DATE_MAX_DAYS_BACK)
    """The days that the stream has, where it is about days."""
    checkpoint: PinterestCursor | None = None
    """The stream's cursor; None where it is read whole each time."""
    is_resumable = False  # otherwise the framework's sequential reader starts the stream again and again

    def __init__(self, sync: Sync, name: str = "") -> None:
        self._name = name or self.stream_name()
        self.api, self.config, self.shared = sync.api, sync.config, sync
        super().__init__(authenticator=sync.api.authenticator)
        self.cursor = None  # the framework's own would read one page of each slice and stop
        self.usage, self.breaker, self.notices = sync.api.usage.of(self.name), CircuitBreaker(), Notices(self.name)
        self.ids = ParentIds(lambda key: understood(self.name, self.list_ids(key)), self.needed_ids)
        self.client = PinterestClient(
            sync.api, self.name, self.scopes, can_split=self.can_split, retries_pay=self._retries_pay
        )

    def _retries_pay(self) -> bool:
        return self.breaker.is_worth_retrying() and self.ids.breaker.is_worth_retrying()

    @classmethod
    @cache
    def stream_name(cls) -> str:
        """What the platform calls the stream: its class name in snake case."""
        return camel_to_snake(cls.__name__)

    @property
    def name(self) -> str:
        """What the platform calls the stream."""
        return self._name

    @cached_property
    def reader(self) -> SliceReader:
        """Reads the slices, and sees to what a failure costs."""
        policy = RefusalPolicy(self.name, self.access, self.scopes, self.api.authenticator, self.leave_out)
        return SliceReader(self, policy)

    def select(self) -> None:
        """Prepare a sync that emits the stream."""
        self.ids.announce()
        if self.checkpoint:
            self.checkpoint.explain()

    def needed_ids(self) -> Iterator[ParentIds]:
        """The ids that the slices are made of: those of its parents."""
        yield from ()

    def open_state(self, period: Period, store: StateStore) -> PinterestCursor | None:
        """Give the stream its cursor, and return it."""
        self.checkpoint = self.new_cursor(period, store)
        return self.checkpoint

    def new_cursor(self, period: Period, store: StateStore) -> PinterestCursor | None:
        """A cursor for the days and the state of this sync; None for a stream that is always read whole."""
        del period, store
        return None

    @property
    def url_base(self) -> str:
        """The address of the API."""
        return f"{self.api.base_url}/"

    def path(self, *, stream_slice: Mapping[str, Any] | None = None, **_: Any) -> str:
        """The path of a slice: its ids in the template."""
        return path_of(self.path_template, stream_slice or {})

    def request_params(self, *_: Any, next_page_token: Mapping[str, Any] | None = None, **__: Any) -> dict[str, Any]:
        """The largest page, and the bookmark of the next; nothing for what comes in one answer."""
        return {**({"page_size": self.page_size} if self.page_size else {}), **(next_page_token or {})}

    def get_error_display_message(self, exception: BaseException) -> None:
        """Nothing of the framework's: our errors carry their own sentence and type."""
        del exception

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """Read the body of a page.

        Raises:
            MalformedAnswerError: it is not a page.
        """
        return list_page(chunks, self.notices.replacement, self.shape, is_paged=self.page_size is not None)

    def parse_response(
        self, response: requests.Response, *, stream_slice: Mapping[str, Any] | None = None, **_: Any
    ) -> list[Record]:
        """Return the records of a response.

        A sync does not call it: it parses a body as it arrives, see `read_pages`.

        Raises:
            MalformedAnswerError: the body is not a page.
        """
        return self.records(self._page(response), _as_slice(stream_slice))

    def next_page_token(self, response: requests.Response) -> Mapping[str, Any] | None:
        """Return the parameters that ask for the page after a response, or None after the last page.

        Raises:
            MalformedAnswerError: the body is not a page.
        """
        return self._parameters_after(self._page(response))

    def _page(self, response: requests.Response) -> ListPage:
        return self.parse(iter((response.content,)))

    @staticmethod
    def _parameters_after(page: ListPage) -> dict[str, str] | None:
        """Only the absence of a bookmark ends a list; an empty page does not."""
        return {"bookmark": page.bookmark} if page.bookmark else None

    def stream_slices(self, **_: Any) -> Iterable[StreamSlice]:
        """The slices to read, until a fatal error."""
        return self.reader.planned(self.slices())

    def slices(self) -> Iterator[StreamSlice]:
        """One slice for everything."""
        yield partition_slice({})

    def read_records(self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any) -> Iterable[Record]:
        """The records of a slice, for callers that take them one by one."""
        for page in self.read_pages(_as_slice(stream_slice)):
            yield from page.records()

    def read_pages(self, stream_slice: StreamSlice) -> Iterator[Page]:
        """The records of a slice in pages."""
        return self.reader.read(stream_slice)

    def leave_out(self, stream_slice: StreamSlice, error: PinterestError) -> None:
        """Go on without a slice that can't be read, if it is one of many.

        Raises:
            ConfigError: it is all there is.
        """
        if not stream_slice.partition:
            raise ConfigError(f"{error.message}. {error.advice}") from error
        left_out = f"{', '.join(key_of_parent(stream_slice))} is left out."
        if self.notices.warn(left_out, f"{left_out} {error.message}."):
            self.usage.count_left_out()

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, Any]:
        """The records of a slice, whose ids also go to whoever needs them; returns what the cursor has to know."""
        with self.ids.filling(key_of_parent(stream_slice)) as ids:
            for listed in self.listing(stream_slice):
                if self.ids.wanted:
                    ids.extend(self.ids_for_children(listed.records))
                yield from self.to_pages(listed.records)

    def to_pages(self, records: Iterable[Record]) -> Iterator[Page]:
        """Records as finished lines."""
        return pages_of(self.name, records)

    def on_failure(self, stream_slice: StreamSlice) -> None:
        """Take note of a slice that could not be read."""

    def on_end(self, stream_slice: StreamSlice) -> None:
        """Let go of what waits for a slice, which has come to its end, read or not."""
        self.usage.count_read_slice()
        self.ids.release(key_of_parent(stream_slice))

    def list_ids(self, key: Key) -> Iterator[str]:
        """The ids of a slice, without its records, for children of a stream that is not selected."""
        for listed in self.listing(partition_slice(dict(zip(self.partition_keys, key, strict=True)))):
            yield from self.ids_for_children(listed.records)

    def ids_for_children(self, records: Iterable[Record]) -> Iterator[str]:
        """The ids that children ask for."""
        return (record["id"] for record in records)

    def listing(self, stream_slice: StreamSlice) -> Iterator[Listed]:
        """The records of a slice, page by page, each once, though an item may stand on two pages."""
        seen = SeenIds(self.shape.key)
        for answer in self.answers(stream_slice):
            yield Listed(seen.new(self.records(answer.value, stream_slice)), answer.server_time)

    def records(self, page: ListPage, stream_slice: StreamSlice) -> list[Record]:
        """The records of a page; ids are strings, whatever Pinterest sends."""
        records = page.items
        for record in records:
            write_texts(record, self._id_fields)
            record.update(stream_slice.partition)
        return records

    @cached_property
    def _id_fields(self) -> tuple[str, ...]:
        return tuple(name for name in self.get_json_schema()["properties"] if name == "id" or name.endswith("_id"))

    def answers(self, stream_slice: StreamSlice, **more: Any) -> Iterator[Answer[ListPage]]:
        """The pages of a slice's list, as Pinterest gives them, asked for with `more` parameters.

        Raises:
            AccessLostError: Pinterest refuses to go on in the middle of the list.
            EndlessListError: the list would never end.
        """
        path = self.path(stream_slice=stream_slice)
        paginator, token = BookmarkPaginator(self.name, path), None
        while True:
            params = {**self.request_params(stream_slice=stream_slice, next_page_token=token), **more}
            with paginator.asking():
                answer = self.client.get(path, params, self.parse)
            yield answer
            token = self._parameters_after(answer.value)
            if token is None or not paginator.follow(token["bookmark"], len(answer.value.items)):
                return


def _as_slice(stream_slice: Mapping[str, Any] | None) -> StreamSlice:
    """The slice itself, or the one for everything where the framework names none."""
    return stream_slice if isinstance(stream_slice, StreamSlice) else partition_slice({})
