"""How are daily numbers asked for at once, without a report?

Pinterest's synchronous endpoints answer for up to 250 ids and 90 days a call, 90 days back.
"""

import threading
from abc import ABC
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any, ClassVar, NamedTuple

from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import AnswerTooLargeError, SliceError
from source_pinterest.api.rows import Record, rows_of, write_texts
from source_pinterest.api.threads import CLOSING
from source_pinterest.columns import (
    DATE,
    DEFAULT_COLUMNS,
    REACH_COLUMNS,
    SYNC_COLUMNS,
    TARGETING_VALUE,
    analytics_schema,
    key_schema,
    may_be_asked,
    text_columns,
)
from source_pinterest.config import attribution_of
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.pages import Page, spooled
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.refused_names import Names, RefusedNames
from source_pinterest.engine.slices import END, START, batch_slice, batches, failed_slice, ids_of
from source_pinterest.state.cursor import PinterestCursor, StateStore
from source_pinterest.state.day_cursor import DayCursor, planned_window
from source_pinterest.state.history import PlannedWindow, WindowProgress, in_reading_order
from source_pinterest.state.period import DayRange, Period, fingerprint
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.metrics_ready import MetricsReadyState
from source_pinterest.streams.analytics.calls import COLUMNS, AnalyticsCalls, Call, Ids, tile
from source_pinterest.streams.analytics.entity_keys import entity_keys
from source_pinterest.streams.analytics.report import Estimate
from source_pinterest.streams.analytics.rows import KeyCheck, KeyDoubts, RowKey
from source_pinterest.streams.base.listing import within
from source_pinterest.streams.base.stream import PinterestStream, Sync

_GLANCE_SECONDS = 0.2
"""How often a slice that waits for its place in line looks whether the sync is closed."""


class Batches(NamedTuple):
    """A window that is read, and the batches of ids that it is read in: one slice each."""

    progress: WindowProgress
    batches: list[Ids]


