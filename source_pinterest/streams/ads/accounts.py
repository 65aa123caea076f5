"""The stream of ad accounts, and the base of streams that read one ad account at a time."""

from abc import ABC
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import ClassVar, NamedTuple

from source_pinterest import limits
from source_pinterest.api.bodies import ListPage, Record, one_item
from source_pinterest.api.errors import AccountUnreadableError, GoneError, PinterestError, RefusedError
from source_pinterest.config.options import FORM
from source_pinterest.engine.tasks import ParentIds, Task, or_failed
from source_pinterest.streams.base.declaration import Parent, Rank
from source_pinterest.streams.base.listing import RecordPage
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import Sync

EXCLUDED = FORM["properties"]["exclude_account_ids"]["title"]


class AccountFacts(NamedTuple):
    """What the streams of an ad account ask for.

    Attributes:
        owner: the id of the account's owner; the account's own id if Pinterest has told none.
        country: the two-letter code; empty if Pinterest has told none.
        currency: the ISO 4217 code; empty if Pinterest has told none.
    """

    owner: str
    country: str
    currency: str


class AdAccounts(PinterestStream):
    """Ad accounts the user may see, or those the config names. https://developers.pinterest.com/docs/api/v5/ad_accounts-list.

    A single account that the config names is requested by its id. Several are picked from the list; those that the
    list lacks are requested one by one.
    """

    path_template = "ad_accounts"
    rank = Rank.ADS
    scopes = ("ads:read",)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.kept: dict[str, str] = {}
        """The ad account under which the content of each owner is emitted, by the owner's id."""
        self._requested: dict[str, str] = {}

    def record_pages(self, task: Task) -> Iterator[RecordPage]:
        """Yield the accounts, page by page.

        Raises:
            AccountUnreadableError: an account that the config names can't be read. Raised after all others.
        """
        refused: dict[str, PinterestError] = {}
        yield from self._named(task, refused) if self.config.account_ids else self._not_excluded(task)
        if refused:
            messages = ". ".join(str(error.message) for error in refused.values())
            raise AccountUnreadableError(", ".join(refused), messages)

    def list_ids(self, parents: ParentIds) -> Iterator[str]:
        """Yield the ids of the accounts that can be read."""
        with suppress(AccountUnreadableError):
            yield from super().list_ids(parents)

    def records(self, page: ListPage, task: Task) -> list[Record]:
        """Return the accounts of a page, each with its owner as an object."""
        records = super().records(page, task)
        for record in records:
            if isinstance(owner := record.get("owner"), str):
                record["owner"] = {"id": owner} if owner else None
        return records

    def fact_for_children(self, record: Record) -> AccountFacts:
        owner = str((record.get("owner") or {}).get("id") or record["id"])
        return AccountFacts(owner, str(record.get("country") or ""), str(record.get("currency") or ""))

    def country_of(self, account: str) -> str:
        """Return the two-letter country code of a listed account, or an empty string if it has no country."""
        return str(self.ids.fact_about(account).country)

    def currency_of(self, account: str) -> str | None:
        """Return the ISO 4217 code of an account's currency, or None if Pinterest has told none."""
        facts = self.ids.fact_about(account)
        return facts.currency or None if facts else None

    def keep(self, accounts: Mapping[str, str]) -> None:
        """Take the account of each owner from a state. If several states have one, the lowest id counts."""
        for owner, account in accounts.items():
            self.kept[owner] = min(account, self.kept.get(owner, account), key=int)

    def one_per_owner(self) -> list[str]:
        """Return one account of each owner. The owner's content is emitted under its id, which is a part of the keys.

        It is the account that the state has for the owner, even if it is listed no longer, or has another owner by now.
        For a new owner, it is the account with the lowest id that the state has for no other owner. An owner without
        such an account is left out with a warning.
        """
        accounts_of = dict[str, list[str]]()
        for account in sorted(self.ids.get(()), key=int):
            accounts_of.setdefault(self.ids.fact_about(account).owner, []).append(account)
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
                self.notices.warn(
                    f"owner {owner}",
                    f"the boards, pins and profile of the owner of ad account {', '.join(accounts)} are not read: "
                    "their rows would stand under the ID of an ad account that had another owner before. To read "
                    "them, clear the data of these streams.",
                )
        return chosen

    def requested_for(self, account: str) -> str:
        """Return the account that a request names: another one of the owner, if the owner has lost the given one."""
        return self._requested.get(account, account)

    def countries(self) -> set[str]:
        """Return the country codes of all accounts; an empty string stands for accounts without a country."""
        return {self.country_of(account) for account in self.ids.get(())}

    def unreadable(self) -> set[str]:
        """Return the accounts that the config names and that can't be read."""
        return set(self.config.account_ids).difference(self.ids.get(()))

    def _named(self, task: Task, refused: dict[str, PinterestError]) -> Iterator[RecordPage]:
        """Yield the accounts that the config names; `refused` takes the errors of those that can't be read."""
        missing = list(self.config.account_ids)
        if len(missing) > 1:
            for page in super().record_pages(task):
                named = [account for account in page.records if account["id"] in missing]
                yield page._replace(records=named)
                for account in named:
                    missing.remove(account["id"])
        for account_id in missing:
            try:
                response = self.client.send(f"{self.path_template}/{account_id}", {}, one_item)
            except (RefusedError, GoneError) as error:
                refused[account_id] = error
            else:
                yield RecordPage(self.records(response.value, task), response.server_time)

    def _not_excluded(self, task: Task) -> Iterator[RecordPage]:
        excluded, kept = 0, 0
        for page in super().record_pages(task):
            accounts = [account for account in page.records if account["id"] not in self.config.exclude_account_ids]
            excluded, kept = excluded + len(page.records) - len(accounts), kept + len(accounts)
            yield page._replace(records=accounts)
        if excluded and not kept:
            self.notices.warn(EXCLUDED, f"{EXCLUDED} has all {excluded} ad accounts, so nothing of them is read.")


class AdAccountStream(PinterestStream, ABC):
    """One task per ad account."""

    scopes: ClassVar[tuple[str, ...]] = ("ads:read",)
    parents: tuple[Parent, ...] = (Parent(AdAccounts, "ad_account_id"),)
    cost = f"one request for each ad account and {limits.PAGE_SIZE} records"

    @cached_property
    def ad_accounts(self) -> AdAccounts:
        return self.shared.stream(AdAccounts)

    def accounts(self) -> list[str]:
        return list(self.ad_accounts.ids.get(()))

    def tasks(self) -> Iterator[Task]:
        """Yield a task for each account, and a failed task for each expected account that the list lacks."""
        accounts = self.accounts()
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

    def has_to_be_readable(self, task: Task) -> bool:
        """Return whether the config names the task's account, or it was synced before."""
        return task["ad_account_id"] in self._required_accounts()

    def _required_accounts(self) -> set[str]:
        """Return the accounts that must be read: named in the config, or synced before and not excluded since."""
        if self.config.account_ids:
            return set(self.config.account_ids)
        known = self.checkpoint.accounts() if self.checkpoint else ()
        return set(known) - self.config.exclude_account_ids
