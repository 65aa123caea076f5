"""A stream of ad accounts that end as a test scripts."""

from collections.abc import Collection, Generator, Iterable, Mapping
from functools import partial
from typing import Any

from source_pinterest.api.auth import AccessTokenAuthenticator
from source_pinterest.api.errors import Access, PinterestError
from source_pinterest.api.usage import Usage
from source_pinterest.config import AccessTokenCredentials
from source_pinterest.engine.ledger import Ledger
from source_pinterest.engine.pages import Page
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.reader import TaskReader
from source_pinterest.engine.tasks import Task


def account_of(task: Task) -> str:
    return str(task.partition.get("ad_account_id", ""))


class Cursor:
    """Notes what it is told of each account."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.failed: list[str] = []

    def count(self, records: int, task: Task) -> None:
        del task
        self.told.append(("count", records))

    def commit(self, task: Task, finding: Any = None) -> None:
        self.told.append(("commit", account_of(task), finding))

    def fail(self, task: Task) -> None:
        self.failed.append(account_of(task))

    def note_failure(self, task: Task) -> None:
        self.told.append(("failure", account_of(task)))


class Accounts:
    """Each account has two pages, of 3 and 4 records, and then its error or a finding."""

    name = "lead_forms"
    scopes = ("ads:read",)

    def __init__(
        self,
        errors: Mapping[str, PinterestError] | None = None,
        *,
        expected: Collection[str] = (),
        access: Access | None = None,
        granted: Iterable[str] = (),
        has_cursor: bool = True,
    ) -> None:
        self.errors = errors or {}
        self.expected = expected
        self.access = access
        self.cursor = Cursor()
        self.checkpoint: Any = self.cursor if has_cursor else None
        self.all_usage = Usage()
        self.usage, self.notices = self.all_usage.of(self.name), Notices(self.name)
        self.ids = ParentIds(lambda _: ["7"])
        self.read_accounts: list[str] = []
        self.ended: list[str] = []
        authenticator = AccessTokenAuthenticator(AccessTokenCredentials("false-access-token"))
        authenticator.granted = frozenset(granted)
        self.ledger = Ledger(self, authenticator)
        self.reader = TaskReader(self.name, self.ledger)

    def is_expected(self, task: Task) -> bool:
        return account_of(task) in self.expected

    def of_account(self, account: str) -> Task:
        return Task({"ad_account_id": account}, self.pages, on_end=partial(self.ended.append, account))

    def pages(self, task: Task) -> Generator[Page, None, Any]:
        account = account_of(task)
        self.read_accounts.append(account)
        for count in (3, 4):
            yield Page(self.name, account.encode(), count)
        if account in self.errors:
            raise self.errors[account]
        return f"finding {account}"

    def read(self, accounts: Iterable[str], *, listed_first: bool = False) -> list[PinterestError]:
        """Read accounts as they are listed, or after that. Return the errors that are raised."""
        return self.read_tasks(map(self.of_account, accounts), listed_first=listed_first)

    def read_tasks(self, tasks: Iterable[Task], *, listed_first: bool = False) -> list[PinterestError]:
        raised: list[PinterestError] = []
        planned = self.reader.planned(tasks)
        try:
            for task in list(planned) if listed_first else planned:
                try:
                    list(self.reader.read(task))
                except PinterestError as error:
                    raised.append(error)
        except PinterestError as error:
            raised.append(error)
        return raised
