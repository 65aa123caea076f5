"""Analytics from Pinterest's synchronous endpoints, for the last 89 days.

A request is limited to 250 ids, 90 days and about 10,000 rows.
"""

import math
import threading
from abc import ABC
from collections.abc import Generator, Iterable, Iterator, Mapping
from functools import cached_property, partial
from itertools import chain
from typing import Any, ClassVar

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.bodies import Record, rows_of
from source_pinterest.api.errors import TaskError
from source_pinterest.api.session import path_of
from source_pinterest.columns import (
    DATE,
    DEFAULT_COLUMNS,
    REACH_COLUMNS,
    STATUS_COLUMNS,
    SYNC_COLUMNS,
    TARGETING_VALUE,
    analytics_schema,
    key_schema,
    may_be_requested,
    number_columns,
    text_columns,
)
from source_pinterest.config import attribution_of
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.record_batches import RecordBatch, batch_records, buffer_until_complete
from source_pinterest.engine.request_splitting import (
    ANY_DAY,
    Ids,
    Names,
    RejectedNames,
    Rejection,
    RequestSpec,
    RequestSplitter,
    shuffle_into_batches,
)
from source_pinterest.engine.tasks import END, START, Task
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.day_cursor import AccountDayCursor
from source_pinterest.state.days import DaySet
from source_pinterest.state.period import DayRange, fingerprint
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.metrics_ready import MetricsReadyState
from source_pinterest.streams.analytics.entity_keys import entity_keys
from source_pinterest.streams.analytics.row_validation import ExpectedRows, admitted
from source_pinterest.streams.analytics.shapes import request_shape
from source_pinterest.streams.base.declaration import ReadPriority
from source_pinterest.streams.base.sync import SyncContext

COLUMNS = "columns"


