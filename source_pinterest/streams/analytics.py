"""What did each account, campaign, ad group and ad do on each day?

The synchronous endpoints answer for up to 250 ids and 90 days a call, 90 days back. Older days come from asynchronous
reports, back to the 914th: one stream, one record shape, one key, one cursor.
"""

from abc import ABC
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

import requests
from airbyte_cdk.sources.streams.http.error_handlers import ErrorHandler
from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import AnswerTooLargeError, RepeatedKeyError, SliceError
from source_pinterest.api.handler import SplittingErrorHandler
from source_pinterest.buckets import Granularity
from source_pinterest.columns import ASYNC_COLUMNS, DATE, DEFAULT_COLUMNS, STRING_COLUMNS, analytics_schema
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.streams.ads import AdAccountStream, AdGroups, Ads, Campaigns, EntityStream
from source_pinterest.streams.base import Record
from source_pinterest.streams.call_size import CallSize, Work
from source_pinterest.streams.feeds import ReportFeed, attribution_of, fingerprint, is_report
from source_pinterest.streams.outlook import Outlook
from source_pinterest.streams.partitions import batches, by_age, failed_slice, in_reading_order, partition_slice, tile
from source_pinterest.streams.rows import rows_of
from source_pinterest.streams.settled import MetricsReadyState
from source_pinterest.streams.sync import Sync
from source_pinterest.sync.day_cursor import END, START, DayCursor, window_of
from source_pinterest.sync.history import WindowProgress


