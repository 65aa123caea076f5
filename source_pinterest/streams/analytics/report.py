"""Streams of asynchronous reports: one report per ad account and window, created, polled and downloaded."""

import logging
import math
from abc import ABC
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import product
from typing import Any, Self

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.rows import OnReplacement
from source_pinterest.columns import (
    ASYNC_COLUMNS,
    DATE,
    DEFAULT_COLUMNS,
    ENTITY_ID,
    TARGETING_TYPE,
    TARGETING_VALUE,
    analytics_schema,
    key_schema,
)
from source_pinterest.config import attribution_of
from source_pinterest.config.reports import (
    Reach,
    default_targeting_types,
    is_targeting,
    may_be_finer,
    reach_of,
    refused_columns,
    unsuitable_columns,
)
from source_pinterest.dates import DateWindow, Granularity
from source_pinterest.engine.pages import Page
from source_pinterest.engine.refused_names import RefusedNames
from source_pinterest.engine.tasks import Task
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.file import Filed
from source_pinterest.reporting.job import ANALYTICS_REPORTS, ReadyReport, ReportRequest
from source_pinterest.reporting.runner import FailedReport, Reports, SplitReport
from source_pinterest.state.cursor import PinterestCursor, StateStore
from source_pinterest.state.day_cursor import AccountDayCursor, KeyColumns
from source_pinterest.state.days import ReadDays
from source_pinterest.state.period import DayRange, PeriodPlan, fingerprint
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.metrics_ready import MetricsReadyState
from source_pinterest.streams.analytics.entity_keys import report_keys
from source_pinterest.streams.analytics.rows import ReportKey, ReportRows, RowGate
from source_pinterest.streams.base.stream import Rank, Sync

LOGGER = logging.getLogger("airbyte")

_REQUESTS_PER_REPORT = 2
"""One that creates it, and one that finds it finished."""

FileRead = tuple[Iterable[Page], KeyColumns | None]
ReadFile = Callable[[ReportRequest, Iterable[Filed]], FileRead]
"""Returns the rows of a report file as pages, after it has checked the last row, and the id columns of their keys."""


class ReportTasks:
    """The reports of one stream as tasks.

    Args:
        sync: has the runner of all reports.
        client: the stream's client for Pinterest's API.
        stream: the stream's name.
        read: turns the rows of a report file into pages.
        on_replacement: called with a sentence about values of a file that were replaced.
        refused: the columns and targeting types that Pinterest has refused.
    """

    def __init__(
        self,
        sync: Sync,
        client: PinterestClient,
        stream: str,
        read: ReadFile,
        on_replacement: OnReplacement,
        refused: RefusedNames,
    ) -> None:
        self._runner = sync.reports
        self._client = ReportClient(sync.api, client, stream, refused, on_replacement)
        self._read = read
        self._reports: Reports | None = None

    def try_out(self, request: ReportRequest) -> None:
        """Create a report that is not fetched, so that Pinterest checks the request."""
        self._client.try_out(request)

    def order(self, plan: Callable[[], Iterable[ReportRequest]]) -> None:
        """Hand reports to the runner, which creates them as soon as a stream waits for its reports."""
        self._reports = self._runner.open(self._client, plan)

    def tasks(self, cursor: AccountDayCursor | None) -> Iterator[Task]:
        """Return a task for each report that is finished or has failed.

        Args:
            cursor: is told if a report was split.
        """
        if self._reports is None:
            return
        for outcome in self._runner.outcomes(self._reports):
            request = outcome.request
            parents = {"ad_account_id": request.ad_account_id}
            if isinstance(outcome, FailedReport):
                yield Task.failed(parents, outcome.error, request.window)
            elif isinstance(outcome, ReadyReport):
                named = {"batch": request.number, "token": outcome.token}
                release = partial(self._runner.release, self._reports, request)
                yield Task(parents, partial(self._pages, outcome), request.window, named, on_end=release)
            elif isinstance(outcome, SplitReport) and cursor:
                cursor.split(request.ad_account_id, request.window, [half.window for half in outcome.halves])

    def _pages(self, ready: ReadyReport, task: Task) -> Generator[Page, None, KeyColumns | None]:
        """Read the rows of a finished report. The generator returns the id columns of their keys."""
        del task
        pages, key_columns = self._client.fetch(ready, partial(self._read, ready.request))
        yield from pages
        return key_columns


