"""The ids that parent streams list. Each listing is read once in a sync, however many child streams need it."""

import threading
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from source_pinterest.api.errors import TaskError, as_task_error
from source_pinterest.api.threads import SingleFlight
from source_pinterest.engine.task_tracker import TaskTracker
from source_pinterest.engine.tasks import ParentIds


class _Listing(NamedTuple):
    """The ids of a list, and the error that came instead of its further pages."""

    ids: list[str]
    error: Exception | None = None

    def to_the_error(self) -> Iterator[str]:
        yield from self.ids
        if self.error:
            raise self.error


class ParentIdCache:
    """The ids that one parent stream lists, by task.

    A selected parent stream fills the listings while it emits its records, and child streams wait for the listings that
    it has promised. A listing that was not promised, or whose reader failed, is fetched by the first child stream that
    needs it. Only generators of tasks may wait: a task that waited could hold the worker that it waits for.

    Args:
        stream: the parent stream's name.
        fetch: lists the ids of one task.
        children: the streams that need the ids in this sync, as far as they are known. Without any, none is kept.
    """

    def __init__(
        self,
        stream: str,
        fetch: Callable[[ParentIds], Iterable[str]],
        children: Collection[object] = (),
    ) -> None:
        self._stream, self._fetch, self._children = stream, fetch, children
        self._changed = threading.Condition()
        self._promised: set[ParentIds] = set()
        self._filled: dict[ParentIds, _Listing] = {}
        self._fetched: SingleFlight[ParentIds, _Listing] = SingleFlight()
        self._selected = False
        self._sealed = True
        self.tracker = TaskTracker()
        """Counts the listings that child streams fetch. The error of a listing is raised in all of them."""

    def announce(self) -> None:
        """Record that the parent stream is selected and will promise its listings."""
        self._selected, self._sealed = True, False

    def promise(self, parents: ParentIds) -> None:
        """Record that the parent stream will read this listing, unless it has read it."""
        with self._changed:
            if parents not in self._filled:
                self._promised.add(parents)

    def seal(self) -> None:
        """Record that the parent stream promises no further listing."""
        with self._changed:
            self._sealed = True
            self._changed.notify_all()

    def release(self, parents: ParentIds) -> None:
        """Withdraw a promise. A listing that was filled, or that a child stream fetches, is not affected."""
        with self._changed:
            self._promised.discard(parents)
            self._changed.notify_all()

    @contextmanager
    def filling(self, parents: ParentIds) -> Generator[list[str], None, None]:
        """Collect a promised listing while its records are emitted.

        If the block ends with an error, the first child stream that needs the listing fetches it.
        """
        ids = list[str]()
        if not (self._selected and self._children):
            yield ids
            return
        try:
            yield ids
            self._filled[parents] = _Listing(ids)
        finally:
            self.release(parents)

    def get(self, parents: ParentIds) -> Iterator[str]:
        """Return the ids of a listing. Wait for its reader, or read it if it has none.

        Raises:
            PinterestError: the listing can't be read. All callers get the same error. If page 3 fails, you get the ids
                of pages 1 and 2, then the error. Call `list` first if you need all or nothing.
        """
        listing = self._listing(parents)
        if listing.error and not listing.ids:
            raise listing.error
        return listing.to_the_error()

    def get_readable(self, parents: ParentIds) -> Iterator[str]:
        """Return the ids that `get` returns before it raises an error. A caller learns of the error from `check`."""
        return iter(self._listing(parents).ids)

    def check(self, parents: ParentIds) -> None:
        """Wait for a listing.

        Raises:
            PinterestError: it can't be read to its end.
        """
        if error := self._listing(parents).error:
            raise error

    def _listing(self, parents: ParentIds) -> _Listing:
        with self._changed:
            while parents in self._promised or not (self._sealed or parents in self._filled):
                self._changed.wait()
        return self._filled.get(parents) or self._fetched.get(parents, lambda: self._fetch_listing(parents))

    def _fetch_listing(self, parents: ParentIds) -> _Listing:
        ids = list[str]()
        try:
            ids.extend(self._fetch(parents))
        except Exception as raised:  # noqa: BLE001 - any error is raised in all callers
            error = as_task_error(self._stream, raised)
            self.tracker.note_failure(parents[:1], error)
            return _Listing(ids if isinstance(error, TaskError) else list[str](), error)
        self.tracker.note_success(parents[:1])
        return _Listing(ids)
