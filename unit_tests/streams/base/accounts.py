"""A stream of ad accounts that end as a test scripts."""

from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_pinterest.api.errors import Access, PinterestError
from source_pinterest.config import Config
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.tasks import Parents, Task
from source_pinterest.streams.base.run import StreamRun, TaskPartition
from source_pinterest.streams.base.stream import PinterestStream, Sync
from unit_tests.configs import TODAY, signed_in_with
from unit_tests.streams.pinterest import connected


def account_of(task: Task) -> str:
    """The account, or the pin, that a task is about; empty for the whole stream."""
    return str(next(iter(task.parents.values()), ""))


class Cursor:
    """Notes what it is told of each account."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.failed: list[str] = []
        self.is_incomplete = False

    def count(self, records: int, task: Task) -> None:
        del task
        self.told.append(("count", records))

    def commit(self, task: Task, finding: Any = None) -> None:
        self.told.append(("commit", account_of(task), finding))

    def fail(self, task: Task, error: Exception | None = None) -> None:
        self.failed.append(account_of(task))
        if error:
            self.told.append(("failure", account_of(task), error))

    def leave_out(self, task: Task, error: Exception) -> None:
        """Nothing was planned."""

    def note_incomplete(self) -> None:
        self.is_incomplete = True


class Accounts(PinterestStream):
    """Each account has two bundles, of 3 and 4 records, and then its error or a finding."""

    path_template = "lead_forms"
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
        config = Config.from_mapping(
            signed_in_with(auth_method="access_token", access_token="false-access-token"), TODAY
        )
        super().__init__(Sync(connected(config), config), "lead_forms")
        self.api.authenticator.granted = frozenset(granted)
        self.errors = errors or {}
        self.expected = expected
        self.access = access
        self.noted = Cursor()
        self.run = StreamRun(self, None, ConnectorStateManager(), InMemoryMessageRepository())
        if has_cursor:
            self.run.cursor = self.noted  # type: ignore[assignment]
        self.planned: Iterable[Task] = ()
        self.read_accounts: list[str] = []
        self.ended: list[str] = []

    def tasks(self) -> Iterator[Task]:
        yield from self.planned

    def list_ids(self, parents: Parents) -> Iterator[str]:
        del parents
        yield "7"

    def is_expected(self, task: Task) -> bool:
        return account_of(task) in self.expected

    def of_account(self, account: str) -> Task:
        return Task({"ad_account_id": account}, self.bundles, on_end=partial(self.ended.append, account))

    def bundles(self, task: Task) -> Generator[Bundle, None, Any]:
        account = account_of(task)
        self.read_accounts.append(account)
        for count in (3, 4):
            yield Bundle(self.name, account.encode(), count)
        if account in self.errors:
            raise self.errors[account]
        return f"finding {account}"

    def plan(self, tasks: Iterable[Task]) -> Generator[Task, None, None]:
        """Plan these tasks."""
        self.planned = tasks
        return self.run.tasks()

    def read(self, accounts: Iterable[str], *, listed_first: bool = False) -> list[PinterestError]:
        """Read accounts as they are listed, or after that. Return the errors that are raised."""
        return self.read_tasks(map(self.of_account, accounts), listed_first=listed_first)

    def read_tasks(self, tasks: Iterable[Task], *, listed_first: bool = False) -> list[PinterestError]:
        raised: list[PinterestError] = []
        planned = self.plan(tasks)
        try:
            for task in list(planned) if listed_first else planned:
                try:
                    list(TaskPartition(self.run, task).read())
                except PinterestError as error:
                    raised.append(error)
        except PinterestError as error:
            raised.append(error)
        return raised
