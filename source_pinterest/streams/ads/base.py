"""What is every stream that has a slice for each ad account?"""

from abc import ABC
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import ClassVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import AccountUnreadableError, PinterestError
from source_pinterest.engine.parent_ids import ParentIds
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.foreign_keys import ForeignKey
from source_pinterest.streams.base.slices import failed_slice, partition_slice
from source_pinterest.streams.base.stream import PinterestStream


class AdAccountStream(PinterestStream, ABC):
    """One slice per ad account."""

    scopes: ClassVar[tuple[str, ...]] = ("ads:read",)
    partition_keys = ("ad_account_id",)
    cost = f"1 an ad account and page of {limits.PAGE_SIZE}"

    def __init__(self, sync: Sync, name: str = "") -> None:
        super().__init__(sync, name)
        self.foreign_keys = (ForeignKey(AdAccounts.stream_name(), self.partition_keys), *self.foreign_keys)

    @cached_property
    def ad_accounts(self) -> AdAccounts:
        """The stream of ad accounts in this sync."""
        return self.shared.stream(AdAccounts)

    def needed_ids(self) -> Iterator[ParentIds]:
        """Those of the ad accounts."""
        yield self.ad_accounts.ids

    def accounts(self) -> list[str]:
        """The ad accounts to read."""
        return list(self.ad_accounts.ids.of(()))

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
