"""A stream in one sync. `StreamRun` plans its tasks, reads them, and handles how each of them ends."""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator

from airbyte_cdk.models import AirbyteMessage, AirbyteStreamStatus, ConfiguredAirbyteStream
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager

from source_pinterest.api.errors import (
    AccessDeniedError,
    AccountUnreadableError,
    AllTasksDeniedError,
    ConfigError,
    MissingEntitlementError,
    NotFoundError,
    PinterestError,
    as_task_error,
    with_cause,
)
from source_pinterest.engine.output import to_trace_message
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.engine.task_tracker import FailureAction
from source_pinterest.engine.tasks import ParentIds, Task
from source_pinterest.state.cursor import FullRefresh, StatelessCursor, StateStore
from source_pinterest.state.formats import ACCOUNT_KEY, has_position
from source_pinterest.streams.base.stream import PinterestStream

LOGGER = logging.getLogger("airbyte")


class StreamRun:
    """Plans the tasks of a stream, reads them, and reports the end of each to cursor, counts and child streams.

    The loop calls `tasks` once, `read` for each task, `fail` with each error that these raise, and `end` at last.

    If the stream can't be read with this kind of token, or its saved state can't be read, it fails without affecting
    other streams. If an earlier attempt of the same full refresh has read it whole, it is not read again. In neither
    case does it emit records, so the streams that need its ids list them.

    No lock is held while something is logged, sent or raised.

    Args:
        stream: the stream.
        configured: its entry in the catalog; None if it is not selected.
        states: the states that the platform saved.
        send: takes states and errors.
    """

    def __init__(
        self,
        stream: PinterestStream,
        configured: ConfiguredAirbyteStream | None,
        states: ConnectorStateManager,
        send: Callable[[AirbyteMessage], None],
    ) -> None:
        self.stream, self._send, self._tracker = stream, send, stream.tracker
        manager = states if configured else ConnectorStateManager()
        store = StateStore(stream.name, manager, send, FullRefresh.in_catalog(configured))
        self._has_ended, self._unreadable = store.has_ended(), None
        try:
            if stream.needs_user_token and stream.config.has_app_token:
                raise ConfigError(  # noqa: TRY301 - caught below, as the errors of the state are
                    f"{stream.name} can't be read with App Credentials: Pinterest serves it to users only. Choose "
                    "OAuth2.0 as Authorization Method, or leave the stream out."
                )
            stream.open_state(configured, store)
        except ConfigError as error:
            self._unreadable = error
            return
        has_cursor = not isinstance(stream.state_cursor, StatelessCursor)
        if has_cursor and has_position(store.incoming()) and not has_position(stream.state_cursor.state):
            LOGGER.warning(
                f"{stream.name}: the saved state names nothing that the stream knows, so the stream is read from the "
                "beginning. A destination that appends then holds rows twice: clear the stream's data, or restore the "
                "state that the last sync printed."
            )
        if self._has_ended:
            LOGGER.info(f"{stream.name}: an earlier attempt of this full refresh has read the stream already.")
        elif configured:
            stream.select()

    @property
    def name(self) -> str:
        return self.stream.name

    def tasks(self) -> Iterator[Task]:
        """Plan the tasks to read, and yield them, until the stream is stopped.

        Raises:
            ConfigError: the saved state, or the stream with this kind of token, can't be read.
            PinterestError: the planning breaks off.
        """
        if self._unreadable:
            raise self._unreadable
        if self._has_ended:
            return
        try:
            for task in self.stream.tasks():
                if not self._add(task):
                    break
                yield task
        except Exception as raised:  # noqa: BLE001 - the error of a bug ends the planning as well
            error = as_task_error(self.name, raised)
            self._tracker.failed.append(error)
            raise error  # noqa: B904 - a new error has its cause
        finally:  # child streams wait no longer, also if the planning is closed; denials are not evaluated then
            self.stream.ids.seal()

    def _add(self, task: Task) -> bool:
        """Count a task that is going to be read. Return False if the stream has been stopped."""
        if self._tracker.is_stopped():
            return False
        if not task.plan:
            self.stream.usage.count("tasks")
        if task.error is None:
            self.stream.ids.promise(task.parent_ids)
        return True

    def read(self, task: Task) -> Generator[RecordBatch, None, None]:
        """Yield the batches of a task; none if its stream or its account has been stopped.

        Raises:
            PinterestError: the task can't be read.
        """
        error: Exception | None = None
        try:
            may_read = self._tracker.allows(task.group)
            if may_read and task.plan:
                error = yield from self._read_in_turn(task.plan())
            elif may_read:
                record_batches = task.record_batches()
                try:
                    while True:
                        batch = next(record_batches)
                        self.stream.state_cursor.count(batch.count, task)  # before it is queued
                        yield batch
                except StopIteration as end:
                    self.stream.state_cursor.commit(task, end.value)
                    self._tracker.note_success(task.group)
        except Exception as raised:  # noqa: BLE001 - the error of a bug ends the task as well
            error = self._failure(task, as_task_error(self.name, raised))
            _drop_traces(raised)
        finally:  # also if the sync is closed; denials are not evaluated then
            if not task.plan:
                self.stream.usage.count("tasks read")
            self.stream.ids.release(task.parent_ids)
            task.on_end()
        if error:
            raise error

    def _read_in_turn(self, tasks: Iterable[Task]) -> Generator[RecordBatch, None, Exception | None]:
        """Plan and read tasks one after another, until the stream is stopped. Return their first error."""
        first: Exception | None = None
        for task in tasks:
            if not self._add(task):
                break
            try:
                yield from self.read(task)
            except Exception as error:  # noqa: BLE001 - the end of the task has been reported
                LOGGER.warning(f"{self.name}: not everything could be read. {getattr(error, 'message', error)}")
                first = first or error
        return first

    def _failure(self, task: Task, error: Exception) -> Exception | None:
        """Handle an error. Return the error to raise, which says what the user can do about it.

        | denied                                         | consequence                                           |
        |------------------------------------------------|-------------------------------------------------------|
        | the only task of a stream                      | the stream fails immediately                          |
        | an account that is required                    | the account is lost immediately                       |
        | any other task, and each of a stream that may  | evaluated after the last task: if all are denied, the |
        | lack a right                                   | right is missing                                      |
        """
        if isinstance(error, AccessDeniedError | NotFoundError):
            self._tracker.note_denial(task.group)
            if task.parents and (self.stream.access or not self._is_loss(task)):
                self._tracker.denied.append((task, error))
                return None
            error = with_cause(error, self._loss(task, error) if task.parents else self.stream.explain(error))
        elif isinstance(error, MissingEntitlementError):
            error = with_cause(error, self.stream.explain(error))
        action = self._tracker.note_failure(task.group, error, task.failed_syncs)
        self.stream.state_cursor.fail(task, error)
        if action is FailureAction.WARN_ONLY and isinstance(error, PinterestError):
            self.stream.skip(task, error)
            return None
        return None if action is FailureAction.FAIL_SILENTLY else error

    def fail(self, error: Exception) -> None:
        """Tell the error of a task, or of the planning."""
        self.stream.state_cursor.is_incomplete = True
        if isinstance(error, PinterestError):  # its message is enough for the user
            LOGGER.error(f"Exception while syncing stream {self.name}: {error.message}")
        else:
            LOGGER.error(f"Exception while syncing stream {self.name}", exc_info=error)
        self._send(to_trace_message(error, self.name))

    def end(self) -> AirbyteStreamStatus:
        """End the stream, after its planning and its last task: evaluate the denials, send the last state.

        The error of the rejections is logged if the stream has failed anyway.
        """
        if error := self.resolve_denials():
            if self._tracker.has_failed():
                LOGGER.warning(error.message)
            else:
                self.fail(error)
        if not self._unreadable:  # otherwise, the saved state stays
            self.stream.state_cursor.emit_last()
        return (
            AirbyteStreamStatus.INCOMPLETE if self.stream.state_cursor.is_incomplete else AirbyteStreamStatus.COMPLETE
        )

    def resolve_denials(self) -> PinterestError | None:
        """Lose or leave out the rejected tasks. Return the error of the stream.

        If Pinterest rejects every task of a stream that needs a right, the right is missing. Otherwise, required
        tasks are lost, and all others are skipped. The stream fails if several are skipped, and nothing of
        it was read or has failed. A single one may really be gone.
        """
        ledger = self._tracker
        if self.stream.access and ledger.shows_no_right():
            return self.stream.explain(ledger.denied[0][1])
        losses, skipped = dict[ParentIds, PinterestError](), dict[ParentIds, PinterestError]()
        for task, error in ledger.denied:
            if self._is_loss(task):
                self.stream.state_cursor.fail(task, error)
                losses.setdefault(task.parent_ids, self._loss(task, error))
            else:
                self.stream.state_cursor.skip(task, error)
                self.stream.skip(task, error)
                skipped.setdefault(task.parent_ids, error)
        for loss in list(losses.values())[1:]:
            LOGGER.warning(loss.message)
        if len(skipped) > 1 and not (losses or ledger.done or ledger.failed):
            return AllTasksDeniedError(self.name, len(skipped), str(next(iter(skipped.values())).message))
        return next(iter(losses.values()), None)

    def _is_loss(self, task: Task) -> bool:
        """Return whether a denied task means the loss of an account: one that is expected, or was read before."""
        is_account = tuple(task.parents) == (ACCOUNT_KEY,)
        return (is_account and self._tracker.has_read(task.group)) or self.stream.is_required(task)

    def _loss(self, task: Task, error: PinterestError) -> PinterestError:
        is_partial = self._tracker.has_read(task.group)
        account, quote = task[ACCOUNT_KEY], str(error.message).rstrip(".")
        return AccountUnreadableError(account, f"{quote}{self.stream.unread_days(account)}", is_partial=is_partial)


def _drop_traces(error: Exception) -> None:
    """Let go of the bodies in the functions that an error came through. The error itself is kept until the end."""
    cause: BaseException | None = error if isinstance(error, PinterestError) else None  # the trace of a bug stays
    while cause:
        cause.__traceback__ = None
        cause = cause.__context__
