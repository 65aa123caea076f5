"""Ad accounts, and the campaigns, ad groups and ads in them."""

import time
from abc import ABC
from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

import requests
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import AccountUnreadableError, GoneError, PinterestError, RefusedError
from source_pinterest.engine.parent_ids import Key
from source_pinterest.state.cursor import PinterestCursor
from source_pinterest.state.entity_cursor import EntityCursor, Listing
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.slices import failed_slice, partition_slice
from source_pinterest.streams.base.stream import PinterestStream, Record

ALL_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED")
"""Of everything that may have delivered. Without a filter Pinterest leaves the archived ones out; drafts never ran."""


class AdAccounts(PinterestStream):
    """Ad accounts the user may see, or those the config names. https://developers.pinterest.com/docs/api/v5/ad_accounts-list.

    One named account is asked for by itself; more are picked from the list, and asked for one by one only if they are
    not in it.
    """

    path_template = "ad_accounts"
    scopes = ("ads:read",)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._owners: dict[str, str] = {}

    def path(self, *, stream_slice: Any = None, **_: Any) -> str:
        """The list, or one account."""
        account = (stream_slice or {}).get("named_account")
        return f"{self.path_template}/{account}" if account else self.path_template

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page of a list; one account has none."""
        named = (kwargs.get("stream_slice") or {}).get("named_account")
        return {} if named else super().request_params(*args, **kwargs)

    def parse(self, response: requests.Response) -> None:
        """Parse a page, or one account as a page of its own."""
        try:
            super().parse(response)
        except ValueError:
            account = response.json()
            if not isinstance(account, dict) or "id" not in account:
                raise
            response.page = {"items": [account]}  # type: ignore[attr-defined]

    def read_slice(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The accounts.

        Raises:
            AccountUnreadableError: one that the config names can't be read.
        """
        refused: dict[str, PinterestError] = {}
        with self.ids.filling(()) as ids:
            for record in self._wanted(stream_slice, refused):
                ids.append(record["id"])
                yield record
        if refused:
            raise AccountUnreadableError(", ".join(refused), " ".join(str(error.message) for error in refused.values()))

    def list_ids(self, key: Key) -> Iterator[str]:
        """The ids of the accounts that can be read."""
        del key
        for record in self._wanted(partition_slice({}), {}):
            yield record["id"]

    def records(self, response: requests.Response, stream_slice: StreamSlice) -> Iterator[Record]:
        """The accounts of a page; who owns them is remembered."""
        for record in super().records(response, stream_slice):
            self._owners[record["id"]] = str((record.get("owner") or {}).get("id") or record["id"])
            yield record

    def one_per_owner(self) -> list[str]:
        """Of each owner's accounts the one with the lowest number, which stays the same from sync to sync."""
        lowest: dict[str, str] = {}
        for account in sorted(self.ids.of(()), key=int):
            lowest.setdefault(self._owners[account], account)
        return list(lowest.values())

    def unreadable(self) -> set[str]:
        """The accounts that the config names and that can't be read."""
        return set(self.config.account_ids).difference(self.ids.of(()))

    def _wanted(self, stream_slice: StreamSlice, refused: dict[str, PinterestError]) -> Iterator[Record]:
        named, excluded = list(self.config.account_ids), self.config.exclude_account_ids
        if len(named) != 1:
            for response in self.pages(stream_slice):
                for record in self.records(response, stream_slice):
                    if (not self.config.account_ids or record["id"] in named) and record["id"] not in excluded:
                        yield record
                    if record["id"] in named:
                        named.remove(record["id"])
        for account in named:
            try:
                one = partition_slice({}, {"named_account": account})
                yield from self.records(self.fetch(one), one)
            except (RefusedError, GoneError) as error:
                refused[account] = error


class AdAccountStream(ChildStream, ABC):
    """One slice per ad account."""

    scopes: ClassVar[tuple[str, ...]] = ("ads:read",)
    parent = AdAccounts
    partition_keys = ("ad_account_id",)
    cost = f"1 an ad account and page of {limits.PAGE_SIZE}"
    checkpoint: PinterestCursor | None = None

    def accounts(self) -> list[str]:
        """The ad accounts to read."""
        return list(self.parents.ids.of(()))

    def slices(self) -> Iterator[StreamSlice]:
        """A slice for each account, and one that raises for each that is owed but not to be seen any more."""
        accounts = self.accounts()
        yield from self.account_slices(accounts)
        for account in self._owed() - set(accounts):
            error = AccountUnreadableError(account, "Pinterest does not list it for this user")
            yield failed_slice({"ad_account_id": account}, error)

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """A slice for each account."""
        for account in accounts:
            yield partition_slice({"ad_account_id": account})

    def leave_out(self, stream_slice: StreamSlice, error: PinterestError) -> None:
        """Go on without an account that was never readable.

        Raises:
            AccountUnreadableError: the config names it, or it was synced before.
        """
        account = stream_slice["ad_account_id"]
        if account in self._owed():
            raise AccountUnreadableError(account, str(error.message)) from error
        super().leave_out(stream_slice, error)

    def _owed(self) -> set[str]:
        """Accounts that the user counts on: named in the config, or synced before and not deselected since."""
        if self.config.account_ids:
            return set(self.config.account_ids)
        known = self.checkpoint.accounts() if self.checkpoint else ()
        return set(known) - self.config.exclude_account_ids


class EntityStream(AdAccountStream, ABC):
    """Campaigns, ad groups or ads: emits those that changed since the account's cursor, in the statuses wanted."""

    cursor_field = "updated_time"
    checkpoint: EntityCursor

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and the statuses: all of them where analytics need the ids."""
        statuses = ALL_STATUSES if self.ids.wanted else self.config.statuses
        return {**super().request_params(*args, **kwargs), "entity_statuses": list(statuses)}

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """A slice for each account, which has its place in the state from now on."""
        for account in accounts:
            self.checkpoint.keep_place(account)
            yield partition_slice({"ad_account_id": account})
        self.checkpoint.retire_flat()

    def read_slice(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """What changed in an account; the ids of everything go to the analytics streams."""
        account = stream_slice["ad_account_id"]
        has_changed = self.checkpoint.changed_since(account)
        listed_at = latest_edit = None
        with self.ids.filling((account,)) as ids:
            for response in self.pages(stream_slice):
                listed_at = listed_at or _server_time(response)
                for record in self.records(response, stream_slice):
                    ids.append(record["id"])
                    if record.get("status") in self.config.statuses:
                        latest_edit = max(latest_edit or 0, int(record.get("updated_time") or 0))
                        if has_changed(record):
                            yield record
        if listed_at:
            self.checkpoint.complete(stream_slice, Listing(latest_edit, listed_at))


class Campaigns(EntityStream):
    """https://developers.pinterest.com/docs/api/v5/campaigns-list."""

    path_template = "ad_accounts/{ad_account_id}/campaigns"


class AdGroups(EntityStream):
    """https://developers.pinterest.com/docs/api/v5/ad_groups-list."""

    path_template = "ad_accounts/{ad_account_id}/ad_groups"


class Ads(EntityStream):
    """https://developers.pinterest.com/docs/api/v5/ads-list."""

    path_template = "ad_accounts/{ad_account_id}/ads"


def _server_time(response: requests.Response) -> int:
    """When the server answered, epoch seconds; our own clock where it does not say."""
    try:
        return int(parsedate_to_datetime(response.headers["Date"]).timestamp())
    except (KeyError, ValueError):
        return int(time.time())
