"""How are daily numbers asked for at once, without a report?

Pinterest's synchronous endpoints answer for up to 250 ids and 90 days a call, 90 days back.
"""

import threading
from abc import ABC
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import requests
from airbyte_cdk.sources.streams.http.error_handlers import ErrorHandler
from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.bodies import rows_of, write_texts
from source_pinterest.api.errors import AnswerTooLargeError, RepeatedKeyError, SliceError
from source_pinterest.api.handler import SplittingErrorHandler
from source_pinterest.columns import DATE, DEFAULT_COLUMNS, STRING_COLUMNS, SYNC_COLUMNS, analytics_schema
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.granularity import Granularity
from source_pinterest.state.day_cursor import END, START, DayCursor, window_of
from source_pinterest.state.history import WindowProgress
from source_pinterest.streams.ads.entities import AdAccountStream
from source_pinterest.streams.ads.metrics_ready import MetricsReadyState
from source_pinterest.streams.analytics.call_shape import CallSize, Work
from source_pinterest.streams.analytics.report_slices import attribution_of, fingerprint
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.estimate import Outlook
from source_pinterest.streams.base.slices import batches, failed_slice, in_reading_order, partition_slice, tile
from source_pinterest.streams.base.stream import PinterestStream, Record

Batch = tuple[str, ...]

_IDS = "ids"


class Planned(NamedTuple):
    """A window that is read, and the batches of ids that it is read in: one slice each."""

    progress: WindowProgress
    batches: list[Batch]


def asks_at_once(stream_slice: StreamSlice) -> bool:
    """Whether the slice is a batch of ids in a window, and neither a report nor a failure."""
    return _IDS in stream_slice.extra_fields


