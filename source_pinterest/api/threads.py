"""The threads of a sync: how they start, how they wait, and how all of them end when the sync is closed."""

import sys
import threading
from collections.abc import Callable, Generator, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
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
        self.waits: list[Signal] = []

    def close(self) -> None:
        """End the waiting threads of the sync. Working threads end before their next request or wait."""
        self.is_over = True
        for signal in tuple(self.waits):
            with signal:
                threading.Condition.notify(signal, sys.maxsize)

    def check(self) -> None:
        """Raise `ClosedError` once the sync is closed."""
        if self.is_over:
            raise ClosedError


CLOSING: ContextVar[Closing] = ContextVar("closing", default=Closing())  # noqa: B039 - the default is never closed
"""The sync for which a thread works."""


class Signal(threading.Condition):
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
    signal = Signal()
    with signal:
        signal.wait(seconds)


class ReadOnce(Generic[K, V]):
    """Values that the first caller reads, and for which all other callers wait. No lock is held while one is read.

    One condition serves all keys, since one for each of 100,000 boards would take more than 100 MB.
    """

    def __init__(self) -> None:
        self._changed = Signal()
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
            self._values[key] = read()
        except Exception as error:
            self._errors[key] = error
            raise
        finally:
            with self._changed:
                self._being_read.remove(key)
                self._changed.notify_all()
        return self._values[key]


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


class Workers(ThreadPoolExecutor):
    """The threads in which the framework reads streams, and others in which it plans them, which may wait for minutes.

    Args:
        count: the number of threads that read.
        planners: the number of threads that plan.
    """

    def __init__(self, count: int, planners: int) -> None:
        self._closing = Closing()
        super().__init__(count, "workerpool", CLOSING.set, (self._closing,))
        self._planners = ThreadPoolExecutor(planners, "planner", CLOSING.set, (self._closing,))

    def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a function in one of the threads.

        Raises:
            NoThreadError: a thread can't be started.
        """
        is_plan = isinstance(getattr(args[0], "__self__", None), PartitionEnqueuer)
        with starting():
            return self._planners.submit(*args, **kwargs) if is_plan else super().submit(*args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the base's
        """End the threads once they have nothing to do."""
        self._planners.shutdown(wait, cancel_futures=cancel_futures)
        super().shutdown(wait, cancel_futures=cancel_futures)

    def close(self) -> None:
        """End the threads, whatever they wait for."""
        self._closing.close()
        self.shutdown(wait=False, cancel_futures=True)
