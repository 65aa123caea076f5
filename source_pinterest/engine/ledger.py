"""The ledger of a stream: it keeps the books of the stream's tasks, and draws the consequences of failures.

| the task's error | consequence |
|---|---|
| reaches the whole stream, or the stream has a single task and it is refused | the stream stops |
| refused or gone; the config names the account, or it was read before | the task fails |
| refused or gone otherwise | the task is left out, see `_verdict` |
| any other | the task fails; `CircuitBreaker` may stop its account or the stream |

A task that has failed stays unread in the state, its stream is incomplete, and reading goes on.
"""

import logging
import threading
from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, ClassVar, Protocol

from source_pinterest.api.auth import PinterestAuthenticator
from source_pinterest.api.errors import (
    Access,
    AccountUnreadableError,
    ConfigError,
    GoneError,
    NothingLeftError,
    PinterestError,
    Reach,
    Reason,
    RefusedError,
    RightMissingError,
    sign_in_for,
)
from source_pinterest.api.usage import StreamUsage
from source_pinterest.engine.circuit_breaker import CircuitBreaker
from source_pinterest.engine.pages import Page
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.tasks import Key, Task
from source_pinterest.state.cursor import PinterestCursor
from source_pinterest.state.formats import ACCOUNT_KEY

LOGGER = logging.getLogger("airbyte")


@dataclass(frozen=True)
class Done:
    """A task was read whole. The cursor takes the finding."""

    finding: Any = None


@dataclass(frozen=True)
class Failed:
    """Reading a task has failed. The ledger decides whether the task is left out."""

    error: Exception


@dataclass(frozen=True)
class NotRead:
    """A task was not read, because its stream or its account had been stopped."""


Outcome = Done | Failed | NotRead


class Consequence(Enum):
    """What happens after a task has failed."""

    LEAVE_OUT = auto()
    FAIL = auto()
    STOP = auto()


class BookedStream(Protocol):
    """The attributes and methods of a stream that its ledger uses."""

    access: Access | None
    scopes: ClassVar[tuple[str, ...]]
    usage: StreamUsage
    notices: Notices
    checkpoint: PinterestCursor | None
    ids: ParentIds

    @property
    def name(self) -> str:
        """The stream's name."""

    def is_expected(self, task: Task) -> bool:
        """Return whether the task has to be readable."""


