"""The threads of a sync, and values that one of them reads for all."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
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


class Workers(Executor):
    """The threads in which the framework reads streams, and others in which it plans them and may wait for minutes."""

    def __init__(self, count: int, planners: int) -> None:
        self._readers, self._planners = ThreadPoolExecutor(count, "workerpool"), ThreadPoolExecutor(planners, "planner")

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a function in one of the threads."""
        is_plan = isinstance(getattr(function, "__self__", None), PartitionEnqueuer)
        return (self._planners if is_plan else self._readers).submit(function, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the base's
        """End each thread after the calls that wait, without waiting for that."""
        del wait
        for pool in (self._readers, self._planners):
            pool.shutdown(wait=False, cancel_futures=cancel_futures)
