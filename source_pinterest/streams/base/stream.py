"""The base class of all streams.

HttpStream (CDK)
  PinterestStream            one task, or one per id of a parent; reads tasks as batches
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
from collections.abc import Generator, Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, ClassVar

import requests
from airbyte_cdk.models import AirbyteStream, ConfiguredAirbyteStream
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.streams.http import HttpStream
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.sources.utils.casing import camel_to_snake

from source_pinterest import limits
from source_pinterest.api.bodies import Page, Record, Unpack, list_page, one_item, write_strings
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import (
    Access,
    AccessDeniedError,
    AccessLostError,
    ConfigError,
    ErrorReason,
    FormError,
    MissingEntitlementError,
    NotFoundError,
    PinterestError,
    as_task_error,
    sign_in_for,
)
from source_pinterest.api.session import path_of
from source_pinterest.engine.parent_ids import ParentIdCache
from source_pinterest.engine.progress import WarnOnce
from source_pinterest.engine.record_batches import RecordBatch, batch_records
from source_pinterest.engine.task_tracker import TaskTracker
from source_pinterest.engine.tasks import ParentIds, Task, or_failed
from source_pinterest.state.cursor import PinterestCursor, StatelessCursor, StateStore, merges_by_key
from source_pinterest.state.period import DayRange, Period
from source_pinterest.streams.base.declaration import ForeignKey, Parent, ReadPriority
from source_pinterest.streams.base.listing import BookmarkPaginator, unseen
from source_pinterest.streams.base.sync import SyncContext

LOGGER = logging.getLogger("airbyte")

Seen = dict[tuple[str, ...], list[Record]]
"""Records by key."""


class PinterestStream(HttpStream, ABC):
    """A list that Pinterest pages with bookmarks.

    A stream declares itself with the attributes and methods of `HttpStream` (`path`, `request_params`,
    `primary_key`, `parse_response`, `next_page_token`, `get_json_schema`), and they mean what the framework says.
    Its requests do not go through the framework's `HttpClient` but through `self.client`: quotas that response
    headers announce, bodies that are parsed as they arrive, and bounds on their time and size do not fit into it. A
    sync reads it by a `StreamRun`; `stream_slices` and `read_records` give other callers the same tasks and records.

    A stream that differs from the rest overrides one of four hooks:

    | hook                     | says                                                    |
    |--------------------------|---------------------------------------------------------|
    | `tasks`                  | which tasks there are                                   |
    | `path`, `request_params` | which request a task, or a page of its list, sends      |
    | `parse`                  | how the body of a response becomes items and a bookmark |
    | `records`                | how the items of a page become records                  |

    `pages` joins them. A task of several lists overrides it, and reads each by `list_pages`. A parent that keeps more
    than ids for its children overrides `collect`.
    """

    key: tuple[str, ...] = ("id",)
    """The fields of the primary key."""
    path_template: ClassVar[str]
    parents: tuple[Parent, ...] = ()
    """The streams that this one is read by. Those that its base classes name come before its own."""
    foreign_keys: tuple[ForeignKey, ...] = ()
    """Its own foreign keys; those to its parents, whose ids its records get, come before them."""
    parent_fields: tuple[str, ...] = ()
    """The fields that identify a task; those that hold ids of parents come before those of the class."""
    parent_stream: "PinterestStream"
    """The parent with a task for each id, which is the last one with a `field`."""
    parent_field: str = ""
    """Its `field`; empty without such a parent."""
    scopes: ClassVar[tuple[str, ...]]
    access: Access | None = None
    needs_user_token: ClassVar[bool] = False
    """Whether Pinterest serves the stream to the token of a user, and not to one of the app itself."""
    cost: str = f"one request for each {limits.PAGE_SIZE} records"
    """The requests of a sync, for the documentation, which names the stream instead of records."""
    rank: ClassVar[ReadPriority] = ReadPriority.LIST
    """How early the stream is read. With a dearer parent, it has the rank of that one."""
    id_field: ClassVar[str] = "id"
    """The field of a record by which child streams are read. A record without a value has no children."""
    page_size: int | None = limits.PAGE_SIZE
    """None if the endpoint has no pages."""
    is_dictionary: ClassVar[bool] = False
    """Whether the records name values of other streams. Of different records of one key, only the first is kept."""
    list_field: ClassVar[str | None] = "items"
    """The field of a response that holds the list; empty where it may be the list itself, None if it is an item."""
    unpack: Unpack | None = None
    """Returns the items that an object in a list of Pinterest's represents, if it is not an item itself."""
    params: Mapping[str, Any] = {}
    """Parameters that all requests have."""
    query_fields: ClassVar[tuple[str, ...]] = ()
    """The fields of a task that are sent as parameters, since the path does not contain them."""
    parameter: ClassVar[str] = ""
    """The parameter by which each list is read once for each of the `values`, which its records get as a field."""
    values: ClassVar[tuple[str, ...]] = ()
    empty_if: ClassVar[tuple[ErrorReason, ...]] = ()
    """Errors of the first page by which Pinterest says that a list has no items."""
    has_last_bookmark: ClassVar[bool] = False
    """Whether the last page of a list may have a bookmark, so that a page without a new item ends the list."""
    day_range = DayRange(limits.ASYNC_HISTORY_DAYS)
    """The days that Pinterest keeps for the stream, if its records have days."""
    configured: ConfiguredAirbyteStream | None = None
    """The stream in the catalog; None if it is not selected."""
    merges_by_key = True
    """Whether the destination replaces rows by their key; True until the sync's mode is known."""
    is_refresh = False
    """Whether the sync is a full refresh, after which another one reads everything again."""
    state_cursor: PinterestCursor
    """What has been read, which makes the state: a `StatelessCursor` if each sync reads the whole stream."""
    is_resumable = False  # if True, the framework's sequential reader reads the stream in an endless loop

    def __init__(self, sync: SyncContext, name: str = "") -> None:
        self._name = name or self.stream_name()
        self.api, self.config, self.shared = sync.api, sync.config, sync
        super().__init__(authenticator=sync.api.authenticator)
        self.cursor = None  # with the framework's cursor, only one page of each task would be read
        self.usage, self.notices = sync.api.usage.stream(self.name), WarnOnce(self.name)
        self.tracker = TaskTracker()
        self.state_cursor = StatelessCursor(StateStore(self.name, ConnectorStateManager(), lambda _: None))
        self.children = sync.children[type(self)]
        """How selected streams, and their parents, declare this stream as a parent. They need all of its ids."""
        self.ids = ParentIdCache(self.name, self.list_ids, self.children)
        self._declare_parents()
        self.client = PinterestClient(
            sync.api,
            self.name,
            self.scopes,
            is_worth_retrying=lambda: self.tracker.is_worth_retrying() and self.ids.tracker.is_worth_retrying(),
        )

    @classmethod
    @cache
    def stream_name(cls) -> str:
        """Return the name of the stream in catalogs: its class name in snake case."""
        return camel_to_snake(cls.__name__)

    @property
    def name(self) -> str:
        return self._name

    def _declare_parents(self) -> None:
        """Set the parents that the stream has with this config, and what follows from them."""
        declared = (parent for cls in reversed(type(self).__mro__) for parent in vars(cls).get("parents", ()))
        self.parents = tuple(parent for parent in declared if parent.when(self.config))
        self.listed_by: dict[str, PinterestStream] = {}
        """The parents whose ids requests name, by parameter."""
        fields, foreign_keys = dict[str, None](), dict[ForeignKey, None]()
        for parent in self.parents:
            stream = self.shared.stream(parent.stream)
            if parent.parameter:
                self.listed_by[parent.parameter] = stream
            if parent.field:
                self.parent_field, self.parent_stream = parent.field, stream
                ids = (*stream.parent_fields, parent.field)
                fields |= dict.fromkeys(ids)
                foreign_keys |= dict.fromkeys(key for key in stream.foreign_keys if {*key.fields} <= {*ids})
                foreign_keys[ForeignKey(stream.name, ids, parent.unless)] = None
        self.foreign_keys = tuple(foreign_keys | dict.fromkeys(self.foreign_keys))
        self.parent_fields = (*fields, *self.parent_fields)
        stamped = (*self.parent_fields, self.parameter)
        self.own_key = tuple(name for name in self.key if name not in stamped)
        """The fields of the key that an item of a response has by itself."""

    def is_wanted(self, what: str) -> bool:
        """Return whether a child stream wants this of the records."""
        return any(child.wants == what for child in self.children)

    @property
    def primary_key(self) -> list[str]:
        """The fields of the primary key, as the framework has them."""
        return list(self.key)

    def as_airbyte_stream(self) -> AirbyteStream:
        """Return the entry in catalogs: with a cursor, a refresh continues where its last attempt stopped."""
        stream = super().as_airbyte_stream()
        stream.is_resumable, stream.is_file_based = self.supports_incremental, False
        return stream

    def select(self) -> None:
        """Prepare a sync that emits the stream."""
        self.shared.select(self)
        self.ids.announce()
        self.state_cursor.explain()

    def open_state(self, configured: ConfiguredAirbyteStream | None, store: StateStore) -> None:
        """Set the stream's mode and checkpoint."""
        self.configured, self.merges_by_key = configured, merges_by_key(configured)
        self.is_refresh = store.refresh is not None
        self.state_cursor = self.new_cursor(store)

    def new_cursor(self, store: StateStore) -> PinterestCursor:
        """Return the cursor for the state of this sync. By default, each sync reads the whole stream."""
        return StatelessCursor(store)

    def period(self) -> Period:
        """Return the days to read."""
        return Period.of(self.day_range, self.config, self.configured, self.config.today)

    @property
    def url_base(self) -> str:
        return f"{self.api.base_url}/"

    def path(self, *, stream_slice: Mapping[str, Any] | None = None, **_: Any) -> str:
        """Return the path of a task: the template with the task's ids."""
        return path_of(self.path_template, stream_slice or {})

    def request_params(
        self,
        *_: Any,
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,
        **__: Any,
    ) -> dict[str, Any]:
        """Return the page size, if the endpoint has pages, the declared parameters, and the bookmark of the page."""
        size = {"page_size": self.page_size} if self.page_size else {}
        first = {self.parameter: self.values[0]} if self.values else {}
        named = {name: (stream_slice or {})[name] for name in self.query_fields}
        return {**size, **(next_page_token or {}), **named, **first, **self.params}

    def get_error_display_message(self, exception: BaseException) -> None:
        """Return None: a `PinterestError` has its own message, which the framework must not replace."""
        del exception

    def parse(self, chunks: Iterator[bytes]) -> Page:
        """Parse the body of a page: its items and its bookmark.

        Raises:
            MalformedResponseError: the body is not a page.
        """
        if self.list_field is None:
            return one_item(chunks)
        return list_page(chunks, self.own_key, self.list_field, self.unpack)

    def parse_response(
        self, response: requests.Response, *, stream_slice: Mapping[str, Any] | None = None, **_: Any
    ) -> list[Record]:
        """Return the records of a response.

        A sync does not call it: it parses a body as it arrives, see `parse`.

        Raises:
            MalformedResponseError: the body is not a page.
        """
        return self.records(self.parse(iter((response.content,))), self._task_of(stream_slice))

    def next_page_token(self, response: requests.Response) -> Mapping[str, Any] | None:
        """Return the parameters of the page after a response, or None after the last page.

        Raises:
            MalformedResponseError: the body is not a page.
        """
        bookmark = self.parse(iter((response.content,))).bookmark
        return {"bookmark": bookmark} if bookmark else None

    def stream_slices(self, **_: Any) -> Iterable[Task]:
        """Return the tasks, for callers outside of a sync."""
        return self.tasks()

    def tasks(self) -> Iterator[Task]:
        """Yield a task for each id of the parent, or one if there is none.

        A failed listing of parents becomes one task, which raises its error.
        """
        if not self.parent_field:
            yield self.task({})
            return
        for parent_task in self.parent_stream.tasks():
            if parent_task.error:
                yield parent_task
            else:
                yield from or_failed(parent_task.parents, self.tasks_of(parent_task))

    def tasks_of(self, parent_task: Task) -> Iterator[Task]:
        """Yield a task for each id in a list of the parent."""
        for parent_id in self.parent_stream.ids.get(parent_task.parent_ids):
            yield self.task({**parent_task.parents, self.parent_field: parent_id})

    def task(self, parents: Mapping[str, str], named: Mapping[str, Any] | None = None) -> Task:
        """Return the task of one list.

        Args:
            parents: the ids that the list belongs to.
            named: other values that distinguish it from similar tasks.
        """
        return Task(parents, self.read_list, discriminators=named)

    def _task_of(self, stream_slice: Mapping[str, Any] | None) -> Task:
        """Return the task of a slice that another caller of the framework's interface has made."""
        if isinstance(stream_slice, Task):
            return stream_slice
        if isinstance(stream_slice, StreamSlice):
            return self.task(stream_slice.partition, stream_slice.cursor_slice)
        return self.task({})

    def read_records(self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any) -> Iterable[Record]:
        """Return the records of a slice one by one, for callers outside of a sync. No error is skipped.

        Raises:
            PinterestError: the slice can't be read.
        """
        try:
            for batch in self._task_of(stream_slice).record_batches():
                yield from batch.records()
        except Exception as error:  # noqa: BLE001 - raised again
            raise as_task_error(self.name, error)  # noqa: B904 - the new error has its cause

    def is_required(self, task: Task) -> bool:
        """Return whether the task is required, so that its rejection is a failure: here never."""
        del task
        return False

    def unread_days(self, account: str) -> str:
        """Return the end of a message: which days of an account that can't be read are not read."""
        since = self.state_cursor.unread_since(account)
        return f". Its days from {since} on are not read" if since else ""

    def skip(self, task: Task, error: PinterestError) -> None:
        """Warn that a task can't be read, and count it as skipped."""
        skipped = f"{', '.join(task.parent_ids)} is skipped."
        if self.notices.warn(skipped, f"{skipped} {str(error.message).rstrip('.')}."):
            self.usage.count("skipped")

    def explain(self, error: PinterestError) -> PinterestError:
        """Return the error for a stream all of whose tasks were rejected.

        It may need a right that no permission brings: a beta, a role, a kind of account. Pinterest may report that as a
        missing permission.
        """
        if self.access is None or isinstance(error, NotFoundError):
            return (
                error if isinstance(error, MissingEntitlementError) else ConfigError(f"{error.message}. {error.advice}")
            )
        granted = self.api.authenticator.granted  # none if Pinterest has not listed them
        is_lacking = error.reason is ErrorReason.PERMISSION_MISSING and not granted.issuperset(self.scopes)
        if is_lacking and granted:
            return error
        scopes = self.scopes if is_lacking else ()
        needs = f"the permission {' and '.join(scopes)} and {self.access.needs}" if scopes else self.access.needs
        advice = ". ".join(filter(None, (sign_in_for(scopes), self.access.advice)))
        return MissingEntitlementError(
            f"{self.name} can't be read: it needs {needs}. {advice}, or leave the stream out. "
            f"{error.quote or error.message}."
        )

    def read_list(self, task: Task) -> Generator[RecordBatch, None, Any]:
        """Read the records of a list, and keep their ids for child streams.

        The return value of the generator is passed to the cursor's `commit`.
        """
        with self.ids.filling(task.parent_ids) as ids:
            for page in self.pages(task):
                if self.children:
                    ids.extend(self.collect(page, task))
                yield from self.to_record_batches(page.items)

    def to_record_batches(self, records: Iterable[Record]) -> Iterator[RecordBatch]:
        return batch_records(self.name, records)

    def list_ids(self, parents: ParentIds) -> Iterator[str]:
        """Return the ids of a task for child streams, while this stream itself is not selected."""
        task = self.task(dict(zip(self.parent_fields, parents, strict=True)))
        for page in self.pages(task):
            yield from self.collect(page, task)

    def collect(self, page: Page, task: Task) -> list[str]:
        """Return the ids of the records of a page, which child streams need.

        A parent that keeps more for them overrides it. It is shown every page that it lists, emitted or not. If a list
        broke off, it may get some pages again. A child reads what it kept once the list of ids is there.
        """
        del task
        return [str(record[self.id_field]) for record in page.items if record.get(self.id_field)]

    def pages(self, task: Task) -> Iterator[Page]:
        """Yield the pages of a task, with records: those of one list, or of one for each of the `values`.

        Raises:
            PinterestError: as `list_pages`.
        """
        for number, value in enumerate(self.values or ("",)):
            named, stamp = ({self.parameter: value}, self.stamp(value)) if value else ({}, {})
            yield from self.list_pages(task, named, stamp, has_begun=number > 0)

    def stamp(self, value: str) -> Mapping[str, Any]:
        """Return the fields that records get which are read for one of the `values`."""
        return {self.parameter: value}

    def list_pages(
        self,
        task: Task,
        more: Mapping[str, Any] = {},
        stamp: Mapping[str, Any] = {},
        *,
        has_begun: bool = False,
        seen: Seen | None = None,
    ) -> Iterator[Page]:
        """Yield the pages of one list, with records. An item that an earlier page had is dropped.

        Args:
            task: the ids in the path.
            more: parameters in addition to `request_params`.
            stamp: fields that each record gets.
            has_begun: whether another list of the task was read.
            seen: the records of the task so far, if its lists have no pages.

        Raises:
            AccessLostError: Pinterest rejects a page after the first.
            TaskError: the bookmarks of the list lead nowhere new.
        """
        path, keys, token = self.path(stream_slice=task), set[Any](), dict[str, str]()
        seen = Seen() if seen is None else seen
        paginator = BookmarkPaginator(self.name, path, has_last_bookmark=self.has_last_bookmark)
        while True:
            try:
                page = self.fetch(task, token, more)
            except (AccessDeniedError, NotFoundError) as error:
                if token or has_begun:
                    raise AccessLostError(self.name, path, str(error.message)) from error
                raise
            new = unseen(page.items, self.own_key, keys) if self.page_size else page.items
            records = self.records(page._replace(items=new), task)
            if stamp:
                records = [{**record, **stamp} for record in records]
            if not self.page_size:
                records = list(self._distinct(records, path, seen))
            yield page._replace(items=records)
            bookmark = page.bookmark and paginator.follow(page.bookmark, len(new))
            if not bookmark:
                return
            token = {"bookmark": bookmark}

    def fetch(self, task: Task, token: Mapping[str, Any], more: Mapping[str, Any]) -> Page:
        """Send the request of one page, and return its items.

        Args:
            task: the ids in the path.
            token: as `next_page_token` returns it; empty for the first page.
            more: parameters in addition to `request_params`.
        """
        params = {**self.request_params(stream_slice=task, next_page_token=token), **more}
        try:
            response = self.client.send(self.path(stream_slice=task), params, self.parse)
        except PinterestError as error:
            if token or error.reason not in self.empty_if:
                raise
            LOGGER.info(f"{error.quote or error.message}. This list counts as empty.")
            return Page([])
        return response.value._replace(server_time=response.server_time)

    def records(self, page: Page, task: Task) -> list[Record]:
        """Return the records of a page, with the ids of the task; all ids become strings."""
        records = page.items
        for record in records:
            write_strings(record, self._id_fields)
            record.update(task.parents)
        return records

    @cached_property
    def _id_fields(self) -> tuple[str, ...]:
        return tuple(name for name in self.get_json_schema()["properties"] if name == "id" or name.endswith("_id"))

    def _distinct(self, records: Iterable[Record], path: str, seen: Seen) -> Iterator[Record]:
        """Yield the records of a list that comes without pages. Equal records come once.

        Different records of one key are all emitted, and in a dictionary only the first is; both with a warning.
        """
        for record in records:
            write_strings(record, self.key)
            key = tuple(record.get(name) or "" for name in self.key)
            if not all(key):
                raise FormError(f"Pinterest sent a record without {', '.join(self.key)}.")
            others = seen.setdefault(key, [])
            if record in others:
                continue
            if others and self.is_dictionary:
                self.notices.warn("key", f"Pinterest sent several records of {', '.join(key)}. The first one is kept.")
                continue
            if others:
                own = self.own_key
                self.notices.warn(
                    f"copies in {path}",
                    f"{path} has several items with the same {' and '.join(own)}, such as "
                    f"{', '.join(str(record[name]) for name in own)}. A destination that replaces rows by their key "
                    "keeps one of them.",
                )
            others.append(record)
            yield record
