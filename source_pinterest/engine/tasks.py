"""Tasks: the pieces of a stream that are read completely or not at all."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import PinterestError, TaskError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.record_batches import RecordBatch

ParentIds = tuple[str, ...]
"""The ids of a list's parents, outermost first: () for boards, (ad account,) for campaigns."""

START, END = "start_date", "end_date"
"""The names of the days of a task's window, which are those of Pinterest's parameters."""

Reader = Callable[["Task"], Generator[RecordBatch, None, Any]]
"""Reads a task. The generator returns a finding for the cursor."""


class Task(StreamSlice):
    """A piece of a stream that counts whole or not at all: a list, a query about some days, a report.

    A task is the slice that the framework knows and logs, with the function that reads it.

    Attributes:
        window: the days that it covers; None for a list.
        error: why the task can't be read; None if it can. A parent that can't be listed is such a task.
        on_end: called when the task has ended, however it did.
        discriminators: other values that distinguish it from similar tasks, such as the number of a batch.
        group: the account, owner or board with whose tasks the ledger counts it. After several failures in a row, the
            others of the group are not read. By default the outermost parent, and empty for a task of the whole stream.
        plan: plans the tasks that it represents; None for a task that is read itself, see `in_turn`.
        failed_syncs: the number of earlier syncs in which it failed.

    Args:
        parents: the ids that it belongs to, such as its ad account, which are written on every record.
        read: reads it.
        window: as above.
        discriminators: as above.
        on_end: as above.
    """

    def __init__(
        self,
        parents: Mapping[str, str],
        read: Reader,
        window: DateWindow | None = None,
        discriminators: Mapping[str, Any] | None = None,
        *,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        days = dict(zip((START, END), window.as_pair(), strict=True)) if window else {}
        super().__init__(partition=parents, cursor_slice={**days, **(discriminators or {})})
        self.window, self.discriminators = window, discriminators or {}
        self.error: PinterestError | None = None
        self._read, self.on_end = read, on_end
        self.group = self.parent_ids[:1]
        self.plan: Callable[[], Iterable[Task]] | None = None
        self.failed_syncs = 0

    @classmethod
    def failed(
        cls,
        parents: Mapping[str, str],
        error: PinterestError,
        window: DateWindow | None = None,
        discriminators: Mapping[str, Any] | None = None,
    ) -> "Task":
        """Return a task that can't be read, so that a parent's failure affects only its own children."""
        task = cls(parents, _reject, window, discriminators)
        task.error = error
        return task

    @classmethod
    def in_turn(cls, parents: Mapping[str, str], tasks: Callable[[], Iterable["Task"]]) -> "Task":
        """Return a task that represents others, so that a small quota of theirs blocks only one worker.

        Args:
            parents: the ids that all of them belong to.
            tasks: plans them. The worker requests the next task when the one before has ended. Each counts by itself.
        """
        task = cls(parents, _read_in_turn)
        task.plan = tasks
        return task

    @property
    def required_window(self) -> DateWindow:
        """The window of a task about days.

        Raises:
            LookupError: it is the task of a list.
        """
        if self.window is None:
            raise LookupError(f"The task {self} covers no days.")
        return self.window

    @property
    def parents(self) -> Mapping[str, str]:
        """The ids that it belongs to, by the field of a record that has them."""
        return self.partition

    @property
    def parent_ids(self) -> ParentIds:
        """The same ids without their fields, by which child streams find what the task lists."""
        return tuple(map(str, self.partition.values()))

    def record_batches(self) -> Generator[RecordBatch, None, Any]:
        """Read the task.

        Raises:
            PinterestError: the task can't be read.
        """
        return self._read(self)


def or_failed(parents: Mapping[str, str], tasks: Iterable[Task]) -> Iterator[Task]:
    """Return the tasks of some parents, or a failed task if the ids that they are made of can't be listed."""
    try:
        yield from tasks
    except TaskError as error:
        yield Task.failed(parents, error)


def batches(ids: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """Split ids into batches of at most `size`."""
    return [tuple(ids[start : start + size]) for start in range(0, len(ids), size)]


def _read_in_turn(task: Task) -> Generator[RecordBatch, None, None]:
    for each in task.plan() if task.plan else ():
        yield from each.record_batches()


def _reject(task: Task) -> Generator[RecordBatch, None, Any]:
    yield from ()
    if task.error:
        raise task.error
