"""The run of a stream tells the cursor how each task ended, and a failure costs no more than it must."""

import itertools
import re
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from unittest.mock import Mock

import pytest
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_pinterest.api.errors import (
    Access,
    AccountUnreadableError,
    ConfigError,
    GoneError,
    NothingLeftError,
    PinterestError,
    RefusedError,
    RightMissingError,
    UnavailableError,
    beta,
)
from source_pinterest.api.verdicts import ErrorResponse, RequestContext
from source_pinterest.config import Config
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.ledger import FAILURES_IN_A_ROW
from source_pinterest.engine.tasks import ParentIds, Task
from source_pinterest.streams.base.run import StreamRun, TaskPartition
from source_pinterest.streams.base.stream import PinterestStream, Sync
from unit_tests.answers import refusal
from unit_tests.configs import TODAY, signed_in_with
from unit_tests.streams.pinterest import connected
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits

BETA = beta("lead forms")
LOST = UnavailableError("lead_forms: it failed")
REFUSED = RefusedError("lead_forms: it said no")
GONE = GoneError("lead_forms: it said no")
FATAL = ConfigError("No token.")


def account_of(task: Task) -> str:
    """The account that a task is about; empty for the whole stream."""
    return str(next(iter(task.parents.values()), ""))


class Cursor:
    """Notes what it is told of each account."""

    def __init__(self) -> None:
        self.counted: list[int] = []
        self.committed: list[tuple[str, Any]] = []
        self.failed: list[tuple[str, Exception]] = []

    def count(self, records: int, task: Task) -> None:
        del task
        self.counted.append(records)

    def commit(self, task: Task, finding: Any = None) -> None:
        self.committed.append((account_of(task), finding))

    def fail(self, task: Task, error: Exception) -> None:
        self.failed.append((account_of(task), error))

    def leave_out(self, task: Task, error: Exception) -> None:
        """Nothing was planned."""

    def note_incomplete(self) -> None:
        """The errors that are raised show it."""


class Accounts(PinterestStream):
    """A stream of ad accounts that end as a test scripts: each has two bundles, and then its error or a finding."""

    path_template = "lead_forms"
    scopes = ("ads:read",)

    def __init__(
        self,
        errors: Mapping[str, PinterestError] | None = None,
        *,
        expected: Collection[str] = (),
        access: Access | None = None,
        granted: Iterable[str] = (),
    ) -> None:
        config = Config.from_mapping(
            signed_in_with(auth_method="access_token", access_token="false-access-token"), TODAY
        )
        super().__init__(Sync(connected(config), config), "lead_forms")
        self.api.authenticator.granted = frozenset(granted)
        self.errors, self.expected, self.access = errors or {}, expected, access
        self.run, self.noted = StreamRun(self, None, ConnectorStateManager(), InMemoryMessageRepository()), Cursor()
        self.run.cursor = self.noted  # type: ignore[assignment]
        self.planned: Iterable[Task] = ()
        self.read_accounts: list[str] = []
        self.ended: list[str] = []

    def tasks(self) -> Iterator[Task]:
        yield from self.planned

    def list_ids(self, parents: ParentIds) -> Iterator[str]:
        del parents
        yield "7"

    def has_to_be_readable(self, task: Task) -> bool:
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


def test_a_cursor_counts_each_bundle_before_it_goes_out_and_commits_after_the_last() -> None:
    stream, seen = Accounts(), list[tuple[list[int], list[tuple[str, Any]]]]()
    noted = stream.noted
    stream.run.repository = Mock(emit_message=lambda _: seen.append(([*noted.counted], [*noted.committed])))

    assert stream.read("1") == []
    assert seen == [([3], []), ([3, 4], [])]
    assert noted.committed == [("1", "finding 1")]


