"""Campaigns, ad groups and ads."""

import threading
import time
from abc import ABC
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import SliceError
from source_pinterest.api.rows import ListPage, Record, text_of
from source_pinterest.config import STATUSES
from source_pinterest.engine.pages import Page
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.slices import partition_slice
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.entity_cursor import FIELD, EntityCursor, Listing, edit_time, status_of
from source_pinterest.state.period import Period
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.base.stream import ForeignKey, Sync, to_pin


class Ownership:
    """Gives each entity to the account that its record names, else to the smallest account that lists it.

    Pinterest's records name their account. For one that does not, or names an account out of reach, the lists of
    smaller accounts are looked through, once more each.

    Args:
        accounts: those of this sync.
        list_of: what an account lists, whosever it is.
        notices: of the stream, for a warning.
    """

    def __init__(
        self,
        accounts: Callable[[], Collection[str]],
        list_of: Callable[[str], Iterable[Record]],
        notices: Notices,
    ) -> None:
        self._list_accounts, self._list_of, self._notices = accounts, list_of, notices
        self._lock = threading.Lock()
        self._looked_through: set[str] = set()
        self._smallest: dict[str, str] = {}

    def own(self, account: str, records: Iterable[Record]) -> list[Record]:
        """The records in an account's list that belong to the account."""
        return [record for record in records if self._belongs(record, account)]

    def _belongs(self, record: Record, account: str) -> bool:
        named = _account_named_in(record)
        if named == account:
            return True
        identity = text_of(record["id"])
        owner = named if named in self._accounts else self._smallest_of(identity, account)
        if owner == account:
            return True
        self._notices.warn(
            "ownership",
            f"ad account {account} also lists {identity}, which belongs to ad account {owner}. What several ad "
            "accounts list is read with one of them.",
        )
        return False

    def _smallest_of(self, identity: str, account: str) -> str:
        """The smallest account that lists an entity, of those up to this one."""
        with self._lock:
            for smaller in self._accounts:
                if int(smaller) >= int(account):
                    break
                if smaller not in self._looked_through:
                    self._look_through(smaller)
            owner = self._smallest.get(identity, account)
        return min(owner, account, key=int)

    def _look_through(self, account: str) -> None:
        self._looked_through.add(account)
        with suppress(SliceError):  # which is raised where the account itself is read
            for record in self._list_of(account):
                if _account_named_in(record) not in self._accounts or _account_named_in(record) == account:
                    self._smallest.setdefault(text_of(record["id"]), account)

    @cached_property
    def _accounts(self) -> dict[str, None]:
        """From the smallest on."""
        return dict.fromkeys(sorted(self._list_accounts(), key=int))


def _account_named_in(record: Record) -> str:
    return text_of(record.get("ad_account_id"))


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
        ForeignKey("lead_forms", ("lead_form_id",), unless="the app may not see lead forms"),
    )
