"""The loop of a sync: threads plan and read the streams, and the main thread returns their messages in order.

planners ─ tasks ─> workers ─ records, states, errors, statuses ─> main thread

Each thread waits for threads further right, or for earlier streams, and so for one that continues:

- A planner takes the streams in reading order. It may wait for the ids that a parent lists, which is earlier in this
  order, and for room among the tasks.
- A worker takes the tasks in their order. It waits for Pinterest, and for room in the queue of messages.
- The main thread waits only for messages.

The threads are daemons: a `ThreadPoolExecutor` would keep a failed process alive until its requests have ended.
"""

import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from queue import Queue
from typing import Any

from airbyte_cdk.models import AirbyteMessage, AirbyteStreamStatus

from source_pinterest.engine.progress import Progress, status_of
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.base.run import StreamRun

_QUEUED_MESSAGES = 16
"""A batch is one of them, of at most a mebibyte."""
_QUEUED_TASKS = 10_000

Message = AirbyteMessage | RecordBatch
_Status = tuple[str, AirbyteStreamStatus]
"""A stream and its new status. The main thread makes the message, so that the times of all messages are in order."""


class Loop:
    """Plans and reads streams in threads. All that is put leaves in its order, a state after its records."""

    def __init__(self) -> None:
        self._messages: Queue[Message | _Status | Exception] = Queue(_QUEUED_MESSAGES)
        self._tasks: Queue[tuple[StreamRun, Task] | None] = Queue(_QUEUED_TASKS)
        self._open: Counter[StreamRun] = Counter()
        """The parts of each stream that have not ended: its tasks, and its planning."""
        self._lock = threading.Lock()

    def put(self, message: Message) -> None:
        """Return a message after all that this thread has put. Never called by the main thread, which would wait."""
        self._messages.put(message)

    def read(
        self,
        runs: Sequence[StreamRun],
        progress: Progress,
        workers: int,
        planners: int,
        before: Mapping[str, set[str]],
    ) -> Iterator[Message]:
        """Read streams, and return their records in batches, and all other messages.

        Args:
            runs: those of the streams, in reading order.
            progress: takes note of the messages.
            workers: the number of threads that read.
            planners: the number of streams that are planned at the same time.
            before: by stream: the streams that end before it continues, while a daily quota is known.
        """

        def wait_for_turn(run: StreamRun) -> None:
            if run.name in before:
                progress.wait_for(before[run.name], run.stream.api.budget.has_daily_quota)

        waiting = iter(runs)  # gives each run to one of the threads that share it
        _start(planners, "planner", self._plan, waiting, wait_for_turn)
        _start(workers, "worker", self._work)
        while len(progress.ended) < len(runs):
            message = self._messages.get()
            if isinstance(message, Exception):
                raise message
            if isinstance(message, tuple):
                message = status_of(*message)
            if isinstance(message, RecordBatch):
                if progress.count_batch(message):
                    yield status_of(message.stream, AirbyteStreamStatus.RUNNING)
                yield message
            else:
                yield message
                progress.observe(message)
        for _ in range(workers):
            self._tasks.put(None)

    def _plan(self, waiting: Iterator[StreamRun], wait_for_turn: Callable[[StreamRun], None]) -> None:
        for run in waiting:
            self._messages.put((run.name, AirbyteStreamStatus.STARTED))
            self._open[run] = 1
            with self._part_of(run):
                wait_for_turn(run)
                for task in run.tasks():
                    wait_for_turn(run)  # the requests that found the task may have shown a quota
                    with self._lock:
                        self._open[run] += 1
                    self._tasks.put((run, task))

    def _work(self) -> None:
        for run, task in iter(self._tasks.get, None):
            with self._part_of(run):
                for batch in run.read(task):
                    self.put(batch)
                    del batch
            del run, task  # nothing of a task stays in memory while its thread waits for the next

    @contextmanager
    def _part_of(self, run: StreamRun) -> Generator[None, None, None]:
        """Fail the stream if this part of it can't be read, and end it after its last part."""
        try:
            try:
                yield
            except Exception as error:  # noqa: BLE001 - a bug fails only its own stream
                run.fail(error)
            with self._lock:
                self._open[run] -= 1
                is_last = not self._open[run]
            if is_last:
                self._messages.put((run.name, run.end()))
        except Exception as bug:  # noqa: BLE001 - the main thread would wait for the end of the stream for ever
            self._messages.put(bug)


def _start(count: int, name: str, work: Callable[..., None], *arguments: Any) -> None:
    for number in range(count):
        threading.Thread(target=work, args=arguments, name=f"{name}_{number}", daemon=True).start()
