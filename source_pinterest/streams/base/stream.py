"""The base class of all streams, and what the streams of a sync share.

HttpStream (CDK)
  PinterestStream            path, bookmarks, records; reads tasks as bundles
    ChildStream              one task per id of a parent stream; beside the other bases
    VariedStream             reads each task once per value of a parameter; beside the other bases
    AdAccountStream          one task per ad account
      EntityStream           emits changed entities
      EntityListStream       one list per campaign or ad group in the account
      QueryAnalytics         batches of ids x windows of days, 89 days back; targeting analytics
        DailyAnalytics       the same, older days from reports
      ReportStream           one asynchronous report per window; a ReportSpec says which
    OrganicStream            the user's own content, or a task for each owner of an ad account
    DocumentStream           one response without pages: dictionaries, and trends by region
"""

import logging
from abc import ABC
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cache, cached_property
from typing import Any, ClassVar, NamedTuple, TypeVar

import requests
from airbyte_cdk.sources.streams.http import HttpStream
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.sources.utils.casing import camel_to_snake
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api import Api
from source_pinterest.api.bodies import BY_ID, ListPage, ListShape, Record, list_page, write_texts
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import (
    Access,
    ConfigError,
    GoneError,
    PinterestError,
    Reason,
    RightMissingError,
    as_slice_error,
    sign_in_for,
)
from source_pinterest.api.session import ApiResponse, path_of
from source_pinterest.config import Config
from source_pinterest.dates import day_of_header
from source_pinterest.engine.asks import Refusals
from source_pinterest.engine.bundles import Bundle, RowBudget, bundles_of
from source_pinterest.engine.ledger import Ledger
from source_pinterest.engine.listed_ids import ListedIds
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.tasks import ParentIds, Task
from source_pinterest.reporting.runner import ReportRunner
from source_pinterest.state.cursor import PinterestCursor, StateStore
from source_pinterest.state.period import DayRange, Period, Setup
from source_pinterest.streams.base.listing import BookmarkPaginator, RecordPage, SeenIds, reading_list

LOGGER = logging.getLogger("airbyte")

S = TypeVar("S")

_TODAY = "today"


@dataclass(frozen=True)
class Sync:
    """The objects that the streams of one sync share.

    Attributes:
        api: sends all requests.
        config: the user's configuration.
        rows: bounds the analytics rows that are in memory at once.
        refusals: of names in reports, by the path and the level of the reports.
    """

    api: Api
    config: Config
    rows: RowBudget = field(default_factory=lambda: RowBudget(limits.ROWS_IN_MEMORY))
    refusals: defaultdict[str, Refusals] = field(default_factory=lambda: defaultdict(Refusals))
    _streams: dict[type, Any] = field(default_factory=dict)
    _days: dict[str, Date] = field(default_factory=dict)

    @cached_property
    def reports(self) -> ReportRunner:
        """The runner that creates and polls the asynchronous reports of all streams."""
        jobs, timeout_seconds = self.config.num_report_jobs, 60 * self.config.report_timeout_minutes
        return ReportRunner(
            jobs,
            timeout_seconds,
            self.analytics_pace,
            pauses=self.api.retry_policy.pauses,
            requests_left=lambda: self.api.budget.requests_left("ads_analytics"),
        )

    def analytics_pace(self) -> float:
        """Return the requests per second that the quota of ad accounts' analytics and reports allows."""
        return self.api.budget.requests_per_second("ads_analytics")

    def organic_pace(self) -> float:
        """Return the requests per second that the quota of profiles' and pins' analytics allows."""
        return self.api.budget.requests_per_second("org_analytics")

    def today(self) -> Date:
        """Return Pinterest's day, which is the same for the whole sync.

        It is the day of the newest response when it is first needed. Before the first response, a generator of tasks
        waits for a list that the sync reads anyway. Without such a list, this machine's day counts.
        """
        if day := self._days.get(_TODAY):
            return day
        if not self.api.session.last_date:
            streams = [s for s in list(self._streams.values()) if getattr(s, "tells_day", False) and s.ids.wanted]
            for stream in sorted(streams, key=lambda stream: stream.rank)[:1]:
                with suppress(Exception):  # raised again in the streams that need the list
                    stream.ids.get(())
        return self._days.setdefault(_TODAY, day_of_header(self.api.session.last_date, self.config.today))

    def stream(self, stream_class: type[S]) -> S:
        """Return this sync's instance of a stream class."""
        if stream_class not in self._streams:
            self._streams[stream_class] = stream_class(self)  # type: ignore[call-arg]
        return self._streams[stream_class]  # type: ignore[no-any-return]


