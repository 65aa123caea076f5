"""What did each account, campaign, ad group, ad and product group do on each day?

The last 89 days are asked for at once. Older days come from asynchronous reports, back to the 914th: one stream, one
record shape, one key, one cursor.
"""

from abc import ABC
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import PinterestError
from source_pinterest.columns import ASYNC_COLUMNS, DATE
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.state.history import WindowProgress
from source_pinterest.streams.ads.entities import AdGroups, Ads, Campaigns
from source_pinterest.streams.ads.entity_lists import ProductGroupPromotions
from source_pinterest.streams.analytics.query import Planned, SynchronousStream, asks_at_once
from source_pinterest.streams.analytics.refused_history import Refusals
from source_pinterest.streams.analytics.report_slices import ReportFeed, attribution_of, fingerprint, is_report
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.slices import by_age, in_reading_order
from source_pinterest.streams.base.stream import Record


class AnalyticsStream(SynchronousStream, ABC):
    """One row per entity and day, back to the first day of reports."""

    history_days = limits.ASYNC_HISTORY_DAYS
    cost = f"{SynchronousStream.cost}; as reports for days older than {limits.SYNC_HISTORY_DAYS}"
    level: ClassVar[str]
    """What reports call the entities: https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    def __init__(self, sync: Sync) -> None:
        self.feed = ReportFeed(sync, self.stream_name(), (self.id_column, DATE))
        self._orders: list[ReportRequest] = []
        self._refusals = Refusals()
        super().__init__(sync)

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """The windows that each account lacks; the account longest unread comes first, old days come last.

        A window goes to the synchronous endpoint or to a report by the age of its days alone, so that the numbers of a
        day never change because another endpoint was asked.
        """
        self._orders.clear()
        for newest in super().account_slices(accounts):
            if asks_at_once(newest):
                self._refusals.begin(newest)
            yield newest
        if self._orders:
            desk = self.feed.order(lambda: self._orders)
            reports = self.feed.slices(
                desk, lambda half: self.checkpoint.expect_one_more(half.ad_account_id, half.planned)
            )
            yield from self._refusals.judged(reports)

    def planned(self, account: str, item: WindowProgress) -> Iterator[Planned]:
        """What an account lacks, as windows of one call or of one report each."""
        border = self.first_synchronous_day
        for part in by_age(item, border):
            if part.window.start >= border:
                yield from super().planned(account, part)
                continue
            for piece in in_reading_order(part.window.cut(limits.REPORT_WINDOW_DAYS), part.purpose):
                yield Planned(WindowProgress(piece, part.purpose), [()])

    def batch_slices(self, account: str, planned: Planned) -> Iterator[StreamSlice]:
        """A slice for each batch of ids of a window; an old one is put on order instead."""
        window = planned.progress.window
        if window.start >= self.first_synchronous_day:
            yield from super().batch_slices(account, planned)
        else:
            self._orders.append(ReportRequest(account, window, self._report_body(), window))

    def asked(self) -> str:
        """Stands for everything that makes the numbers of a day what they are."""
        return fingerprint(self._report_body())

    def _report_body(self) -> dict[str, Any]:
        columns = [column for column in self.columns if column in ASYNC_COLUMNS]
        return {"level": self.level, "granularity": "DAY", "columns": columns, **attribution_of(self.config)}

    def leave_out(self, stream_slice: StreamSlice, error: PinterestError) -> None:
        """Go on without an account that was never readable, its older days included."""
        super().leave_out(stream_slice, error)
        self._refusals.leave_out(stream_slice["ad_account_id"])

    def on_end(self, stream_slice: StreamSlice) -> None:
        """Let go of what waits for a slice, the next report among it."""
        super().on_end(stream_slice)
        self.feed.release(stream_slice)
        if asks_at_once(stream_slice):
            self._refusals.end(stream_slice)

    def rows(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The rows of a report, or of a batch of ids in a window."""
        return self.feed.rows(stream_slice) if is_report(stream_slice) else super().rows(stream_slice)


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


class ProductGroupAnalytics(AnalyticsStream):
    """https://developers.pinterest.com/docs/api/v5/product_groups-analytics, of what is promoted in ad groups."""

    path_template = "ad_accounts/{ad_account_id}/product_groups/analytics"
    id_column, level = "PRODUCT_GROUP_ID", "PRODUCT_GROUP"
    entities, ids_parameter = ProductGroupPromotions, "product_group_ids"

    def select(self) -> None:
        """Tell that this sync emits the stream, and that it needs the ids of all its entities, and of theirs."""
        super().select()
        self.shared.stream(ProductGroupPromotions).want_entities()
