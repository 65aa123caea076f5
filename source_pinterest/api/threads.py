"""The threads of a sync, and values that one of them reads for all."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from airbyte_cdk.sources.streams.concurrent.partition_enqueuer import PartitionEnqueuer

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ReadOnce(Generic[K, V]):
    """Values that the first caller reads, and for which all other callers wait. No lock is held while one is read.

    One condition serves all keys, since one for each of 100,000 boards would take more than 100 MB.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._being_read: set[K] = set()
        self._values: dict[K, V] = {}
        self._errors: dict[K, Exception] = {}

    def get(self, key: K, read: Callable[[], V]) -> V:
        """Return the value of a key.

        Args:
            key: identifies the value.
            read: returns it. An exception is raised in all callers.
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


_Calls = SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]
"""Calls to make. None ends the thread that takes it."""


class _Pool:
    """Daemon threads that call functions. At its end, Python would wait for the threads of a `ThreadPoolExecutor`."""

    def __init__(self, count: int, name: str) -> None:
        self._count, self._name, self._started = count, name, 0
        self._calls: _Calls = SimpleQueue()

    def submit(self, function: Callable[[], Any]) -> Future[Any]:
        """Have a function called. Only one thread may call this."""
        future: Future[Any] = Future()
        if self._started < self._count:
            name = f"{self._name}_{self._started}"
            threading.Thread(target=_work, args=(self._calls,), name=name, daemon=True).start()
            self._started += 1
        self._calls.put((future, function))
        return future

    def end(self) -> None:
        """End each thread after the calls that wait."""
        for _ in range(self._started):
            self._calls.put(None)


def _work(calls: _Calls) -> None:
    while call := calls.get():
        future, function = call
        try:
            future.set_result(function())
        except BaseException as error:  # noqa: BLE001 - the framework looks at the future
            future.set_exception(error)
        del call, future, function  # nothing of a task stays in memory while its thread waits for the next


class Workers(Executor):
    """The threads in which the framework reads streams, and others in which it plans them and may wait for minutes."""

    def __init__(self, count: int, planners: int) -> None:
        self._readers, self._planners = _Pool(count, "workerpool"), _Pool(planners, "planner")

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a function in one of the threads."""
        is_plan = isinstance(getattr(function, "__self__", None), PartitionEnqueuer)
        return (self._planners if is_plan else self._readers).submit(partial(function, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the base's
        """End each thread after the calls that wait."""
        del wait, cancel_futures
        self._readers.end()
        self._planners.end()
