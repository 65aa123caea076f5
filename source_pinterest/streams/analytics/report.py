"""Reports of every level, asked of Pinterest as asynchronous jobs for whole accounts."""

import logging
import math
from abc import ABC
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import product
from typing import Any, Self

from airbyte_cdk.sources.types import StreamSlice
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
from source_pinterest.dates import DateWindow, Granularity, subtract_window
from source_pinterest.engine.pages import Page
from source_pinterest.engine.refused_names import RefusedNames
from source_pinterest.engine.slices import failed_slice, window_slice
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.file import Filed
from source_pinterest.reporting.job import ANALYTICS_REPORTS, ReportRequest
from source_pinterest.reporting.runner import FailedReport, Orders, ReadyReport, SplitReport
from source_pinterest.state.cursor import PinterestCursor, StateStore
from source_pinterest.state.day_cursor import DayCursor, KeyColumns
from source_pinterest.state.history import PlannedWindow, Purpose, WindowProgress, in_reading_order
from source_pinterest.state.period import DayRange, Period, fingerprint
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.metrics_ready import MetricsReadyState
from source_pinterest.streams.analytics.entity_keys import report_keys
from source_pinterest.streams.analytics.rows import KeyDoubts, ReportKey, ReportRows
from source_pinterest.streams.base.stream import Sync

_REPORT = "report"

FileRead = tuple[Iterable[Page], KeyColumns | None]
ReadFile = Callable[[ReportRequest, Iterable[Filed]], FileRead]
"""Makes pages of the rows of a report's file, before the first of which is emitted the last row has been looked at."""


class ReportSlices:
    """The reports of one stream.

    Args:
        sync: has the runner.
        client: asks Pinterest on behalf of the stream.
        stream: whose reports they are.
        read: makes pages of a file.
        on_replacement: takes a sentence on what of a file could not be kept.
        refused: the columns and targeting types that Pinterest refuses.
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
        self._client = ReportClient(sync.api, client, stream, refused)
        self._read, self._on_replacement = read, on_replacement
        self._orders: Orders | None = None

    def try_out(self, request: ReportRequest) -> None:
        """Ask for a report that nobody fetches."""
        self._client.try_out(request)

    def order(self, plan: Callable[[], Iterable[ReportRequest]]) -> None:
        """Have reports made, once somebody waits for any."""
        self._orders = self._runner.open(self._client, plan)

    def release(self, stream_slice: StreamSlice) -> None:
        """A slice has come to its end, read or not, so that the next report may be made."""
        if self._orders and is_report(stream_slice):
            self._runner.release(self._orders, stream_slice.extra_fields[_REPORT].request)

    def slices(self, cursor: DayCursor | None) -> Iterator[StreamSlice]:
        """A slice for each report as it comes to its end.

        Args:
            cursor: expects one slice more for a report that became two.
        """
        if self._orders is None:
            return
        for outcome in self._runner.outcomes(self._orders):
            request = outcome.request
            parents = {"ad_account_id": request.ad_account_id}
            if isinstance(outcome, FailedReport):
                yield failed_slice(parents, outcome.error, request.planned)
            elif isinstance(outcome, ReadyReport):
                named = {"batch": request.number, "token": outcome.token}
                yield window_slice(parents, request.planned, named, **{_REPORT: outcome})
            elif isinstance(outcome, SplitReport) and cursor:
                cursor.expect_one_more(request.ad_account_id, request.planned)

    def pages(self, stream_slice: StreamSlice) -> Generator[Page, None, KeyColumns | None]:
        """The rows of a finished report; returns what the cursor has to know of their keys."""
        ready: ReadyReport = stream_slice.extra_fields[_REPORT]
        read = partial(self._pages_in, ready.request)
        pages, keyed = self._client.fetch(ready.request, ready.token, ready.url, read)
        yield from pages
        return keyed

    def _pages_in(self, request: ReportRequest, chunks: Iterable[bytes]) -> FileRead:
        rows = request.endpoint.read(chunks, request.body.get("columns", ()), self._on_replacement)
        return self._read(request, rows)


def is_report(stream_slice: StreamSlice) -> bool:
    """Whether the slice is a report's."""
    return _REPORT in stream_slice.extra_fields


LOGGER = logging.getLogger("airbyte")

_CALLS_PER_REPORT = 2
"""One to ask for it, and one that finds it finished."""


