"""The stream of ad accounts, and the base of streams that read one ad account at a time."""

from abc import ABC
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import ClassVar, NamedTuple

from source_pinterest import limits
from source_pinterest.api.bodies import Page, Record, one_item
from source_pinterest.api.errors import AccessDeniedError, AccountUnreadableError, NotFoundError, PinterestError
from source_pinterest.config.options import FORM
from source_pinterest.engine.tasks import ParentIds, Task, or_failed
from source_pinterest.streams.base.declaration import Parent, ReadPriority
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import SyncContext

EXCLUDED = FORM["properties"]["exclude_account_ids"]["title"]


class Account(NamedTuple):
    """What child streams need of an ad account.

    Attributes:
        country: its two-letter country code; empty if not reported.
        currency: its ISO 4217 code; empty if not reported.
        owner: the id of its owner; its own id if not reported.
    """

    country: str
    currency: str
    owner: str


class AdAccounts(PinterestStream):
    """Ad accounts the user may see, or those the config names. https://developers.pinterest.com/docs/api/v5/ad_accounts-list.

    A single account that the config names is requested by its id. Several are picked from the list; those that the
    list lacks are requested one by one.
    """

    path_template = "ad_accounts"
    rank = ReadPriority.ADS
    scopes = ("ads:read",)

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync)
        self.listed: dict[str, Account] = {}
        """What child streams need of the accounts that have been listed, by their ids."""

    def pages(self, task: Task) -> Iterator[Page]:
        """Yield the accounts, page by page.

        Raises:
            AccountUnreadableError: an account that the config names can't be read. Raised after all others.
        """
        rejected: dict[str, PinterestError] = {}
        yield from self._named(task, rejected) if self.config.account_ids else self._not_excluded(task)
        if rejected:
            messages = ". ".join(str(error.message) for error in rejected.values())
            raise AccountUnreadableError(", ".join(rejected), messages)

    def list_ids(self, parents: ParentIds) -> Iterator[str]:
        """Yield the ids of the accounts that can be read."""
        with suppress(AccountUnreadableError):
            yield from super().list_ids(parents)

    def collect(self, page: Page, task: Task) -> list[str]:
        for account in page.items:
            country, currency = (str(account.get(name) or "") for name in ("country", "currency"))
            owner = str((account.get("owner") or {}).get("id") or account["id"])
            self.listed[account["id"]] = Account(country, currency, owner)
        return super().collect(page, task)

    def currency_of(self, account: str) -> str | None:
        """Return the ISO 4217 code of an account's currency, or None if not reported."""
        return self.listed[account].currency or None if account in self.listed else None

    def records(self, page: Page, task: Task) -> list[Record]:
        """Return the accounts of a page, each with its owner as an object."""
        records = super().records(page, task)
        for record in records:
            if isinstance(owner := record.get("owner"), str):
                record["owner"] = {"id": owner} if owner else None
        return records

    def _named(self, task: Task, rejected: dict[str, PinterestError]) -> Iterator[Page]:
        """Yield the accounts that the config names; `rejected` takes the errors of those that can't be read."""
        missing = list(self.config.account_ids)
        if len(missing) > 1:
            for page in super().pages(task):
                named = [account for account in page.items if account["id"] in missing]
                yield page._replace(items=named)
                for account in named:
                    missing.remove(account["id"])
        for account_id in missing:
            try:
                response = self.client.send(f"{self.path_template}/{account_id}", {}, one_item)
            except (AccessDeniedError, NotFoundError) as error:
                rejected[account_id] = error
            else:
                yield Page(self.records(response.value, task), server_time=response.server_time)

    def _not_excluded(self, task: Task) -> Iterator[Page]:
        excluded, included = 0, 0
        for page in super().pages(task):
            accounts = [account for account in page.items if account["id"] not in self.config.exclude_account_ids]
            excluded, included = excluded + len(page.items) - len(accounts), included + len(accounts)
            yield page._replace(items=accounts)
        if excluded and not included:
            self.notices.warn(EXCLUDED, f"{EXCLUDED} has all {excluded} ad accounts, so nothing of them is read.")


class AdAccountStream(PinterestStream, ABC):
    """One task per ad account."""

    scopes: ClassVar[tuple[str, ...]] = ("ads:read",)
    parents: tuple[Parent, ...] = (Parent(AdAccounts, "ad_account_id"),)
    cost = f"one request for each ad account and {limits.PAGE_SIZE} records"

    def __init__(self, sync: SyncContext, name: str = "") -> None:
        super().__init__(sync, name)
        self.ad_accounts = sync.stream(AdAccounts)

    def tasks(self) -> Iterator[Task]:
        """Yield a task for each account, and a failed task for each expected account that the list lacks."""
        accounts = list(self.ad_accounts.ids.get(()))
        yield from self.account_tasks(accounts)
        for account in self._required_accounts() - set(accounts):
            quote = f"Pinterest does not list it for this user{self.unread_days(account)}"
            yield Task.failed({"ad_account_id": account}, AccountUnreadableError(account, quote))

    def account_tasks(self, accounts: Iterable[str]) -> Iterator[Task]:
        """Yield the tasks of each account, or a failed task if the ids that they are made of can't be listed."""
        for account in accounts:
            yield from or_failed({"ad_account_id": account}, self.tasks_of_account(account))

    def tasks_of_account(self, account: str) -> Iterator[Task]:
        """Yield the tasks of an account: here one, once the ids that its requests name are listed."""
        for stream in self.listed_by.values():
            stream.ids.get((account,))
        yield self.task({"ad_account_id": account})

    def is_required(self, task: Task) -> bool:
        """Return whether the config names the task's account, or it was synced before."""
        return task["ad_account_id"] in self._required_accounts()

    def _required_accounts(self) -> set[str]:
        """Return the accounts that must be read: named in the config, or synced before and not excluded since."""
        if self.config.account_ids:
            return set(self.config.account_ids)
        return set(self.state_cursor.accounts()) - self.config.exclude_account_ids
