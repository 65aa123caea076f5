"""Values that one thread reads for all."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleFlight(Generic[K, V]):
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
