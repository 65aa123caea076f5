"""Analytics from Pinterest's synchronous endpoints, for the last 89 days.

A request is limited to 250 ids, 90 days and about 10,000 rows.
"""

import math
import threading
from abc import ABC
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain
from typing import Any, ClassVar, NamedTuple, TypeVar

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.bodies import Record, rows_of
from source_pinterest.api.errors import ConfigError, PartsUnreadError, SliceError
from source_pinterest.api.session import path_of
from source_pinterest.columns import (
    DATE,
    DEFAULT_COLUMNS,
    REACH_COLUMNS,
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
from source_pinterest.engine.asks import ANY_DAY, COMMA, Ask, Asks, Failure, Ids, Names, RefusedNames
from source_pinterest.engine.bundles import Bundle, spooled
from source_pinterest.engine.tasks import END, START, Task
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.day_cursor import OWED_ID, AccountDayCursor
from source_pinterest.state.period import DayRange, Setup, fingerprint
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.metrics_ready import MetricsReadyState
from source_pinterest.streams.analytics.entity_keys import entity_keys
from source_pinterest.streams.analytics.gate import Expected, RowGate
from source_pinterest.streams.analytics.report import Estimate
from source_pinterest.streams.base.declaration import Rank
from source_pinterest.streams.base.sync import Sync

T = TypeVar("T")

COLUMNS = "columns"
_NAMED_IDS = 10
"""The ids that an error about many names."""

_LONGEST_ID = "9" * limits.MAX_ID_DIGITS


class Piece(NamedTuple):
    """A part of an account's unread days that is read at once.

    Attributes:
        window: the days.
        batches: the positions of the account's ids in each request for these days.
    """

    window: DateWindow
    batches: tuple[range, ...]


class RequestShape(NamedTuple):
    """The number of ids and of days in a request."""

    ids: int
    days: int


class QueryAnalytics(AdAccountStream, ABC):
    """One row per entity and day of the last 89 days. Recent days are read again as long as Pinterest changes them.

    The entities are those of the parent with a `parameter`. Without one, the numbers are of the ad account as a whole.
    """

    cursor_field = DATE
    checkpoint: AccountDayCursor
    day_range = DayRange(limits.SYNC_HISTORY_DAYS)
    can_split = True
    id_column: ClassVar[str]
    breakdown: ClassVar[tuple[str, ...]] = ()
    """The fields of a row's key beside the entity and the day."""
    cost = f"one request for each ad account and {limits.ROWS_PER_ANALYTICS_REQUEST:,} rows"
    rank = Rank.ADS
    rows_a_day: ClassVar[int] = 1
    """About how many rows an entity has on a day."""

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.key, self.gate = (self.id_column, *self.breakdown, DATE), RowGate(self)
        self._line, self._tasks_in_line = threading.Condition(), 0
        wanted = dict.fromkeys((self.id_column, "AD_ACCOUNT_ID", *(sync.config.analytics_columns or DEFAULT_COLUMNS)))
        self.columns = tuple(column for column in wanted if not (self.breakdown and column in REACH_COLUMNS))
        self.foreign_keys = entity_keys((self.id_column, *self.breakdown), self.columns)
        self.ids_parameter = next(iter(self.listed_by), "")
        self.entity_stream = self.listed_by.get(self.ids_parameter)

    def new_cursor(self, setup: Setup, store: StateStore) -> AccountDayCursor:
        ready = self.shared.stream(MetricsReadyState).last_final_day
        return AccountDayCursor(store, self.period_of(setup, ready), self.request_fingerprint())

    @cached_property
    def asks(self) -> Asks:
        """What makes smaller requests of those that Pinterest refuses."""
        refused = RefusedNames(self.notices, needed=(self.id_column,))
        return Asks(limits.IDS_PER_ANALYTICS_REQUEST, limits.ANALYTICS_WINDOW_DAYS, refused)

    @cached_property
    def _wanted(self) -> Names:
        chosen = self.config.analytics_columns
        columns = [column for column in self.columns if column in chosen or may_be_requested(column, SYNC_COLUMNS)]
        return {COLUMNS: columns, **self.breakdown_names()}

    def check_room(self) -> None:
        """Check that the columns of the user's choice leave enough room for ids in the URL of a request.

        Raises:
            ConfigError: they do not.
        """
        chosen = self.config.analytics_columns
        always = [column for column in self._wanted[COLUMNS] if column not in chosen]

        def length_with(columns: Sequence[str]) -> int:
            return self._length_without_ids(_LONGEST_ID, {**self._wanted, COLUMNS: (*always, *columns)})

        check_url_length(chosen, length_with, limits.IDS_WORTH_A_REQUEST if self.ids_parameter else 0)

    def try_out(self, account: str, window: DateWindow) -> None:
        """Send a request without ids, so that Pinterest checks its columns. The response is discarded.

        Raises:
            BadRequestError: Pinterest refuses the request.
        """
        params = self.query((), window, self._wanted)
        self.client.send(self._path_of(account), params, lambda chunks: deque(chunks, maxlen=0))

    @cached_property
    def _schema(self) -> Mapping[str, Any]:
        schema = analytics_schema(self.columns)
        return {**schema, "properties": {**schema["properties"], **key_schema(self.breakdown)}}

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        return self._schema

    def account_tasks(self, accounts: Iterable[str]) -> Iterator[Task]:
        """Return the tasks of each account's unread days, beginning with the account that was read longest ago."""
        self.check_room()
        unread = self.checkpoint.begin(accounts)
        Estimate.of_days(unread.values(), first_synchronous_day=self.first_synchronous_day).log(self, "ads_analytics")
        yield from self.window_tasks(unread)

    def window_tasks(self, unread: Mapping[str, Sequence[DateWindow]]) -> Iterator[Task]:
        """Return the tasks of the unread windows of each account, as far as requests cover them."""
        for account, windows in unread.items():
            try:
                broken_off = self._end_of_list(account)
                pieces = self._pieces_to_read(account, windows, tasks_beside_batches=1 if broken_off else 0)
            except SliceError as error:
                yield Task.failed({"ad_account_id": account}, error)
                continue
            for task in self._queries(account, pieces):
                self._join_line()
                yield task
            if broken_off:
                yield from (Task.failed({"ad_account_id": account}, broken_off, piece.window) for piece in pieces)

    def _end_of_list(self, account: str) -> SliceError | None:
        """Return the error with which the list of an account's entities broke off; None if it is whole.

        The rows of the entities that it has come again once it is whole, so they are read only where the destination
        replaces rows.

        Raises:
            SliceError: no entity was listed, or the destination keeps every row.
        """
        if self.entity_stream:
            try:
                self.entity_stream.ids.check((account,))
            except SliceError as error:
                if not (self.merges_by_key and self.entity_ids(account)):
                    raise
                return error
        return None

    def _queries(self, account: str, pieces: Sequence[Piece]) -> Iterator[Task]:
        """Return a task for each batch of ids in each window, and one for each id that is owed days.

        An id that failed in an earlier sync is asked for alone, so that it costs no other id a request.
        """
        owed, parents = self.checkpoint.owe(account, [piece.window for piece in pieces]), {"ad_account_id": account}
        for window, batches in pieces:
            for number, batch in enumerate(batches):
                rows, read = max(1, len(batch)) * window.days, partial(self.read_batch, batch)
                yield Task(parents, read, window, {"batch": number}, rows=rows, on_end=self._leave_line)
        for entity, days in owed.items():
            for window in days:
                for part in window.cut(request_shape(1, window.days, self.rows_a_day).days):
                    read_alone = partial(self.read_query, (entity,))
                    yield Task(parents, read_alone, part, {OWED_ID: entity}, rows=part.days, on_end=self._leave_line)

    def _join_line(self) -> None:
        """Wait until few tasks of the stream are waiting to be read. Other streams then get their share of a quota."""
        with self._line:
            self._line.wait_for(lambda: self._tasks_in_line < limits.TASKS_IN_LINE)
            self._tasks_in_line += 1

    def _leave_line(self) -> None:
        with self._line:
            self._tasks_in_line -= 1
            self._line.notify_all()

    @property
    def first_synchronous_day(self) -> Date:
        """The first day that the synchronous endpoints have."""
        return days_before(self.shared.today(), limits.SYNC_HISTORY_DAYS)

    def _pieces_to_read(self, account: str, windows: Sequence[DateWindow], tasks_beside_batches: int) -> list[Piece]:
        """Return what is to be read of an account, in the order in which it is read, and tell the cursor.

        Args:
            account: the account.
            windows: its unread windows.
            tasks_beside_batches: how many tasks a window of requests has beside those of its batches.
        """
        in_order = self.checkpoint.days_of(account).in_reading_order
        cut = [{piece.window: piece for piece in self._pieces_of(account, window)} for window in windows]
        pieces = [by_window[window] for by_window in cut for window in in_order(by_window)]
        counts = (len(piece.batches) + tasks_beside_batches for piece in pieces)
        self.checkpoint.plan(account, zip((piece.window for piece in pieces), counts, strict=True))
        return pieces

    def _pieces_of(self, account: str, window: DateWindow) -> Iterator[Piece]:
        """Cut the recent days of an unread window into windows of one request with their batches of ids.

        The age of a day alone decides where it comes from, so that its numbers do not depend on other days of the sync.
        """
        if newer := window.clamp(self.first_synchronous_day):
            ids = self.entity_ids(account)
            max_ids = self.asks.ids_that_fit(ids or (), self._length_without_ids(account))
            shape = request_shape(1 if ids is None else len(ids), newer.days, self.rows_a_day, max_ids)
            batches = (range(0),) if ids is None else tuple(_ranges(len(ids), shape.ids))
            yield from (Piece(piece, batches) for piece in newer.cut(shape.days))

    def entity_ids(self, account: str) -> Ids | None:
        """Return the ids of the account's entities, or None if the numbers are of the account as a whole.

        Of a list that broke off, it returns those before. Ids that were owed days when the sync began are not among
        them, since they are asked for alone.
        """
        if not self.entity_stream:
            return None
        apart = self.checkpoint.owed_before(account)
        return tuple(entity for entity in self.entity_stream.ids.get_readable((account,)) if entity not in apart)

    def request_fingerprint(self) -> str:
        """Return a digest of all parameters that change the numbers of a day."""
        breakdown = {name: ",".join(values) for name, values in self.breakdown_names().items()}
        body = {**breakdown, "columns": list(self.columns), **attribution_of(self.config)}
        return fingerprint(body)

    def breakdown_names(self) -> Names:
        """Return the values by which rows are broken down, such as targeting types, by parameter."""
        return {}

    def read_batch(self, batch: range, task: Task) -> Generator[Bundle, None, None]:
        """Return what reads the rows of a batch of ids in a window.

        Args:
            batch: the positions of the ids among those of the account.
            task: has the account and the window.
        """
        ids = self.entity_ids(task["ad_account_id"]) or ()
        return self.read_query(ids[batch.start : batch.stop], task)

    def read_query(self, ids: Ids, task: Task) -> Generator[Bundle, None, None]:
        """Read the rows of entities in a window: request them, check each response, and hand out its rows.

        A destination that keeps every row gets them once all have come. An id that Pinterest refuses is left out.

        Raises:
            PartsUnreadError: some ids or days can't be read, and all others were emitted.
            PinterestError: the window can't be read.
        """
        account, failures = task["ad_account_id"], list[Failure]()
        whole = Ask(account, ids, task.required_window, self._wanted)
        responses = self.asks.read(whole, self._request, self._length_without_ids(account), failures)
        bundles = chain.from_iterable(responses)
        try:
            yield from bundles if self.merges_by_key else spooled(bundles)
        except SliceError as error:
            if OWED_ID not in task.named:
                raise
            raise self._unread([Failure(whole, error)]) from error  # of the id, whether or not others are read by now
        self._settle(failures)

    def _settle(self, failures: Iterable[Failure]) -> None:
        """Leave out ids that Pinterest refuses, with a warning each.

        Raises:
            PartsUnreadError: others can't be read, for another reason.
        """
        failed = list[Failure]()
        for failure in failures:
            ask, error = failure
            if not failure.is_refused:
                failed.append(failure)
            elif self.notices.warn(
                f"{ask.account} {ask.ids}",
                f"{ask.ids[0]} is left out of ad account {ask.account}, because Pinterest refuses its rows. If it no "
                f"longer does, they come as far back as the lookback reads. {error.quote or error.message}.",
            ):
                self.usage.count_left_out()
        if failed:
            raise self._unread(failed)

    def _unread(self, failures: Sequence[Failure]) -> PartsUnreadError:
        """Return the error of ids, or of days of an account as a whole, that can't be read while others are."""
        (ask, error), *_ = failures
        ids = list(dict.fromkeys(chain.from_iterable(failure.ask.ids for failure in failures)))
        named = f"{', '.join(ids[:_NAMED_IDS])}{' …' if len(ids) > _NAMED_IDS else ''} of " if ids else ""
        count = f" ({len(ids):,} IDs)" if len(ids) > 1 else ""
        return PartsUnreadError(
            f"{self.name}: {named}ad account {ask.account}{count} can't be read for {ask.window}. All else was read, "
            f"and the next sync asks for this again. {error.message}",
            [(failure.ask.ids, failure.ask.window) for failure in failures],
            error.kind,
        )

    def _request(self, ask: Ask) -> Iterator[Bundle]:
        with self.shared.rows.holding(max(1, len(ask.ids)) * ask.window.days * self.rows_a_day):
            path, params = self._path_of(ask.account), self.query(ask.ids, ask.window, ask.names)
            return self.client.send(path, params, partial(self.bundles_in, ask), ask.max_retries).value

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

    def bundles_in(self, ask: Ask, chunks: Iterable[bytes]) -> Iterator[Bundle]:
        """Return the rows of a response as bundles. No bundle is returned before the last row has passed the gate.

        Raises:
            MalformedResponseError: the response is not a list of rows that were asked for.
        """
        expected = Expected(
            key=self.key,
            optional=frozenset((TARGETING_VALUE,)),
            texts=self._text_columns,
            numbers=number_columns(self.columns),
            window=ask.window,
            account=ask.account,
            currency=self.ad_accounts.currency_of(ask.account),
            entities=frozenset(ask.ids) or None,
        )
        return self.gate.bundles(self.rows_in(chunks), expected)

    def rows_in(self, chunks: Iterable[bytes]) -> Iterator[Record]:
        return rows_of(chunks, on_replacement=self.notices.replacement)

    @cached_property
    def _text_columns(self) -> Ids:
        return (*self.breakdown, *text_columns(self.columns))


def _ranges(count: int, size: int) -> Iterator[range]:
    return (range(start, min(start + size, count)) for start in range(0, count, size))


def request_shape(
    ids: int, days: int, rows_a_day: int = 1, max_ids: int = limits.IDS_PER_ANALYTICS_REQUEST
) -> RequestShape:
    """Return the shape of the fewest analytics requests within Pinterest's limits.

    Of shapes with as many requests, it is the one with the longest windows, because the state moves window by window.

    Args:
        ids: the number of entities.
        days: the number of days.
        rows_a_day: the rows that an entity has on a day.
        max_ids: the most ids that fit into a request.
    """
    cells = limits.ROWS_PER_ANALYTICS_REQUEST // rows_a_day
    windows = range(math.ceil(days / limits.ANALYTICS_WINDOW_DAYS), days + 1)
    lengths = (math.ceil(days / number) for number in windows)
    shapes = (RequestShape(min(max_ids, max(1, cells // length)), length) for length in lengths)
    return min(shapes, key=lambda shape: math.ceil(ids / shape.ids) * math.ceil(days / shape.days))


def check_url_length(columns: Sequence[str], length_with: Callable[[Sequence[str]], int], min_ids: int) -> None:
    """Check that a URL with these columns has room for ids of the largest length.

    Args:
        columns: the columns of the user's choice.
        length_with: returns the length of a URL with some of them, and no ids.
        min_ids: the number of ids that must fit.

    Raises:
        ConfigError: they do not fit.
    """
    max_length = limits.URL_CHARACTERS - min_ids * (len(_LONGEST_ID) + len(COMMA))
    counts = range(1, len(columns) + 1)
    fit = bisect_right(counts, max_length, key=lambda count: length_with(columns[:count]))
    if fit < len(columns):
        raise ConfigError(
            f"Analytics Columns: {len(columns)} columns make the URL of a request too long for Pinterest; {fit} of "
            "them fit. Remove the others, or read them with Custom Reports, whose columns are not part of a URL.",
        )
