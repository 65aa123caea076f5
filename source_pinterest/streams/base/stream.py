"""What is every stream of Pinterest?

    HttpStream (CDK)
      PinterestStream            path template, page size, bookmarks, one parse
        ChildStream              one slice per parent; the parents' ids stamped on each record
          AdAccountStream        one slice per ad account
            EntityStream         emits what has changed
            EntityListStream     one list per campaign or ad group in the account
            SynchronousStream    batches of ids x windows of days, 89 days back; TargetingAnalyticsStream
              AnalyticsStream    older days are reports
            ReportStream         windows become asynchronous jobs; one class per level, CustomReportStream
        OrganicStream            the user's own content, or a slice for each owner of an ad account

A stream is a noun with attributes. What it shares with the others comes in through `Sync`.
"""

import logging
from abc import ABC
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

import requests
from airbyte_cdk.sources.streams.http import HttpClient, HttpStream
from airbyte_cdk.sources.streams.http.error_handlers import ErrorHandler
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.sources.utils.casing import camel_to_snake
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest import limits
from source_pinterest.api.access import Access
from source_pinterest.api.bodies import page_in, write_texts
from source_pinterest.api.errors import (
    AccessLostError,
    ConfigError,
    GoneError,
    PinterestError,
    RefusedError,
    RepeatedBookmarkError,
    UnavailableError,
)
from source_pinterest.api.handler import PinterestErrorHandler, last_answer_of
from source_pinterest.engine.circuit_breaker import Fuse
from source_pinterest.engine.parent_ids import Key, ParentIds
from source_pinterest.streams.base.access import Admission
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.slices import failure_of, key_of_parent, outermost_of, partition_slice, promised_rows

LOGGER = logging.getLogger("airbyte")

Record = dict[str, Any]