@pytest.mark.parametrize("access", [BETA, None], ids=["needs a right", "needs none"])
@pytest.mark.parametrize("listed_first", [True, False])
def test_a_right_is_missing_exactly_if_every_account_refuses(
    caplog: pytest.LogCaptureFixture, access: Access | None, *, listed_first: bool
) -> None:
    """Otherwise each refusing account is named, in an error or, beside another one, in the log."""
    errors = {"refuses": REFUSED, "owed": REFUSED, "fails": LOST, "gone": GONE}
    for ends in itertools.product(["ok", *errors], repeat=3):
        caplog.clear()
        accounts = {str(number): end for number, end in enumerate(ends)}
        owed = [account for account, end in accounts.items() if end == "owed"]
        scripted = {account: errors[end] for account, end in accounts.items() if end in errors}
        stream = Accounts(scripted, expected=owed, access=access)
        raised = stream.read(accounts, listed_first=listed_first)
        kinds, left_out = [type(error) for error in raised], re.findall(r"lead_forms: (\d+) is left out", caplog.text)
        told = " ".join([caplog.text, *(str(error.message) for error in raised)])
        if access and set(ends) <= {"refuses", "owed"}:
            assert kinds == [RightMissingError], ends
            assert left_out == [], ends
            continue
        assert kinds.count(UnavailableError) == ends.count("fails"), ends
        assert (NothingLeftError in kinds) == (set(ends) <= {"refuses", "gone"}), ends
        assert AccountUnreadableError in kinds or not owed or (access and "fails" in ends), ends
        assert left_out == [account for account, end in accounts.items() if end in ("refuses", "gone")], ends
        assert all(f"Ad account {account} can't" in told for account in owed), ends
        assert {account for account, _ in stream.noted.failed} >= {*owed}, ends


@pytest.mark.parametrize(
    ("error", "access", "granted", "expected", "words"),
    [
        ("permission", None, Accounts.scopes, RightMissingError, "lacks the permission ads:read"),
        ("permission", BETA, ("boards:read",), RightMissingError, "lacks the permission ads:read"),
        ("permission", BETA, Accounts.scopes, RightMissingError, "needs an app in Pinterest's beta of lead forms"),
        ("permission", BETA, (), RightMissingError, "needs the permission ads:read and an app in Pinterest's beta"),
        ("restricted", BETA, (), RightMissingError, "needs an app in Pinterest's beta of lead forms"),
        ("refused", BETA, (), RightMissingError, "needs an app in Pinterest's beta of lead forms"),
        ("gone", None, (), ConfigError, "it said no"),
    ],
)
def test_a_refusal_of_a_whole_stream_names_what_is_missing(
    error: str, access: Access | None, granted: Sequence[str], expected: type[PinterestError], words: str
) -> None:
    errors = {
        "refused": REFUSED,
        "gone": GONE,
        "permission": error_for(refusal(401, 3, "It said no")),
        "restricted": error_for(refusal(401, 3, "It said no to a restricted feature")),
    }
    stream = Accounts({"": errors[error]}, access=access, granted=granted)
    with pytest.raises(expected, match=words) as raised:
        list(stream.run.read(Task({}, stream.bundles)))
    message = str(raised.value.message)
    assert "said no" in message
    assert message.count("lead_forms can't be read") <= 1, "a sentence within the sentence"


@pytest.mark.parametrize(
    ("access", "expected", "kind"),
    [(BETA, "", RightMissingError), (None, "", NothingLeftError), (BETA, "12", AccountUnreadableError)],
)
def test_of_several_refusals_the_one_that_came_first_is_quoted(
    access: Access | None, expected: str, kind: type[PinterestError]
) -> None:
    errors = {account: RefusedError(f"lead_forms: no to {account}") for account in "12"}
    stream = Accounts(errors, expected=expected, access=access)
    [error] = stream.read("219" if expected else "21")

    assert isinstance(error, kind)
    assert "no to 2" in str(error.message)
    assert "no to 1" not in str(error.message)


def error_for(response: ErrorResponse) -> PinterestError:
    context = RequestContext("lead_forms", Accounts.scopes, frozenset(), "Grant it", lambda: False)
    assert callable(response.verdict)
    return response.verdict(response, context)


