"""The threads of a sync: how they start, how they wait, and how all of them end when the sync is closed."""

import sys
import threading
import weakref
from collections.abc import Callable, Generator, Hashable
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.concurrent.partition_enqueuer import PartitionEnqueuer

from source_pinterest.api.errors import FatalError, Reach

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ClosedError(SystemExit):
    """Ends a thread of a closed sync. It is no `Exception`, so that no stream treats it as a failure."""


class NoThreadError(FatalError):
    """This machine starts no further thread."""

    kind = FailureType.transient_error
    reach = Reach.SYNC


class Closing:
    """Ends the waits and requests of a sync that is closed because nothing reads its output any more."""

    def __init__(self) -> None:
        self.is_over = False
        self.waits: list[ClosableCondition] = []

    def close(self) -> None:
        """End the waiting threads of the sync. Working threads end before their next request or wait."""
        self.is_over = True
        for condition in tuple(self.waits):
            with condition:
                threading.Condition.notify(condition, sys.maxsize)

    def check(self) -> None:
        """Raise `ClosedError` once the sync is closed."""
        if self.is_over:
            raise ClosedError


CLOSING: ContextVar[Closing] = ContextVar("closing", default=Closing())  # noqa: B039 - the default is never closed
"""The sync for which a thread works."""


class ClosableCondition(threading.Condition):
    """A condition whose waits end when the sync is closed."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until notified.

        Raises:
            ClosedError: the sync is closed.
        """
        closing = CLOSING.get()
        closing.waits.append(self)  # before the check: `close` wakes every wait that has not seen `is_over`
        try:
            return closing.is_over or super().wait(timeout)
        finally:
            closing.waits.remove(self)
            closing.check()


def pause(seconds: float) -> None:
    """Wait for this many seconds.

    Raises:
        ClosedError: the sync is closed.
    """
    condition = ClosableCondition()
    with condition:
        condition.wait(seconds)


class ReadOnce(Generic[K, V]):
    """Values that the first caller reads, and for which all other callers wait. No lock is held while one is read.

    One condition serves all keys, since one for each of 100,000 boards would take more than 100 MB.
    """

    def __init__(self) -> None:
        self._changed = ClosableCondition()
        self._being_read: set[K] = set()
        self._values: dict[K, V] = {}
        self._errors: dict[K, Exception] = {}

    def get(self, key: K, read: Callable[[], V]) -> V:
        """Return the value of a key.

        Args:
            key: identifies the value.
            read: returns it. An exception is raised in all callers.

        Raises:
            ClosedError: the sync is closed.
        """
        with self._changed:
            while key in self._being_read:
                self._changed.wait()
            if key in self._values:
                return self._values[key]
            if key in self._errors:
                raise self._errors[key]
            self._being_read.add(key)
        try:
            value = self._values[key] = read()
        except Exception as error:
            self._errors[key] = error
            raise
        finally:
            with self._changed:
                self._being_read.remove(key)
                self._changed.notify_all()
        return value

    def forget(self, key: K) -> None:
        """Free the memory of a value that no caller needs any more."""
        self._values.pop(key, None)


@contextmanager
def starting() -> Generator[None, None, None]:
    """Raise `NoThreadError` if a thread can't be started within the block."""
    try:
        yield
    except RuntimeError as error:
        raise NoThreadError(
            "This machine can't start another thread, so the stream is not read to its end. Allow the process, or its "
            "container, more threads or more memory, or lower num_workers. The next sync continues from there."
        ) from error


_Calls = SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]
"""Calls to make. None ends the thread that takes it."""


class _Pool:
    """Daemon threads that call functions. At its end, Python would wait for the threads of a `ThreadPoolExecutor`.

    Args:
        count: the most threads; each of the first calls starts one.
        name: of the threads.
        closing: of the sync that they work for.
    """

    def __init__(self, count: int, name: str, closing: Closing) -> None:
        self._count, self._name, self._closing = count, name, closing
        self._calls: _Calls = SimpleQueue()
        self._started = 0
        weakref.finalize(self, _end, self._calls, count)

    def submit(self, function: Callable[[], Any]) -> Future[Any]:
        """Have a function called. Only one thread may call this."""
        future: Future[Any] = Future()
        if self._started < self._count:
            name = f"{self._name}_{self._started}"
            with starting():
                threading.Thread(target=_work, args=(self._calls, self._closing), name=name, daemon=True).start()
            self._started += 1
        self._calls.put((future, function))
        return future

    def end(self) -> None:
        """End each thread after the call that it is in. Calls that have not begun are cancelled."""
        _end(self._calls, self._count)


def _work(calls: _Calls, closing: Closing) -> None:
    CLOSING.set(closing)
    while call := calls.get():
        future, function = call
        try:
            future.set_result(function())
        except BaseException as error:  # noqa: BLE001 - the framework looks at the future
            future.set_exception(error)
        del call, future, function  # nothing of a task stays in memory while its thread waits for the next


def _end(calls: _Calls, count: int) -> None:
    with suppress(Empty):
        while True:
            if call := calls.get_nowait():
                call[0].cancel()
    for _ in range(count):
        calls.put(None)


class Workers(Executor):
    """The threads in which the framework reads streams, and others in which it plans them, which may wait for minutes.

    Args:
        count: the number of threads that read.
        planners: the number of threads that plan.
    """

    def __init__(self, count: int, planners: int) -> None:
        self._closing = Closing()
        self._readers = _Pool(count, "workerpool", self._closing)
        self._planners = _Pool(planners, "planner", self._closing)

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a function in one of the threads.

        Raises:
            NoThreadError: a thread can't be started.
        """
        is_plan = isinstance(getattr(function, "__self__", None), PartitionEnqueuer)
        return (self._planners if is_plan else self._readers).submit(partial(function, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the base's
        """End each thread after the call that it is in, without a wait. Calls that have not begun are cancelled."""
        del wait, cancel_futures
        self._readers.end()
        self._planners.end()

    def close(self) -> None:
        """End the threads, whatever they wait for. One that waits for a response ends when that comes or times out."""
        self._closing.close()
        self.shutdown()