class ReportStream(AdAccountStream, ABC):
    """One report per ad account and window, with a row per entity and day, or a finer one at some levels.

    https://developers.pinterest.com/docs/api/v5/analytics-create_report.

    Attributes:
        level: Pinterest's name of the report level.
        id_columns: the columns with the ids that identify a row.
        granularity: the length of time that a row covers.
    """

    endpoint = ANALYTICS_REPORTS
    path_template = endpoint.path
    cursor_field: str | list[str] = DATE
    checkpoint: AccountDayCursor
    level: str
    id_columns: tuple[str, ...]
    granularity = Granularity.DAY
    rank = Rank.ADS

    def __init__(self, sync: Sync, name: str = "") -> None:
        super().__init__(sync, name)
        history_days, self.window_days = self.reach()
        self.days = DayRange(history_days, self.granularity)
        parts = self.part_columns()
        self.optional_ids = self.id_columns if may_be_finer(self.level) else ()
        entity_id = (ENTITY_ID,) if self.optional_ids else ()
        self.key_columns = (*self.id_columns, *entity_id, *parts, *self.bucket_columns())
        self.primary_key = [*self.key_columns, *self.stamped_columns()]
        wanted = dict.fromkeys((*self.id_columns, "AD_ACCOUNT_ID", *self.wanted_columns()))
        self.columns = tuple(column for column in wanted if self.accepts(column))
        self.foreign_keys = report_keys(self.level, self.key_columns, self.columns)
        body = {"level": self.level, "granularity": self.granularity.value, "columns": list(self.columns)}
        self.body = {**body, **self.attribution(), **self.own_fields()}
        variants = len(self.variants())
        ordered = "one request" if variants == 1 else f"{variants} requests"
        span = f"each ad account and {self.window_days} days"
        self.cost = f"{ordered} for {span} to order the report, and a few to ask whether it is ready"
        needed = (*parts, *self.bucket_columns()) if self.endpoint is ANALYTICS_REPORTS else self.key_columns
        refused = RefusedNames(self.notices, needed)  # files of other endpoints may list no ids
        entity = "" if self.optional_ids else self.id_columns[0]
        key = ReportKey(self.key_columns, self.optional_ids, self._earlier_ids, refused.of, parts, entity)
        rows = ReportRows(self.name, RowGate(self), key, self.columns, self.stamped_columns())
        self.reports = ReportTasks(sync, self.client, self.name, rows.pages, self.notices.replacement, refused)

    def new_cursor(self, plan: PeriodPlan, store: StateStore) -> PinterestCursor | None:
        """Return a cursor over the days of each account."""
        ready = self.shared.stream(MetricsReadyState)
        period = self.period_of(plan, lambda: self.granularity.last_whole(ready.last_final_day()))
        return AccountDayCursor(store, period, self.request_fingerprint())

    def _earlier_ids(self, account: str) -> KeyColumns | None:
        return self.checkpoint.keyed.before(account) if self.checkpoint else None

    def reach(self) -> Reach:
        """Return how many days back reports go, and how many days one may cover."""
        return reach_of(self.level, self.granularity)

    def part_columns(self) -> tuple[str, ...]:
        """Return the columns of the key that divide an entity, such as targeting types and values."""
        return (TARGETING_TYPE, TARGETING_VALUE) if is_targeting(self.level) or self.level == "KEYWORD" else ()

    def targeting_types(self) -> tuple[str, ...]:
        """Return the targeting types that break down the rows; most levels have none."""
        return default_targeting_types(self.level)

    def bucket_columns(self) -> tuple[str, ...]:
        """Return the columns of the key that hold the time that a row covers."""
        return (DATE,)

    def stamped_columns(self) -> Mapping[str, str]:
        """Return the columns of the key that the connector adds, each with the request's parameter that it repeats."""
        return {}

    def wanted_columns(self) -> tuple[str, ...]:
        """Return the columns to request."""
        return DEFAULT_COLUMNS

    def attribution(self) -> dict[str, Any]:
        """Return the parameters that say how conversions are attributed."""
        return attribution_of(self.config)

    def own_fields(self) -> dict[str, Any]:
        """Return other fields of the stream's requests."""
        return {}

    def accepts(self, column: str) -> bool:
        """Return whether the level has a column: product items, for example, do not belong to a single ad."""
        impossible = refused_columns(self.level) | unsuitable_columns(self.level)
        return column in ASYNC_COLUMNS and column not in impossible

    @cached_property
    def _schema(self) -> Mapping[str, Any]:
        schema = analytics_schema((*self.columns, "AD_ACCOUNT_ID"))
        keys = key_schema(column for column in self.primary_key if column not in schema["properties"])
        return {**schema, "properties": {**schema["properties"], **keys}}

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        """Return a schema of the requested columns and the key."""
        return self._schema

    def select(self) -> None:
        """Prepare a sync that emits the stream: hand its reports to the runner, beside those of other streams."""
        super().select()
        self.reports.order(self._requests)

    def request_fingerprint(self) -> str:
        """Return a digest of all parameters that change the numbers of a day."""
        by_default = self.wanted_columns() is DEFAULT_COLUMNS
        return fingerprint({**self.body, "variants": self.variants()}, by_default=by_default)

    def _requests(self) -> list[ReportRequest]:
        requests = list(self.plan())
        Estimate.of_reports(requests).log(self.name, self.shared.analytics_pace())
        return requests

    def plan(self) -> Iterator[ReportRequest]:
        """Return the requests for the unread windows of all accounts, one for each variant of a window."""
        for account in self.checkpoint.oldest_first(self.accounts()):
            windows, variants = self._windows(account), self.variants()
            self.checkpoint.plan(account, ((window, len(variants)) for window in windows))
            for window, (number, variant) in product(windows, enumerate(variants)):
                yield ReportRequest(account, window, {**self.body, **variant}, window, number, self.endpoint)
        self.checkpoint.retire_flat()

    def _windows(self, account: str) -> list[DateWindow]:
        """Return the unread days of an account in windows of one report each. No two of them share a bucket."""
        unread, history = self.checkpoint.unread(account), self.checkpoint.history_of(account)
        first_day, today = self.checkpoint.first_day(account), self.shared.today()
        taken, windows = ReadDays(), list[DateWindow]()
        for whole in filter(None, (self._whole(window, first_day) for window in reversed(unread))):
            left = ReadDays((whole,)).minus(taken.windows)
            pieces = [piece for part in left.windows for piece in self.granularity.cut(part, self.window_days, today)]
            windows, taken = history.in_reading_order(pieces) + windows, taken.plus(pieces)
        return windows

    def _whole(self, window: DateWindow, first_day: Date) -> DateWindow | None:
        """Extend a window to whole buckets. At the first day, an incomplete bucket is dropped instead."""
        bucket = self.granularity.bucket_of(window.start)
        start = max(bucket.start, min(first_day, window.start))  # a missing window may lie before the first day
        return self.granularity.inward(DateWindow(start, window.end))

    def variants(self) -> list[dict[str, Any]]:
        """Return the fields in which the requests for one window differ: chunks of the targeting types."""
        size = limits.TARGETING_TYPES_PER_REPORT
        types = self.targeting_types()
        return [{"targeting_types": list(types[i : i + size])} for i in range(0, len(types), size)] or [{}]

    def try_out(self, account: str, window: DateWindow) -> None:
        """Create a report on a few days of one account, so that Pinterest checks the request.

        Raises:
            ReportRefusedError: Pinterest refuses the request.
        """
        ours = set(self.optional_ids).difference(self.wanted_columns())  # if refused, a sync goes on without them
        columns = [column for column in self.columns if column not in ours]
        body = {**self.body, **self.variants()[0], "columns": columns}
        self.reports.try_out(ReportRequest(account, window, body, window, endpoint=self.endpoint))

    def account_tasks(self, accounts: Iterable[str]) -> Iterator[Task]:
        """Return a task for each report that is finished or has failed."""
        del accounts
        yield from self.reports.tasks(self.checkpoint)


