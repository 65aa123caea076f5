"""Campaigns, ad groups and ads. Only entities that changed since the last sync are emitted."""

import time
from abc import ABC
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from source_pinterest.api.bodies import Page
from source_pinterest.config import STATUSES
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.engine.tasks import Task
from source_pinterest.state.ad_pin_cursor import PromotedPins
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.entity_cursor import FIELD, EntityCursor, Listing, status_of, time_in
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.base.declaration import ForeignKey, ReadPriority, to_pin
from source_pinterest.streams.base.sync import SyncContext

PROMOTED = "promoted pins"
"""What `Ads` keeps for a child that wants it."""


class EntityStream(AdAccountStream, ABC):
    """Entities that changed since the account's cursor.

    An entity is skipped because of its status only if the user chose statuses. Pinterest may send statuses that the
    request did not name.
    """

    cursor_field = FIELD
    rank = ReadPriority.ADS
    state_cursor: EntityCursor

    def new_cursor(self, store: StateStore) -> EntityCursor:
        return EntityCursor(store, self.config.statuses)

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the statuses; all of them if child streams need the ids.

        Without a filter Pinterest leaves archived entities out. Drafts are never requested: they never delivered.
        """
        statuses = STATUSES if self.children else self.config.statuses
        return {**super().request_params(*args, **kwargs), "entity_statuses": list(statuses)}

    def account_tasks(self, accounts: Iterable[str]) -> Iterator[Task]:
        """Yield a task for each account, and give the account its entry in the state."""
        for account in accounts:
            self.state_cursor.keep_place(account)
            yield self.task({"ad_account_id": account})
        self.state_cursor.retire_flat()

    def read_list(self, task: Task) -> Generator[RecordBatch, None, Listing | None]:
        """Yield the changed entities of an account, and pass the ids of all of them to the analytics streams."""
        account = task["ad_account_id"]
        has_changed = self.state_cursor.changed_since(account)
        listed_at = latest_edit = None
        statuses: set[str | None] = set()
        with self.ids.filling((account,)) as ids:
            for page in self.pages(task):
                listed_at = listed_at or min(page.server_time, int(time.time()))
                if self.children:
                    ids.extend(self.collect(page, task))
                chosen = self.config.status  # empty if the user chose none
                records = [record for record in page.items if not chosen or record.get("status") in chosen]
                statuses.update(map(status_of, records))
                latest_edit = (
                    max((latest_edit or 0, *(time_in(record, FIELD) or 0 for record in records)))
                    if records
                    else latest_edit
                )
                yield from self.to_record_batches(record for record in records if has_changed(record))
        return Listing(latest_edit, listed_at, frozenset(statuses)) if listed_at else None


class Campaigns(EntityStream):
    """https://developers.pinterest.com/docs/api/v5/campaigns-list."""

    path_template = "ad_accounts/{ad_account_id}/campaigns"
    foreign_keys = (ForeignKey("order_lines", ("order_line_id",), unless="the account may not see its order lines"),)


class AdGroups(EntityStream):
    """https://developers.pinterest.com/docs/api/v5/ad_groups-list."""

    path_template = "ad_accounts/{ad_account_id}/ad_groups"
    foreign_keys = (
        ForeignKey("campaigns", ("campaign_id",)),
        ForeignKey("promotions", ("promotion_id",), unless="the promotion is deleted"),
        ForeignKey("customer_segments", ("customer_segment_id",), unless="the segment is deleted"),
    )


class Ads(EntityStream):
    """https://developers.pinterest.com/docs/api/v5/ads-list."""

    path_template = "ad_accounts/{ad_account_id}/ads"
    foreign_keys = (
        ForeignKey("campaigns", ("campaign_id",)),
        ForeignKey("ad_groups", ("ad_group_id",)),
        to_pin("pin_id"),
        ForeignKey("ad_pins", ("ad_account_id", "pin_id"), unless="the pin could not be read yet"),
        ForeignKey("lead_forms", ("lead_form_id",), unless="the app may not see lead forms"),
    )

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync)
        self.promoted: dict[str, PromotedPins] = {}
        """The pins of each account's ads, if a child wants them. Facts about each ad would take memory all the time."""

    def collect(self, page: Page, task: Task) -> list[str]:
        if self.is_wanted(PROMOTED):
            account = task["ad_account_id"]
            if account not in self.promoted:
                self.promoted[account] = PromotedPins(min(page.server_time, int(time.time())))
            for ad in page.items:
                self.promoted[account].add(ad)
        return super().collect(page, task)