class AnalyticsStream(AdAccountStream, ABC):
    """One row per entity and day, restated for as long as Pinterest does."""

    cursor_field = DATE
    checkpoint: DayCursor
    granularity = Granularity.DAY
    history_days = limits.ASYNC_HISTORY_DAYS
    own_start: Date | None = None
    id_column: ClassVar[str]
    level: ClassVar[str]
    """What reports call the entities: https://developers.pinterest.com/docs/api/v5/analytics-create_report."""
    entities: ClassVar[type[EntityStream] | None] = None
    ids_parameter: ClassVar[str] = ""

    def __init__(self, sync: Sync) -> None:
        self.primary_key = [self.id_column, DATE]
        self.listing = sync.stream(self.entities) if self.entities else None
        self._size = CallSize()
        wanted = sync.config.analytics_columns or DEFAULT_COLUMNS
        self.columns = tuple(dict.fromkeys((self.id_column, "AD_ACCOUNT_ID", *wanted)))
        self.feed = ReportFeed(sync, self.stream_name(), (self.id_column, DATE))
        super().__init__(sync)

    def select(self) -> None:
        """Tell that this sync emits the stream, and that it needs the ids of all its entities."""
        super().select()
        if self.listing:
            self.listing.ids.want()

    @cached_property
    def _schema(self) -> Mapping[str, Any]:
        return analytics_schema(self.columns)

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        """A schema of the columns that are asked for."""
        return self._schema

    def get_error_handler(self) -> ErrorHandler:
        """Applies the error table, and takes a connection that breaks twice for a call that is too large."""
        return SplittingErrorHandler(self.name, self.scopes, self.api.authenticator, self.api.max_retries, self.parse)

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """The windows that each account lacks; the account longest unread comes first, old days come last.

        A window goes to the synchronous endpoint or to a report by the age of its days alone, so that the numbers of a
        day never change because another endpoint was asked.
        """
        orders: list[ReportRequest] = []
        self.checkpoint.settle(self.shared.stream(MetricsReadyState).last_final_day)
        accounts = self.checkpoint.oldest_first(accounts)
        border = self._first_synchronous_day
        Outlook.of_days(map(self.checkpoint.owed, accounts), border).tell(self.name, self.shared.analytics_pace())
        for account in accounts:
            self.checkpoint.keep_place(account)
            wanted = [piece for item in self.checkpoint.unread(account) for piece in by_age(item, border)]
            try:
                yield from self._plan(account, wanted, orders)
            except SliceError as error:
                yield failed_slice({"ad_account_id": account}, error)
        self.checkpoint.retire_flat()
        if orders:
            desk = self.feed.order(lambda: orders)
            yield from self.feed.slices(
                desk, lambda half: self.checkpoint.expect_one_more(half.ad_account_id, half.planned)
            )

    @property
    def _first_synchronous_day(self) -> Date:
        return days_before(self.config.today, limits.SYNC_HISTORY_DAYS)

    def _plan(self, account: str, wanted: list[WindowProgress], orders: list[ReportRequest]) -> Iterator[StreamSlice]:
        windows: list[WindowProgress] = []
        groups: list[list[tuple[str, ...]] | None] = []
        for item in wanted:
            pieces, group = self._pieces(account, item.window)
            for piece in in_reading_order(pieces, item.purpose):
                windows.append(WindowProgress(piece, item.purpose))
                groups.append(group)
        if windows:
            self.checkpoint.plan(account, windows, [1 if group is None else len(group) for group in groups])
        for progress, group in zip(windows, groups, strict=True):
            if group is None:
                orders.append(ReportRequest(account, progress.window, self._report_body(), progress.window))
            start, end = progress.window.as_pair()
            for number, batch in enumerate(group or ()):
                yield partition_slice(
                    {"ad_account_id": account},
                    {START: start, END: end, "batch": number},
                    ids=batch,
                )

    def asked(self) -> str:
        """Stands for everything that makes the numbers of a day what they are."""
        return fingerprint(self._report_body())

    def _report_body(self) -> dict[str, Any]:
        columns = [column for column in self.columns if column in ASYNC_COLUMNS]
        return {"level": self.level, "granularity": "DAY", "columns": columns, **attribution_of(self.config)}

    def _pieces(self, account: str, window: DateWindow) -> tuple[list[DateWindow], list[tuple[str, ...]] | None]:
        """The window as windows of one call each, and the batches of ids of each; none for a report."""
        if window.start < self._first_synchronous_day:
            return window.cut(limits.REPORT_WINDOW_DAYS), None
        ids = tuple(self.listing.ids.of((account,))) if self.listing else None
        ids_per_call, days_per_call = tile(1 if ids is None else len(ids), window.days)
        return window.cut(days_per_call), [()] if ids is None else batches(ids, ids_per_call)

    def on_failure(self, stream_slice: StreamSlice) -> None:
        """Leave the slice's window to the next sync."""
        self.checkpoint.fail(stream_slice)

    def read_slice(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The rows of a report, or of a batch of ids in a window."""
        rows = self.feed.rows(stream_slice) if is_report(stream_slice) else self._ask_in_parts(stream_slice)
        for row in rows:
            for column in self._string_columns:
                value = row.get(column)
                if value is not None and type(value) is not str:
                    row[column] = str(value)
            yield row
        self.checkpoint.complete(stream_slice)

    def _ask_in_parts(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The rows of a batch of ids in a window; a call that proves too large is split in halves."""
        work: deque[Work] = deque([(tuple(stream_slice.extra_fields["ids"]), window_of(stream_slice))])
        while work:
            ids, window = work.popleft()
            parts = self._size.parts(ids, window)
            if len(parts) > 1:
                work.extendleft(reversed(parts))
                continue
            with self.shared.rows.holding(max(1, len(ids)) * window.days):
                try:
                    response = self._ask(stream_slice["ad_account_id"], ids, window)
                except AnswerTooLargeError:
                    if not self._size.shrink(ids, window):
                        raise
                    work.appendleft((ids, window))
                    continue
                yield from rows_of(response)

    def _ask(self, account: str, ids: tuple[str, ...], window: DateWindow) -> requests.Response:
        start, end = window.as_pair()
        return self.fetch({"ad_account_id": account, START: start, END: end, "ids": ids})

    def request_params(self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any) -> dict[str, Any]:
        """The days, the ids, the columns, and how conversions are attributed."""
        call = stream_slice or {}
        params: dict[str, Any] = {
            START: call[START],
            END: call[END],
            "granularity": "DAY",
            "columns": ",".join(self.columns),
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
        for row in rows_of(response):
            key = (str(row.get(self.id_column)), row.get(DATE))
            if key in seen or row.get(self.id_column) is None or row.get(DATE) is None:
                raise RepeatedKeyError(self.name, self.id_column, key)
            seen.add(key)

    @cached_property
    def _string_columns(self) -> tuple[str, ...]:
        return tuple(column for column in self.columns if column in STRING_COLUMNS)


class AdAccountAnalytics(AnalyticsStream):
    """https://developers.pinterest.com/docs/api/v5/ad_account-analytics."""

    path_template = "ad_accounts/{ad_account_id}/analytics"
    id_column, level = "AD_ACCOUNT_ID", "ADVERTISER"


class CampaignAnalytics(AnalyticsStream):
    """https://developers.pinterest.com/docs/api/v5/campaigns-analytics."""

    path_template = "ad_accounts/{ad_account_id}/campaigns/analytics"
    id_column, level = "CAMPAIGN_ID", "CAMPAIGN"
    entities, ids_parameter = Campaigns, "campaign_ids"


class AdGroupAnalytics(AnalyticsStream):
    """https://developers.pinterest.com/docs/api/v5/ad_groups-analytics."""

    path_template = "ad_accounts/{ad_account_id}/ad_groups/analytics"
    id_column, level = "AD_GROUP_ID", "AD_GROUP"
    entities, ids_parameter = AdGroups, "ad_group_ids"


class AdAnalytics(AnalyticsStream):
    """https://developers.pinterest.com/docs/api/v5/ads-analytics."""

    path_template = "ad_accounts/{ad_account_id}/ads/analytics"
    id_column, level = "AD_ID", "PIN_PROMOTION"
    entities, ids_parameter = Ads, "ad_ids"
