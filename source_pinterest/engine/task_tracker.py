"""Tracks how the tasks of a stream end, and what an error costs. Depends only on tasks and errors."""

import threading
from collections import Counter
from enum import Enum, auto

from source_pinterest import limits
from source_pinterest.api.errors import AccountUnreadableError, ErrorScope, NotFoundError, PinterestError
from source_pinterest.engine.tasks import ParentIds, Task

FAILURES_IN_A_ROW = 5
"""Failures of different accounts or boards with no success in between, after which the cause may concern all of them.
Also the failed tasks of one account or board after which its other tasks are expected to fail."""


class FailureAction(Enum):
    """What the error of a task costs. A task that fails stays unread in the state, and its stream is incomplete."""

    WARN_ONLY = auto()
    """The task fails, and a warning says so. Its stream is complete without it."""
    FAIL = auto()
    """The task fails, and reading continues."""
    FAIL_SILENTLY = auto()
    """The task fails. Its error is not raised, because an earlier one explains it."""
    STOP = auto()
    """The task fails, and the stream reads no other one."""


def failure_action(
    error: Exception, *, is_stopped: bool = False, failing: int = 0, failed_syncs: int = 0
) -> FailureAction:
    """Return what the error of a task costs. The first row that fits counts.

    | error | consequence |
    |---|---|
    | any, after the stream or its account or board was stopped | FAIL_SILENTLY |
    | reaches the whole stream, as without a token or a quota | STOP |
    | the fifth in a row of accounts or boards that this sync has read before, unless it is isolated | STOP |
    | any other, of a task that failed in three earlier syncs | WARN_ONLY |
    | any other | FAIL |

    After five failures in a row of one account or board, `TaskTracker.may_read` stops it.

    Args:
        error: the error.
        is_stopped: whether the stream, or this account or board, was stopped before.
        failing: the number of accounts or boards that were read in this sync and have failed in a row, with this one.
        failed_syncs: the number of earlier syncs in which the task failed.
    """
    if is_stopped:
        return FailureAction.FAIL_SILENTLY
    reaches_stream = isinstance(error, PinterestError) and error.reach is not ErrorScope.TASK
    if reaches_stream or (failing >= FAILURES_IN_A_ROW and not _is_isolated(error)):
        return FailureAction.STOP
    is_old = failed_syncs >= limits.FAILED_SYNCS_BEFORE_WARNING
    return FailureAction.WARN_ONLY if is_old else FailureAction.FAIL


def _is_isolated(error: Exception) -> bool:
    return isinstance(error, PinterestError) and error.is_isolated


class TaskTracker:
    """Counts how the tasks of a stream end in one sync, for all of its threads.

    An account of which this sync has read nothing never stops the stream, so that broken accounts don't keep good ones
    from being read. After five failures in a row, each further account of this kind is tried once, without retries,
    until a task is read.

    Attributes:
        done: the number of tasks that were read completely, in this sync or before.
        failed: the errors of the tasks that have failed, and of the planning.
        rejected: the tasks that Pinterest rejects or calls gone, until the last task has ended.
    """

    def __init__(self) -> None:
        self.done = 0
        self.failed: list[Exception] = []
        self.denied: list[tuple[Task, PinterestError]] = []
        self._lock = threading.Lock()
        self._is_stopped = False
        self._read: set[int] = set()  # hashes of accounts or boards, of which there may be 100,000
        self._denied: set[int] = set()  # likewise
        self._failing: set[ParentIds] = set()
        self._failures: Counter[ParentIds] = Counter()

    def is_stopped(self) -> bool:
        """Return whether the stream has been stopped."""
        return self._is_stopped

    def has_failed(self) -> bool:
        """Return whether anything but the access to single ad accounts has failed."""
        return not all(isinstance(error, AccountUnreadableError) for error in self.failed)

    def shows_no_right(self) -> bool:
        """Return whether Pinterest rejects every task and calls none gone, as it does to an app without a right."""
        is_any_gone = any(isinstance(error, NotFoundError) for _, error in self.denied)
        return bool(self.denied) and not (self.done or self.has_failed() or is_any_gone)

    def has_read(self, group: ParentIds) -> bool:
        """Return whether a task of this account or board was read in this sync."""
        return hash(group) in self._read

    def is_denied(self, group: ParentIds) -> bool:
        """Return whether Pinterest has rejected a task of this account or board in this sync, and none was read."""
        return hash(group) in self._denied and not self.has_read(group)

    def is_worth_retrying(self) -> bool:
        """Return whether a request that fails should be sent again."""
        return len(self._failing) < FAILURES_IN_A_ROW

    def allows(self, group: ParentIds) -> bool:
        """Return whether a task of this account or board should be read: the stream and it have not been stopped."""
        tries = FAILURES_IN_A_ROW if self.is_worth_retrying() or self.has_read(group) else 1
        return not self._is_stopped and self._failures[group] < tries

    def note_unchanged(self) -> None:
        """Count a task that an earlier sync has read, and that need not be read again."""
        with self._lock:
            self.done += 1

    def note_success(self, group: ParentIds) -> None:
        """Count a task that was read completely."""
        with self._lock:
            self.done += 1
            self._read.add(hash(group))
            self._failing.clear()
            self._failures.pop(group, None)

    def note_denial(self, group: ParentIds) -> None:
        """Note that Pinterest rejects a task, or calls it gone."""
        with self._lock:
            self._denied.add(hash(group))

    def note_failure(self, group: ParentIds, error: Exception, failed_syncs: int = 0) -> FailureAction:
        """Count the error of a task, which failed in so many earlier syncs. Return what it costs."""
        with self._lock:
            action = failure_action(
                error,
                is_stopped=not self.allows(group),
                failing=sum(map(self.has_read, self._failing | {group})),
                failed_syncs=failed_syncs,
            )
            if action is FailureAction.WARN_ONLY:
                return action  # no other task stays unread because of it
            self.failed.append(error)
            if action is not FailureAction.FAIL_SILENTLY:
                self._is_stopped = action is FailureAction.STOP
                if not _is_isolated(error):
                    self._failing.add(group)
                    self._failures[group] += 1
            return action