class PinterestStream(HttpStream, ABC):
    """A list that Pinterest pages with bookmarks."""

    primary_key: str | list[str] = "id"
    path_template: ClassVar[str]
    scopes: ClassVar[tuple[str, ...]]
    access: Access | None = None
    cost: str = f"1 a page of {limits.PAGE_SIZE}"
    """What a sync costs, for the tables of the documentation."""
    partition_keys: tuple[str, ...] = ()
    """What a slice of this stream is called by: the ids of its parents."""

    is_resumable = False
    """Otherwise the framework's sequential reader starts the stream again and again."""

    def __init__(self, sync: Sync) -> None:
        self.api, self.config, self.shared = sync.api, sync.config, sync
        self.fuse, self.usage = Fuse(), sync.api.usage.of(self.name)
        self.admission = Admission(self.name, self.access, self.scopes, sync.api.authenticator, self.leave_out)
        self.ids = ParentIds(self.list_ids)
        super().__init__(authenticator=sync.api.authenticator)
        self.cursor = None  # the framework's own would read one page of each slice and stop
        self._http_client = HttpClient(
            name=self.name,
            logger=self.logger,
            error_handler=self.get_error_handler(),
            session=sync.api.session_of(self.name),
            authenticator=sync.api.authenticator,
        )
        self._id_fields = tuple(n for n in self.get_json_schema()["properties"] if n == "id" or n.endswith("_id"))

    @classmethod
    def stream_name(cls) -> str:
        """What the platform calls the stream: its class name in snake case."""
        return camel_to_snake(cls.__name__)

    def select(self) -> None:
        """Tell that this sync emits the stream."""
        self.ids.announce()

    @property
    def url_base(self) -> str:
        """The address of the API."""
        return f"{self.api.base_url}/"

    def path(self, *, stream_slice: Mapping[str, Any] | None = None, **_: Any) -> str:
        """The path of a slice: its ids in the template."""
        return self.path_template.format(**(stream_slice or {}))

    def request_params(self, *_: Any, next_page_token: Mapping[str, Any] | None = None, **__: Any) -> dict[str, Any]:
        """The largest page, and the bookmark of the next."""
        return {"page_size": limits.PAGE_SIZE, **(next_page_token or {})}

    def get_error_handler(self) -> ErrorHandler:
        """Applies the error table."""
        return PinterestErrorHandler(self.name, self.scopes, self.api.authenticator, self.api.max_retries, self.parse)

    def get_error_display_message(self, exception: BaseException) -> None:
        """Nothing of the framework's: our errors carry their own sentence and type."""
        del exception

    def parse(self, response: requests.Response) -> None:
        """Parse a page once, and let it ride on the response.

        Raises:
            MalformedAnswerError: it is not a page.
        """
        response.page = page_in(response.content)  # type: ignore[attr-defined]

    def parse_response(self, response: requests.Response, **_: Any) -> list[Record]:
        """The items of a page."""
        return response.page["items"]  # type: ignore[attr-defined, no-any-return]

    def next_page_token(self, response: requests.Response) -> Mapping[str, Any] | None:
        """The bookmark of the next page; only its absence ends a list, an empty page does not."""
        bookmark = response.page.get("bookmark")  # type: ignore[attr-defined]
        return {"bookmark": bookmark} if bookmark else None

    def stream_slices(self, **_: Any) -> Iterable[StreamSlice]:
        """The slices to read, until a fatal error."""
        try:
            for stream_slice in self.admission.counted(self.slices()):
                if self.fuse.blown:
                    return
                self.usage.plan(promised_rows(stream_slice))
                if failure_of(stream_slice) is None:
                    self.ids.promise(key_of_parent(stream_slice))
                yield stream_slice
        finally:
            self.usage.planned()
            self.ids.seal()

    def slices(self) -> Iterator[StreamSlice]:
        """One slice for everything."""
        yield partition_slice({})

    def read_records(self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any) -> Iterable[Record]:
        """Read a slice; after a fatal error of the stream, end without a call."""
        wanted = stream_slice if isinstance(stream_slice, StreamSlice) else partition_slice({})
        key = key_of_parent(wanted)
        try:
            if self.fuse.is_over(outermost_of(key)):
                self.on_failure(wanted)
                return
            yield from self._read_or_raise(wanted)
        except Exception as error:
            self.on_failure(wanted)
            if self.fuse.is_news(error, outermost_of(key)):
                raise
        finally:
            self.on_end(wanted)

    def _read_or_raise(self, stream_slice: StreamSlice) -> Iterator[Record]:
        try:
            with self.admission.asking(stream_slice):
                if failure := failure_of(stream_slice):
                    raise failure
                yield from self.read_slice(stream_slice)
        except (RefusedError, GoneError) as error:
            self.leave_out(stream_slice, error)
        self.fuse.succeeded(outermost_of(key_of_parent(stream_slice)))

    def leave_out(self, stream_slice: StreamSlice, error: PinterestError) -> None:
        """Go on without a slice that can't be read, if it is one of many.

        Raises:
            ConfigError: it is all there is.
        """
        if not stream_slice.partition:
            raise ConfigError(f"{error.message}. {error.advice}") from error
        self.usage.leave_out()
        LOGGER.warning(f"{self.name}: {', '.join(key_of_parent(stream_slice))} is left out. {error.message}.")

    def read_slice(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The records of a slice, whose ids also go to whoever needs them."""
        with self.ids.filling(key_of_parent(stream_slice)) as ids:
            for response in self.pages(stream_slice):
                for record in self.records(response, stream_slice):
                    ids.append(record["id"])
                    yield record

    def on_failure(self, stream_slice: StreamSlice) -> None:
        """Take note of a slice that could not be read."""

    def on_end(self, stream_slice: StreamSlice) -> None:
        """Let go of what waits for a slice, which has come to its end, read or not."""
        self.usage.read()
        self.ids.release(key_of_parent(stream_slice))

    def list_ids(self, key: Key) -> Iterator[str]:
        """The ids of a slice, without its records, for children of a stream that is not selected."""
        stream_slice = partition_slice(dict(zip(self.partition_keys, key, strict=True)))
        for response in self.pages(stream_slice):
            yield from (record["id"] for record in self.records(response, stream_slice))

    def records(self, response: requests.Response, stream_slice: StreamSlice) -> Iterator[Record]:
        """The records of a page; ids are strings, whatever Pinterest sends."""
        for record in self.parse_response(response):
            write_texts(record, self._id_fields)
            record.update(stream_slice.partition)
            yield record

    def pages(self, stream_slice: StreamSlice) -> Iterator[requests.Response]:
        """The pages of a slice.

        Raises:
            RepeatedBookmarkError: a bookmark comes back, so that the list would never end.
        """
        token: Mapping[str, Any] | None = None
        seen = set()
        while True:
            response = self.fetch(stream_slice, token)
            yield response
            token = self.next_page_token(response)
            if token is None:
                return
            if token["bookmark"] in seen:
                raise RepeatedBookmarkError(self.name, self.path(stream_slice=stream_slice))
            seen.add(token["bookmark"])

    def fetch(self, stream_slice: Mapping[str, Any], token: Mapping[str, Any] | None = None) -> requests.Response:
        """One call.

        Raises:
            PinterestError: what the error table says of the answer.
            AccessLostError: access ends in the middle of a list, which is then known to be incomplete.
        """
        try:
            return self._fetch_next_page(stream_slice, {}, token)[1]
        except PinterestError as error:
            if token and isinstance(error, RefusedError):
                raise AccessLostError(self.name, self.path(stream_slice=stream_slice), str(error.message)) from error
            raise
        except AirbyteTracedException as error:
            path, tries = self.path(stream_slice=stream_slice), self.api.max_retries + 1
            raise UnavailableError(self.name, path, tries, last_answer_of(error)) from error