class ForeignKey(NamedTuple):
    """Fields that name a record of another stream by its primary key.

    Attributes:
        stream: the other stream's name.
        fields: one for each field of the other stream's primary key, in the same order. The ad account by which organic
            streams distinguish owners may be missing. If a field is empty, the record names no other record.
        unless: when the other stream lacks the record; empty if it never does.
    """

    stream: str
    fields: tuple[str, ...]
    unless: str = ""


def to_pin(field: str) -> ForeignKey:
    """Return the foreign key of a field that names a pin. An ad may promote a pin of another user."""
    return ForeignKey("pins", (field,), unless="the pin is somebody else's or deleted")


class Rank(IntEnum):
    """How early a stream is read. Under a small quota, people wait for the numbers of their ads first."""

    ADS = 1
    """Analytics of ads, reports, and the lists that these need."""
    LIST = 2
    """Any other list of the user or of an ad account."""
    EACH = 3
    """A request for each campaign, ad group, product group, keyword, interest or pin of a new ad."""
    EACH_PIN = 4
    """A request for each board, section or pin, of which there are most."""


class PinterestStream(HttpStream, ABC):
    """A list that Pinterest pages with bookmarks.

    A stream declares itself with the attributes and methods of `HttpStream` (`path`, `request_params`,
    `primary_key`, `parse_response`, `next_page_token`, `get_json_schema`), and they mean what the framework says.
    Its requests do not go through the framework's `HttpClient` but through `self.client`: quotas that response
    headers announce, bodies that are parsed as they arrive, and bounds on their time and size do not fit into it. A
    sync reads it by a `StreamRun`; `stream_slices` and `read_records` give other callers the same tasks and records.
    """

    primary_key: str | list[str] = "id"
    path_template: ClassVar[str]
    scopes: ClassVar[tuple[str, ...]]
    access: Access | None = None
    needs_user_token: ClassVar[bool] = False
    """Whether Pinterest serves the stream to the token of a user, and not to one of the app itself."""
    cost: str = f"one request for each {limits.PAGE_SIZE} records"
    """The requests of a sync, for the documentation, which names the stream in the place of records."""
    tells_day: ClassVar[bool] = False
    """Whether the first request of the list tells Pinterest's day, so that other streams wait for it."""
    rank: ClassVar[Rank] = Rank.LIST
    """How early the stream is read. With a dearer parent, it has the rank of that one."""
    parent_fields: tuple[str, ...] = ()
    """The names of the parents' ids that identify a task."""
    needs: "tuple[type[PinterestStream], ...]" = ()
    """The parent streams. The tasks are made of their ids. Base classes add the parents that they know."""
    foreign_keys: tuple[ForeignKey, ...] = ()
    """The leaf's own foreign keys; its base class adds the parents, whose ids it writes on the records."""
    page_size: int | None = limits.PAGE_SIZE
    """None if the endpoint has no pages."""
    shape: ClassVar[ListShape] = BY_ID
    """Where a response holds the list, and the key of its items."""
    empty_if: ClassVar[tuple[Reason, ...]] = ()
    """Errors of the first page by which Pinterest says that a list has no items."""
    has_last_bookmark: ClassVar[bool] = False
    """Whether the last page of a list may have a bookmark, so that a page without a new item ends the list."""
    can_split: ClassVar[bool] = False
    """Whether a request can be split if its response is too large."""
    day_range = DayRange(limits.ASYNC_HISTORY_DAYS)
    """The days that Pinterest keeps for the stream, if its records have days."""
    merges_by_key = True
    """Whether the destination replaces rows by their key; True until the sync's mode is known."""
    is_refresh = False
    """Whether the sync is a full refresh, after which another one reads everything again."""
    checkpoint: PinterestCursor | None = None
    """The stream's cursor; None if each sync reads the whole stream."""
    is_resumable = False  # if True, the framework's sequential reader reads the stream in an endless loop

    def __init__(self, sync: Sync, name: str = "") -> None:
        self._name = name or self.stream_name()
        self.api, self.config, self.shared = sync.api, sync.config, sync
        super().__init__(authenticator=sync.api.authenticator)
        self.cursor = None  # with the framework's cursor, only one page of each task would be read
        self.usage, self.notices = sync.api.usage.stream(self.name), Notices(self.name)
        self.gaps = set[ParentIds]()
        """The lists of which items without their key were left out."""
        self.ledger = Ledger()
        self.ids = ListedIds(self.name, self.list_ids, self.needed_ids)
        self.client = PinterestClient(
            sync.api,
            self.name,
            self.scopes,
            can_split=self.can_split,
            is_worth_retrying=lambda: self.ledger.is_worth_retrying() and self.ids.ledger.is_worth_retrying(),
        )

    @classmethod
    @cache
    def stream_name(cls) -> str:
        """Return the name of the stream in catalogs: its class name in snake case."""
        return camel_to_snake(cls.__name__)

    @property
    def name(self) -> str:
        """The name of the stream in catalogs."""
        return self._name

    def select(self) -> None:
        """Prepare a sync that emits the stream."""
        self.ids.announce()
        if self.tells_day:
            self.ids.want()
        if self.checkpoint:
            self.checkpoint.explain()

    def needed_ids(self) -> Iterator[ListedIds]:
        """Return the caches of the ids with which the tasks are made."""
        for stream in self.needs:
            yield self.shared.stream(stream).ids

    def open_state(self, setup: Setup, store: StateStore) -> PinterestCursor | None:
        """Set the stream's cursor, and return it."""
        self.merges_by_key = setup.merges_by_key
        self.is_refresh = store.refresh is not None
        self.checkpoint = self.new_cursor(setup, store)
        return self.checkpoint

    def new_cursor(self, setup: Setup, store: StateStore) -> PinterestCursor | None:
        """Return a cursor for the days and the state of this sync, or None if each sync reads the whole stream."""
        del setup, store
        return None

    def period_of(self, setup: Setup, ready: Callable[[], Date] | None = None) -> Callable[[], Period]:
        """Return a function that returns the days to read, once Pinterest's day is known."""
        return lambda: setup.period(self.shared.today(), ready)

    @property
    def url_base(self) -> str:
        """The base URL of the API."""
        return f"{self.api.base_url}/"

    def path(self, *, stream_slice: Mapping[str, Any] | None = None, **_: Any) -> str:
        """Return the path of a task: the template with the task's ids."""
        return path_of(self.path_template, stream_slice or {})

    def request_params(self, *_: Any, next_page_token: Mapping[str, Any] | None = None, **__: Any) -> dict[str, Any]:
        """Return the page size, if the endpoint has pages, and the bookmark of the page."""
        return {**({"page_size": self.page_size} if self.page_size else {}), **(next_page_token or {})}

    def get_error_display_message(self, exception: BaseException) -> None:
        """Return None: a `PinterestError` has its own message, which the framework must not replace."""
        del exception

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """Parse the body of a page.

        Raises:
            MalformedResponseError: the body is not a page.
        """
        return list_page(chunks, self.notices.replacement, self.shape, is_paged=self.page_size is not None)

    def parse_response(
        self, response: requests.Response, *, stream_slice: Mapping[str, Any] | None = None, **_: Any
    ) -> list[Record]:
        """Return the records of a response.

        A sync does not call it: it parses a body as it arrives, see `parse`.

        Raises:
            MalformedResponseError: the body is not a page.
        """
        return self.records(self._page(response), self._task_of(stream_slice))

    def next_page_token(self, response: requests.Response) -> Mapping[str, Any] | None:
        """Return the parameters that ask for the page after a response, or None after the last page.

        Raises:
            MalformedResponseError: the body is not a page.
        """
        bookmark = self._page(response).bookmark
        return {"bookmark": bookmark} if bookmark else None

    def _page(self, response: requests.Response) -> ListPage:
        return self.parse(iter((response.content,)))

    def stream_slices(self, **_: Any) -> Iterable[Task]:
        """Return the tasks, for callers outside of a sync."""
        return self.tasks()

    def tasks(self) -> Iterator[Task]:
        """Return the tasks of the stream: here one for the whole stream."""
        yield self.task({})

    def task(self, parents: Mapping[str, str], named: Mapping[str, Any] | None = None) -> Task:
        """Return the task of one list.

        Args:
            parents: the ids that the list belongs to.
            named: other values that tell it from its neighbours.
        """
        return Task(parents, self.read_list, named=named)

    def _task_of(self, stream_slice: Mapping[str, Any] | None) -> Task:
        """Return the task of a slice that another caller of the framework's interface has made."""
        if isinstance(stream_slice, Task):
            return stream_slice
        if isinstance(stream_slice, StreamSlice):
            return self.task(stream_slice.partition, stream_slice.cursor_slice)
        return self.task({})

    def read_records(self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any) -> Iterable[Record]:
        """Return the records of a slice one by one, for callers outside of a sync. No error is left out.

        Raises:
            PinterestError: the slice can't be read.
        """
        try:
            for bundle in self._task_of(stream_slice).bundles():
                yield from bundle.records()
        except Exception as error:  # noqa: BLE001 - raised again
            raise as_slice_error(self.name, error)  # noqa: B904 - the new error has its cause

    def has_to_be_readable(self, task: Task) -> bool:
        """Return whether the task has to be readable, so that its refusal is a failure: here never."""
        del task
        return False

    def unread_days(self, account: str) -> str:
        """Return the end of a sentence: which days of an account that can't be read are not read."""
        since = self.checkpoint.unread_since(account) if self.checkpoint else None
        return f". Its days from {since} on are not read" if since else ""

    def leave_out(self, task: Task, error: PinterestError) -> None:
        """Warn that a task can't be read, and count it as left out."""
        left_out = f"{', '.join(task.parent_ids)} is left out."
        if self.notices.warn(left_out, f"{left_out} {str(error.message).rstrip('.')}."):
            self.usage.count_left_out()

    def explain(self, error: PinterestError) -> PinterestError:
        """Return the error for a stream all of whose tasks were refused.

        It may need a right that no permission brings: a beta, a role, a kind of account. Pinterest may report that as a
        missing permission.
        """
        if self.access is None or isinstance(error, GoneError):
            return error if isinstance(error, RightMissingError) else ConfigError(f"{error.message}. {error.advice}")
        granted = self.api.authenticator.granted  # none if Pinterest has not listed them
        is_lacking = error.reason is Reason.PERMISSION_MISSING and not granted.issuperset(self.scopes)
        if is_lacking and granted:
            return error
        scopes = self.scopes if is_lacking else ()
        needs = f"the permission {' and '.join(scopes)} and {self.access.needs}" if scopes else self.access.needs
        advice = ". ".join(filter(None, (sign_in_for(scopes), self.access.advice)))
        return RightMissingError(
            f"{self.name} can't be read: it needs {needs}. {advice}, or leave the stream out. "
            f"{error.quote or error.message}."
        )

    def read_list(self, task: Task) -> Generator[Bundle, None, Any]:
        """Read the records of a list, and keep their ids for child streams.

        The return value of the generator is passed to the cursor's `commit`: whether the list has to be read again.
        """
        with self.ids.filling(task.parent_ids) as ids:
            for page in self.record_pages(task):
                if self.ids.wanted:
                    ids.extend(self.ids_for_children(page.records))
                yield from self.to_bundles(page.records)
        return self.has_gap(task)

    def has_gap(self, task: Task) -> bool:
        """Return whether the next sync should read the list again, for items that came without their key.

        Where the destination keeps every record, the other items would come twice, so the list is not read again.
        """
        return self.merges_by_key and task.parent_ids in self.gaps

    def to_bundles(self, records: Iterable[Record]) -> Iterator[Bundle]:
        """Serialise records as bundles of messages."""
        return bundles_of(self.name, records)

    def list_ids(self, parents: ParentIds) -> Iterator[str]:
        """Return the ids of a task for child streams, while this stream itself is not selected."""
        for page in self.record_pages(self.task(dict(zip(self.parent_fields, parents, strict=True)))):
            yield from self.ids_for_children(page.records)

    def ids_for_children(self, records: Iterable[Record]) -> Iterator[str]:
        """Yield the ids of the records for which child streams have tasks, and keep the facts about them."""
        for record in records:
            if (fact := self.fact_for_children(record)) is not None:
                self.ids.keep_fact(record["id"], fact)
            yield record["id"]

    def fact_for_children(self, record: Record) -> Any:
        """Return what child streams ask about a record, by its id (`ids.fact_about`); None if they ask nothing."""
        del record

    def record_pages(self, task: Task) -> Iterator[RecordPage]:
        """Return the records of a task page by page."""
        for response in self.responses(task):
            yield RecordPage(self.records(response.value, task), response.server_time)

    def records(self, page: ListPage, task: Task) -> list[Record]:
        """Return the records of a page, with the ids of the task; all ids become strings."""
        records = page.items
        for record in records:
            write_texts(record, self._id_fields, self.shape.key, self.notices.replacement)
            record.update(task.parents)
        return records

    @cached_property
    def _id_fields(self) -> tuple[str, ...]:
        return tuple(name for name in self.get_json_schema()["properties"] if name == "id" or name.endswith("_id"))

    def responses(self, task: Task, **more: Any) -> Iterator[ApiResponse[ListPage]]:
        """Request the pages of a task's list. An item that an earlier page had is dropped.

        Args:
            task: the ids in the path.
            more: parameters beside those of `request_params`.

        Raises:
            AccessLostError: Pinterest refuses a page after the first.
            SliceError: the bookmarks of the list lead nowhere new.
        """
        path = self.path(stream_slice=task)
        paginator = BookmarkPaginator(self.name, path, has_last_bookmark=self.has_last_bookmark)
        seen, keyless = SeenIds(self.shape.key), list[Record]()
        token, size = None, (largest := self.page_size or 1)
        try:
            while True:
                smaller = {"page_size": size} if size < largest else {}
                params = {**self.request_params(stream_slice=task, next_page_token=token), **smaller, **more}
                try:
                    with reading_list(self.name, path, has_begun=token is not None):
                        response = self.client.send(path, params, self.parse)
                except PinterestError as error:
                    size = self._smaller_page(error, path, size, is_first=token is None)
                    if not size:
                        return
                    continue
                page = response.value
                keyless += page.keyless
                new = self.without_copies(path, page.items) if self.page_size is None else seen.new(page.items)
                yield replace(response, value=replace(page, items=new))
                bookmark = page.bookmark and paginator.follow(page.bookmark, len(page.items), len(new))
                if not bookmark:
                    return
                token = {"bookmark": bookmark}
        finally:
            if keyless:
                self.gaps.add(task.parent_ids)
                self.notices.warn(f"{path} {more}", self._left_out(path, keyless))

    def _smaller_page(self, error: PinterestError, path: str, size: int, *, is_first: bool) -> int:
        """Return the size of the page to ask for after an error; 0 if the error says that the list has no items.

        Raises:
            PinterestError: the error, if it is about neither the size of the page nor an empty list.
        """
        if error.reason is Reason.TOO_LARGE_TO_PARSE and size > 1:
            LOGGER.info(f"{self.name}: a page of {path} is too large. Asking for {size // 2} items.")
            return size // 2
        if is_first and error.reason in self.empty_if:
            LOGGER.info(f"{error.message}. This list counts as empty.")
            return 0
        raise error

    def _left_out(self, path: str, keyless: list[Record]) -> str:
        left_out = (
            f"items of {path} without {' and '.join(self.shape.key)}: {len(keyless):,}. They are left out, here and in "
            f"streams that read by them. One has the fields {', '.join(keyless[0]) or 'none'}."
        )
        if self.checkpoint is None or self.merges_by_key or self.is_refresh:
            return left_out
        return f"{left_out} The destination keeps every record, so later syncs may not read them until they change."

    def without_copies(self, path: str, items: list[Record]) -> list[Record]:
        """Return the items of a list that has no pages, each once, and warn of different ones with the same key."""
        kept: list[Record] = []
        by_key = dict[tuple[str, ...], list[Record]]()
        for item in items:
            key = tuple(str(item.get(field)) for field in self.shape.key)
            others = by_key.setdefault(key, []) if all(field in item for field in self.shape.key) else []
            if item not in others:
                others.append(item)
                kept.append(item)
        if twice := [", ".join(key) for key, others in by_key.items() if len(others) > 1]:
            self.notices.warn(
                f"copies in {path}",
                f"{path} has several items with the same {' and '.join(self.shape.key)}, such as {twice[0]}. A "
                "destination that replaces rows by their key keeps one of them.",
            )
        return kept
