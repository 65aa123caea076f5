"""The ledger of a stream: how its tasks have ended, and what that costs. It knows neither the stream nor its cursor."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from source_pinterest import limits
from source_pinterest.api.errors import AccountUnreadableError, GoneError, PinterestError, Reach, RefusedError
from source_pinterest.engine.tasks import Parents, Task

FAILURES_IN_A_ROW = 5
"""Failures of different accounts or boards with no success in between, after which the cause may concern all of them.
Also the failed tasks of one account or board after which its other tasks are expected to fail."""


class Consequence(Enum):
    """What the error of a task costs. A task that fails stays unread in the state, and its stream is incomplete."""

    LEAVE_OUT = auto()
    """The task is left out, unless the refusals of all tasks together mean more: see `classify_refusals`."""
    LEAVE_UNREAD = auto()
    """The task fails, and a warning says so. Its stream is complete without it."""
    FAIL = auto()
    """The task fails, and reading goes on."""
    FAIL_UNTOLD = auto()
    """The task fails. Its error is not raised, because an earlier one explains it."""
    STOP = auto()
    """The task fails, and the stream reads no other one."""


@dataclass(frozen=True)
class Facts:
    """The facts beside the error that decide what it costs.

    Attributes:
        is_stopped: whether the stream, or this account or board, was stopped before.
        failing: the number of accounts or boards that were read in this sync and have failed in a row, with this one.
        failed_syncs: the number of earlier syncs in which the task failed.
    """

    is_stopped: bool = False
    failing: int = 0
    failed_syncs: int = 0


def decide(error: Exception, facts: Facts) -> Consequence:
    """Return what the error of a task costs. The first row that fits counts.

    | error, as the run of the stream explains it | consequence |
    |---|---|
    | refused or gone | LEAVE_OUT |
    | any, after the stream or its account or board was stopped | FAIL_UNTOLD |
    | reaches the whole stream, as without a token or a quota | STOP |
    | the fifth in a row of accounts or boards that this sync has read before, unless it is isolated | STOP |
    | any other, of a task that failed in three earlier syncs | LEAVE_UNREAD |
    | any other | FAIL |

    The run explains the refusal of a stream's only task as an error that reaches the stream, and that of an account
    which has to be readable as an `AccountUnreadableError`. After five failures in a row of one account or board,
    `Ledger.may_read` stops it.
    """
    if isinstance(error, RefusedError | GoneError):
        return Consequence.LEAVE_OUT
    if facts.is_stopped:
        return Consequence.FAIL_UNTOLD
    reaches_stream = isinstance(error, PinterestError) and error.reach is not Reach.TASK
    if reaches_stream or (facts.failing >= FAILURES_IN_A_ROW and not _is_isolated(error)):
        return Consequence.STOP
    is_old = facts.failed_syncs >= limits.SYNCS_UNTIL_A_TASK_ONLY_WARNS
    return Consequence.LEAVE_UNREAD if is_old else Consequence.FAIL


def _is_isolated(error: Exception) -> bool:
    return isinstance(error, PinterestError) and error.is_isolated


class Refusal(NamedTuple):
    """A task that Pinterest refuses, or that is gone."""

    task: Task
    error: PinterestError


@dataclass
class Book:
    """How the tasks of a stream have ended.

    Attributes:
        done: the number of tasks that were read whole.
        failed: the errors of the tasks that have failed, and of the planning.
        refused: the tasks that are left out unless `classify_refusals` says otherwise.
    """

    done: int = 0
    failed: list[Exception] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def has_failed(self) -> bool:
        """Return whether anything but the access to single ad accounts has failed."""
        return not all(isinstance(error, AccountUnreadableError) for error in self.failed)


class Refusals(NamedTuple):
    """What the refusals of a stream mean together.

    Attributes:
        lacks_right: whether the stream's right is missing. Then no task is lost or left out.
        lost: the refusals of tasks that have to be readable, which have failed.
        left_out: all other refusals.
        nothing_of: the number of accounts or boards that are left out, if they are several and the stream has read no
            other; else 0. The stream has then failed.
    """

    lacks_right: bool = False
    lost: Sequence[Refusal] = ()
    left_out: Sequence[Refusal] = ()
    nothing_of: int = 0


def classify_refusals(book: Book, is_owed: Callable[[Task], bool], *, needs_right: bool) -> Refusals:
    """Return what the refusals of a stream mean, once its last task has ended.

    If every task was refused, none as gone, and the stream needs a right, the right is missing. Otherwise the refused
    tasks are left out, except those that have to be readable. The stream fails if several are left out, and none was
    read or has failed. A single one may really be gone.

    Args:
        book: how the tasks have ended.
        is_owed: whether a task has to be readable.
        needs_right: whether the stream needs a right beyond the token's permissions.
    """
    is_right_shown = book.done or book.has_failed() or any(isinstance(error, GoneError) for _, error in book.refused)
    if book.refused and needs_right and not is_right_shown:
        return Refusals(lacks_right=True)
    lost: list[Refusal] = []
    left_out: list[Refusal] = []
    for refusal in book.refused:
        (lost if is_owed(refusal.task) else left_out).append(refusal)
    count = 0 if lost or book.done or book.failed else len({task.parent_ids for task, _ in left_out})
    return Refusals(lost=lost, left_out=left_out, nothing_of=count if count > 1 else 0)


class Ledger:
    """Counts how the tasks of a stream end in one sync, for all of its threads.

    Failures of accounts of which this sync has read nothing never stop the stream, so that broken accounts don't keep
    good ones from being read. After several of these in a row, each further one is tried once, without retries, until a
    task is read.
    """

    def __init__(self) -> None:
        self.book = Book()
        self._lock = threading.Lock()
        self._open = 1  # tasks that have not ended, and the planning itself
        self._is_stopped = False
        self._read: set[int] = set()  # hashes of accounts or boards, of which there may be 100,000
        self._failing: set[Parents] = set()
        self._failures: Counter[Parents] = Counter()

    def add(self) -> bool:
        """Count a task that is going to be read. Return False if the stream has been stopped."""
        with self._lock:
            if not self._is_stopped:
                self._open += 1
            return not self._is_stopped

    def has_read(self, parent: Parents) -> bool:
        """Return whether a task of this account or board was read in this sync."""
        return hash(parent) in self._read

    def is_worth_retrying(self) -> bool:
        """Return whether a request that fails should be sent again."""
        return len(self._failing) < FAILURES_IN_A_ROW

    def may_read(self, parent: Parents) -> bool:
        """Return whether a task of this account or board should be read: the stream and it have not been stopped."""
        tries = FAILURES_IN_A_ROW if self.is_worth_retrying() or self.has_read(parent) else 1
        return not self._is_stopped and self._failures[parent] < tries

    def note_success(self, parent: Parents) -> None:
        """Count a task that was read whole."""
        with self._lock:
            self.book.done += 1
            self._read.add(hash(parent))
            self._failing.clear()
            self._failures.pop(parent, None)

    def note_failure(self, parent: Parents, error: Exception, failed_syncs: int = 0) -> Consequence:
        """Count the error of a task, which failed in so many earlier syncs. Return what it costs."""
        with self._lock:
            failing = sum(map(self.has_read, self._failing | {parent}))
            consequence = decide(error, Facts(not self.may_read(parent), failing, failed_syncs))
            if consequence is Consequence.LEAVE_OUT:
                return consequence
            if consequence is not Consequence.LEAVE_UNREAD:
                self.book.failed.append(error)
            if consequence is not Consequence.FAIL_UNTOLD:
                self._is_stopped = consequence is Consequence.STOP
                if not _is_isolated(error):
                    self._failing.add(parent)
                    self._failures[parent] += 1
            return consequence

    def note_refusal(self, task: Task, error: PinterestError) -> None:
        """Keep a task that is left out, unless all refusals together mean more."""
        with self._lock:
            self.book.refused.append(Refusal(task, error))

    def note_broken_planning(self, error: Exception) -> None:
        """Keep the error that broke off the planning."""
        with self._lock:
            self.book.failed.append(error)

    def close(self) -> bool:
        """Count a task, or the planning, that has ended. Return whether it was the last."""
        with self._lock:
            self._open -= 1
            return not self._open