@dataclass(frozen=True)
class Estimate:
    """What a stream is going to ask for.

    Attributes:
        accounts: ad accounts, or profiles, that have something to read.
        windows: windows of days, those of reports included.
        reports: asynchronous reports.
        calls: the fewest calls, since how many entities an account has is not known yet.
    """

    accounts: int
    windows: int
    reports: int
    calls: int

    @classmethod
    def of_days(cls, unread: Iterable[Sequence[DateWindow]], border: Date) -> Self:
        """The estimate for the unread days of each account; those before the border come from reports."""
        owed = [windows for windows in unread if windows]
        recent = [part for windows in owed for window in windows if (part := window.clamp(border))]
        old = [part for windows in owed for window in windows if (part := window.before(border))]
        calls = sum(math.ceil(window.days / limits.ANALYTICS_WINDOW_DAYS) for window in recent)
        reports = sum(math.ceil(window.days / limits.REPORT_WINDOW_DAYS) for window in old)
        return cls(len(owed), calls + reports, reports, calls + _CALLS_PER_REPORT * reports)

    @classmethod
    def of_reports(cls, requests: Sequence[ReportRequest]) -> Self:
        """The estimate for reports alone."""
        windows = {(request.ad_account_id, request.window) for request in requests}
        accounts = {request.ad_account_id for request in requests}
        return cls(len(accounts), len(windows), len(requests), _CALLS_PER_REPORT * len(requests))

    @classmethod
    def of_profiles(cls, unread: Iterable[Sequence[DateWindow]], calls_per_window: int) -> Self:
        """The estimate for the unread days of profiles, which reports don't know."""
        owed = [windows for windows in unread if windows]
        windows = sum(map(len, owed))
        return cls(len(owed), windows, 0, windows * calls_per_window)

    def log(self, stream: str, calls_per_second: float) -> None:
        """Log the estimate."""
        minutes = math.ceil(self.calls / (60 * calls_per_second))
        LOGGER.info(
            f"{stream}: the estimate is accounts {self.accounts:,}, windows {self.windows:,}, report jobs "
            f"{self.reports:,}, calls at least {self.calls:,}; at Pinterest's present quota that takes {minutes:,} min "
            "or more.",
        )


