"""The base of organic streams, which read the content of the token's user or of owners of ad accounts.

With `account_id` in the config, requests are made on behalf of that ad account's owner, as the official connector does.
With `organic_per_ad_account` they are made on behalf of the owner of every ad account.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from source_pinterest.api.errors import AccountUnreadableError, role
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.period import Setup
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.base.declaration import Parent
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import Sync

TEXT = {"type": ["null", "string"]}
_OWNERS = "owners"
_OWNER = {**TEXT, "description": "Id of the ad account whose owner has this content; added by the connector."}


class OrganicStream(PinterestStream):
    """Content of the token's user, of the owner of the configured ad account, or of each owner of an ad account.

    In the last case each owner has a task, and the id of the ad account is a field of the records and part of the key.
    """

    parents: tuple[Parent, ...] = (Parent(AdAccounts, ACCOUNT_KEY, when=lambda config: config.organic_per_ad_account),)
    stamped: Mapping[str, Mapping[str, Any]] = {}
    """Fields that the connector adds from the request of a record, with their schemas."""

    def __init__(self, sync: Sync) -> None:
        self._ad_accounts = sync.stream(AdAccounts) if sync.config.organic_per_ad_account else None
        if self._ad_accounts:
            self.key = (ACCOUNT_KEY, *self.key)
            self.stamped = {ACCOUNT_KEY: _OWNER, **self.stamped}
            self.foreign_keys = tuple(key._replace(fields=(ACCOUNT_KEY, *key.fields)) for key in self.foreign_keys)
            self.access = self.access or role("Admin", "Analyst")
        super().__init__(sync)

    @cached_property
    def _stamped_schema(self) -> Mapping[str, Any]:
        schema = super().get_json_schema()
        return {**schema, "properties": {**self.stamped, **schema["properties"]}}

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        """Return the schema of the fields that Pinterest sends, and of those that the connector adds."""
        return self._stamped_schema

    def open_state(self, setup: Setup, store: StateStore) -> PinterestCursor | None:
        """Set the stream's cursor. Its state also has the ad account under which each owner's content is emitted."""
        if (accounts := self._ad_accounts) and self.cursor_field:
            with reading_state(store.stream_name):
                accounts.keep(store.incoming().get(_OWNERS) or {})
            store = replace(store, more=lambda: {_OWNERS: dict(sorted(accounts.kept.items()))} if accounts.kept else {})
        return super().open_state(setup, store)

    def tasks(self) -> Iterator[Task]:
        """Yield a task for each owner, and a failed task for each that must be readable and is not.

        Without owners, or with a parent that has them, the tasks are those of any stream.
        """
        if self._ad_accounts is None or self.parent_stream is not self._ad_accounts:
            yield from super().tasks()
            return
        accounts = self._ad_accounts.one_per_owner()
        for account in accounts:
            yield self.task({ACCOUNT_KEY: account})
        read_before = self._read_before.difference(accounts, self._ad_accounts.ids.get(()))
        for account in sorted(self._ad_accounts.unreadable() | read_before):
            quote = f"Pinterest does not show it to this user{self.unread_days(account)}"
            yield Task.failed({ACCOUNT_KEY: account}, AccountUnreadableError(account, quote))

    @property
    def _read_before(self) -> frozenset[str]:
        """The accounts whose owner was read before, and that the config still wants."""
        known = frozenset(self.checkpoint.accounts() if self.checkpoint else ()) - self.config.exclude_account_ids
        return known.intersection(self.config.account_ids) if self.config.account_ids else known

    def has_to_be_readable(self, task: Task) -> bool:
        """Return whether the owner that the task is about was read before."""
        return tuple(task.parents) == (ACCOUNT_KEY,) and task[ACCOUNT_KEY] in self._read_before

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the ad account on whose owner's behalf the request is made."""
        params = super().request_params(*args, **kwargs)
        account = (kwargs.get("stream_slice") or {}).get(ACCOUNT_KEY) or self.config.account_id
        if account and self._ad_accounts:
            account = self._ad_accounts.requested_for(account)
        return {**params, "ad_account_id": account} if account else params
