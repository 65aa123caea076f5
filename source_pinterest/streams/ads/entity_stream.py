"""How is a list read whose entities say when they were last edited?"""

import time
from abc import ABC
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.bodies import ListPage, Record
from source_pinterest.config import STATUSES
from source_pinterest.engine.pages import Page
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.entity_cursor import FIELD, EntityCursor, Listing, edit_time, status_of
from source_pinterest.state.period import Period
from source_pinterest.streams.ads.base import AdAccountStream
from source_pinterest.streams.ads.ownership import Ownership
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.slices import partition_slice


class EntityStream(AdAccountStream, ABC):
    """Campaigns, ad groups or ads: emits those that changed since the account's cursor.

    Only where the user chose statuses is an entity left out for its own: Pinterest may send others than we ask for.
    """

    cursor_field = FIELD
    checkpoint: EntityCursor

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._ownership = Ownership(self.accounts, self._list_of, self.notices)

    def new_cursor(self, period: Period, store: StateStore) -> EntityCursor:
        """The latest edit of each account."""
        del period
        return EntityCursor(store, self.config.statuses)

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and the statuses: all of them where analytics need the ids.

        Without a filter Pinterest leaves the archived ones out; drafts never ran.
        """
        statuses = STATUSES if self.ids.wanted else self.config.statuses
        return {**super().request_params(*args, **kwargs), "entity_statuses": list(statuses)}

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """A slice for each account, which has its place in the state from now on."""
        for account in accounts:
            self.checkpoint.keep_place(account)
            yield partition_slice({"ad_account_id": account})
        self.checkpoint.retire_flat()

    def records(self, page: ListPage, stream_slice: StreamSlice) -> list[Record]:
        """The entities of a page that belong to the account; others are those of another one that lists them too."""
        own = self._ownership.own(stream_slice["ad_account_id"], page.items)
        return super().records(replace(page, items=own), stream_slice)

    def _list_of(self, account: str) -> Iterator[Record]:
        for answer in self.answers(partition_slice({"ad_account_id": account})):
            yield from answer.value.items

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, Listing | None]:
        """What changed in an account; the ids of everything go to the analytics streams."""
        account = stream_slice["ad_account_id"]
        has_changed = self.checkpoint.changed_since(account)
        listed_at = latest_edit = None
        statuses: set[str | None] = set()
        with self.ids.filling((account,)) as ids:
            for listed in self.listing(stream_slice):
                listed_at = listed_at or min(listed.server_time, int(time.time()))
                ids.extend(self.ids_for_children(listed.records))
                wanted = self._wanted(listed.records)
                statuses.update(map(status_of, wanted))
                latest_edit = max((latest_edit or 0, *map(self._edit_time, wanted))) if wanted else latest_edit
                yield from self.to_pages(record for record in wanted if has_changed(record))
        return Listing(latest_edit, listed_at, frozenset(statuses)) if listed_at else None

    def _wanted(self, records: list[Record]) -> list[Record]:
        """The entities whose status the user wants; without a choice all of them."""
        if self.config.statuses_chosen:
            return [record for record in records if record.get("status") in self.config.statuses]
        for unknown in {status_of(record) for record in records}.difference(STATUSES):
            self.notices.warn(
                f"status {unknown}",
                f"Pinterest sends the status {unknown or 'null'}, which this connector does not know. Such records are "
                "emitted too.",
            )
        return records

    def _edit_time(self, record: Record) -> int:
        edited = edit_time(record)
        if edited is None and record.get(FIELD):
            self.notices.warn(
                "edit times",
                f"Pinterest sends the updated_time {record[FIELD]!r}, which is no time. Such records are emitted in "
                "each sync.",
            )
        return edited or 0