class ReportStream(AdAccountStream, ABC):
    """One report per account and window; a row per entity and day, or per ad, pin and the like where a level is finer.

    https://developers.pinterest.com/docs/api/v5/analytics-create_report.
    """

    endpoint = ANALYTICS_REPORTS
    path_template = endpoint.path
    cursor_field: str | list[str] = DATE
    checkpoint: DayCursor
    level: str
    id_columns: tuple[str, ...]
    granularity = Granularity.DAY

    def __init__(self, sync: Sync, name: str = "") -> None:
        super().__init__(sync, name)
        history_days, self.window_days = self.reach()
        self.days = DayRange(history_days, self.granularity)
        parts = self.part_columns()
        self.own_ids = self.id_columns if may_be_finer(self.level) else ()
        listed = (ENTITY_ID,) if self.own_ids else ()
        self.key_columns = (*self.id_columns, *listed, *parts, *self.bucket_columns())
        self.primary_key = [*self.key_columns, *self.stamped_columns()]
        asked = dict.fromkeys((*self.id_columns, "AD_ACCOUNT_ID", *self.wanted_columns()))
        self.columns = tuple(column for column in asked if self.accepts(column))
        self.foreign_keys = report_keys(self.level, self.key_columns, self.columns)
        body = {"level": self.level, "granularity": self.granularity.value, "columns": list(self.columns)}
        self.body = {**body, **self.attribution(), **self.own_fields()}
        per_window = len(self.variants())
        self.cost = f"{per_window} for {self.window_days} days of an ad account, and some to ask whether it is ready"
        needed = ("AD_ACCOUNT_ID",) if self.own_ids else self.key_columns
        refused = RefusedNames(self.notices, needed)
        key = ReportKey(self.key_columns, self.own_ids, self._keyed, lambda: refused.refused, parts)
        self.doubts = KeyDoubts(self.notices)
        rows = ReportRows(self.name, self.notices, key, self.doubts, self.columns, self.stamped_columns())
        self.reports = ReportSlices(sync, self.client, self.name, rows.pages, self.notices.replacement, refused)

    def new_cursor(self, period: Period, store: StateStore) -> PinterestCursor | None:
        """The days of each account that are read for good."""
        return DayCursor(store, period, self.config.today, self.request_fingerprint())

    def open_state(self, period: Period, store: StateStore) -> PinterestCursor | None:
        """Give the stream its cursor, and take note of what the destination does with its rows."""
        self.doubts.heed(merges_by_key=period.merges_by_key)
        return super().open_state(period, store)

    def _keyed(self, account: str) -> KeyColumns | None:
        return self.checkpoint.keyed.before(account) if self.checkpoint else None

    def reach(self) -> Reach:
        """How far back a report reaches, and how many days it may cover."""
        return reach_of(self.level, self.granularity)

    def part_columns(self) -> tuple[str, ...]:
        """The columns of the key that say which part of an entity a row is about."""
        return (TARGETING_TYPE, TARGETING_VALUE) if is_targeting(self.level) or self.level == "KEYWORD" else ()

    def targeting_types(self) -> tuple[str, ...]:
        """By what the rows are broken down; nothing at most levels."""
        return default_targeting_types(self.level)

    def bucket_columns(self) -> tuple[str, ...]:
        """The columns that say which bucket a row is about."""
        return (DATE,)

    def stamped_columns(self) -> Mapping[str, str]:
        """Columns of the key that are ours, not Pinterest's, each with the part of the request that it repeats."""
        return {}

    def wanted_columns(self) -> tuple[str, ...]:
        """The columns to ask for."""
        return DEFAULT_COLUMNS

    def attribution(self) -> dict[str, Any]:
        """How conversions are attributed."""
        return attribution_of(self.config)

    def own_fields(self) -> dict[str, Any]:
        """What else each request of the stream says."""
        return {}

    def accepts(self, column: str) -> bool:
        """Whether the level knows the column: product items belong to no single ad."""
        impossible = refused_columns(self.level) | unsuitable_columns(self.level)
        return column in ASYNC_COLUMNS and column not in impossible

    @cached_property
    def _schema(self) -> Mapping[str, Any]:
        schema = analytics_schema((*self.columns, "AD_ACCOUNT_ID"))
        keys = key_schema(column for column in self.primary_key if column not in schema["properties"])
        return {**schema, "properties": {**schema["properties"], **keys}}

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        """A schema of the columns that are asked for."""
        return self._schema

    def select(self) -> None:
        """Prepare a sync that emits the stream: its reports are made beside those of the others."""
        super().select()
        self.reports.order(self._requests)

    def request_fingerprint(self) -> str:
        """Stands for everything that makes the numbers of a day what they are."""
        return fingerprint({**self.body, "variants": self.variants()})

    def _requests(self) -> list[ReportRequest]:
        requests = list(self.plan())
        Estimate.of_reports(requests).log(self.name, self.shared.analytics_pace())
        return requests

    def plan(self) -> Iterator[ReportRequest]:
        """A request for each window that an account lacks; several where it asks for more than one may name."""
        ready = self.shared.stream(MetricsReadyState)
        self.checkpoint.settle(lambda: self.granularity.last_whole(ready.last_final_day()))
        for account in self.checkpoint.oldest_first(self.accounts()):
            windows = self._windows(account)
            variants = self.variants()
            planned = self.checkpoint.plan(account, windows, [len(variants)] * len(windows))
            for window, (number, more) in product(planned, enumerate(variants)):
                yield ReportRequest(account, window.window, {**self.body, **more}, window, number, self.endpoint)
        self.checkpoint.retire_flat()

    def _windows(self, account: str) -> list[WindowProgress]:
        """What an account lacks, in windows of one report each; no bucket is in two of them."""
        unread = [(item.purpose, whole) for item in self.checkpoint.unread(account) if (whole := self._whole(item))]
        newest = next((whole for purpose, whole in unread if purpose is Purpose.TAIL), None)
        windows = []
        for purpose, whole in unread:
            older = subtract_window([whole], newest) if newest and purpose is not Purpose.TAIL else [whole]
            pieces = [
                piece for window in older for piece in self.granularity.cut(window, self.window_days, self.config.today)
            ]
            windows += [WindowProgress(piece, purpose) for piece in in_reading_order(pieces, purpose)]
        return windows

    def _whole(self, item: WindowProgress) -> DateWindow | None:
        """The window in whole buckets: outward to days that were read before, inward at the first day of all."""
        bucket = self.granularity.bucket_of(item.window.start)
        first_day = min(self.checkpoint.first_day, item.window.start)  # a window that is owed may lie before it
        return self.granularity.inward(DateWindow(max(bucket.start, first_day), item.window.end))

    def variants(self) -> list[dict[str, Any]]:
        """What the requests for one window add: so many targeting types each as one may name."""
        size = limits.TARGETING_TYPES_PER_REPORT
        types = self.targeting_types()
        return [{"targeting_types": list(types[i : i + size])} for i in range(0, len(types), size)] or [{}]

    def try_out(self, account: str, window: DateWindow) -> None:
        """Have Pinterest judge the request, on a few days of one account.

        Raises:
            ReportRefusedError: it calls the request wrong.
        """
        ours = set(self.own_ids).difference(self.wanted_columns())  # a refusal would cost no more than these
        columns = [column for column in self.columns if column not in ours]
        body = {**self.body, **self.variants()[0], "columns": columns}
        self.reports.try_out(ReportRequest(account, window, body, PlannedWindow(window), endpoint=self.endpoint))

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """A slice for each report as it is finished."""
        del accounts
        yield from self.reports.slices(self.checkpoint)

    def on_end(self, stream_slice: StreamSlice) -> None:
        """Let go of what waits for a slice, the next report among it."""
        super().on_end(stream_slice)
        self.reports.release(stream_slice)

    def on_failure(self, stream_slice: StreamSlice) -> None:
        """Leave the slice's window to the next sync."""
        if self.checkpoint:
            self.checkpoint.fail(stream_slice)

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, KeyColumns | None]:
        """The rows of a report; returns with which ids they are keyed."""
        return (yield from self.reports.pages(stream_slice))
