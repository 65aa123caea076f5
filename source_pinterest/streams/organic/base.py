"""The base of organic streams, which read the content of the token's user or of owners of ad accounts.

With `account_id` in the config, requests are made on behalf of that ad account's owner, as the official connector does.
With `organic_per_ad_account` they are made on behalf of the owner of every ad account.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteStream

from source_pinterest.api.errors import AccountUnreadableError, role
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import StateStore, reading_state
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.base.declaration import Parent
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import SyncContext

TEXT = {"type": ["null", "string"]}
_OWNERS = "owners"
_OWNER = {**TEXT, "description": "Id of the ad account whose owner has this content; added by the connector."}


class Owners:
    """The ad account under which the content of each owner is emitted; all streams have the same one."""

    def __init__(self, sync: SyncContext) -> None:
        self._accounts = sync.stream(AdAccounts)
        self.kept: dict[str, str] = {}
        """The ad account of each owner, by the owner's id. States have it."""
        self._requested: dict[str, str] = {}

    def keep(self, accounts: Mapping[str, str]) -> None:
        """Take the account of each owner from a state. If several states have one, the lowest id counts."""
        for owner, account in accounts.items():
            self.kept[owner] = min(account, self.kept.get(owner, account), key=int)

    def one_account_each(self, listed: Iterable[str]) -> list[str]:
        """Return one account of each owner. The owner's content is emitted under its id, which is a part of the keys.

        | owner                                            | account                                        |
        |--------------------------------------------------|------------------------------------------------|
        | the state has an account for it                  | that one, even if it is listed no longer, or   |
        |                                                  | has another owner by now                       |
        | new, with an account that the state has for none | the one with the lowest id                     |
        | new, without such an account                     | none: the owner is skipped with a warning     |

        Args:
            listed: the ids of all ad accounts.
        """
        accounts_of = dict[str, list[str]]()
        for account in sorted(listed, key=int):
            accounts_of.setdefault(self._accounts.listed[account].owner, []).append(account)
        holders = {account: owner for owner, account in sorted(self.kept.items(), reverse=True)}
        chosen: list[str] = []
        for owner, accounts in accounts_of.items():
            free = next((account for account in accounts if account not in holders), None)
            if free and holders.get(self.kept.get(owner, "")) != owner:
                self.kept[owner], holders[free] = free, owner
            kept = self.kept.get(owner, "")
            if holders.get(kept) == owner:
                self._requested[kept] = kept if kept in accounts else accounts[0]
                chosen.append(kept)
            else:
                self._accounts.notices.warn(
                    f"owner {owner}",
                    f"the boards, pins and profile of the owner of ad account {', '.join(accounts)} are not read: "
                    "their rows would have the ID of an ad account that had another owner before. To read "
                    "them, clear the data of these streams.",
                )
        return chosen

    def requested_for(self, account: str) -> str:
        """Return the account that a request names: another one of the owner, if the owner has lost the given one."""
        return self._requested.get(account, account)


class OrganicStream(PinterestStream):
    """Content of the token's user, of the owner of the configured ad account, or of each owner of an ad account.

    In the last case each owner has a task, and the id of the ad account is a field of the records and part of the key.
    """

    parents: tuple[Parent, ...] = (Parent(AdAccounts, ACCOUNT_KEY, when=lambda config: config.organic_per_ad_account),)
    stamped: Mapping[str, Mapping[str, Any]] = {}
    """Fields that the connector adds from the request of a record, with their schemas."""

    def __init__(self, sync: SyncContext) -> None:
        if sync.config.organic_per_ad_account:
            self.key = (ACCOUNT_KEY, *self.key)
            self.stamped = {ACCOUNT_KEY: _OWNER, **self.stamped}
            self.foreign_keys = tuple(key._replace(fields=(ACCOUNT_KEY, *key.fields)) for key in self.foreign_keys)
            self.access = self.access or role("Admin", "Analyst")
        super().__init__(sync)
        self._owners = sync.stream(Owners) if sync.config.organic_per_ad_account else None

    @cached_property
    def _stamped_schema(self) -> Mapping[str, Any]:
        schema = super().get_json_schema()
        return {**schema, "properties": {**self.stamped, **schema["properties"]}}

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        """Return the schema of the fields that Pinterest sends, and of those that the connector adds."""
        return self._stamped_schema

    def open_state(self, configured: ConfiguredAirbyteStream | None, store: StateStore) -> None:
        """Set the checkpoint. Its state also has the ad account under which each owner's content is emitted."""
        if (owners := self._owners) and self.cursor_field:
            with reading_state(store.stream_name):
                owners.keep(store.incoming().get(_OWNERS) or {})
            store = replace(store, more=lambda: {_OWNERS: dict(sorted(owners.kept.items()))} if owners.kept else {})
        super().open_state(configured, store)

    def tasks(self) -> Iterator[Task]:
        """Yield a task for each owner, and a failed task for each that must be readable and is not.

        Without owners, the tasks are those of any stream. A parent that has owners yields those that the config names.
        """
        if self._owners is None:
            yield from super().tasks()
            return
        listed = list(self.shared.stream(AdAccounts).ids.get(()))
        accounts, named = self._owners.one_account_each(listed), self.config.account_ids
        if self.parent_field == ACCOUNT_KEY:
            yield from (self.task({ACCOUNT_KEY: account}) for account in accounts)
        else:
            yield from super().tasks()
            named = ()
        for account in sorted(self._read_before.difference(accounts).union(named).difference(listed)):
            quote = f"Pinterest does not show it to this user{self.unread_days(account)}"
            yield Task.failed({ACCOUNT_KEY: account}, AccountUnreadableError(account, quote))

    @property
    def _read_before(self) -> frozenset[str]:
        """The accounts whose owner was read before, and that the config still wants."""
        known = frozenset(self.state_cursor.accounts()) - self.config.exclude_account_ids
        return known.intersection(self.config.account_ids) if self.config.account_ids else known

    def is_required(self, task: Task) -> bool:
        """Return whether the owner that the task is about was read before."""
        return tuple(task.parents) == (ACCOUNT_KEY,) and task[ACCOUNT_KEY] in self._read_before

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the ad account on whose owner's behalf the request is made."""
        params = super().request_params(*args, **kwargs)
        account = (kwargs.get("stream_slice") or {}).get(ACCOUNT_KEY) or self.config.account_id
        if account and self._owners:
            account = self._owners.requested_for(account)
        return {**params, "ad_account_id": account} if account else params