class Ledger:
    """The tasks of one stream in one sync, and what has become of them.

    Of successes it keeps counts and hashes of parents, of failures the errors. No lock is held while something is
    logged, emitted or raised. The planning of a stream counts as a task of its own, and whoever ends last raises the
    verdict: raised on the main thread, it would end the sync of the other streams.

    Args:
        stream: the stream.
        authenticator: has the permissions that were granted.
    """

    def __init__(self, stream: BookedStream, authenticator: PinterestAuthenticator) -> None:
        self._stream = stream
        self._authenticator = authenticator
        self.breaker = CircuitBreaker()
        self._lock = threading.Lock()
        self._open = 1  # tasks that have not ended, and the planning itself
        self._done = 0
        self._failed: list[Exception] = []
        self._refused: list[tuple[Task, PinterestError]] = []
        self._left_out: dict[Key, PinterestError] = {}

    def add(self, task: Task) -> bool:
        """Count a task that is going to be read. Return False if the stream has been stopped."""
        if self.breaker.is_open:
            return False
        with self._lock:
            self._open += 1
        self._stream.usage.count_task(task.rows)
        if task.error is None:
            self._stream.ids.promise(task.key)
        return True

    def end_planning(self, error: Exception | None) -> Exception | None:
        """Record the end of the planning.

        Args:
            error: why it broke off; None if it did not.

        Returns:
            The error to raise: the given one, or the verdict if all tasks have ended.
        """
        self._stream.usage.finish_planning()
        self._stream.ids.seal()
        if error:
            with self._lock:
                self._failed.append(error)
        return self._closed(error)

    def may_read(self, task: Task) -> bool:
        """Return False if the task would fail as earlier ones did. It then stays unread."""
        return not self.breaker.is_open_for(task.parent)

    def counted(self, task: Task, pages: Generator[Page, None, Any]) -> Generator[Page, None, Any]:
        """Yield the pages of a task, each counted by the cursor before it is queued. Return what the pages return."""
        cursor = self._stream.checkpoint
        while True:
            try:
                page = next(pages)
            except StopIteration as end:
                return end.value
            if cursor:
                cursor.count(page.count, task)
            yield page

    def end(self, task: Task, outcome: Outcome) -> Exception | None:
        """Record how a task has ended. Nothing else is told of it.

        Returns:
            The error to raise: the task's own, or after the last task the verdict of the stream. After several errors
            that stop an account or the stream, the next ones are not raised any more.
        """
        cursor, error = self._stream.checkpoint, None
        match outcome:
            case Done(finding):
                if cursor:
                    cursor.commit(task, finding)
                with self._lock:
                    self._done += 1
                self.breaker.note_success(task.parent)
            case Failed(reason):
                error = self._failure(task, reason)
            case NotRead():
                if cursor:
                    cursor.fail(task)
        self._stream.usage.count_read_task()
        error = self._closed(error)
        self._stream.ids.release(task.key)
        task.ended()
        return error

    def decide(self, task: Task, error: Exception) -> Consequence:
        """Return the consequence of an error, by the table of this module."""
        if not isinstance(error, RefusedError | GoneError):
            reaches_stream = isinstance(error, PinterestError) and error.reach is not Reach.TASK
            return Consequence.STOP if reaches_stream else Consequence.FAIL
        if not task.partition:
            return Consequence.STOP
        is_final = self._stream.access is None  # otherwise the right may be missing, which the last task shows
        return Consequence.FAIL if is_final and self._is_loss(task) else Consequence.LEAVE_OUT

    def leave_out(self, task: Task, error: PinterestError) -> None:
        """Warn that a task can't be read, and go on without it."""
        self._left_out[task.key] = error
        left_out = f"{', '.join(task.key)} is left out."
        if self._stream.notices.warn(left_out, f"{left_out} {error.message}."):
            self._stream.usage.count_left_out()

    def explain(self, error: PinterestError) -> PinterestError:
        """Return the error for a stream whose tasks were all refused.

        Pinterest may report a missing right as a missing permission.
        """
        access, scopes = self._stream.access, self._stream.scopes
        if access is None:
            return error
        if error.reason is Reason.FEATURE_CLOSED:
            return self._access_missing(access, error.quote)
        if error.reason is not Reason.PERMISSION_MISSING:
            return self._access_missing(access, str(error.message))
        granted = self._authenticator.granted
        if granted and not granted.issuperset(scopes):
            return error
        return self._access_missing(access, error.quote, () if granted else scopes)

    def _access_missing(self, access: Access, quote: str, scopes: tuple[str, ...] = ()) -> PinterestError:
        """Return the error if the stream needs a right that no permission brings: a beta, a role, a kind of account."""
        needs = f"the permission {' and '.join(scopes)} and {access.needs}" if scopes else access.needs
        advice = ". ".join(filter(None, (sign_in_for(scopes), access.advice)))
        return RightMissingError(
            f"{self._stream.name} can't be read: it needs {needs}. {advice}, or leave the stream out. {quote}."
        )

    def _failure(self, task: Task, error: Exception) -> Exception | None:
        """Draw the consequence of an error. Return the error to raise, or None if the task is left out."""
        consequence = self.decide(task, error)
        if consequence is Consequence.LEAVE_OUT and isinstance(error, PinterestError):
            with self._lock:
                self._refused.append((task, error))
            return None
        error = self._explained(task, error)
        with self._lock:
            self._failed.append(error)
        if cursor := self._stream.checkpoint:
            cursor.fail(task)
            if consequence is Consequence.FAIL and not isinstance(error, NothingLeftError):
                cursor.note_failure(task)
        return error if self.breaker.note_failure(error, task.parent) else None

    def _closed(self, error: Exception | None) -> Exception | None:
        """Count the end of a task or of the planning. Return its error, or the verdict if it was the last.

        The verdict is logged if the stream has failed anyway.
        """
        with self._lock:
            self._open -= 1
            if self._open:
                return error
        verdict = self._verdict()
        if verdict and (error or any(map(_is_failure, self._failed))):
            LOGGER.warning(verdict.message)
            return error
        return error or verdict

    def _is_loss(self, task: Task) -> bool:
        """Return whether a refused task has to be readable, or belongs to an account of which others were read."""
        is_account = tuple(task.partition) == (ACCOUNT_KEY,)
        return (is_account and self.breaker.has_read(task.parent)) or self._stream.is_expected(task)

    def _explained(self, task: Task, error: Exception) -> Exception:
        """Return an error with what the user can do about it in this stream."""
        if isinstance(error, RightMissingError):
            return _caused_by(error, self.explain(error))
        if not isinstance(error, RefusedError | GoneError):
            return error
        if task.partition:
            return _caused_by(error, self._loss(task, error))
        if isinstance(error, RefusedError) and self._stream.access:
            return _caused_by(error, self.explain(error))
        return _caused_by(error, ConfigError(f"{error.message}. {error.advice}"))

    def _loss(self, task: Task, error: PinterestError) -> PinterestError:
        is_part = self.breaker.has_read(task.parent)
        return AccountUnreadableError(task[ACCOUNT_KEY], str(error.message), is_part=is_part)

    def _is_right_shown(self) -> bool:
        """Return whether an outcome shows that the stream's right is there: anything but a refusal."""
        gone = any(isinstance(error, GoneError) for _, error in self._refused)
        return bool(self._done) or gone or any(map(_is_failure, self._failed))

    def _verdict(self) -> PinterestError | None:
        """Return what the refusals of all tasks mean together, once the last task has ended.

        If every task was refused, the stream's right is missing. Otherwise the refused tasks are left out, each with
        a warning, unless another task of the same account was read. The stream fails if several tasks were left out
        and none was read; a single one may really be gone.
        """
        if self._refused and self._stream.access and not self._is_right_shown():
            return self.explain(self._refused[0][1])
        losses: dict[Key, PinterestError] = {}
        for task, error in self._refused:
            if not self._is_loss(task):
                self.leave_out(task, error)
                continue
            losses.setdefault(task.key, self._loss(task, error))
            if cursor := self._stream.checkpoint:
                cursor.fail(task)
                cursor.note_failure(task)
        for error in list(losses.values())[1:]:
            LOGGER.warning(error.message)
        if losses:
            return next(iter(losses.values()))
        if self._done or self._failed or len(self._left_out) <= 1:
            return None
        return NothingLeftError(
            self._stream.name, len(self._left_out), str(next(iter(self._left_out.values())).message)
        )


def _is_failure(error: Exception) -> bool:
    """Return whether an error is more than the refusal of an account."""
    return not isinstance(error, AccountUnreadableError)


def _caused_by(cause: Exception, error: PinterestError) -> PinterestError:
    if error is not cause:
        error.__cause__ = cause
    return error