class QueryAnalytics(AdAccountStream, ABC):
    """One row per entity and day of the last 89 days. Recent days are read again as long as Pinterest changes them.

    The entities are those of the parent with a `parameter`. Without one, the numbers are of the ad account itself.
    """

    cursor_field = DATE
    state_cursor: AccountDayCursor
    day_range = DayRange(limits.SYNC_HISTORY_DAYS)
    id_column: ClassVar[str]
    breakdown: ClassVar[tuple[str, ...]] = ()
    """The fields of a row's key, except the entity and the day."""
    cost = f"one request for each ad account and {limits.ROWS_PER_ANALYTICS_REQUEST:,} rows"
    rank = ReadPriority.ADS
    rows_a_day: ClassVar[int] = 1
    """About how many rows an entity has on a day."""

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync)
        self.key = (self.id_column, *self.breakdown, DATE)
        # Few tasks of a stream wait to be read, so that other streams get their share of a quota.
        self._line = threading.Semaphore(limits.TASKS_IN_LINE)
        self._splitter = RequestSplitter(
            limits.IDS_PER_ANALYTICS_REQUEST,
            limits.ANALYTICS_WINDOW_DAYS,
            RejectedNames(self.notices, needed=(self.id_column,)),
            limits.ROWS_PER_ANALYTICS_REQUEST // self.rows_a_day,
        )
        default = (column for column in DEFAULT_COLUMNS if column not in STATUS_COLUMNS)
        names = dict.fromkeys((self.id_column, "AD_ACCOUNT_ID", *(sync.config.analytics_columns or default)))
        self.columns = tuple(column for column in names if not (self.breakdown and column in REACH_COLUMNS))
        self.foreign_keys = entity_keys((self.id_column, *self.breakdown), self.columns)
        self.ids_parameter = next(iter(self.listed_by), "")
        self.entity_stream = self.listed_by.get(self.ids_parameter)

    def new_cursor(self, store: StateStore) -> AccountDayCursor:
        ready = self.shared.stream(MetricsReadyState).last_final_day
        return AccountDayCursor(store, self.period(), self.request_fingerprint(), ready)

    @cached_property
    def _wanted(self) -> Names:
        chosen = self.config.analytics_columns
        columns = [
            column
            for column in self.columns
            if column not in STATUS_COLUMNS and (column in chosen or may_be_requested(column, SYNC_COLUMNS))
        ]
        return {COLUMNS: columns, **self.breakdown_names()}

    @cached_property
    def _schema(self) -> Mapping[str, Any]:
        schema = analytics_schema(self.columns)
        return {**schema, "properties": {**schema["properties"], **key_schema(self.breakdown)}}

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        return self._schema

    def account_tasks(self, accounts: Iterable[str]) -> Iterator[Task]:
        """Return the tasks of each account's unread days, beginning with the account that was read longest ago."""
        unread = self.state_cursor.begin(accounts)
        yield from self.window_tasks(unread)

    def window_tasks(self, unread: Mapping[str, DaySet]) -> Iterator[Task]:
        """Return the tasks of the unread days of each account, as far as requests cover them."""
        for account, days in unread.items():
            parents = {"ad_account_id": account}
            try:
                broken_off = self._end_of_list(account)
                planned = list(self._planned(account, days))
            except TaskError as error:
                yield Task.failed(parents, error)
                continue
            self.state_cursor.plan(account, ((window, len(batches) + bool(broken_off)) for window, batches in planned))
            for window, batches in planned:
                for number, batch in enumerate(batches):
                    read = partial(self.read_query, batch)
                    self._line.acquire()  # released when the task has ended
                    yield Task(parents, read, window, {"batch": number}, on_end=self._line.release)
            if broken_off:
                yield from (Task.failed(parents, broken_off, window) for window, _ in planned)

    def _end_of_list(self, account: str) -> TaskError | None:
        """Return the error with which the list of an account's entities broke off; None if it is whole.

        The rows of the entities that it has come again once it is whole, so they are read only where the destination
        replaces rows.

        Raises:
            TaskError: no entity was listed, or the destination keeps every row.
        """
        if self.entity_stream:
            try:
                self.entity_stream.ids.check((account,))
            except TaskError as error:
                if not (self.merges_by_key and self.entity_ids(account)):
                    raise
                return error
        return None

    def _planned(self, account: str, unread: DaySet) -> Iterator[tuple[DateWindow, list[Ids]]]:
        """Yield the windows of an account to request, in the order of reading, each with the ids of its tasks.

        A window is as long as a request may be. Only the age of a day decides whether it comes from a request, so that
        its numbers do not depend on other days of the sync. Where rows are replaced, each request is a task. Where they
        are kept, all requests about a window are one: if an id gets no answer, a later sync reads the window again, and
        the rows of the other ids may not have been emitted yet.

        Raises:
            TaskError: no entity was listed.
        """
        ids = self.entity_ids(account)
        max_ids = self._splitter.ids_that_fit(ids or (), self._length_without_ids(account))
        for window in unread.within(self.first_synchronous_day, self.config.today):
            shape = request_shape(1 if ids is None else len(ids), window.days, self.rows_a_day, max_ids)
            count = math.ceil(len(ids or ()) / shape[0]) if self.merges_by_key else 1
            batches: list[Ids] = [()] if ids is None else shuffle_into_batches(ids, count)
            yield from ((piece, batches) for piece in window.cut(shape[1]))

    @property
    def first_synchronous_day(self) -> Date:
        """The first day that the synchronous endpoints have."""
        return days_before(self.config.today, limits.SYNC_HISTORY_DAYS)

    def entity_ids(self, account: str) -> Ids | None:
        """Return the ids of the account's entities, or None if the numbers are of the account itself.

        Of a list that broke off, it returns those before.

        Raises:
            TaskError: no entity was listed.
        """
        return tuple(self.entity_stream.ids.get_readable((account,))) if self.entity_stream else None

    def request_fingerprint(self) -> str:
        """Return a digest of all parameters that change the numbers of a day."""
        breakdown = {name: ",".join(values) for name, values in self.breakdown_names().items()}
        body = {**breakdown, "columns": list(self.columns), **attribution_of(self.config)}
        return fingerprint(body)

    def breakdown_names(self) -> Names:
        """Return the values by which rows are broken down, such as targeting types, by parameter."""
        return {}

    def read_query(self, ids: Ids, task: Task) -> Generator[RecordBatch, None, None]:
        """Read the rows of entities in a window: request them, check each response, and hand out its rows.

        A destination that keeps every row gets them once all have come. An id that Pinterest rejects is skipped.

        Args:
            ids: the entities; none for the account itself.
            task: has the account and the window.

        Raises:
            PinterestError: the window can't be read.
        """
        record_batches = self._read(ids, task)
        yield from record_batches if self.merges_by_key else buffer_until_complete(record_batches)

    def _read(self, ids: Ids, task: Task) -> Iterator[RecordBatch]:
        account, rejections = task["ad_account_id"], list[Rejection]()
        whole = RequestSpec(account, ids, task.required_window, self._wanted)
        # Of an account that is rejected, no part is requested again.
        may_skip = None if self.tracker.is_denied(task.group) else rejections
        responses = self._splitter.read(whole, self._request, self._length_without_ids(account), may_skip)
        yield from chain.from_iterable(responses)
        for spec, error in rejections:
            self.usage.count("skipped")
            self.notices.warn(
                f"{spec.account} {spec.ids} {spec.window}",
                f"{spec.ids[0]} of ad account {spec.account} is skipped: its days {spec.window} are not read. To read "
                "them once Pinterest accepts the id, clear the stream's data, or refresh the stream. "
                f"{error.quote or error.message}.",
            )

    def _request(self, spec: RequestSpec) -> Iterator[RecordBatch]:
        path, params = self._path_of(spec.account), self.query(spec.ids, spec.window, spec.names)
        return self.client.send(path, params, partial(self.record_batches_in, spec)).value

    def _path_of(self, account: str) -> str:
        return path_of(self.path_template, {"ad_account_id": account})

    def _length_without_ids(self, account: str, names: Names | None = None) -> int:
        """Return the length of a request's URL without ids."""
        return self.client.url_length(self._path_of(account), self.query((), ANY_DAY, names or self._wanted))

    def query(self, ids: Ids, window: DateWindow, names: Names) -> dict[str, Any]:
        start, end = window.as_pair()
        params: dict[str, Any] = {
            START: start,
            END: end,
            "granularity": "DAY",
            **{name: ",".join(values) for name, values in names.items()},
            **attribution_of(self.config),
        }
        return {**params, self.ids_parameter: ",".join(ids)} if self.ids_parameter else params

    def record_batches_in(self, spec: RequestSpec, chunks: Iterable[bytes]) -> Iterator[RecordBatch]:
        """Return the rows of a response as batches. No batch is returned before the last row has been checked.

        Raises:
            MalformedResponseError: the response is not a list of rows that were requested.
        """
        expected = ExpectedRows(
            key=self.key,
            optional=frozenset((TARGETING_VALUE,)),
            strings=(*self.breakdown, *text_columns(self.columns)),
            numbers=number_columns(self.columns),
            window=spec.window,
            account=spec.account,
            currency=self.ad_accounts.currency_of(spec.account),
            entities=frozenset(spec.ids) or None,
        )
        return buffer_until_complete(batch_records(self.name, admitted(self.rows_in(chunks), expected, self.notices)))

    def rows_in(self, chunks: Iterable[bytes]) -> Iterator[Record]:
        return rows_of(chunks)
