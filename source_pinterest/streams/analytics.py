"""What did each account, campaign, ad group and ad do on each day?

The synchronous endpoints answer for up to 250 ids and 90 days a call, 90 days back. Days older than that belong to
asynchronous reports: `AnalyticsStream.account_slices` is where a window is given to one or the other by its age.
"""

from abc import ABC
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

import requests
from airbyte_cdk.sources.streams.http.error_handlers import ErrorHandler
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import AnswerTooLargeError, RepeatedKeyError, SliceError
from source_pinterest.api.handler import SplittingErrorHandler
from source_pinterest.columns import DATE, DEFAULT_COLUMNS, STRING_COLUMNS, analytics_schema
from source_pinterest.dates import DateWindow
from source_pinterest.streams.ads import AdAccountStream, AdGroups, Ads, Campaigns, EntityStream
from source_pinterest.streams.base import Record
from source_pinterest.streams.partitions import batches, failed_slice, partition_slice, tile
from source_pinterest.streams.rows import rows_of
from source_pinterest.streams.sync import Sync
from source_pinterest.sync.day_cursor import END, START, DayCursor, window_of
from source_pinterest.sync.history import Purpose, WindowProgress

Work = tuple[tuple[str, ...], DateWindow]
"""The ids and days of one call; no ids for the account itself."""