@pytest.mark.parametrize("listed_first", [False, True])
@pytest.mark.parametrize("others", [{"2": FATAL, "accounts": "1234"}, {"2": LOST, "accounts": "1222222"}], ids=str)
def test_a_refusal_is_judged_though_other_tasks_are_not_read(others: dict[str, Any], *, listed_first: bool) -> None:
    stream = Accounts({"1": REFUSED, "2": others["2"]}, access=BETA)

    assert set(stream.read(others["accounts"], listed_first=listed_first)) == {others["2"]}
    assert stream.usage.left_out == 1


def test_an_account_that_failed_often_is_not_read_and_its_tasks_have_failed() -> None:
    stream = Accounts({"1": LOST})
    accounts = ["1"] * (FAILURES_IN_A_ROW + 1)

    assert stream.read([*accounts, "2"]) == [LOST] * FAILURES_IN_A_ROW
    assert stream.read_accounts == [*accounts[1:], "2"]
    assert stream.noted.failed == [("1", LOST)] * FAILURES_IN_A_ROW, "it was not tried again"
    assert stream.ended == [*accounts, "2"]


def test_a_planning_that_breaks_off_keeps_nobody_waiting_and_its_refusals_are_judged() -> None:
    def breaking() -> Generator[Task, None, None]:
        yield stream.of_account("1")
        raise LOST

    stream = Accounts({"1": REFUSED}, access=BETA)
    stream.ids.announce()

    assert stream.read_tasks(breaking()) == [LOST]
    assert stream.usage.left_out == 1
    assert stream.usage.is_planned
    assert in_thread(lambda: list(stream.ids.get(("2",)))).result(PATIENCE_SECONDS) == ["7"]


def test_children_wait_for_the_tasks_that_will_be_read_and_for_no_other() -> None:
    stream = Accounts()
    stream.ids.announce()
    list(stream.plan([stream.of_account("1"), Task.failed({"ad_account_id": "2"}, LOST)]))
    waiting, *others = (in_thread(lambda a=account: list(stream.ids.get((a,)))) for account in ("1", "2", "3"))

    assert [other.result(PATIENCE_SECONDS) for other in others] == [["7"], ["7"]]
    assert waits(waiting)
    stream.ids.release(("1",))
    assert waiting.result(PATIENCE_SECONDS) == ["7"]


def test_each_task_in_turn_is_planned_when_the_one_before_has_ended_and_counts_by_itself() -> None:
    stream = Accounts()

    def in_turn() -> Iterator[Task]:
        for number, account in enumerate("123"):
            assert stream.ended == list("123")[:number]
            assert not (number and stream.usage.is_planned), "their number is unknown until the last has ended"
            yield stream.of_account(account)

    assert stream.read_tasks([Task.in_turn({}, in_turn)]) == []
    assert stream.noted.committed == [(account, f"finding {account}") for account in "123"]
    assert stream.ended == ["1", "2", "3"]
    assert (stream.usage.tasks, stream.usage.tasks_read, stream.usage.is_planned) == (3, 3, True)


def test_of_tasks_in_turn_the_first_error_is_raised_after_the_last_and_the_others_are_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = UnavailableError("lead_forms: it failed in another way")
    stream = Accounts({"2": LOST, "3": other})

    assert stream.read_tasks([Task.in_turn({}, lambda: map(stream.of_account, "1234"))]) == [LOST]
    assert [account for account, _ in stream.noted.committed] == ["1", "4"]
    assert [account for account, _ in stream.noted.failed] == ["2", "3"], "the task that stands for them is not booked"
    assert "not everything could be read. lead_forms: it failed in another way" in caplog.text


def test_a_fatal_error_ends_tasks_in_turn_and_the_stream() -> None:
    stream, planned = Accounts({"2": FATAL}), list[str]()

    def in_turn() -> Iterator[Task]:
        for account in "12345":
            planned.append(account)
            yield stream.of_account(account)

    assert stream.read_tasks([Task.in_turn({}, in_turn), stream.of_account("9")]) == [FATAL]
    assert stream.read_accounts == ["1", "2"]
    assert planned == ["1", "2", "3"]