class QueryAnalytics(AdAccountStream, ABC):
    """Rows per entity and day, restated for as long as Pinterest does, of the last 89 days."""

    cursor_field = DATE
    checkpoint: DayCursor
    days = DayRange(limits.SYNC_HISTORY_DAYS)
    can_split = True
    id_column: ClassVar[str]
    breakdown: ClassVar[tuple[str, ...]] = ()
    """What a row's key names beside the entity and the day."""
    entities: ClassVar[type[PinterestStream] | None] = None
    ids_parameter: ClassVar[str] = ""
    cost = f"1 for {limits.ROWS_PER_ANALYTICS_CALL:,} rows of an ad account"
    rows_a_day: ClassVar[int] = 1
    """How many rows an entity has on a day, more or less."""

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.primary_key, self.doubts = [self.id_column, *self.breakdown, DATE], KeyDoubts(self.notices)
        wanted = dict.fromkeys((self.id_column, "AD_ACCOUNT_ID", *(sync.config.analytics_columns or DEFAULT_COLUMNS)))
        self.columns = tuple(column for column in wanted if not (self.breakdown and column in REACH_COLUMNS))
        self.foreign_keys = entity_keys((self.id_column, *self.breakdown), self.columns)
        self.listed = sync.stream(self.entities) if self.entities else None
        self._line = threading.Semaphore(limits.SLICES_IN_LINE)

    def new_cursor(self, period: Period, store: StateStore) -> DayCursor:
        """The days of each account that are read for good."""
        return DayCursor(store, period, self.config.today, self.request_fingerprint())

    def open_state(self, period: Period, store: StateStore) -> PinterestCursor | None:
        """Give the stream its cursor, and take note of what the destination does with its rows."""
        self.doubts.heed(merges_by_key=period.merges_by_key)
        return super().open_state(period, store)

    def needed_ids(self) -> Iterator[ParentIds]:
        """Those of the entities whose numbers are asked for."""
        yield from super().needed_ids()
        if self.listed:
            yield self.listed.ids

    @cached_property
    def calls(self) -> AnalyticsCalls:
        """Makes the stream's calls."""
        chosen = self.config.analytics_columns or ()
        columns = [column for column in self.columns if column in chosen or may_be_asked(column, SYNC_COLUMNS)]
        wanted = {COLUMNS: columns, **self.breakdown_names()}
        refused = RefusedNames(self.notices, needed=(self.id_column,))
        return AnalyticsCalls(self.client, self.path_template, self.query, wanted, refused)

    def check_room(self) -> None:
        """See to it that the user's columns leave room for enough ids in the address of a call.

        Raises:
            ConfigError: they don't.
        """
        least_ids = limits.IDS_WORTH_A_CALL if self.ids_parameter else 0
        self.calls.check_room(self.config.analytics_columns or (), least_ids)

    @cached_property
    def _schema(self) -> Mapping[str, Any]:
        schema = analytics_schema(self.columns)
        return {**schema, "properties": {**schema["properties"], **key_schema(self.breakdown)}}

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        """A schema of the columns that are asked for."""
        return self._schema

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """The windows that each account lacks; the account longest unread comes first."""
        self.check_room()
        self.checkpoint.settle(self.shared.stream(MetricsReadyState).last_final_day)
        accounts = self.checkpoint.oldest_first(accounts)
        estimate = Estimate.of_days(map(self.checkpoint.owed, accounts), self.first_synchronous_day)
        estimate.log(self.name, self.shared.analytics_pace())
        for account in accounts:
            self.checkpoint.keep_place(account)
            try:
                for stream_slice in self._planned_slices(account):
                    while not self._line.acquire(timeout=_GLANCE_SECONDS):
                        CLOSING.get().check()
                    yield stream_slice
            except SliceError as error:
                yield failed_slice({"ad_account_id": account}, error)
        self.checkpoint.retire_flat()

    def on_end(self, stream_slice: StreamSlice) -> None:
        """Let go of what waits for a slice, the next in line among it."""
        super().on_end(stream_slice)
        if ids_of(stream_slice) is not None:
            self._line.release()

    @property
    def first_synchronous_day(self) -> Date:
        """The first day that Pinterest has without a report."""
        return days_before(self.config.today, limits.SYNC_HISTORY_DAYS)

    def _planned_slices(self, account: str) -> Iterator[StreamSlice]:
        found = [one for item in self.checkpoint.unread(account) for one in self.batches_of(account, item)]
        if found:
            slices = [len(one.batches) for one in found]
            planned = self.checkpoint.plan(account, [one.progress for one in found], slices)
            for window, one in zip(planned, found, strict=True):
                yield from self.batch_slices(account, window, one.batches)

    def batches_of(self, account: str, item: WindowProgress) -> Iterator[Batches]:
        """What an account lacks, as windows of one call each."""
        ids = self.entity_ids(account)
        most_ids = self.calls.most_ids(account, ids or ())
        size = tile(1 if ids is None else len(ids), item.window.days, self.rows_a_day, most_ids)
        groups: list[Ids] = [()] if ids is None else batches(ids, size.ids)
        for piece in in_reading_order(item.window.cut(size.days), item.purpose):
            yield Batches(WindowProgress(piece, item.purpose), groups)

    def entity_ids(self, account: str) -> Ids | None:
        """The ids of all that the account has numbers of; None where they are of the account as a whole."""
        return tuple(self.listed.ids.of((account,))) if self.listed else None

    def batch_slices(self, account: str, planned: PlannedWindow, groups: list[Ids]) -> Iterator[StreamSlice]:
        """A slice for each batch of ids of a window."""
        for number, ids in enumerate(groups):
            yield batch_slice({"ad_account_id": account}, planned, ids, number)

    def request_fingerprint(self) -> str:
        """Stands for everything that makes the numbers of a day what they are."""
        breakdown = {name: ",".join(values) for name, values in self.breakdown_names().items()}
        return fingerprint({**breakdown, "columns": list(self.columns), **attribution_of(self.config)})

    def breakdown_names(self) -> Names:
        """By what a call asks the rows to be broken down."""
        return {}

    def on_failure(self, stream_slice: StreamSlice) -> None:
        """Leave the slice's window to the next sync."""
        self.checkpoint.fail(stream_slice)

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, None]:
        """The rows of a batch of ids in a window.

        A call that proves too large is split in halves; if Pinterest refuses it for its size, later ones are smaller.
        """
        account = stream_slice["ad_account_id"]
        work: deque[Call] = deque([(ids_of(stream_slice) or (), planned_window(stream_slice).window)])
        while work:
            ids, window = work.popleft()
            parts = self.calls.parts(account, ids, window)
            if len(parts) > 1:
                work.extendleft(reversed(parts))
                continue
            with self.shared.rows.holding(max(1, len(ids)) * window.days * self.rows_a_day):
                try:
                    pages = self.calls.ask(account, ids, window, partial(self.pages_in, account, window))
                except AnswerTooLargeError as error:
                    work.extendleft(reversed(self.calls.smaller(ids, window, error)))
                else:
                    yield from pages

    def query(self, ids: Ids, window: DateWindow, names: Names) -> dict[str, Any]:
        """The days, the ids, the columns and their breakdown, and how conversions are attributed."""
        start, end = window.as_pair()
        params: dict[str, Any] = {
            START: start,
            END: end,
            "granularity": "DAY",
            **{name: ",".join(values) for name, values in names.items()},
            **attribution_of(self.config),
        }
        return {**params, self.ids_parameter: ",".join(ids)} if self.ids_parameter else params

    def pages_in(self, account: str, window: DateWindow, chunks: Iterable[bytes]) -> Iterator[Page]:
        """The rows of an answer as finished pages: all of them or, of a broken answer, none.

        Raises:
            MalformedAnswerError: it is not a list of rows.
            RepeatedKeyError: a key repeats, so that rows would overwrite each other in the destination.
        """
        return spooled(self.to_pages(self._checked(self.rows_in(account, chunks), window)))

    def _checked(self, rows: Iterable[Record], window: DateWindow) -> Iterator[Record]:
        keys = KeyCheck(self.name, RowKey(tuple(self.primary_key), frozenset((TARGETING_VALUE,))), self.doubts.judge)
        texts = self._text_columns
        for row in within(rows, window, DATE, self.notices):
            write_texts(row, texts)
            keys.check(row)
            yield row

    def rows_in(self, account: str, chunks: Iterable[bytes]) -> Iterator[Record]:
        """The rows of an answer about an account."""
        del account
        return rows_of(chunks, on_replacement=self.notices.replacement)

    @cached_property
    def _text_columns(self) -> Ids:
        return (*self.breakdown, *text_columns(self.columns))