class AnalyticsStream(AdAccountStream, ABC):
    """One row per entity and day, restated for as long as Pinterest does."""

    cursor_field = DATE
    checkpoint: DayCursor
    id_column: ClassVar[str]
    entities: ClassVar[type[EntityStream] | None] = None
    ids_parameter: ClassVar[str] = ""

    def __init__(self, sync: Sync) -> None:
        self.primary_key = [self.id_column, DATE]
        self.listing = sync.stream(self.entities) if self.entities else None
        self._ids_per_call = limits.IDS_PER_ANALYTICS_CALL
        self._days_per_call = limits.ANALYTICS_WINDOW_DAYS
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
        return analytics_schema(self.columns)

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        """A schema of the columns that are asked for."""
        return self._schema

    def get_error_handler(self) -> ErrorHandler:
        """Applies the error table, and takes a connection that breaks twice for a call that is too large."""
        return SplittingErrorHandler(self.name, self.scopes, self.api.authenticator, self.api.max_retries, self.parse)

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """The windows that each account lacks, times its ids in batches; the account longest unread comes first."""
        for account in self.checkpoint.oldest_first(accounts):
            self.checkpoint.keep_place(account)
            wanted = self.checkpoint.unread(account)
            if not wanted:
                continue
            try:
                yield from self._plan(account, self._entity_batches(account), wanted)
            except SliceError as error:
                yield failed_slice({"ad_account_id": account}, error)
        self.checkpoint.retire_flat()

    def _entity_batches(self, account: str) -> tuple[str, ...] | None:
        """The ids to ask for; None where the account is asked for as a whole."""
        return tuple(self.listing.ids.of((account,))) if self.listing else None

    def _plan(self, account: str, ids: tuple[str, ...] | None, wanted: list[WindowProgress]) -> Iterator[StreamSlice]:
        windows: list[WindowProgress] = []
        groups: list[list[tuple[str, ...]]] = []
        for item in wanted:
            ids_per_call, days_per_call = tile(1 if ids is None else len(ids), item.window.days)
            pieces = item.window.cut(days_per_call)
            for piece in reversed(pieces) if item.purpose is Purpose.HEAD else pieces:
                windows.append(WindowProgress(piece, item.purpose))
                groups.append([()] if ids is None else batches(ids, ids_per_call))
        self.checkpoint.plan(account, windows, [len(group) for group in groups])
        for progress, group in zip(windows, groups, strict=True):
            start, end = progress.window.as_pair()
            for number, batch in enumerate(group):
                yield partition_slice(
                    {"ad_account_id": account},
                    {START: start, END: end, "batch": number},
                    ids=batch,
                )

    def on_failure(self, stream_slice: StreamSlice) -> None:
        """Leave the slice's window to the next sync."""
        self.checkpoint.fail(stream_slice)

    def read_slice(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The rows of a batch of ids in a window; a call that proves too large is split in halves."""
        work: deque[Work] = deque([(tuple(stream_slice.extra_fields["ids"]), window_of(stream_slice))])
        while work:
            ids, window = work.popleft()
            parts = self._as_large_as_worked(ids, window)
            if len(parts) > 1:
                work.extendleft(reversed(parts))
                continue
            with self.shared.rows.holding(max(1, len(ids)) * window.days):
                try:
                    response = self._ask(stream_slice["ad_account_id"], ids, window)
                except AnswerTooLargeError:
                    if not self._shrink_to_half(ids, window):
                        raise
                    work.appendleft((ids, window))
                    continue
                yield from self.rows(response, stream_slice)
        self.checkpoint.complete(stream_slice)

    def _as_large_as_worked(self, ids: tuple[str, ...], window: DateWindow) -> list[Work]:
        return [
            (batch, piece)
            for piece in window.cut(self._days_per_call)
            for batch in (batches(ids, self._ids_per_call) if ids else [()])
        ]

    def _shrink_to_half(self, ids: tuple[str, ...], window: DateWindow) -> bool:
        """Ask for half the ids, or half the days of a single one, for the rest of the sync; False if that is none."""
        if len(ids) > 1:
            self._ids_per_call = min(self._ids_per_call, (len(ids) + 1) // 2)
        elif window.days > 1:
            self._days_per_call = min(self._days_per_call, (window.days + 1) // 2)
        else:
            return False
        return True

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
        }
        if self.ids_parameter:
            params[self.ids_parameter] = list(call["ids"])
        if window := self.config.attribution_window:
            params["click_window_days"] = window.click
            params["engagement_window_days"] = window.engagement
            params["view_window_days"] = window.view
        if self.config.conversion_report_time:
            params["conversion_report_time"] = self.config.conversion_report_time
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

    def rows(self, response: requests.Response, stream_slice: StreamSlice) -> Iterator[Record]:
        """The rows of an answer; ids and names are strings, whatever Pinterest sends."""
        for row in rows_of(response):
            for column in self._string_columns:
                value = row.get(column)
                if value is not None and type(value) is not str:
                    row[column] = str(value)
            row.setdefault("AD_ACCOUNT_ID", stream_slice["ad_account_id"])
            yield row

    @cached_property
    def _string_columns(self) -> tuple[str, ...]:
        return tuple(column for column in self.columns if column in STRING_COLUMNS)


class AdAccountAnalytics(AnalyticsStream):
    """https://developers.pinterest.com/docs/api/v5/ad_account-analytics."""

    path_template = "ad_accounts/{ad_account_id}/analytics"
    id_column = "AD_ACCOUNT_ID"


class CampaignAnalytics(AnalyticsStream):
    """https://developers.pinterest.com/docs/api/v5/campaigns-analytics."""

    path_template = "ad_accounts/{ad_account_id}/campaigns/analytics"
    id_column = "CAMPAIGN_ID"
    entities, ids_parameter = Campaigns, "campaign_ids"


class AdGroupAnalytics(AnalyticsStream):
    """https://developers.pinterest.com/docs/api/v5/ad_groups-analytics."""

    path_template = "ad_accounts/{ad_account_id}/ad_groups/analytics"
    id_column = "AD_GROUP_ID"
    entities, ids_parameter = AdGroups, "ad_group_ids"


class AdAnalytics(AnalyticsStream):
    """https://developers.pinterest.com/docs/api/v5/ads-analytics."""

    path_template = "ad_accounts/{ad_account_id}/ads/analytics"
    id_column = "AD_ID"
    entities, ids_parameter = Ads, "ad_ids"
