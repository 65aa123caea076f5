"""Reads the tasks of a stream, and tells the stream's ledger how each of them has ended."""

from collections.abc import Iterable, Iterator

from source_pinterest.api.errors import translate_errors
from source_pinterest.engine.ledger import Done, Failed, Ledger, NotRead, Outcome
from source_pinterest.engine.pages import Page
from source_pinterest.engine.tasks import Task


class TaskReader:
    """Reads the tasks of one stream.

    Args:
        stream: the stream's name.
        ledger: the stream's ledger.
    """

    def __init__(self, stream: str, ledger: Ledger) -> None:
        self._stream, self._ledger = stream, ledger

    def planned(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """Return the tasks as they are planned, until the stream is stopped.

        Raises:
            PinterestError: the plan breaks off, or the verdict of the stream if all tasks have ended by then.
        """
        error: Exception | None = None
        try:
            for task in translate_errors(self._stream, tasks):
                if not self._ledger.add(task):
                    break
                yield task
        except Exception as broken_off:  # noqa: BLE001 - the ledger takes any error
            error = broken_off
        if error_to_raise := self._ledger.end_planning(error):
            raise error_to_raise

    def read(self, task: Task) -> Iterator[Page]:
        """Return the pages of a task; none if its stream or its account has been stopped.

        Raises:
            PinterestError: the task can't be read, or the verdict of the stream after its last task.
        """
        outcome: Outcome = NotRead()
        try:
            if self._ledger.may_read(task):
                pages = translate_errors(self._stream, task.pages())
                try:
                    outcome = Done((yield from self._ledger.counted(task, pages)))
                except Exception as error:  # noqa: BLE001 - the error of a bug ends the task as well
                    outcome = Failed(error)
        finally:
            error_to_raise = self._ledger.end(task, outcome)
        if error_to_raise:
            raise error_to_raise
