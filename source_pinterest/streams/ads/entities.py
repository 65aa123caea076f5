"""Campaigns, ad groups and ads. Only entities that changed since the last sync are emitted."""

import threading
import time
from abc import ABC
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Any

from source_pinterest.api.errors import SliceError
from source_pinterest.api.rows import ListPage, Record, text_of
from source_pinterest.config import STATUSES
from source_pinterest.engine.pages import Page
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.entity_cursor import FIELD, EntityCursor, Listing, edit_time, status_of
from source_pinterest.state.period import PeriodPlan
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.base.stream import ForeignKey, Rank, Sync, to_pin


class Ownership:
    """Assigns each entity to one ad account, so that an entity that several accounts list is read once.

    An entity belongs to the account that its record names. If the record names none, or an account that this sync does
    not read, the entity belongs to the account with the lowest id that lists it. To find it, the lists of accounts with
    lower ids are read once more each.

    Args:
        accounts: returns the accounts of this sync.
        list_account: lists an account, including entities of other accounts.
        notices: takes the stream's warnings.
    """

    def __init__(
        self,
        accounts: Callable[[], Collection[str]],
        list_account: Callable[[str], Iterable[Record]],
        notices: Notices,
    ) -> None:
        self._list_accounts, self._list_account, self._notices = accounts, list_account, notices
        self._lock = threading.Lock()
        self._searched: set[str] = set()
        self._owners: dict[str, str] = {}
        """The account with the lowest id, of those searched, that lists an entity."""

    def owned_by(self, account: str, records: Iterable[Record]) -> list[Record]:
        """Return the records in an account's list that belong to the account."""
        return [record for record in records if self._belongs(record, account)]

    def _belongs(self, record: Record, account: str) -> bool:
        named = _account_named_in(record)
        if named == account:
            return True
        identity = text_of(record["id"])
        owner = named if named in self._accounts else self._lowest_account_of(identity, account)
        if owner == account:
            return True
        self._notices.warn(
            "ownership",
            f"ad account {account} also lists {identity}, which belongs to ad account {owner} and is read with it.",
        )
        return False

    def _lowest_account_of(self, identity: str, account: str) -> str:
        """Return the account with the lowest id that lists an entity; `account` itself lists it."""
        with self._lock:
            for lower in self._accounts:
                if int(lower) >= int(account):
                    break
                if lower not in self._searched:
                    self._search(lower)
            owner = self._owners.get(identity, account)
        return min(owner, account, key=int)

    def _search(self, account: str) -> None:
        self._searched.add(account)
        with suppress(SliceError):  # the error is raised again when the account itself is read
            for record in self._list_account(account):
                if _account_named_in(record) not in self._accounts or _account_named_in(record) == account:
                    self._owners.setdefault(text_of(record["id"]), account)

    @cached_property
    def _accounts(self) -> dict[str, None]:
        """The accounts in ascending order of their ids."""
        return dict.fromkeys(sorted(self._list_accounts(), key=int))


def _account_named_in(record: Record) -> str:
    return text_of(record.get("ad_account_id"))


class EntityStream(AdAccountStream, ABC):
    """Entities that changed since the account's cursor.

    An entity is left out because of its status only if the user chose statuses. Pinterest may send statuses that the
    request did not name.
    """

    cursor_field = FIELD
    rank = Rank.ADS
    checkpoint: EntityCursor

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._ownership = Ownership(self.accounts, self._list_account, self.notices)

    def new_cursor(self, plan: PeriodPlan, store: StateStore) -> EntityCursor:
        """Return a cursor that holds the latest edit of each account."""
        del plan
        return EntityCursor(store, self.config.statuses)

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the statuses; all of them if analytics need the ids.

        Without a filter Pinterest leaves archived entities out. Drafts are never requested: they never delivered.
        """
        statuses = STATUSES if self.ids.wanted else self.config.statuses
        return {**super().request_params(*args, **kwargs), "entity_statuses": list(statuses)}

    def account_tasks(self, accounts: Iterable[str]) -> Iterator[Task]:
        """Yield a task for each account, and give the account its entry in the state."""
        for account in accounts:
            self.checkpoint.keep_place(account)
            yield self.task({"ad_account_id": account})
        self.checkpoint.retire_flat()

    def records(self, page: ListPage, task: Task) -> list[Record]:
        """Return the entities of a page that belong to the task's account."""
        owned = self._ownership.owned_by(task["ad_account_id"], page.items)
        return super().records(replace(page, items=owned), task)

    def _list_account(self, account: str) -> Iterator[Record]:
        for response in self.responses(self.task({"ad_account_id": account})):
            yield from response.value.items

    def read_list(self, task: Task) -> Generator[Page, None, Listing | None]:
        """Yield the changed entities of an account, and pass the ids of all of them to the analytics streams."""
        account = task["ad_account_id"]
        has_changed = self.checkpoint.changed_since(account)
        listed_at = latest_edit = None
        statuses: set[str | None] = set()
        with self.ids.filling((account,)) as ids:
            for listed in self.listing(task):
                listed_at = listed_at or min(listed.server_time, int(time.time()))
                ids.extend(self.ids_for_children(listed.records))
                wanted = self._wanted(listed.records)
                statuses.update(map(status_of, wanted))
                latest_edit = max((latest_edit or 0, *map(self._edit_time, wanted))) if wanted else latest_edit
                yield from self.to_pages(record for record in wanted if has_changed(record))
        return Listing(latest_edit, listed_at, frozenset(statuses)) if listed_at else None

    def _wanted(self, records: list[Record]) -> list[Record]:
        """Return the entities whose status the user chose; all of them without a choice."""
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
                f"Pinterest sends the updated_time {record[FIELD]!r}, which is not a time. Such records are emitted "
                "in each sync.",
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