@dataclass(frozen=True)
class Estimate:
    """The least work that a stream has in this sync.

    Attributes:
        accounts: ad accounts, or profiles, with unread days.
        windows: windows of days, including those of reports.
        reports: asynchronous reports.
        requests: the least number of requests, since the number of entities is not known yet.
    """

    accounts: int
    windows: int
    reports: int
    requests: int

    @classmethod
    def of_days(cls, unread: Iterable[Sequence[DateWindow]], first_synchronous_day: Date) -> Self:
        """Return the estimate for the unread windows of each account; days before the given one need reports."""
        pending = [windows for windows in unread if windows]
        recent = [part for windows in pending for window in windows if (part := window.clamp(first_synchronous_day))]
        old = [part for windows in pending for window in windows if (part := window.before(first_synchronous_day))]
        requests = sum(math.ceil(window.days / limits.ANALYTICS_WINDOW_DAYS) for window in recent)
        reports = sum(math.ceil(window.days / limits.REPORT_WINDOW_DAYS) for window in old)
        return cls(len(pending), requests + reports, reports, requests + _REQUESTS_PER_REPORT * reports)

    @classmethod
    def of_reports(cls, requests: Sequence[ReportRequest]) -> Self:
        """Return the estimate for reports alone."""
        windows = {(request.ad_account_id, request.window) for request in requests}
        accounts = {request.ad_account_id for request in requests}
        return cls(len(accounts), len(windows), len(requests), _REQUESTS_PER_REPORT * len(requests))

    @classmethod
    def of_profiles(cls, unread: Iterable[Sequence[DateWindow]], requests_per_window: int) -> Self:
        """Return the estimate for the unread windows of profiles, of which there are no reports."""
        pending = [windows for windows in unread if windows]
        windows = sum(map(len, pending))
        return cls(len(pending), windows, 0, windows * requests_per_window)

    def log(self, stream: str, requests_per_second: float) -> None:
        """Log the estimate."""
        minutes = math.ceil(self.requests / (60 * requests_per_second))
        LOGGER.info(
            f"{stream}: Estimate: {_counted(self.accounts, 'account')}, {_counted(self.windows, 'window')}, "
            f"{_counted(self.reports, 'report')}, at least {_counted(self.requests, 'request')}, at least {minutes:,} "
            "min at Pinterest's present quota",
        )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