class SynchronousStream(AdAccountStream, ABC):
    """Rows per entity and day, restated for as long as Pinterest does, of the last 89 days."""

    cursor_field = DATE
    checkpoint: DayCursor
    granularity = Granularity.DAY
    history_days = limits.SYNC_HISTORY_DAYS
    own_start: Date | None = None
    id_column: ClassVar[str]
    breakdown: ClassVar[tuple[str, ...]] = ()
    """What a row's key names beside the entity and the day."""
    entities: ClassVar[type[PinterestStream] | None] = None
    ids_parameter: ClassVar[str] = ""
    cost = f"1 for {limits.ROWS_PER_ANALYTICS_CALL:,} rows of an ad account"
    rows_a_day: ClassVar[int] = 1
    """How many rows an entity has on a day, more or less."""

    def __init__(self, sync: Sync) -> None:
        self.primary_key = [self.id_column, *self.breakdown, DATE]
        self.listing = sync.stream(self.entities) if self.entities else None
        self._size = CallSize()
        self._line = threading.Semaphore(limits.SLICES_IN_LINE)
        wanted = sync.config.analytics_columns or DEFAULT_COLUMNS
        self.columns = tuple(dict.fromkeys((self.id_column, "AD_ACCOUNT_ID", *wanted)))
        super().__init__(sync)

    def select(self) -> None:
        """Tell that this sync emits the stream, and that it needs the ids of all its entities."""
        super().select()
        if self.listing:
            self.listing.ids.want()

    @cached_property
    def _schema(self) -> Mapping[str, Any]:
        schema = analytics_schema(self.columns)
        texts = {column: {"type": ["null", "string"]} for column in self.breakdown}
        return {**schema, "properties": {**schema["properties"], **texts}}

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        """A schema of the columns that are asked for."""
        return self._schema

    def get_error_handler(self) -> ErrorHandler:
        """Applies the error table, and takes a connection that breaks twice for a call that is too large."""
        return SplittingErrorHandler(self.name, self.scopes, self.api.authenticator, self.api.max_retries, self.parse)

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """The windows that each account lacks; the account longest unread comes first."""
        self.checkpoint.settle(self.shared.stream(MetricsReadyState).last_final_day)
        accounts = self.checkpoint.oldest_first(accounts)
        outlook = Outlook.of_days(map(self.checkpoint.owed, accounts), self.first_synchronous_day)
        outlook.tell(self.name, self.shared.analytics_pace())
        for account in accounts:
            self.checkpoint.keep_place(account)
            try:
                for stream_slice in self._plan(account):
                    self._line.acquire()
                    yield stream_slice
            except SliceError as error:
                yield failed_slice({"ad_account_id": account}, error)
        self.checkpoint.retire_flat()

    def on_end(self, stream_slice: StreamSlice) -> None:
        """Let go of what waits for a slice, the next in line among it."""
        super().on_end(stream_slice)
        if asks_at_once(stream_slice):
            self._line.release()

    @property
    def first_synchronous_day(self) -> Date:
        """The first day that Pinterest tells without a report."""
        return days_before(self.config.today, limits.SYNC_HISTORY_DAYS)

    def _plan(self, account: str) -> Iterator[StreamSlice]:
        planned = [one for item in self.checkpoint.unread(account) for one in self.planned(account, item)]
        if planned:
            slices = [len(one.batches) for one in planned]
            self.checkpoint.plan(account, [one.progress for one in planned], slices)
        for one in planned:
            yield from self.batch_slices(account, one)

    def planned(self, account: str, item: WindowProgress) -> Iterator[Planned]:
        """What an account lacks, as windows of one call each."""
        ids = self.entity_ids(account) if self.listing else None
        size = tile(1 if ids is None else len(ids), item.window.days, self.rows_a_day)
        groups: list[Batch] = [()] if ids is None else batches(ids, size.ids)
        for piece in in_reading_order(item.window.cut(size.days), item.purpose):
            yield Planned(WindowProgress(piece, item.purpose), groups)

    def entity_ids(self, account: str) -> Batch:
        """The ids of all that the account has numbers of."""
        return tuple(self.listing.ids.of((account,))) if self.listing else ()

    def batch_slices(self, account: str, planned: Planned) -> Iterator[StreamSlice]:
        """A slice for each batch of ids of a window."""
        start, end = planned.progress.window.as_pair()
        for number, batch in enumerate(planned.batches):
            yield partition_slice(
                {"ad_account_id": account}, {START: start, END: end, "batch": number}, **{_IDS: batch}
            )

    def asked(self) -> str:
        """Stands for everything that makes the numbers of a day what they are."""
        return fingerprint({**self.breakdown_params(), "columns": list(self.columns), **attribution_of(self.config)})

    def breakdown_params(self) -> dict[str, Any]:
        """How a call asks for the breakdown."""
        return {}

    def on_failure(self, stream_slice: StreamSlice) -> None:
        """Leave the slice's window to the next sync."""
        self.checkpoint.fail(stream_slice)

    def read_slice(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The rows of a slice; ids and texts are strings, whatever Pinterest sends."""
        for row in self.rows(stream_slice):
            write_texts(row, self._text_columns)
            yield row
        self.checkpoint.complete(stream_slice)

    def rows(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The rows of a batch of ids in a window; a call that proves too large is split in halves."""
        work: deque[Work] = deque([(tuple(stream_slice.extra_fields[_IDS]), window_of(stream_slice))])
        while work:
            ids, window = work.popleft()
            parts = self._size.parts(ids, window)
            if len(parts) > 1:
                work.extendleft(reversed(parts))
                continue
            with self.shared.rows.holding(max(1, len(ids)) * window.days * self.rows_a_day):
                try:
                    response = self._ask(stream_slice["ad_account_id"], ids, window)
                except AnswerTooLargeError:
                    if not self._size.shrink(ids, window):
                        raise
                    work.appendleft((ids, window))
                    continue
                yield from self.rows_in(response)

    def _ask(self, account: str, ids: Batch, window: DateWindow) -> requests.Response:
        start, end = window.as_pair()
        return self.fetch({"ad_account_id": account, START: start, END: end, "ids": ids})

    def rows_in(self, response: requests.Response) -> Iterator[Record]:
        """The rows of an answer."""
        return rows_of(response)

    def request_params(self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any) -> dict[str, Any]:
        """The days, the ids, the columns, and how conversions are attributed."""
        call = stream_slice or {}
        params: dict[str, Any] = {
            START: call[START],
            END: call[END],
            "granularity": "DAY",
            "columns": ",".join(column for column in self.columns if column in SYNC_COLUMNS),
            **self.breakdown_params(),
            **attribution_of(self.config),
        }
        if self.ids_parameter:
            params[self.ids_parameter] = list(call["ids"])
        return params

    def parse(self, response: requests.Response) -> None:
        """Go through the whole answer before its first row is taken, so that none is taken of a broken one.

        Raises:
            MalformedAnswerError: it is not a list of rows.
            RepeatedKeyError: a key repeats, so that rows would overwrite each other.
        """
        seen = set()
        for row in self.rows_in(response):
            values = [row.get(column) for column in self.primary_key]
            key = tuple(map(str, values))
            if key in seen or None in values:
                raise RepeatedKeyError(self.name, ", ".join(self.primary_key[:-1]), tuple(values))
            seen.add(key)

    @cached_property
    def _text_columns(self) -> tuple[str, ...]:
        return (*self.breakdown, *(column for column in self.columns if column in STRING_COLUMNS))
